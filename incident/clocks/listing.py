"""Clocks over all incidents: those still to be met by urgency, and those that somebody has to do with."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, exists, or_, select

from incident.clocks import rules
from incident.models.clocks import LIVE, Clock
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder, Task
from incident.vocabulary import UNFINISHED, Status


def conditions(
    *,
    states: Sequence[str] = (),
    jurisdiction: str = "",
    department: str = "",
    mine: int | None = None,
    drill: bool = False,
) -> list[Any]:
    """For WHERE, over clocks joined with their incidents; without states, what still wants something.

    A clock without a department of its own is the responsible departments'. `mine` is a person's id. What
    still wants something counts only where the incident is open.
    """
    found: list[Any] = [Incident.drill == drill]
    live = [str(each) for each in states or LIVE if each in LIVE]
    ended = [each for each in states if each not in LIVE]
    found.append(Clock.state.in_([*live, *ended]))  # alone, so that its index is used
    if live:
        found.append(or_(Incident.status == Status.OPEN, Clock.state.in_(ended)))
    if not states:
        found.append(Clock.kind != rules.WINDOW)
    if jurisdiction:
        found.append(Clock.jurisdiction == jurisdiction)
    if department:
        responsible = exists().where(
            IncidentDepartment.incident_id == Clock.incident_id,
            IncidentDepartment.code == department,
            IncidentDepartment.part == "responsible",
        )
        found.append(
            or_(Clock.department_code == department, and_(Clock.department_code.is_(None), responsible))
        )
    if mine is not None:
        found.append(concerns(mine))
    return found


def concerns(person_id: int) -> Any:
    """Whether an incident is somebody's: they command it, hold a role, lead a department or own a task."""
    here = Incident.id
    return or_(
        Incident.commander_id == person_id,
        here.in_(select(IncidentRoleHolder.incident_id).where(IncidentRoleHolder.person_id == person_id)),
        here.in_(select(IncidentDepartment.incident_id).where(IncidentDepartment.lead_id == person_id)),
        here.in_(
            select(Task.incident_id).where(
                Task.assignee_id == person_id,
                Task.status.in_(UNFINISHED),
            )
        ),
    )
