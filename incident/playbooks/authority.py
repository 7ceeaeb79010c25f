"""The authority table: who may approve which option, up to which amount, and when two people must."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from incident.permissions import Role
from incident.playbooks.schema import Confidence, DepartmentCode, Strict, Text
from incident.vocabulary import OptionKind


def _amount(value: Any) -> Any:
    """TOML has floats, which are no money: an amount stands as a text."""
    if not isinstance(value, str | Decimal):
        raise ValueError('write an amount as text, like "5000.00"')
    return value


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    Field(ge=0, max_digits=18, decimal_places=2),
    PlainSerializer(str, return_type=str),
]


class Holder(Strict):
    """Whoever has a role, in one department where it matters."""

    role: Role
    department: DepartmentCode | None = None

    def is_held(self, role: str, department: str | None) -> bool:
        """Whether somebody with this role in this department is meant."""
        return role == self.role and self.department in (None, department)


class Limit(Holder):
    """Up to which amount a holder may approve; without `up_to` there is no limit."""

    up_to: Amount | None = None

    def covers(self, amount: Decimal) -> bool:
        """Whether the amount is within the limit."""
        return self.up_to is None or amount <= self.up_to


class KindRule(Strict):
    """Who may approve one kind of option; above `second_above` two different people must."""

    kind: OptionKind
    second_above: Amount | None = None
    limits: list[Limit] = Field(min_length=1)

    @model_validator(mode="after")
    def _somebody_may(self) -> Self:
        if all(each.up_to is not None for each in self.limits):
            raise ValueError("limits: somebody must be without a limit, or a large amount waits for ever")
        return self


class InstalmentRule(Strict):
    """How far an instalment agreement may go (facts K4)."""

    periods_most: int = Field(ge=1, le=600)
    annual_rate_most: Amount = Field(description="Per cent a year.")
    least: Amount = Field(description="The smallest single instalment.")
    legal_reference: Text
    source: str
    confidence: Confidence


class LabelRule(Strict):
    """Who may approve the label “malicious proxy”, and the words of it that no customer may read."""

    approvals: int = Field(ge=2, le=5)
    holders: list[Holder] = Field(min_length=1)
    words: list[str] = Field(min_length=1)


class Authority(Strict):
    """authority.toml."""

    currency: str = Field(pattern=r"^[A-Z]{3}$", description="The currency that the limits are in.")
    source: str
    confidence: Confidence
    instalments: InstalmentRule
    proxy_label: LabelRule
    kinds: list[KindRule]

    @model_validator(mode="after")
    def _each_kind_once(self) -> Self:
        named = [each.kind for each in self.kinds]
        if twice := sorted({kind for kind in named if named.count(kind) > 1}):
            raise ValueError(f"kinds: duplicate {', '.join(twice)}; each must occur once")
        if missing := [kind for kind in OptionKind if kind not in named]:
            raise ValueError(f"kinds: {', '.join(missing)} is missing")
        return self

    def of(self, kind: str) -> KindRule:
        """The rule of a kind."""
        return next(each for each in self.kinds if each.kind == kind)

    def approvals_for(self, kind: str, amount: Decimal | None, currency: str | None) -> int:
        """How many different people must approve; an amount in a currency without limits always needs two."""
        above = self.of(kind).second_above
        if amount is None:
            return 1
        if currency != self.currency:
            return 2
        return 2 if above is not None and amount > above else 1

    def may(self, kind: str, amount: Decimal | None, currency: str | None) -> list[Limit]:
        """The rows that cover an amount; in another currency than the table's, only those without limit."""
        rows = self.of(kind).limits
        if amount is not None and currency != self.currency:
            return [each for each in rows if each.up_to is None]
        return [each for each in rows if each.covers(amount or Decimal(0))]


def codes(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The departments the file names, with their places; also of a file that is otherwise faulty."""
    label = content.get("proxy_label")
    holders = label.get("holders") if isinstance(label, dict) else None
    yield from _named(holders, "proxy_label.holders")
    kinds = content.get("kinds")
    for row in kinds if isinstance(kinds, list) else []:
        if isinstance(row, dict):
            yield from _named(row.get("limits"), f"kinds ({row.get('kind')}).limits")


def _named(rows: Any, place: str) -> Iterator[tuple[str, str]]:
    for index, row in enumerate(rows if isinstance(rows, list) else [], start=1):
        if isinstance(row, dict) and isinstance(code := row.get("department"), str):
            yield f"{place}[{index}].department", code
