"""My department today: everything a department is called out for, its tasks by time, and who is on duty."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, render_template, request
from sqlalchemy import case, func, select
from werkzeug.wrappers import Response

from incident import clock, duty, errors
from incident.board import access, acting, figures, frame
from incident.board.access import needs
from incident.coordination import departments
from incident.db import db
from incident.errors import N_
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import UNFINISHED, Status, TaskStatus

bp = Blueprint("departments", __name__)
D = IncidentDepartment
LINES_MOST, TASKS_MOST = 100, 200  # on the page; the board lists the rest
# not accepted first, then what is stuck, what works, and what has ended
ORDER = (
    DepartmentState.CALLED,
    DepartmentState.BLOCKED,
    DepartmentState.ACCEPTED,
    DepartmentState.WORKING,
    DepartmentState.SIGNED_OFF,
    DepartmentState.STOOD_DOWN,
)
Found = Any  # a row of a line or task, its incident, and a name


@dataclass(frozen=True)
class Today:
    """What a department has before it."""

    code: str
    lines: list[Found]
    count: int
    tasks: list[Found]
    task_count: int
    done: dict[int, tuple[int, int]]
    on: duty.OnDuty
    head: Person | None

    @property
    def waiting(self) -> int:
        """How many lines nobody has accepted yet, drills left out."""
        called = DepartmentState.CALLED
        return sum(line.state == called and not incident.drill for line, incident, _lead in self.lines)


@bp.get("/departments")
@needs(Permission.INCIDENTS_READ)
def mine() -> Response | str:
    """The reader's own department, or the one that was chosen; the choice for whoever has none."""
    code = request.args.get("code") or access.actor().department
    if code in library.departments():
        return redirect(f"/departments/{code}", HTTPStatus.SEE_OTHER)
    return render_template("departments/choose.html", choice=_choice(), counts=_counts())


@bp.get("/departments/<code>")
@needs(Permission.INCIDENTS_READ)
def show(code: str) -> str:
    """One department's day."""
    return _page("departments/today.html", code)


@bp.get("/departments/<code>/live")
@needs(Permission.INCIDENTS_READ)
def live(code: str) -> Response:
    """What changes on the page, for its script; 304 while nothing has happened in the last minute."""
    now = _tag(code)
    return frame.news(now, lambda: _page("partials/department_live.html", code))


def _page(template: str, code: str) -> str:
    if code not in library.departments():
        raise errors.NotFound(N_("There is no such department."))
    tag = _tag(code)  # before reading: what happens meanwhile is then seen by the next question
    return render_template(
        template,
        today=_today(code, at=clock.now()),
        about=library.departments()[code],
        choice=_choice(),
        etag=tag,
        code=code,
        may_act=access.can(Permission.INCIDENTS_ACT),
    )


def _tag(code: str) -> str:
    minute = int(clock.now().timestamp() // 60)
    return f"{figures.stamp()}-{frame.digest(frame.locale(), access.actor().id, minute, code)}"


def _choice() -> list[tuple[str, str]]:
    return [(code, frame.words("department", code)) for code in library.departments()]


def _counts() -> dict[str, int]:
    """How many live lines each department has that have not ended."""
    rows = db.session.execute(
        select(D.code, func.count())
        .join(Incident, Incident.id == D.incident_id)
        .where(*_open(), Incident.drill.is_(False), D.state.not_in(departments.ENDED))
        .group_by(D.code)
    )
    return {code: count for code, count in rows}


def _open() -> tuple[Any, ...]:
    return (Incident.status == Status.OPEN,)


def _today(code: str, *, at: datetime) -> Today:
    here = (*_open(), D.code == code)
    order = case({state: place for place, state in enumerate(ORDER)}, value=D.state)
    query = (
        select(D, Incident, Person.name)
        .join(Incident, Incident.id == D.incident_id)
        .outerjoin(Person, Person.id == D.lead_id)
        .where(*here)
        .order_by(Incident.drill, order, func.coalesce(D.next_update_at, D.accept_by), D.id)
    )
    lines = list(db.session.execute(query.limit(LINES_MOST)))
    tasks, task_count = _tasks(code)
    heads = duty.heads([code])
    return Today(
        code=code,
        lines=lines,
        count=_many(
            select(D.id).join(Incident, Incident.id == D.incident_id).where(*here), lines, LINES_MOST
        ),
        tasks=tasks,
        task_count=task_count,
        done=_done(code, [line.incident_id for line, _incident, _lead in lines]),
        on=duty.roster([code], at=at, zone=acting.house().zone)[code],
        head=heads.get(code),
    )


def _tasks(code: str) -> tuple[list[Found], int]:
    """The department's unfinished tasks, the next due first, those of drills last."""
    here = (*_open(), Task.department_code == code, Task.status.in_(UNFINISHED))
    query = (
        select(Task, Incident, Person.name)
        .join(Incident, Incident.id == Task.incident_id)
        .outerjoin(Person, Person.id == Task.assignee_id)
        .where(*here)
        .order_by(Incident.drill, Task.due_at, Task.id)
    )
    rows = list(db.session.execute(query.limit(TASKS_MOST)))
    everything = select(Task.id).join(Incident, Incident.id == Task.incident_id).where(*here)
    return rows, _many(everything, rows, TASKS_MOST)


def _many(query: Any, shown: list[Found], most: int) -> int:
    """How many there are: counted only where the page does not show them all."""
    if len(shown) < most:
        return len(shown)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _done(code: str, incident_ids: list[int]) -> dict[int, tuple[int, int]]:
    """(done, all) of the department's tasks on each incident, dropped ones left out."""
    done = func.sum(case((Task.status == TaskStatus.DONE, 1), else_=0))
    rows = db.session.execute(
        select(Task.incident_id, done, func.count())
        .where(
            Task.incident_id.in_(incident_ids),
            Task.department_code == code,
            Task.status != TaskStatus.DROPPED,
        )
        .group_by(Task.incident_id)
    )
    return {incident_id: (int(finished), every) for incident_id, finished, every in rows}
