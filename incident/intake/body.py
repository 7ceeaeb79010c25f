"""The complaint that arrives, as the contract describes it; every fault names its place."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

from incident import errors, faults
from incident.errors import N_, Reason
from incident.vocabulary import Channel, ComplaintType, Signal

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
AHEAD = timedelta(minutes=5)  # a sender's clock may be a little fast
SUMMARY_LONGEST, NARRATIVE_LONGEST, DEMAND_LONGEST = 300, 20_000, 2_000  # characters


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError(N_("This must not contain NUL characters."))
        if any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError(N_("This must be valid Unicode text."))
        return value.strip()
    return value


def _decimal_text(value: Any) -> Any:
    if isinstance(value, bool | float):
        raise ValueError(N_("This must be an amount, as a text like “12345.60”."))
    return value


def _no_exponent(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(N_("This must be a finite number."))
    return value


Text = Annotated[str, BeforeValidator(_clean)]
Money = Annotated[
    Decimal,
    BeforeValidator(_decimal_text),
    AfterValidator(_no_exponent),
    Field(ge=0, max_digits=16, decimal_places=2),
]


def _line(longest: int) -> Any:
    return Field(max_length=longest)


def _time_text(value: Any) -> Any:
    if not isinstance(value, str | datetime) or (isinstance(value, str) and "-" not in value):
        raise ValueError(N_("This must be a time like 2026-11-03T09:12:00+08:00."))
    return value  # a bare number would be read as seconds since 1970


class Body(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Customer(Body):
    """Who complains; stored encrypted."""

    name: Annotated[Text | None, _line(120)] = None
    phone: Annotated[Text | None, _line(40)] = None
    email: Annotated[Text | None, _line(200)] = None
    id_number: Annotated[Text | None, _line(40)] = None
    account_ref: Annotated[Text | None, _line(60)] = None


class Account(Body):
    """The account at the moment of the complaint."""

    days_overdue: int | None = Field(None, ge=0, le=36_500)
    amount_overdue: Money | None = None
    currency: str | None = Field(None, pattern=r"^[A-Z]{3}$")
    segment: Annotated[Text | None, _line(60)] = None


class ComplaintBody(Body):
    """`POST /complaints`; required: source, source_ref, received_at, channel, narrative."""

    source: Annotated[Text, Field(min_length=1, max_length=60)]
    source_ref: Annotated[Text, Field(min_length=1, max_length=120)]
    received_at: Annotated[AwareDatetime, BeforeValidator(_time_text)]
    channel: Channel
    complaint_type: ComplaintType | None = None
    product: Annotated[Text | None, _line(60)] = None
    summary: Annotated[Text | None, _line(SUMMARY_LONGEST)] = None
    narrative: Annotated[Text, Field(min_length=1, max_length=NARRATIVE_LONGEST)]
    demand: Annotated[Text | None, _line(DEMAND_LONGEST)] = None
    customer: Customer = Customer()
    account: Account = Account()
    affected_customers: int = Field(1, ge=1, le=100_000_000)
    potential_loss: Money | None = None
    agency: Annotated[Text | None, _line(120)] = None
    region: Annotated[Text | None, _line(80)] = None
    signals: list[Signal] = Field(default_factory=list, max_length=20)
    escalated: bool = False
    escalation_reason: Annotated[Text | None, _line(500)] = None
    escalated_by: Annotated[Text | None, _line(120)] = None

    def content_hash(self) -> str:
        """SHA-256 over what was sent, so that the same reference with other content is noticed."""
        facts = self.model_dump(mode="json")
        facts["received_at"] = self.received_at.astimezone(UTC).isoformat()
        facts["signals"] = sorted(facts["signals"])
        return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read(raw: Any, *, at: datetime) -> ComplaintBody:
    """Check a body; raises Invalid with one reason for each fault, named by its place."""
    try:
        found = ComplaintBody.model_validate(raw)
    except ValidationError as fault:
        raise errors.Invalid(N_("The complaint is not valid."), reasons=faults.reasons(fault)) from None
    if not EARLIEST <= found.received_at <= at + AHEAD:
        late = found.received_at > at + AHEAD
        message = (
            N_("This time is more than five minutes ahead.")
            if late
            else N_("This time is before the year 2000.")
        )
        raise errors.Invalid(
            N_("The complaint is not valid."), reasons=[Reason(message, loc=("received_at",))]
        )
    return found
