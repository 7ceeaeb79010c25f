"""What the executive report says at a moment, as plain facts without personal data."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text

from incident import clocks
from incident.db import db
from incident.models.incidents import UNFINISHED_TASK, Clock, ClockState, Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.vocabulary import Level, Status

LISTED = 50  # rows of one list; the numbers beside it count all
AHEAD = timedelta(hours=24)  # a clock due within this is at risk whatever is gone of its time
SILENT_AFTER = timedelta(minutes=30)  # called out for this long without an answer

Facts = dict[str, Any]


def gather(*, at: datetime) -> Facts:
    """The report's content at a moment, as JSON: no personal data, titles are kinds and channels. Drills are
    left out."""
    live = (Incident.status == Status.OPEN) & Incident.drill.is_(False)
    grave = select(Incident).where(live, Incident.level <= Level.MAJOR)
    return {
        "at": at.isoformat(),
        "open": _by_level(live),
        "unanswered": _count(select(Incident.id).where(live, Incident.acknowledged_at.is_(None))),
        "grave": [_incident(row) for row in db.session.scalars(
            grave.order_by(Incident.level, Incident.opened_at).limit(LISTED)
        )],
        **_clocks(live, at),
        **_tasks(live, at),
        **_silent(live, at),
    }  # fmt: skip


def _count(query: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _by_level(live: Any) -> dict[str, int]:
    rows = db.session.execute(select(Incident.level, func.count()).where(live).group_by(Incident.level))
    found = {str(int(level)): count for level, count in rows}
    return {str(int(level)): found.get(str(int(level)), 0) for level in Level}


def _incident(row: Incident) -> Facts:
    commander = db.session.get(Person, row.commander_id) if row.commander_id else None
    return {
        "number": row.number,
        "level": int(row.level),
        "zh": row.title_zh,
        "en": row.title_en,
        "stage": str(row.stage),
        "commander": commander.name if commander else None,
        "opened_at": row.opened_at.isoformat(),
        "acknowledged": row.acknowledged_at is not None,
        "affected": row.affected_customers,
        "update_due_at": row.update_due_at.isoformat() if row.update_due_at else None,
    }


def _clocks(live: Any, at: datetime) -> Facts:
    running = (
        select(Clock, Incident.number)
        .join(Incident, Incident.id == Clock.incident_id)
        .where(live, Clock.state == ClockState.RUNNING)
    )
    soon = running.where(Clock.due_at <= at + AHEAD).order_by(Clock.due_at, Clock.id)
    rows = db.session.execute(soon.limit(LISTED)).all()
    return {
        "clocks": [
            {
                "number": number,
                "zh": row.title_zh,
                "en": row.title_en,
                "due_at": row.due_at.isoformat(),
                "late": clocks.late(row, at) > timedelta(),
            }
            for row, number in rows
        ],
        "clocks_count": _count(soon.with_only_columns(Clock.id)),
    }


def _tasks(live: Any, at: datetime) -> Facts:
    late = (
        select(Task, Incident.number)
        .join(Incident, Incident.id == Task.incident_id)
        .where(live, UNFINISHED_TASK, Task.due_at <= at)
    )
    rows = db.session.execute(late.order_by(Incident.level, Task.due_at).limit(LISTED)).all()
    return {
        "tasks": [
            {
                "number": number,
                "zh": row.title_zh,
                "en": row.title_en,
                "department": row.department_code,
                "due_at": row.due_at.isoformat(),
            }
            for row, number in rows
        ],
        "tasks_count": _count(late.with_only_columns(Task.id)),
    }


def _silent(live: Any, at: datetime) -> Facts:
    lines = (
        select(IncidentDepartment, Incident.number)
        .join(Incident, Incident.id == IncidentDepartment.incident_id)
        .where(
            live,
            text("incident_departments.state = 'called'"),
            IncidentDepartment.called_at <= at - SILENT_AFTER,
        )
    )
    rows = db.session.execute(lines.order_by(IncidentDepartment.called_at).limit(LISTED)).all()
    return {
        "silent": [
            {"number": number, "department": row.code, "called_at": row.called_at.isoformat()}
            for row, number in rows
        ],
        "silent_count": _count(lines.with_only_columns(IncidentDepartment.id)),
    }
