"""The contact hold: placed with the opening, obeyed by the collection system, lifted by a named person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import audit, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.contacts import ContactHold, HoldScope
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import ComplaintType, Signal
from incident.webhooks import events

REASON_LONGEST = 2_000  # characters
REVIEW_LATEST = timedelta(days=366)  # an assigned hold is looked at again within a year


@dataclass(frozen=True)
class Held:
    """Whose account is held: what a complaint says of itself, for the hold and for those who obey it."""

    complaint_id: int
    source: str
    source_ref: str
    account_key: str | None


def account_key(account_ref: str | None) -> str | None:
    """The blind index by which a hold finds its account; the account itself is not kept with it."""
    return privacy.blind_index("account", account_ref) if account_ref and account_ref.strip() else None


def scope_of(complaint_type: str, signals: frozenset[str]) -> HoldScope:
    """Self-harm stops collection and automatic messages, anything else collection alone (facts §5.11)."""
    grave = complaint_type == ComplaintType.SELF_HARM_THREAT or Signal.SELF_HARM_THREAT in signals
    return HoldScope.EVERYTHING if grave else HoldScope.COLLECTION


def at_opening(
    incident: Incident, held: Held | None, signals: frozenset[str], *, by: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Place the hold of an incident that is being opened; returns its event for the timeline.

    Where there is no complaint nothing is known to hold, unless life is at risk: then people must see it.
    """
    scope = scope_of(incident.complaint_type, signals)
    if incident.drill or (held is None and scope != HoldScope.EVERYTHING):
        return []
    _insert(incident, held, scope, by=by, at=at)
    return [timeline.row(incident.id, "contact_hold_placed", by=by.label, at=at, hold_scope=str(scope))]


def of_member(incident: Incident, complaint: Complaint, *, by: Actor, at: datetime) -> None:
    """Hold the account of a complaint that comes to an incident which is open already, as in a group."""
    if not incident.drill:
        scope = scope_of(complaint.complaint_type, frozenset(complaint.signals))
        _insert(incident, held(complaint), scope, by=by, at=at)


def _insert(
    incident: Incident, held: Held | None, scope: HoldScope, *, by: Actor, at: datetime
) -> ContactHold:
    hold = insert_one(
        ContactHold,
        {
            "incident_id": incident.id,
            "complaint_id": held.complaint_id if held else None,
            "account_key": held.account_key if held else None,
            "scope": scope,
            "placed_at": at,
            "placed_by": by.label,
        },
    )
    assert hold is not None  # there is nothing it could collide with
    _tell(incident, hold, held, "placed", at=at)
    return hold


def _tell(incident: Incident, hold: ContactHold, held: Held | None, what: str, *, at: datetime) -> None:
    complaint = {"source": held.source, "source_ref": held.source_ref} if held else None
    events.tell(
        f"contact_hold.{what}",
        at=at,
        incident_id=incident.id,
        hold={
            "id": hold.id,
            "account_key": hold.account_key,
            "complaint": complaint,
            **events.standing(hold),
        },
    )


def held(complaint: Complaint) -> Held:
    """What a hold needs of a complaint; one from before holds gets its key from its account now."""
    key = complaint.account_key or account_key(complaint.personal.get("customer", {}).get("account_ref"))
    complaint.account_key = key
    return Held(complaint.id, complaint.source, complaint.source_ref, key)


def of(incident_id: int) -> list[ContactHold]:
    """An incident's holds, those in force first."""
    rows = db.session.scalars(
        select(ContactHold).where(ContactHold.incident_id == incident_id).order_by(ContactHold.id)
    )
    return sorted(rows, key=lambda each: not each.in_force)


def of_complaints(ids: Iterable[int]) -> list[ContactHold]:
    """The holds on the accounts of some complaints, those in force first, then the newest."""
    rows = db.session.scalars(
        select(ContactHold).where(ContactHold.complaint_id.in_(list(ids))).order_by(ContactHold.id.desc())
    )
    return sorted(rows, key=lambda each: not each.in_force)


def strictest(found: Sequence[ContactHold], complaint_id: int | None = None) -> HoldScope | None:
    """What is stopped by holds in force, of one complaint's account or of all."""
    scopes = {each.scope for each in found if each.in_force and complaint_id in (None, each.complaint_id)}
    if HoldScope.EVERYTHING in scopes:
        return HoldScope.EVERYTHING
    return HoldScope.COLLECTION if scopes else None


def on_accounts(account_refs: Sequence[str]) -> list[tuple[str, HoldScope | None]]:
    """What is stopped on accounts at the moment, in the order asked; in one query."""
    keys = {ref: privacy.blind_indexes("account", ref) for ref in account_refs}
    rows = db.session.scalars(
        select(ContactHold).where(
            ContactHold.lifted_at.is_(None),
            ContactHold.account_key.in_([key for each in keys.values() for key in each]),
        )
    ).all()
    return [(ref, strictest([row for row in rows if row.account_key in keys[ref]])) for ref in account_refs]


def place(incident: Incident, *, everything: bool, reason: str, by: Actor, at: datetime) -> list[ContactHold]:
    """Hold every account of an incident, or widen its holds to automatic messages; raises Refused where
    that is so already, Invalid without a reason."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open or incident.drill:
        raise errors.Refused(N_("A hold is placed for an open incident, and never for a drill."))
    words = _reason(reason, N_("Say why contact is stopped."))
    scope = HoldScope.EVERYTHING if everything else HoldScope.COLLECTION
    present = {each.complaint_id: each for each in of(incident.id) if each.in_force}
    complaints = db.session.scalars(select(Complaint).where(Complaint.incident_id == incident.id))
    wanted: list[Held | None] = [held(each) for each in complaints] or [None]
    placed = [
        each
        for who in wanted
        if (each := _place_one(incident, who, present, scope, by=by, at=at)) is not None
    ]
    if not placed:
        raise errors.Refused(N_("The hold is in force already."))
    incident.last_activity_at = at
    timeline.record(
        incident.id, "contact_hold_placed_by_hand", by=by.label, at=at, hold_scope=str(scope), reason=words
    )
    return placed


def _place_one(
    incident: Incident,
    who: Held | None,
    present: dict[int | None, ContactHold],
    scope: HoldScope,
    *,
    by: Actor,
    at: datetime,
) -> ContactHold | None:
    hold = present.get(who.complaint_id if who else None)
    if hold is None:
        return _insert(incident, who, scope, by=by, at=at)
    if scope == hold.scope or hold.scope == HoldScope.EVERYTHING:
        return None
    hold.scope = scope
    _tell(incident, hold, who, "placed", at=at)
    return hold


def lift(incident: Incident, *, reason: str, by: Actor, at: datetime) -> list[ContactHold]:
    """Lift the holds of an incident, open or closed: a named person, with a reason.

    After a threat of self-harm only the commander does, or who may command. Raises Forbidden, Invalid,
    Refused.
    """
    found = [each for each in of(incident.id) if each.in_force]
    _may_lift(incident, found, by)
    recusal.must_not_be(incident, by)
    if not found:
        raise errors.Refused(N_("No contact hold is in force for %(number)s."), number=incident.number)
    words = _reason(reason, N_("Say why the hold is lifted."))
    known = {
        each.id: held(each)
        for each in db.session.scalars(select(Complaint).where(Complaint.incident_id == incident.id))
    }
    for hold in found:
        hold.lifted_at, hold.lifted_by, hold.lift_reason, hold.remind_at = at, by.label, words, None
        _tell(incident, hold, known.get(hold.complaint_id or 0), "lifted", at=at)
    incident.last_activity_at = at
    timeline.record(incident.id, "contact_hold_lifted", by=by.label, at=at, reason=words)
    audit.record("contact_hold.lifted", f"incident/{incident.number}", by=by.label, at=at, reason=words)
    return found


def may_lift(incident: Incident, found: Sequence[ContactHold], by: Actor) -> bool:
    """Whether somebody would be let to lift these holds."""
    commands = by.id == incident.commander_id or by.can(Permission.INCIDENTS_COMMAND)
    return (
        by.id is not None
        and by.can(Permission.INCIDENTS_ACT)
        and (commands or strictest(found) != HoldScope.EVERYTHING)
    )


def _may_lift(incident: Incident, found: Sequence[ContactHold], by: Actor) -> None:
    by.must(Permission.INCIDENTS_ACT)
    if by.id is None:
        raise errors.Forbidden(N_("Only a named person lifts a contact hold; use a token that acts as one."))
    if not may_lift(incident, found, by):
        raise errors.Forbidden(
            N_("After a threat of self-harm only the commander of %(number)s lifts the hold."),
            number=incident.number,
        )


def assign(
    incident: Incident, keeper: Person, *, review_at: datetime, by: Actor, at: datetime
) -> list[ContactHold]:
    """Leave the holds in somebody's keeping beyond the closing, to be looked at on a day; raises Invalid."""
    by.must(Permission.INCIDENTS_ACT)
    found = [each for each in of(incident.id) if each.in_force]
    if not found:
        raise errors.Refused(N_("No contact hold is in force for %(number)s."), number=incident.number)
    faults = []
    if not keeper.active:
        faults.append(Reason(N_("%(name)s is no longer active."), {"name": keeper.name}, ("keeper",)))
    if not at < review_at <= at + REVIEW_LATEST:
        faults.append(Reason(N_("Name a day within the next year."), loc=("review_at",)))
    if faults:
        raise errors.Invalid(N_("The hold cannot be assigned."), reasons=faults)
    for hold in found:
        hold.keeper_id, hold.review_at, hold.remind_at = keeper.id, review_at, review_at
    incident.last_activity_at = at
    timeline.record(
        incident.id,
        "contact_hold_assigned",
        by=by.label,
        at=at,
        person=keeper.name,
        review_at=review_at.isoformat(),
    )
    return found


def _reason(text: str, empty: str) -> str:
    words = privacy.redact(text.strip())
    if not words or len(words) > REASON_LONGEST:
        raise errors.Invalid(
            empty, reasons=[Reason(N_("A reason of 1 to 2000 characters is needed."), loc=("reason",))]
        )
    return words


def unsettled(incident: Incident) -> list[Reason]:
    """What keeps an incident from closing: holds in force that are in nobody's keeping."""
    loose = [each for each in of(incident.id) if each.in_force and each.keeper_id is None]
    if not loose:
        return []
    sentence = N_("The contact hold is neither lifted nor assigned to somebody with a review date.")
    return [Reason(sentence, loc=("hold",), href="#hold")]
