"""The figures at the top of the board, and the sign that something has changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal_column, select, text

from incident import clock
from incident.db import db, remembered
from incident.models.incidents import UNFINISHED_TASK, Incident, IncidentDepartment, Task
from incident.models.records import TimelineEvent
from incident.vocabulary import Level

MOST = 1_000  # counting stops here: nobody acts on the difference between 1,000 and 2,000
# literals, so that SQLite sees that the partial indexes fit
OPEN: Any = literal_column("'open'")
QUICK, SLOW = 2.0, 10.0  # seconds a count is kept in a process
LATEST = 200  # events looked at for ids that were committed out of order


@dataclass(frozen=True)
class Figures:
    """How many need what; MOST means at least that many."""

    nobody: int
    grave: int
    risk: int
    departments: int
    tasks: int
    unowned: int
    open: int
    drills: int


def current() -> Figures:
    """The figures, counted at most every two seconds in a process (departments and tasks every ten)."""
    nobody, grave, risk, open_, drills = remembered("board/figures", _quick, seconds=QUICK)
    many = open_ >= MOST
    slow = remembered(f"board/figures-slow/{many}", lambda: _slow(many), seconds=SLOW)
    return Figures(nobody, grave, risk, *slow, open_, drills)


def _quick() -> tuple[int, int, int, int, int]:
    live = and_(Incident.status == OPEN, Incident.drill.is_(False))
    ids = select(Incident.id).where(live)
    return (
        _count(ids.where(Incident.acknowledged_at.is_(None))),
        _count(ids.where(Incident.level.in_([Level.CRITICAL, Level.MAJOR]))),
        _count(ids.where(Incident.risk_at <= clock.now())),
        _count(ids),
        _count(select(Incident.id).where(Incident.status == OPEN, Incident.drill.is_(True))),
    )


def _slow(many: bool) -> tuple[int, int, int]:
    """Counted from the incidents, since finished ones leave many tasks behind; with very many open, from
    the late tasks: hiding the status from SQLite's planner makes it begin there."""
    now = clock.now()
    status: Any = func.coalesce(Incident.status, "") if many else Incident.status
    live = and_(status == OPEN, Incident.drill.is_(False))
    departments = (
        select(IncidentDepartment.id)
        .join(Incident, Incident.id == IncidentDepartment.incident_id)
        .where(live, silent(now))
    )
    tasks = select(Task.id).join(Incident, Incident.id == Task.incident_id).where(live, late(now))
    orphans = select(Task.id).join(Incident, Incident.id == Task.incident_id).where(live, unowned())
    return _count(departments), _count(tasks), _count(orphans)


def _count(query: Select[int]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.limit(MOST).subquery())) or 0


def silent(at: datetime) -> ColumnElement[bool]:
    """Department lines that were called out and have not accepted in time."""
    return and_(text("incident_departments.state = 'called'"), IncidentDepartment.accept_by <= at)


def late(at: datetime) -> ColumnElement[bool]:
    """Tasks that should be finished by now."""
    return and_(UNFINISHED_TASK, Task.due_at <= at)


def unowned() -> ColumnElement[bool]:
    """Tasks that nobody owns: each is an alarm."""
    return and_(text("tasks.assignee_id IS NULL"), UNFINISHED_TASK)


def unowned_tasks() -> Select[int]:
    """The incidents with such tasks."""
    return select(Task.incident_id).where(unowned())


def late_tasks(at: datetime) -> Select[int]:
    """The incidents with such tasks."""
    return select(Task.incident_id).where(late(at))


def stamp(incident_id: int | None = None) -> str:
    """Changes whenever anything happens on any incident (or on one); a look-up by key, no more.

    Ids may be committed out of order, so the sum of the latest ones counts too.
    """
    ids = TimelineEvent.id
    if incident_id is not None:
        one = select(func.max(ids), func.count()).where(TimelineEvent.incident_id == incident_id)
        return "{}-{}".format(*db.session.execute(one).one())
    latest = select(ids).order_by(ids.desc()).limit(LATEST).subquery()
    newest = select(func.max(latest.c.id), func.sum(latest.c.id))
    return "{}-{}".format(*db.session.execute(newest).one())
