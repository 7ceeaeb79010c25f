"""The table of an option's states, and the one way to move along it, which keeps the history."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor, display
from incident.db import db
from incident.errors import N_
from incident.models.incidents import Incident
from incident.models.resolutions import OptionEvent, OptionState, ResolutionOption

S = OptionState
# (from, act): to. A first of two approvals leaves an option proposed; what each act asks is in its verb.
MOVES: dict[tuple[OptionState, str], OptionState] = {
    (S.DRAFT, "propose"): S.PROPOSED,
    (S.PROPOSED, "approve"): S.APPROVED,
    (S.PROPOSED, "refuse"): S.REFUSED,
    (S.APPROVED, "offer"): S.OFFERED,
    (S.OFFERED, "counter"): S.COUNTERED,
    (S.OFFERED, "accept"): S.ACCEPTED,
    (S.OFFERED, "decline"): S.DECLINED,
    (S.OFFERED, "expire"): S.EXPIRED,
    (S.COUNTERED, "counter"): S.COUNTERED,
    (S.COUNTERED, "offer"): S.OFFERED,
    (S.COUNTERED, "accept"): S.ACCEPTED,
    (S.COUNTERED, "decline"): S.DECLINED,
    (S.COUNTERED, "expire"): S.EXPIRED,
    (S.EXPIRED, "offer"): S.OFFERED,
    (S.DRAFT, "revise"): S.REPLACED,
    (S.PROPOSED, "revise"): S.REPLACED,
    (S.APPROVED, "revise"): S.REPLACED,
    (S.COUNTERED, "revise"): S.REPLACED,
    (S.REFUSED, "revise"): S.REFUSED,
    (S.DECLINED, "revise"): S.DECLINED,
    (S.EXPIRED, "revise"): S.EXPIRED,
}
ON_OFFER = (S.OFFERED, S.COUNTERED)
NO_AMOUNT = {"zh": "不涉及金额", "en": "no amount"}


def history(option_ids: list[int]) -> list[OptionEvent]:
    """What happened to some options, oldest first."""
    query = select(OptionEvent).where(OptionEvent.option_id.in_(option_ids))
    return list(db.session.scalars(query.order_by(OptionEvent.id)))


def money(amount: Decimal | None, currency: str | None) -> Any:
    """An amount for a sentence."""
    return NO_AMOUNT if amount is None else f"{amount:,.2f} {currency}"


def named(option: ResolutionOption) -> dict[str, Any]:
    """An option as the values of a sentence."""
    return {
        "option": option.id,
        "option_kind": str(option.kind),
        "money": money(option.amount, option.currency),
    }


def must_be_open(incident: Incident) -> None:
    """Raise Refused for an incident that has ended."""
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def must_allow(option: ResolutionOption, act: str, *, by: Actor) -> OptionState:
    """The state that an act leads to; raises Refused where the table has no such move, and Conflict where
    somebody else has just made another."""
    to = MOVES.get((OptionState(option.state), act))
    if to is not None:
        return to
    last = history([option.id])[-1]
    kind = errors.Refused if last.by == by.label else errors.Conflict
    raise kind(
        N_("The option is %(option_state)s since %(at)s, by %(name)s; this is not possible from there."),
        option_state=str(option.state),
        at=last.at.isoformat(timespec="minutes"),
        name=display(last.by),
    )


def move(
    option: ResolutionOption,
    act: str,
    *,
    by: Actor,
    at: datetime,
    words: str = "",
    amount: Decimal | None = None,
    currency: str | None = None,
) -> None:
    """Make a move of the table and keep it in the history; raises Refused, Conflict."""
    to, before = must_allow(option, act, by=by), option.state
    option.state = to
    note(option, act, before=before, by=by, at=at, words=words, amount=amount, currency=currency)


def note(
    option: ResolutionOption,
    act: str,
    *,
    before: OptionState | None,
    by: Actor,
    at: datetime,
    words: str = "",
    amount: Decimal | None = None,
    currency: str | None = None,
) -> None:
    """Keep one step of an option's life."""
    db.session.add(
        OptionEvent(
            option_id=option.id,
            at=at,
            by=by.label,
            act=act,
            before=before,
            after=option.state,
            amount=amount,
            currency=currency,
            words={"text": words} if words else None,
        )
    )
    db.session.flush()
