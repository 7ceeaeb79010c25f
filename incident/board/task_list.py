"""My tasks over all incidents, the most pressing first, and what can be done with them in one press."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from sqlalchemy import and_, func, or_, select
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting, task_page
from incident.board.access import needs
from incident.coordination import dependencies, reminders, tasks
from incident.coordination.dependencies import Order
from incident.db import db
from incident.errors import DomainError
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import UNFINISHED, Status

bp = Blueprint("task_list", __name__)
SHOWN_MOST = 200  # of one person or department; whoever has more has another trouble
MOVER = func.coalesce(Task.unblocker_id, Task.assignee_id)


@dataclass(frozen=True)
class Row:
    """A task with its incident, whose move it is, and what it waits for."""

    task: Task
    incident: Incident
    mover: Person | None
    waits_for: list[Task]
    mine: bool


@bp.get("/tasks")
@needs(Permission.INCIDENTS_READ)
def listing() -> str:
    """The page."""
    return _page()


def _page(fault: DomainError | None = None) -> str:
    me = access.actor()
    whole = request.values.get("show") == "department" and me.department is not None
    rows = _rows(me.id or 0, me.department if whole else None)
    now = clock.now()
    return render_template(
        "tasks/list.html",
        groups=[(name, found) for name, found in _grouped(rows) if found],
        overdue=sum(row.task.due_at <= now for row in rows),
        whole=whole,
        department=me.department,
        acting=access.can(Permission.INCIDENTS_ACT),
        fault=fault,
    )


def _grouped(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Overdue ones first, then what can be worked on, then what waits for others."""
    now = clock.now()
    late = [row for row in rows if row.task.due_at <= now]
    rest = [row for row in rows if row.task.due_at > now]
    return [
        ("overdue", late),
        ("open", [row for row in rest if not row.waits_for]),
        ("waiting", [row for row in rest if row.waits_for]),
    ]


def _rows(me: int, department: str | None) -> list[Row]:
    """Unfinished tasks of open incidents: mine, and those that I can unblock; or all of a department."""
    theirs = or_(Task.assignee_id == me, Task.unblocker_id == me)
    found = db.session.execute(
        select(Task, Incident, Person)
        .join(Incident, Incident.id == Task.incident_id)
        .outerjoin(Person, and_(Person.id == MOVER, Person.active))
        .where(
            Incident.status == Status.OPEN,
            Task.status.in_(UNFINISHED),
            theirs if department is None else Task.department_code == department,
        )
        .order_by(Task.due_at, Task.id)
        .limit(SHOWN_MOST)
    ).all()
    orders = _orders({task.incident_id for task, _incident, _mover in found if task.after})
    return [
        Row(
            task,
            incident,
            mover,
            orders[incident.id].waits_for(task) if task.after else [],
            task.reminded_id == me,
        )
        for task, incident, mover in found
    ]


def _orders(ids: set[int]) -> dict[int, Order]:
    by_incident: dict[int, list[Task]] = {id_: [] for id_ in ids}
    for task in db.session.scalars(select(Task).where(Task.incident_id.in_(ids)).order_by(Task.id)):
        by_incident[task.incident_id].append(task)
    return {id_: dependencies.order(found) for id_, found in by_incident.items()}


@bp.post("/tasks/<int:task_id>/move")
@needs(Permission.INCIDENTS_ACT)
def move(task_id: int) -> Response:
    """Take it up, or say that it is done."""
    to = request.form.get("status", "")

    def act(task: Task, incident: Incident) -> None:
        tasks.change(task, incident, status=to, by=access.actor(), at=clock.now())

    return task_page.do(task_id, act, _page)


@bp.post("/tasks/<int:task_id>/snooze")
@needs(Permission.INCIDENTS_ACT)
def snooze(task_id: int) -> Response:
    """Be reminded in an hour, or tomorrow at nine."""
    at = clock.now()
    calendar = acting.house().calendar
    person = access.me()
    zone = reminders.own(calendar, person).zone if person else calendar.zone
    until = (
        reminders.next_morning(at, zone) if request.form.get("until") == "morning" else at + reminders.HOUR
    )

    def act(task: Task, incident: Incident) -> None:
        reminders.snooze(task, incident, until=until, by=access.actor(), at=at)

    return task_page.do(task_id, act, _page)


@bp.post("/tasks/<int:task_id>/stop")
@needs(Permission.INCIDENTS_ACT)
def stop(task_id: int) -> Response:
    """Be reminded of it no more."""

    def act(task: Task, incident: Incident) -> None:
        reminders.stop(task, incident, by=access.actor(), at=clock.now())

    return task_page.do(task_id, act, _page)
