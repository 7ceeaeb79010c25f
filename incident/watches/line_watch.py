"""The watch over department lines: whoever does not accept or report in time is asked for, step by step."""

from datetime import datetime

from sqlalchemy import select

from incident import accounts, duty, timeline
from incident.alerting import escalation, outbox
from incident.coordination import departments, pace
from incident.db import db, unit_of_work
from incident.lifecycle.common import House
from incident.models.drills import STANDING_STILL
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment
from incident.models.people import Person
from incident.playbooks import library

SWEEP_LIMIT = 200  # lines one sweep looks at; the next follows in seconds
LAST = 2  # rungs: the head or the lead, then the commander
ACTOR = accounts.system("lines")


def sweep(*, at: datetime, house: House) -> int:
    """Ask for every line that is late, each once a rung and in its own unit of work; returns how many."""
    due = db.session.execute(
        select(IncidentDepartment.id, IncidentDepartment.incident_id)
        .where(IncidentDepartment.escalate_at <= at, IncidentDepartment.incident_id.not_in(STANDING_STILL))
        .order_by(IncidentDepartment.escalate_at)
        .limit(SWEEP_LIMIT)
    ).all()
    return sum(_look(line_id, incident_id, at=at, house=house) for line_id, incident_id in due)


def _look(line_id: int, incident_id: int, *, at: datetime, house: House) -> int:
    """Compare-and-set under the incident's lock, as every act on the line is."""
    with unit_of_work() as session:
        incident = session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
        line = session.get_one(IncidentDepartment, line_id, populate_existing=True)
        if line.escalate_at is None or line.escalate_at > at:
            return 0
        if not incident.is_open or line.state in departments.ENDED:
            line.escalate_at = None
            return 0
        if line.state == DepartmentState.CALLED:
            return _unaccepted(incident, line, at=at, house=house)
        return _silent(incident, line, at=at, house=house)


def _unaccepted(incident: Incident, line: IncidentDepartment, *, at: datetime, house: House) -> int:
    """Not accepted in time: the department's head, and after the same time again the commander."""
    told = _next(line, [_heads(incident, line.code), _commander(incident)])
    wait = pace.accept_by(library.the_levels()[incident.level], at, house.calendar)
    line.escalate_at = wait if told and line.rung < LAST else None
    due = (line.accept_by or at).isoformat()
    return _told(incident, line, told, "unaccepted", due, at=at)


def _silent(incident: Incident, line: IncidentDepartment, *, at: datetime, house: House) -> int:
    """No update in time: the lead, then the commander; at Ⅲ and Ⅳ not at night and not on days off."""
    calendar = house.calendar
    if line.next_update_at is None:  # a task that was taken up started it a moment ago
        departments.heard(line, incident, at=line.accepted_at or at, calendar=calendar)
        return 0
    awake = pace.awake(incident.level, at, calendar)
    if awake > at:
        line.escalate_at = awake
        return 0
    told = _next(line, [_lead(incident, line), _commander(incident)])
    wait = pace.next_update(library.the_levels()[incident.level], at, calendar)
    line.escalate_at = pace.awake(incident.level, wait, calendar) if told and line.rung < LAST else None
    due = line.next_update_at.isoformat()
    return _told(incident, line, told, "silent", due, at=at)


def _next(line: IncidentDepartment, ladder: list[list[Person]]) -> list[Person]:
    """The people of the next rung that has any; an empty rung tells nobody, so the next follows at once."""
    while line.rung < LAST:
        line.rung += 1
        if ladder[line.rung - 1]:
            return ladder[line.rung - 1]
    return []


def _told(
    incident: Incident, line: IncidentDepartment, people: list[Person], about: str, due: str, *, at: datetime
) -> int:
    if not people:
        return 0
    timeline.record(
        incident.id,
        "department_unaccepted" if about == "unaccepted" else "department_silent",
        by=ACTOR.label,
        at=at,
        department=line.code,
        people="、".join(person.name for person in people),
    )
    for person in people:
        outbox.enqueue(
            incident.id, "line", at=at, about=about, code=line.code, person_id=person.id, due_at=due
        )
    return 1


def _heads(incident: Incident, code: str) -> list[Person]:
    return _taking_part(incident, list(duty.heads([code]).values()))


def _lead(incident: Incident, line: IncidentDepartment) -> list[Person]:
    found = db.session.get(Person, line.lead_id) if line.lead_id else None
    return _taking_part(incident, [found] if found and found.active else _heads(incident, line.code))


def _commander(incident: Incident) -> list[Person]:
    """The commander; of a live incident without one, the heads of the group."""
    found = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    if found and found.active:
        return _taking_part(incident, [found])
    return [] if incident.drill else duty.group_heads()


def _taking_part(incident: Incident, people: list[Person]) -> list[Person]:
    """Of a drill, its participants and nobody else."""
    if not incident.drill:
        return people
    known = {each.id for each in escalation.drill_participants(incident.id)}
    return [person for person in people if person.id in known]
