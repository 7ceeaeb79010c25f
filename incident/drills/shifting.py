"""Time that stands still: moving what is due in a drill by as long as it was paused."""

from datetime import timedelta

from sqlalchemy import select

from incident.db import db
from incident.models.clocks import Clock, ClockState
from incident.models.drills import Drill
from incident.models.exercises import DrillInject, InjectState
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.vocabulary import TaskStatus

LINE_TIMES = ("accept_by", "next_update_at", "escalate_at")
TASK_TIMES = ("due_at", "remind_at")
INCIDENT_TIMES = ("update_due_at", "nag_at", "next_clock_at", "risk_at")


def later(drill: Drill, by: timedelta) -> None:
    """Move the injects to come, the answers that are owed, and the incident's own due times."""
    for inject in db.session.scalars(select(DrillInject).where(DrillInject.drill_id == drill.id)):
        if inject.state == InjectState.PENDING:
            inject.due_at = (inject.due_at + by).replace(microsecond=0)  # the beat is on the second
        elif inject.judged_at is None and inject.answer_by is not None:
            inject.answer_by += by
    mine = drill.incident_id
    for line in db.session.scalars(select(IncidentDepartment).where(IncidentDepartment.incident_id == mine)):
        _move(line, LINE_TIMES, by)
    unfinished = Task.status.in_((TaskStatus.TODO, TaskStatus.DOING, TaskStatus.BLOCKED))
    for task in db.session.scalars(select(Task).where(Task.incident_id == mine, unfinished)):
        _move(task, TASK_TIMES, by)
    running = select(Clock).where(Clock.incident_id == mine, Clock.state == ClockState.RUNNING)
    for each in db.session.scalars(running):
        _move(each, ("due_at", "warn_at"), by)
    _move(db.session.get_one(Incident, mine), INCIDENT_TIMES, by)


def _move(row: object, names: tuple[str, ...], by: timedelta) -> None:
    for name in names:
        if getattr(row, name) is not None:
            setattr(row, name, getattr(row, name) + by)
