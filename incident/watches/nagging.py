"""The sweeps that keep people informed: late updates, offers nobody answered, commanders who are away."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from incident import accounts, timeline
from incident.alerting import escalation, outbox
from incident.calendars import WorkingCalendar
from incident.coordination import absence, handovers, updates
from incident.db import db, unit_of_work
from incident.models.drills import STANDING_STILL
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.updates import HandOver, HandOverState
from incident.vocabulary import IncidentRole, Status

SWEEP_LIMIT = 200  # rows one sweep moves on; the next comes within seconds
ACTOR = accounts.system("informing")


def late_updates(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Tell of every update that is late: the commander first, then the deputy and who stands behind them.

    Each is one unit of work, compare-and-set on the column; catches up after a stop with one reminder.
    Returns how many incidents were told of.
    """
    due = list(
        db.session.scalars(
            select(Incident.id)
            .where(Incident.status == Status.OPEN, Incident.nag_at <= at, Incident.id.not_in(STANDING_STILL))
            .order_by(Incident.nag_at)
            .limit(SWEEP_LIMIT)
        )
    )
    return sum(_nag_one(incident_id, at=at, calendar=calendar) for incident_id in due)


def _nag_one(incident_id: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
        if incident.status != Status.OPEN or incident.nag_at is None or incident.nag_at > at:
            return 0
        if incident.update_due_at is None:
            updates.expect(incident, at=incident.last_activity_at, calendar=calendar)
            return 0
        if incident.level > updates.WAKES and (later := _in_working_time(at, calendar)) > at:
            incident.nag_at = later  # nobody is woken for it
            return 0
        people = _told(incident, at=at, calendar=calendar)
        for person in people:
            outbox.enqueue(
                incident.id,
                "remind",
                at=at,
                key=f"update-{incident.nags}-{int(at.timestamp())}-{person.id}",
                person_id=person.id,
                about="update",
                due_at=(incident.update_due_at or at).isoformat(),
            )
        names = "、".join(person.name for person in people) or "–"
        timeline.record(incident.id, "update_late", by=ACTOR.label, at=at, people=names)
        incident.nags += 1
        incident.nag_at = updates.next_due(incident.level, at, calendar)
        return 1


def _in_working_time(at: datetime, calendar: WorkingCalendar) -> datetime:
    return calendar.add_working_time(at, timedelta(0))


def _told(incident: Incident, *, at: datetime, calendar: WorkingCalendar) -> list[Person]:
    """Whom the lateness is told to: the commander; then also the deputy, and who is on duty to command."""
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    first = [commander] if commander and commander.active else []
    if first and not incident.nags:
        return first
    return escalation.each_once([*first, *updates.deputies(incident, at=at, calendar=calendar)])


def unanswered_offers(*, at: datetime) -> int:
    """Ask those again who have not answered; after a few times the offer goes back. Returns how many."""
    due = list(
        db.session.scalars(
            select(HandOver.id)
            .where(
                HandOver.state == HandOverState.OFFERED,
                HandOver.remind_at <= at,
                HandOver.incident_id.not_in(STANDING_STILL),
            )
            .order_by(HandOver.remind_at)
            .limit(200)
        )
    )
    return sum(_remind_one(each, at=at) for each in due)


def _remind_one(hand_over_id: int, *, at: datetime) -> int:
    with unit_of_work() as session:
        row = session.get_one(HandOver, hand_over_id, with_for_update=True, populate_existing=True)
        if row.state != HandOverState.OFFERED or row.remind_at is None or row.remind_at > at:
            return 0
        incident = session.get_one(Incident, row.incident_id, with_for_update=True, populate_existing=True)
        if row.reminders >= handovers.REMINDERS_MOST or not incident.is_open:
            handovers.end(row, HandOverState.WITHDRAWN, at=at)
            timeline.record(incident.id, "role_unanswered", by=ACTOR.label, at=at, role=str(row.role))
            return 1
        row.reminders += 1
        row.remind_at = at + handovers.time_to_answer(incident)
        handovers.ask(row, at=at)
        return 1


def absent_commanders(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Notice open incidents whose commander is away; offer the command to whoever stands behind, once for
    an absence. Returns how many were noticed or have their commander back."""
    away = or_(Person.active.is_(False), Person.away_until > at)
    left = (
        select(Incident.id)
        .join(Person, Person.id == Incident.commander_id)
        .where(
            Incident.status == Status.OPEN,
            Incident.absent_since.is_(None),
            away,
            Incident.id.not_in(STANDING_STILL),
        )
    )
    back = (
        select(Incident.id)
        .join(Person, Person.id == Incident.commander_id)
        .where(
            Incident.status == Status.OPEN,
            Incident.absent_since.is_not(None),
            Person.active,
            or_(Person.away_until.is_(None), Person.away_until <= at),
        )
    )
    gone = list(db.session.scalars(left.order_by(Incident.level, Incident.id).limit(SWEEP_LIMIT)))
    returned = list(db.session.scalars(back.limit(SWEEP_LIMIT)))
    count = sum(_notice(each, at=at, calendar=calendar) for each in gone)
    return count + sum(_welcome(each) for each in returned)


def _notice(incident_id: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
        commander = session.get(Person, incident.commander_id or 0)
        if (
            incident.status != Status.OPEN
            or incident.absent_since is not None
            or not absence.is_away(commander, at)
        ):
            return 0
        incident.absent_since = at
        name = commander.name if commander else "–"
        timeline.record(incident.id, "commander_absent", by=ACTOR.label, at=at, person=name)
        behind = [
            each
            for each in updates.deputies(incident, at=at, calendar=calendar)
            if not absence.is_away(each, at)
        ]
        if behind and not _offered(incident.id):
            handovers.offer(incident, IncidentRole.COMMANDER, behind[0], by=ACTOR, at=at)
        for person in behind[1:3]:
            outbox.enqueue(
                incident.id,
                "remind",
                at=at,
                key=f"absent-{int(at.timestamp())}-{person.id}",
                person_id=person.id,
                about="commander_absent",
                name=name,
            )
        return 1


def _offered(incident_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(HandOver.id).where(
                HandOver.incident_id == incident_id,
                HandOver.role == IncidentRole.COMMANDER,
                HandOver.state == HandOverState.OFFERED,
            )
        )
    )


def _welcome(incident_id: int) -> int:
    with unit_of_work() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
        if incident.absent_since is None:
            return 0
        incident.absent_since = None
        return 1
