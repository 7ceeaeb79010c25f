"""The calendar of drills: scheduled once or recurring, put ahead of time, moved off days off, cancelled."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true

from incident import audit, errors
from incident.accounts import Actor
from incident.db import db, unit_of_work
from incident.drills import cast, checking, running, telling
from incident.drills import recurrence as recurrences
from incident.drills.blackouts import DrillDays
from incident.errors import N_
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillKind, DrillProgramme, DrillRole, DrillState
from incident.models.people import Person
from incident.permissions import Permission

HORIZON = timedelta(days=400)  # how far ahead a programme's drills stand on the calendar
SURPRISES_MOST = 500  # unannounced ones that are looked through for their staff
AHEAD = 12  # at most so many drills of one programme ahead


@dataclass(frozen=True)
class Wanted:
    """What is drilled, by whom: `participants` are players' addresses, the commander first; `staff` the
    addresses by role (`director`, `controller`, `evaluator`, `observer`)."""

    plan_key: str
    participants: list[str]
    scenario: str | None = None
    kind: str = DrillKind.TABLETOP
    announced: bool = True
    staff: dict[str, list[str]] = field(default_factory=dict)


def schedule(
    wanted: Wanted,
    *,
    by: Actor,
    at: datetime,
    house: House,
    starts_at: datetime | None = None,
    recurrence: str | None = None,
) -> list[Drill]:
    """Schedule a drill once (`starts_at`) or again and again (`recurrence`); raises Invalid with every fault.

    Whoever schedules it directs it, unless somebody is named. Returns the drills now on the calendar.
    """
    by.must(Permission.DRILLS_MANAGE)
    given = checking.tidied(wanted, by=by)
    faults = [*checking.when(starts_at, recurrence, at=at), *checking.what(given)]
    if recurrence and not any(each.loc == ("recurrence",) for each in faults):
        recurrences.trigger(recurrence, house.zone)
    if faults:
        raise errors.Invalid(N_("The drill cannot be scheduled."), reasons=faults)
    facts = {
        "plan_key": given.plan_key,
        "scenario": given.scenario or None,
        "kind": DrillKind(given.kind),
        "announced": given.announced,
        "participants": given.participants,
        "staff": given.staff,
        "created_at": at,
        "created_by": by.label,
    }
    if recurrence is None:
        assert starts_at is not None  # one of the two is there, or there had been a fault
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
        "drills.scheduled",
        f"plan/{given.plan_key}",
        by=by.label,
        at=at,
        drills=[drill.id for drill in drills],
    )
    return drills


def preview(
    recurrence: str, house: House, *, at: datetime, count: int = 5
) -> list[tuple[datetime, datetime]]:
    """The next (planned, moved) times of a recurrence; raises Invalid for one that cannot be read."""
    return list(islice(_within(recurrence, house, after=at, taken=()), count))


def _within(
    recurrence: str, house: House, *, after: datetime, taken: Iterable[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    days = DrillDays.of(house.calendar)
    return recurrences.occurrences(recurrence, days, after=after, taken=taken)


def _put_on_calendar(programme: DrillProgramme, house: House, *, at: datetime) -> list[Drill]:
    rows = db.session.execute(
        select(Drill.planned_for, Drill.starts_at).where(Drill.programme_id == programme.id)
    ).all()
    known = {planned for planned, _starts in rows}
    # from the last one on the calendar: nothing planned during a stop of the service is lost or doubled
    after = max([*known, programme.created_at])
    ahead = sum(1 for planned in known if planned > at)
    added = []
    taken = [starts for _planned, starts in rows]
    for planned, moved in _within(programme.recurrence, house, after=after, taken=taken):
        if planned > at + HORIZON or ahead >= AHEAD:
            break
        drill = Drill(
            programme_id=programme.id,
            plan_key=programme.plan_key,
            scenario=programme.scenario,
            kind=programme.kind,
            planned_for=planned,
            starts_at=moved,
            announced=programme.announced,
            participants=programme.participants,
            staff=programme.staff,
            moved_because="day_off" if moved != planned else None,
            created_at=at,
            created_by=programme.created_by,
        )
        db.session.add(drill)
        added.append(drill)
        ahead += planned > at
    return added


def plan_ahead(*, at: datetime, house: House) -> int:
    """Put the next drills of every programme on the calendar, and move those whose day has become a day off
    or was closed; returns how many were added or moved."""
    with unit_of_work() as session:
        going = list(session.scalars(select(DrillProgramme).where(DrillProgramme.ended_at.is_(None))))
        added = sum(len(_put_on_calendar(programme, house, at=at)) for programme in going)
        return added + _keep_off(house, at=at)


def _keep_off(house: House, *, at: datetime) -> int:
    db.session.flush()
    days = DrillDays.of(house.calendar)
    ahead = select(Drill).where(
        Drill.state == DrillState.SCHEDULED, Drill.programme_id.is_not(None), Drill.starts_at > at
    )
    count = 0
    for drill in db.session.scalars(ahead):
        moved = recurrences.moved(drill.starts_at, days)
        if moved != drill.starts_at:
            drill.starts_at, drill.moved_because = moved, "day_off"
            count += 1
    return count


def again(drill_id: int, *, starts_at: datetime | None, by: Actor, at: datetime, house: House) -> Drill:
    """Schedule a drill that has been, or was missed, once more with the same people; raises Invalid."""
    drill = running.locked(drill_id)
    same = Wanted(
        drill.plan_key,
        list(drill.participants),
        drill.scenario,
        drill.kind,
        drill.announced,
        dict(drill.staff),
    )
    return schedule(same, by=by, at=at, house=house, starts_at=starts_at)[0]


def cancel(drill_id: int, *, by: Actor, at: datetime, programme: bool = False) -> Drill:
    """Take a scheduled drill off the calendar, with `programme` also every later one of its programme."""
    by.must(Permission.DRILLS_MANAGE)
    drill = running.locked(drill_id)
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
    drills or staff it, until it begins; and afterwards too where it never began."""
    if by.can(Permission.DRILLS_MANAGE):
        return true()
    return or_(Drill.announced, Drill.started_at.is_not(None), Drill.id.in_(_staffed(by)))


def _staffed(by: Actor) -> list[int]:
    """Ids of the surprises that somebody helps to run."""
    if by.kind != "person":
        return []
    hidden = select(Drill).where(Drill.announced.is_(False), Drill.started_at.is_(None))
    rows = db.session.scalars(hidden.order_by(Drill.starts_at.desc()).limit(SURPRISES_MOST))
    return [row.id for row in rows if cast.roles_of(row, by) & set(cast.STAFF)]


def find(drill_id: int, *, by: Actor) -> Drill:
    """A drill that somebody may know of; its staff know of it too. Raises NotFound."""
    found = db.session.get(Drill, drill_id, populate_existing=True)
    known = found is not None and (
        by.can(Permission.DRILLS_MANAGE)
        or found.announced
        or found.started_at is not None
        or bool(cast.roles_of(found, by) & set(cast.STAFF))
    )
    if found is None or not known:
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
        {"at": drill.starts_at, "what": "drill", "subject": drill.plan_key, "href": f"/drills/{drill.id}"}
        for drill in rows
    ]


def mine(person: Person, *, states: Iterable[DrillState]) -> list[tuple[Drill, set[DrillRole]]]:
    """The drills somebody takes part in that stand at one of some states, with what they do there."""
    rows = db.session.scalars(
        select(Drill).where(Drill.state.in_(list(states))).order_by(Drill.starts_at.desc()).limit(200)
    )
    found = []
    for drill in rows:
        roles = {role for role in DrillRole if person.email in cast.addresses(drill, role)}
        if roles:
            found.append((drill, roles))
    return found
