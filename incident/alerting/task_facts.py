"""The tasks of a reminder as they are when it goes out: what was done meanwhile is not in it any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from incident.alerting import escalation
from incident.alerting.facts import TaskFacts, Words
from incident.db import db
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.vocabulary import Level, Status


def still(ids: Sequence[int], person_id: int, *, at: datetime) -> tuple[TaskFacts, ...]:
    """Those of some tasks that a person still has to see to, the first due first."""
    rows = db.session.execute(
        select(Task, Incident)
        .join(Incident, Incident.id == Task.incident_id)
        .where(Task.id.in_(list(ids)), Incident.status == Status.OPEN)
        .order_by(Task.due_at, Task.id),
        execution_options={"populate_existing": True},
    )
    return tuple(
        _facts(task, incident, person_id, at)
        for task, incident in rows
        if not task.finished and not task.reminders_stopped and _concerns(task, incident, person_id)
    )


def _concerns(task: Task, incident: Incident, person_id: int) -> bool:
    """Theirs, or nobody's; in a drill only for whoever takes part."""
    mover = db.session.get(Person, task.reminded_id) if task.reminded_id else None
    if mover is not None and mover.active and mover.id != person_id:
        return False
    return not incident.drill or person_id in {each.id for each in escalation.drill_participants(incident.id)}


def _facts(task: Task, incident: Incident, person_id: int, at: datetime) -> TaskFacts:
    return TaskFacts(
        id=task.id,
        number=incident.number,
        drill=incident.drill,
        level=Level(incident.level),
        title=Words(task.title_zh, task.title_en),
        due_at=task.due_at,
        overdue=task.due_at <= at,
        yours=task.reminded_id == person_id,
        asked=task.unblocker_id == person_id,
    )
