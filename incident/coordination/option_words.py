"""What an option says, checked field by field before it is kept: amount, terms, schedule, feasibility."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from incident import errors
from incident.coordination import instalments
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.resolutions import AXES
from incident.playbooks import library
from incident.vocabulary import OptionKind

K = OptionKind
NEEDS_AMOUNT = (K.INSTALMENTS, K.WAIVER, K.INTEREST_REDUCTION, K.COMPENSATION)
AMOUNT_MOST = Decimal("999999999999.99")
TERMS_LONGEST, BASIS_LONGEST, REMARK_LONGEST = 4_000, 500, 500  # characters
SCORE_MOST = 3


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """An option as somebody writes it down; `annual_rate` in per cent, scores and remarks by axis."""

    kind: str
    amount: Decimal | None = None
    currency: str | None = None
    terms: str = ""
    basis: str = ""
    scores: Mapping[str, int | None] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    periods: int | None = None
    annual_rate: Decimal | None = None
    first_due: date | None = None
    valid_until: date | None = None
    complaint_id: int | None = None

    @property
    def said(self) -> dict[str, str]:
        """The free texts, for the encrypted column."""
        texts = {"terms": self.terms, "basis": self.basis, **{axis: self.remarks.get(axis) for axis in AXES}}
        return {name: text.strip() for name, text in texts.items() if text and text.strip()}


def columns(wanted: Wanted, incident: Incident, *, today: date) -> dict[str, Any]:
    """What the option's row holds; raises Invalid naming every fault."""
    faults = [*_plain(wanted), *_money(wanted), *_feasibility(wanted), *_belongs(wanted, incident)]
    if wanted.valid_until is not None and wanted.valid_until < today:
        faults.append(Reason(N_("This day is over."), loc=("valid_until",)))
    if wanted.kind == K.INSTALMENTS:
        faults += _schedule(wanted, today)
    if faults:
        raise errors.Invalid(N_("The option cannot be taken like this."), reasons=faults)
    currency = wanted.currency or library.the_authority().currency
    return {
        "kind": OptionKind(wanted.kind),
        "complaint_id": wanted.complaint_id,
        "amount": wanted.amount,
        "currency": currency if wanted.amount is not None else None,
        "words": wanted.said,
        "valid_until": wanted.valid_until,
        **{axis: wanted.scores.get(axis) for axis in AXES},
        **_planned(wanted),
    }


def _plain(wanted: Wanted) -> Iterator[Reason]:
    if wanted.kind not in set(OptionKind):
        yield Reason(N_("There is no option of this kind."), loc=("kind",))
    if not wanted.terms.strip():
        yield Reason(N_("Say what is offered."), loc=("terms",))
    texts = [("terms", wanted.terms, TERMS_LONGEST), ("basis", wanted.basis, BASIS_LONGEST)]
    texts += [(f"{axis}_remark", wanted.remarks.get(axis, ""), REMARK_LONGEST) for axis in AXES]
    for name, text, longest in texts:
        if len(text) > longest:
            yield Reason(N_("At most %(most)s characters."), {"most": longest}, (name,))


def _money(wanted: Wanted) -> Iterator[Reason]:
    amount, currency = wanted.amount, wanted.currency
    if amount is None:
        if wanted.kind in NEEDS_AMOUNT:
            yield Reason(N_("An option of this kind needs an amount."), loc=("amount",))
        return
    if not amount.is_finite() or not 0 < amount <= AMOUNT_MOST or _finer_than_cents(amount):
        yield Reason(N_("Write an amount like 12345.60."), loc=("amount",))
    if currency and not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        yield Reason(N_("Write a currency like CNY."), loc=("currency",))


def _finer_than_cents(amount: Decimal) -> bool:
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent < -2


def _feasibility(wanted: Wanted) -> Iterator[Reason]:
    for axis in AXES:
        score = wanted.scores.get(axis)
        if score is not None and not 0 <= score <= SCORE_MOST:
            yield Reason(N_("Use a number from 0 to 3."), loc=(axis,))


def _belongs(wanted: Wanted, incident: Incident) -> Iterator[Reason]:
    if wanted.complaint_id is None:
        return
    complaint = db.session.get(Complaint, wanted.complaint_id)
    if complaint is None or complaint.incident_id != incident.id:
        yield Reason(N_("This complaint does not belong to the incident."), loc=("complaint",))


def _schedule(wanted: Wanted, today: date) -> Iterator[Reason]:
    rule = library.the_authority().instalments
    periods, rate = wanted.periods, wanted.annual_rate
    if periods is None or not 1 <= periods <= rule.periods_most:
        yield Reason(N_("Use 1 to %(most)s periods."), {"most": rule.periods_most}, ("periods",))
    if rate is not None and (not 0 <= rate <= rule.annual_rate_most or _finer_than_cents(rate)):
        most = str(rule.annual_rate_most)
        yield Reason(N_("Use a yearly rate from 0 to %(most)s %%."), {"most": most}, ("annual_rate",))
    if wanted.first_due is None or wanted.first_due < today:
        yield Reason(N_("Say on which day, from today on, the first is due."), loc=("first_due",))
    if wanted.amount and periods and periods > 0 and wanted.amount / periods < rule.least:
        yield Reason(
            N_("A single instalment is at least %(least)s."), {"least": str(rule.least)}, ("periods",)
        )


def _planned(wanted: Wanted) -> dict[str, Any]:
    """The schedule as it was agreed, kept as it is: a later change of the arithmetic must not change it."""
    periods, first_due, amount = wanted.periods, wanted.first_due, wanted.amount
    if wanted.kind != K.INSTALMENTS or periods is None or first_due is None or amount is None:
        return {"periods": None, "annual_rate": None, "first_due": None, "schedule": []}
    rate = wanted.annual_rate or Decimal(0)
    rows = instalments.schedule(amount, periods=periods, first_due=first_due, annual_rate=rate)
    return {
        "periods": periods,
        "annual_rate": rate,
        "first_due": first_due,
        "schedule": [each.as_json() for each in rows],
    }
