"""What is somebody's own: incidents they work on, tasks, approvals, offers of roles, duty, drills."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select

from incident import coverage, drills
from incident.accounts import Actor
from incident.coordination import approvals
from incident.db import db
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillState
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder, Task
from incident.models.people import Department, Person
from incident.models.resolutions import OptionState, ResolutionOption
from incident.models.updates import HandOver, HandOverState
from incident.vocabulary import UNFINISHED, Status

DUTY_AHEAD = timedelta(days=7)
LOOKED_AT = 100  # rows read to find those that are somebody's


@dataclass(frozen=True)
class Stretch:
    """A time that somebody is on duty for a department."""

    department: str
    starts_at: datetime
    ends_at: datetime
    backup: bool


def works_on(person_id: int) -> ColumnElement[bool]:
    """Whether somebody commands an incident, answered it, or has a role, a department or a task in it."""
    R, D = IncidentRoleHolder, IncidentDepartment
    parts = (
        select(R.incident_id).where(R.person_id == person_id),
        select(D.incident_id).where(D.lead_id == person_id),
        select(Task.incident_id).where(Task.assignee_id == person_id, Task.status.in_(UNFINISHED)),
    )
    return or_(
        Incident.commander_id == person_id,
        Incident.acknowledged_by_id == person_id,
        *(Incident.id.in_(part) for part in parts),
    )


def incidents(person_id: int, *, most: int) -> list[Incident]:
    """The open incidents that somebody works on, gravest first."""
    query = select(Incident).where(Incident.status == Status.OPEN, works_on(person_id))
    return list(
        db.session.scalars(query.order_by(Incident.drill, Incident.level, Incident.opened_at).limit(most))
    )


def choice(person_id: int, *, most: int) -> list[Incident]:
    """The open incidents to choose from: one's own first, then all, gravest first."""
    mine = incidents(person_id, most=most)
    rest = select(Incident).where(
        Incident.status == Status.OPEN, Incident.id.not_in([each.id for each in mine])
    )
    others = db.session.scalars(
        rest.order_by(Incident.drill, Incident.level, Incident.opened_at.desc()).limit(most)
    )
    return [*mine, *others][:most]


def tasks(person_id: int, *, most: int) -> list[tuple[Task, Incident]]:
    """The unfinished tasks of open incidents whose next move is somebody's, the most pressing first."""
    query = (
        select(Task, Incident)
        .join(Incident, Incident.id == Task.incident_id)
        .where(
            Incident.status == Status.OPEN,
            Task.status.in_(UNFINISHED),
            or_(Task.assignee_id == person_id, Task.unblocker_id == person_id),
        )
        .order_by(Task.due_at, Task.id)
        .limit(most)
    )
    return [(task, incident) for task, incident in db.session.execute(query)]


def to_approve(person: Person, *, most: int) -> list[tuple[ResolutionOption, Incident]]:
    """The options that wait for a decision that somebody may make."""
    query = (
        select(ResolutionOption, Incident)
        .join(Incident, Incident.id == ResolutionOption.incident_id)
        .where(ResolutionOption.state == OptionState.PROPOSED, Incident.status == Status.OPEN)
        .order_by(ResolutionOption.proposed_at, ResolutionOption.id)
        .limit(LOOKED_AT)
    )
    rows = [(option, incident) for option, incident in db.session.execute(query)]
    mine = [row for row in rows if any(each.id == person.id for each in approvals.who_may(row[1], row[0]))]
    return mine[:most]


def offers(person_id: int, *, most: int) -> list[tuple[HandOver, Incident]]:
    """The roles that somebody is asked to take over."""
    query = (
        select(HandOver, Incident)
        .join(Incident, Incident.id == HandOver.incident_id)
        .where(
            HandOver.to_id == person_id,
            HandOver.state == HandOverState.OFFERED,
            Incident.status == Status.OPEN,
        )
        .order_by(HandOver.id)
        .limit(most)
    )
    return [(row, incident) for row, incident in db.session.execute(query)]


def duty(person_id: int, *, at: datetime, house: House, most: int) -> list[Stretch]:
    """When somebody is on duty within the next seven days, the earliest first."""
    codes = list(db.session.scalars(select(Department.code).order_by(Department.code)))
    end = at + DUTY_AHEAD
    shifts = coverage.shifts_between(codes, at, end)
    found = [
        Stretch(
            code,
            each.starts_at,
            each.ends_at,
            each.on_duty.primary is None or each.on_duty.primary.id != person_id,
        )
        for code in codes
        if any(person.id == person_id for _shift, person in shifts[code])
        for each in coverage.stretches(shifts[code], at, end, house.zone)
        if any(person.id == person_id for person in each.on_duty.people)
    ]
    return sorted(found, key=lambda each: each.starts_at)[:most]


def drills_ahead(by: Actor, *, at: datetime, most: int) -> Sequence[Drill]:
    """The drills that run, then those ahead, as far as somebody may know of them."""
    live = (DrillState.RUNNING, DrillState.PAUSED, DrillState.SCHEDULED)
    query = select(Drill).where(drills.visible(by), Drill.state.in_(live))
    return db.session.scalars(query.order_by(Drill.state, Drill.starts_at).limit(most)).all()
