"""Handing a role over: offered with a briefing of that moment, moved when the receiver accepts it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from incident import errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.coordination import briefing, roles
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.updates import HandOver, HandOverState
from incident.permissions import Permission
from incident.vocabulary import IncidentRole, Level

NOTE_LONGEST = 1_000  # characters
# How long the receiver has before both are reminded: at Ⅰ and Ⅱ nobody can be in doubt who commands.
ANSWER_WITHIN = {Level.CRITICAL: timedelta(minutes=10), Level.MAJOR: timedelta(minutes=20)}
ANSWER_OTHERWISE = timedelta(hours=2)
REMINDERS_MOST = 3


def offer(incident: Incident, role: str, to: Person, *, note: str = "", by: Actor, at: datetime) -> HandOver:
    """Offer a role to somebody, with a briefing; they hold it once they accept.

    Raises Invalid, Forbidden for whoever must stand aside, and Refused where the role is theirs already or
    another offer of it is open.
    """
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    if role not in set(IncidentRole):
        raise errors.Invalid(
            N_("There is no role “%(role)s”."),
            role=role,
            reasons=[Reason(N_("Choose a role."), loc=("role",))],
        )
    holder = next((each for each in roles.of(incident.id) if each.role == role), None)
    held_by = holder.person_id if holder else None
    if not to.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=to.name)
    if held_by == to.id:
        raise errors.Refused(N_("%(name)s is %(role)s already."), name=to.name, role=role)
    recusal.must_not_be(incident, to)
    row = HandOver(
        incident_id=incident.id,
        role=IncidentRole(role),
        from_id=held_by,
        to_id=to.id,
        note=privacy.redact(note.strip())[:NOTE_LONGEST],
        briefing=briefing.of(incident, at=at),
        offered_at=at,
        offered_by=by.label,
        remind_at=at + time_to_answer(incident),
    )
    _add(row)
    incident.last_activity_at = at
    timeline.record(incident.id, "role_offered", by=by.label, at=at, person=to.name, role=role)
    ask(row, at=at)
    return row


def _add(row: HandOver) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError as taken:
        raise errors.Conflict(
            N_("%(role)s is offered to somebody already; withdraw that offer first."), role=str(row.role)
        ) from taken


def time_to_answer(incident: Incident) -> timedelta:
    """How long the receiver has before they are asked again."""
    return ANSWER_WITHIN.get(incident.level, ANSWER_OTHERWISE)


def ask(row: HandOver, *, at: datetime) -> None:
    """Ask the receiver, once more each time."""
    outbox.enqueue(
        row.incident_id,
        "remind",
        at=at,
        key=f"hand-over-{row.id}-{row.reminders}",
        person_id=row.to_id,
        about="hand_over",
        role=str(row.role),
    )


def accept(row: HandOver, incident: Incident, *, by: Actor, at: datetime) -> HandOver:
    """Take the role on; only the one it was offered to may. Raises Conflict for an offer that has ended."""
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    _still_offered(row)
    _only_receiver(row, by)
    end(row, HandOverState.ACCEPTED, at=at)
    roles.assign(incident, row.role, db.session.get_one(Person, row.to_id), by=by, at=at)
    if row.role == IncidentRole.COMMANDER:
        incident.absent_since = None
    return row


def decline(row: HandOver, incident: Incident, *, reason: str, by: Actor, at: datetime) -> HandOver:
    """Say no, with a reason that whoever offered it is told."""
    by.must(Permission.INCIDENTS_ACT)
    _still_offered(row)
    _only_receiver(row, by)
    words = privacy.redact(reason.strip())[:NOTE_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("Say why you cannot take it."), reasons=[Reason(N_("A reason is needed."), loc=("reason",))]
        )
    row.reason = words
    end(row, HandOverState.DECLINED, at=at)
    timeline.record(incident.id, "role_declined", by=by.label, at=at, role=str(row.role), reason=words)
    if row.from_id is not None:
        outbox.enqueue(
            row.incident_id,
            "remind",
            at=at,
            key=f"declined-{row.id}",
            person_id=row.from_id,
            about="hand_over_declined",
            role=str(row.role),
            name=by.name,
        )
    return row


def withdraw(row: HandOver, incident: Incident, *, by: Actor, at: datetime) -> HandOver:
    """Take an offer back."""
    by.must(Permission.INCIDENTS_ACT)
    _still_offered(row)
    end(row, HandOverState.WITHDRAWN, at=at)
    timeline.record(incident.id, "role_withdrawn", by=by.label, at=at, role=str(row.role))
    return row


def end(row: HandOver, state: HandOverState, *, at: datetime) -> None:
    """An offer has come to its end."""
    row.state, row.ended_at, row.remind_at = state, at, None


def _must_be_open(incident: Incident) -> None:
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def _still_offered(row: HandOver) -> None:
    if row.state != HandOverState.OFFERED:
        raise errors.Conflict(N_("This offer has ended: %(hand_over)s."), hand_over=str(row.state))


def _only_receiver(row: HandOver, by: Actor) -> None:
    if by.id != row.to_id:
        to = db.session.get_one(Person, row.to_id)
        raise errors.Forbidden(N_("Only %(name)s can answer this offer."), name=to.name)


def find(hand_over_id: int, incident: Incident) -> HandOver:
    """An offer of an incident, locked; raises NotFound."""
    found = db.session.get(HandOver, hand_over_id, with_for_update=True, populate_existing=True)
    if found is None or found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such offer."))
    return found


def of(incident_id: int) -> list[HandOver]:
    """An incident's offers, the newest first."""
    rows = select(HandOver).where(HandOver.incident_id == incident_id).order_by(HandOver.id.desc())
    return list(db.session.scalars(rows))
