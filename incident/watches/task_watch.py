"""Reminders of tasks, gathered: what is due for one person goes out as one message over all incidents."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from incident import duty
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.coordination import dependencies, reminders
from incident.db import db, unit_of_work
from incident.lifecycle.common import House
from incident.models.alerts import UNDELIVERED, Delivery, DeliveryState
from incident.models.drills import STANDING_STILL
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.vocabulary import Status, TaskStatus

GATHER = timedelta(minutes=15)  # what falls due this soon goes into the same message
SWEEP_LIMIT = 500  # tasks looked at by one sweep; each person it reminds is reminded of all of theirs
# whose move it is, as `Task.reminded_id` says it
MOVER: ColumnElement[int | None] = func.coalesce(Task.unblocker_id, Task.assignee_id)


@dataclass(frozen=True)
class Due:
    """A task that is due to remind, and who is reminded: nobody where nobody can be found."""

    task_id: int
    person_id: int | None


def sweep(*, at: datetime, house: House) -> int:
    """Send one message to everybody who has something due; returns how many.

    Each message is one unit of work that takes its tasks under lock and moves their `remind_at`: safe to run
    twice, and after a stop everybody still gets a single message.
    """
    found = _due(at)
    if not found:
        return 0
    nobodys = [each.task_id for each in found if each.person_id is None]
    if nobodys:
        with unit_of_work():
            _move_on(nobodys, at=at)
    sent = 0
    for person_id in sorted({each.person_id for each in found if each.person_id is not None}):
        others = [each.task_id for each in found if each.person_id == person_id]
        with unit_of_work():
            sent += _remind(person_id, others, at=at, calendar=house.calendar)
    return sent


def _due(at: datetime) -> list[Due]:
    rows = db.session.execute(
        select(Task.id, Person.id, IncidentDepartment.lead_id, Task.department_code, Incident.commander_id)
        .join(Incident, Incident.id == Task.incident_id)
        .outerjoin(Person, and_(Person.id == MOVER, Person.active))
        .outerjoin(
            IncidentDepartment,
            and_(
                IncidentDepartment.incident_id == Task.incident_id,
                IncidentDepartment.code == Task.department_code,
            ),
        )
        .where(Task.remind_at <= at, Task.incident_id.not_in(STANDING_STILL))
        .order_by(Task.remind_at)
        .limit(SWEEP_LIMIT)
    ).all()
    return [
        Due(task_id, mover or _stand_in(lead, code, commander))
        for task_id, mover, lead, code, commander in rows
    ]


def _stand_in(lead: int | None, department: str, commander: int | None) -> int | None:
    """Who hears of a task that nobody owns: the department's lead, else its head, else the commander."""
    heads = duty.heads([department])
    head = heads[department].id if department in heads else None
    people = [each for each in (lead, head, commander) if each is not None]
    able = set(db.session.scalars(select(Person.id).where(Person.id.in_(people), Person.active)))
    return next((each for each in people if each in able), None)


def _remind(person_id: int, others: list[int], *, at: datetime, calendar: WorkingCalendar) -> int:
    """Gather what is due for a person; one message, or none where all of it must wait for the morning."""
    person = db.session.get_one(Person, person_id)
    own = reminders.own(calendar, person)
    told = []
    for task, incident in _taken(person_id, others, at=at):
        if task.finished or incident.status != Status.OPEN or _waits(task):
            task.remind_at = None
            continue
        allowed = reminders.allowed_from(at, incident.level, own)
        if allowed > at:
            task.remind_at = allowed
            continue
        task.remind_at = reminders.following(task.due_at, incident.level, after=at + GATHER)
        told.append(task)
    if not told:
        return 0
    told.sort(key=lambda task: (task.due_at, task.id))
    _say(person_id, [task.id for task in told], at=at)
    return 1


def _say(person_id: int, ids: list[int], *, at: datetime) -> None:
    """One message; while Slack is down the one that waits takes in what comes later, so that nobody finds a
    pile of them."""
    mine = f"tasks-{person_id}-"
    waiting = db.session.scalar(
        select(Delivery)
        .where(
            UNDELIVERED,
            Delivery.state == DeliveryState.PENDING,
            Delivery.key.startswith(outbox.row(None, "remind", at=at, key=mine)["key"], autoescape=True),
        )
        .order_by(Delivery.id)
        .limit(1)
        .with_for_update(skip_locked=True),
        execution_options={"populate_existing": True},
    )
    if waiting is not None:
        every = dict.fromkeys([*waiting.payload["tasks"], *ids])
        waiting.payload = {**waiting.payload, "tasks": list(every)}
        return
    key = f"{mine}{secrets.token_hex(6)}"
    outbox.enqueue(None, "remind", at=at, key=key, person_id=person_id, about="tasks", tasks=ids)


def _taken(person_id: int, others: list[int], *, at: datetime) -> list[tuple[Task, Incident]]:
    """A person's tasks that are due by now or soon, as they are now, held until the end of the transaction;
    none where all are only due soon: they join a message, and start none."""
    mine = (
        select(Task, Incident)
        .join(Incident, Incident.id == Task.incident_id)
        .where(
            Task.incident_id.not_in(STANDING_STILL),
            or_(
                and_(MOVER.in_([person_id]), Task.remind_at <= at + GATHER),
                and_(Task.id.in_(others), Task.remind_at <= at),
            ),
        )
        .order_by(Task.id)
        .with_for_update(of=Task)
    )
    rows = db.session.execute(mine, execution_options={"populate_existing": True})
    found = [(row[0], row[1]) for row in rows]
    return found if any(_is_due(task, at) for task, _incident in found) else []


def _is_due(task: Task, at: datetime) -> bool:
    return task.remind_at is not None and task.remind_at <= at


def _waits(task: Task) -> bool:
    begun = task.status == TaskStatus.DOING
    return bool(task.after) and not begun and bool(dependencies.of(task.incident_id).waits_for(task))


def _move_on(task_ids: Iterable[int], *, at: datetime) -> None:
    """Nobody is there to be reminded: the board shows the alarm, and the next look is later."""
    rows = db.session.execute(
        select(Task, Incident)
        .join(Incident, Incident.id == Task.incident_id)
        .where(Task.id.in_(list(task_ids)), Task.remind_at <= at)
        .with_for_update(of=Task),
        execution_options={"populate_existing": True},
    )
    for task, incident in rows:
        lives = not task.finished and incident.status == Status.OPEN
        task.remind_at = reminders.following(task.due_at, incident.level, after=at) if lives else None
