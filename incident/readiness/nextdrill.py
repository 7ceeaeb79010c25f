"""The drill that one press schedules, and the form suggests: who takes part, which scenario, and when."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select

from incident import drills, duty, errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillRole, DrillState
from incident.models.people import Person
from incident.permissions import Role
from incident.playbooks import library

IN_DAYS = 7  # people can prepare
STARTS = time(10, 0)  # in the house's zone


@dataclass(frozen=True)
class Suggestion:
    """A drill as it could be scheduled; `wanted.participants` is empty where nobody is on duty."""

    wanted: drills.Wanted
    starts_at: datetime


def suggest(plan_key: str, *, by: Actor, at: datetime, house: House) -> Suggestion:
    """A tabletop of a plan: the scenario after the one played last, whoever is on duty for its departments,
    directed by whoever schedules it, somebody to rate it, on the first working day after a week on which
    nothing is drilled."""
    plan = library.current(plan_key).plan
    people = _players([each.code for each in plan.departments], at=at, house=house)
    people = [each for each in people if each.id != by.id]  # who knows what is to come does not play
    used = _last_scenario(plan_key)
    keys = [each.key for each in plan.scenarios]
    scenario = keys[(keys.index(used) + 1) % len(keys)] if used in keys else keys[0]
    wanted = drills.Wanted(
        plan_key, [each.email for each in people], scenario=scenario, staff=_staff(people, by)
    )
    return Suggestion(wanted, _morning(at, house))


def schedule(plan_key: str, *, by: Actor, at: datetime, house: House) -> Drill:
    """Schedule what is suggested; raises Refused where a drill of the plan stands on the calendar already,
    and where nobody is on duty."""
    known = db.session.scalar(
        select(Drill).where(Drill.plan_key == plan_key, Drill.state == DrillState.SCHEDULED).limit(1)
    )
    if known is not None:
        raise errors.Refused(N_("A drill of this plan is scheduled already."))
    found = suggest(plan_key, by=by, at=at, house=house)
    if not found.wanted.participants:
        raise errors.Refused(N_("Nobody is on duty for the departments of this plan."))
    (made,) = drills.schedule(found.wanted, starts_at=found.starts_at, by=by, at=at, house=house)
    return made


def _players(codes: list[str], *, at: datetime, house: House) -> list[Person]:
    """The first on duty of each department; the responsible one's commands."""
    roster = duty.roster(codes, at=at, zone=house.zone)
    found = {each.first.id: each.first for each in roster.values() if each.first}
    return list(found.values())


def _staff(players: list[Person], by: Actor) -> dict[str, list[str]]:
    """Whoever schedules it directs; somebody rates it who neither plays nor directs: an auditor, else a
    trainer."""
    director = db.session.get(Person, by.id) if by.kind == "person" else None
    staff = {str(DrillRole.DIRECTOR): [director.email]} if director else {}
    query = select(Person).where(Person.active, Person.role.in_([Role.AUDITOR, Role.TRAINER]))
    out = {each.id for each in players} | {by.id}
    found = [
        each for each in db.session.scalars(query.order_by(Person.role, Person.id)) if each.id not in out
    ]
    return staff | ({str(DrillRole.EVALUATOR): [found[0].email]} if found else {})


def _last_scenario(plan_key: str) -> str | None:
    return db.session.scalar(
        select(Drill.scenario).where(Drill.plan_key == plan_key).order_by(Drill.starts_at.desc()).limit(1)
    )


def _morning(at: datetime, house: House) -> datetime:
    taken = {
        each.astimezone(house.zone).date()
        for each in db.session.scalars(select(Drill.starts_at).where(Drill.state == DrillState.SCHEDULED))
    }
    day = house.calendar.next_working((at + timedelta(days=IN_DAYS)).astimezone(house.zone).date())
    while day in taken:
        day = house.calendar.next_working(day + timedelta(days=1))
    return datetime.combine(day, STARTS, tzinfo=house.zone)
