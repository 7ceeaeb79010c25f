"""Scheduling, opening and ending drills; a programme puts its next drills on the calendar ahead of time."""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from incident import audit, errors
from incident.accounts import Actor, system
from incident.db import db, unit_of_work
from incident.drills import recurrence as recurrences
from incident.drills import telling
from incident.errors import N_, Reason
from incident.lifecycle import acts, opening
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillProgramme, DrillState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import Status

HORIZON = timedelta(days=400)  # how far ahead a programme's drills stand on the calendar
AHEAD = 12  # at most so many drills of one programme ahead
LATE = timedelta(hours=12)  # a drill missed by more is not opened in the middle of another day, but cancelled
ACTOR = system("drills")


def schedule(
    *,
    plan_key: str,
    participants: list[str],
    by: Actor,
    at: datetime,
    house: House,
    starts_at: datetime | None = None,
    recurrence: str | None = None,
    scenario: str | None = None,
    announced: bool = True,
) -> list[Drill]:
    """Schedule a drill once (`starts_at`) or again and again (`recurrence`); raises Invalid.

    `participants` are e-mail addresses of people with an account, the drill's commander first.
    Returns the drills now on the calendar.
    """
    by.must(Permission.DRILLS_MANAGE)
    plan = library.current(plan_key).plan
    faults = _faults(plan.scenarios, scenario, participants, starts_at, recurrence, at=at)
    if faults:
        raise errors.Invalid(N_("The drill cannot be scheduled."), reasons=faults)
    facts = {
        "plan_key": plan_key,
        "scenario": scenario or None,
        "announced": announced,
        "participants": [email.strip().lower() for email in participants],
        "created_at": at,
        "created_by": by.label,
    }
    if recurrence is None:
        assert starts_at is not None  # one of the two is there, or _faults would have said so
        drill = Drill(planned_for=starts_at, starts_at=starts_at, **facts)
        db.session.add(drill)
        drills = [drill]
    else:
        programme = DrillProgramme(recurrence=recurrence, **facts)
        db.session.add(programme)
        db.session.flush()
        drills = _put_on_calendar(programme, house, at=at)
    db.session.flush()
    telling.tell("scheduled", drills, at=at)
    audit.record(
        "drills.scheduled", f"plan/{plan_key}", by=by.label, at=at, drills=[drill.id for drill in drills]
    )
    return drills


def _faults(
    scenarios: list[Any],
    scenario: str | None,
    participants: list[str],
    starts_at: datetime | None,
    recurrence: str | None,
    *,
    at: datetime,
) -> list[Reason]:
    faults = []
    if (starts_at is None) == (recurrence is None):
        faults.append(Reason(N_("Give either a start time or a recurrence."), loc=("starts_at",)))
    if starts_at is not None and starts_at < at - timedelta(minutes=1):
        faults.append(Reason(N_("The start time has passed."), loc=("starts_at",)))
    if scenario and scenario not in {each.key for each in scenarios}:
        known = ", ".join(each.key for each in scenarios)
        faults.append(
            Reason(N_("The plan has no such scenario; it has %(known)s."), {"known": known}, ("scenario",))
        )
    if not participants:
        faults.append(Reason(N_("Name at least one participant."), loc=("participants",)))
    known_people = set(
        db.session.scalars(
            select(Person.email).where(
                Person.email.in_([email.strip().lower() for email in participants]), Person.active
            )
        )
    )
    faults += [
        Reason(N_("Nobody has the address %(email)s."), {"email": email}, ("participants", index))
        for index, email in enumerate(participants)
        if email.strip().lower() not in known_people
    ]
    return faults


def preview(
    recurrence: str, house: House, *, at: datetime, count: int = 5
) -> list[tuple[datetime, datetime]]:
    """The next (planned, moved) times of a recurrence; raises Invalid for one that cannot be read."""
    return list(islice(recurrences.occurrences(recurrence, house.calendar, after=at), count))


def _put_on_calendar(programme: DrillProgramme, house: House, *, at: datetime) -> list[Drill]:
    rows = db.session.execute(
        select(Drill.planned_for, Drill.starts_at).where(Drill.programme_id == programme.id)
    ).all()
    known = {planned for planned, _starts in rows}
    # from the last one on the calendar: nothing planned during a stop of the service is lost or doubled
    after = max([*known, programme.created_at])
    ahead = sum(1 for planned in known if planned > at)
    added = []
    for planned, moved in recurrences.occurrences(
        programme.recurrence, house.calendar, after=after, taken=[starts for _planned, starts in rows]
    ):
        if planned > at + HORIZON or ahead >= AHEAD:
            break
        drill = Drill(
            programme_id=programme.id,
            plan_key=programme.plan_key,
            scenario=programme.scenario,
            planned_for=planned,
            starts_at=moved,
            announced=programme.announced,
            participants=programme.participants,
            moved_because="day_off" if moved != planned else None,
            created_at=at,
            created_by=programme.created_by,
        )
        db.session.add(drill)
        added.append(drill)
        ahead += planned > at
    return added


def plan_ahead(*, at: datetime, house: House) -> int:
    """Put the next drills of every programme on the calendar; returns how many were added."""
    with unit_of_work() as session:
        running = list(session.scalars(select(DrillProgramme).where(DrillProgramme.ended_at.is_(None))))
        return sum(len(_put_on_calendar(programme, house, at=at)) for programme in running)


def start_due(*, at: datetime, house: House) -> int:
    """Open the drills whose time has come; one long past is cancelled and says so. Returns how many."""
    due = list(
        db.session.scalars(
            select(Drill.id).where(Drill.state == DrillState.SCHEDULED, Drill.starts_at <= at).limit(50)
        )
    )
    for drill_id in due:
        with unit_of_work() as session:
            drill = session.get_one(Drill, drill_id, with_for_update=True, populate_existing=True)
            if drill.state != DrillState.SCHEDULED:
                continue
            if at - drill.starts_at > LATE:
                drill.state, drill.ended_at, drill.moved_because = (
                    DrillState.CANCELLED,
                    at,
                    "service_was_down",
                )
                audit.record("drills.missed", f"drill/{drill.id}", by=ACTOR.label, at=at)
            else:
                _open(drill, by=ACTOR, at=at, house=house)
    return len(due)


def begin(drill_id: int, *, by: Actor, at: datetime, house: House) -> Drill:
    """Open a scheduled drill now; raises NotFound, or Refused where it has begun or ended."""
    by.must(Permission.DRILLS_MANAGE)
    drill = _locked(drill_id)
    if drill.state != DrillState.SCHEDULED:
        raise errors.Refused(N_("This drill is %(drill_state)s already."), drill_state=str(drill.state))
    return _open(drill, by=by, at=at, house=house)


def _locked(drill_id: int) -> Drill:
    drill = db.session.get(Drill, drill_id, with_for_update=True, populate_existing=True)
    if drill is None:
        raise errors.NotFound(N_("There is no such drill."))
    return drill


def _open(drill: Drill, *, by: Actor, at: datetime, house: House) -> Drill:
    plan = library.current(drill.plan_key).plan
    rows = {
        row.email: row
        for row in db.session.scalars(select(Person).where(Person.email.in_(drill.participants)))
    }
    people = [rows[email] for email in drill.participants if email in rows and rows[email].active]
    incident = opening.declare(
        opening.Opening(
            complaint_type=drill.plan_key,
            type_proposed=False,
            level=plan.default_level,
            level_reasons=[],
            channel="other",
            received_at=at,
            drill=True,
            participants=people,
        ),
        by=by,
        at=at,
        house=house,
    )
    drill.incident_id, drill.state, drill.started_at = incident.id, DrillState.RUNNING, at
    return drill


def stop(drill_id: int, *, by: Actor, at: datetime, reason: str = "") -> Drill:
    """End a running drill; its incident is cancelled unless it was played to its close."""
    by.must(Permission.DRILLS_MANAGE)
    drill = _locked(drill_id)
    if drill.state != DrillState.RUNNING:
        raise errors.Refused(
            N_("This drill is %(drill_state)s; only a running one can be stopped."),
            drill_state=str(drill.state),
        )
    incident = db.session.get_one(Incident, drill.incident_id)
    if incident.status == Status.OPEN:
        acts.cancel(incident, reason=reason, by=by, at=at)
    drill.state, drill.ended_at = DrillState.ENDED, at
    return drill


def cancel(drill_id: int, *, by: Actor, at: datetime, programme: bool = False) -> Drill:
    """Take a scheduled drill off the calendar, with `programme` also every later one of its programme."""
    by.must(Permission.DRILLS_MANAGE)
    drill = _locked(drill_id)
    if drill.state != DrillState.SCHEDULED:
        raise errors.Refused(N_("This drill is %(drill_state)s already."), drill_state=str(drill.state))
    drill.state, drill.ended_at = DrillState.CANCELLED, at
    gone = [drill]
    if programme and drill.programme_id is not None:
        db.session.get_one(DrillProgramme, drill.programme_id).ended_at = at
        later = select(Drill).where(
            Drill.programme_id == drill.programme_id, Drill.state == DrillState.SCHEDULED
        )
        for each in db.session.scalars(later):
            each.state, each.ended_at = DrillState.CANCELLED, at
            gone.append(each)
    telling.tell("cancelled", gone, at=at)
    audit.record("drills.cancelled", f"drill/{drill.id}", by=by.label, at=at, programme=programme)
    return drill


def visible(by: Actor) -> ColumnElement[bool]:
    """Which drills somebody may know of: one that is not announced is a surprise to all but those who run
    drills, until it begins; and afterwards too where it never began."""
    if by.can(Permission.DRILLS_MANAGE):
        return true()
    return or_(Drill.announced, Drill.started_at.is_not(None))


def find(drill_id: int, *, by: Actor) -> Drill:
    """A drill that somebody may know of; raises NotFound."""
    found = db.session.scalar(select(Drill).where(Drill.id == drill_id, visible(by)))
    if found is None:
        raise errors.NotFound(N_("There is no such drill."))
    return found


def upcoming(*, by: Actor) -> list[dict[str, Any]]:
    """Drills ahead that somebody may know of: {at, what, subject, href}."""
    rows = db.session.scalars(
        select(Drill)
        .where(Drill.state == DrillState.SCHEDULED, visible(by))
        .order_by(Drill.starts_at)
        .limit(200)
    )
    return [
        {"at": drill.starts_at, "what": "drill", "subject": drill.plan_key, "href": "/drills"}
        for drill in rows
    ]
