"""The briefing that goes with a role: how an incident stands at a moment, as facts for any language."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident.coordination import departments, updates
from incident.db import db
from incident.models.incidents import Clock, ClockState, Incident, Task
from incident.models.records import TimelineEvent
from incident.models.updates import IncidentUpdate
from incident.vocabulary import UNFINISHED

CLOCKS, TASKS, EVENTS = 5, 10, 10  # of each at most: a briefing is read standing


def of(incident: Incident, *, at: datetime) -> dict[str, Any]:
    """The facts: level, step, the last update, tasks still open (the due ones first), departments that have
    not finished, the next clocks, and the ids of the last events. No personal data."""
    last = updates.latest(incident.id)
    return {
        "at": at.isoformat(),
        "level": int(incident.level),
        "stage": str(incident.stage),
        "opened_at": incident.opened_at.isoformat(),
        "affected": incident.affected_customers,
        "update": _update(last) if last else None,
        "tasks": _tasks(incident.id),
        "open_tasks": _count(incident.id),
        "departments": [
            {"code": line.code, "state": str(line.state)}
            for line in departments.lines(incident.id)
            if line.signed_off_at is None
        ],
        "clocks": [
            {"zh": row.title_zh, "en": row.title_en, "due_at": row.due_at.isoformat()}
            for row in db.session.scalars(
                select(Clock)
                .where(Clock.incident_id == incident.id, Clock.state == ClockState.RUNNING)
                .order_by(Clock.due_at)
                .limit(CLOCKS)
            )
        ],
        "events": list(
            db.session.scalars(
                select(TimelineEvent.id)
                .where(TimelineEvent.incident_id == incident.id)
                .order_by(TimelineEvent.id.desc())
                .limit(EVENTS)
            )
        ),
    }


def _update(row: IncidentUpdate) -> dict[str, Any]:
    return {
        "at": row.at.isoformat(),
        "situation": row.situation,
        "actions": row.actions,
        "needs": row.needs,
    }


def _unfinished(incident_id: int) -> Any:
    return (Task.incident_id == incident_id) & Task.status.in_(UNFINISHED)


def _count(incident_id: int) -> int:
    return db.session.scalar(select(func.count(Task.id)).where(_unfinished(incident_id))) or 0


def _tasks(incident_id: int) -> list[dict[str, Any]]:
    rows = db.session.scalars(
        select(Task).where(_unfinished(incident_id)).order_by(Task.due_at, Task.id).limit(TASKS)
    )
    return [
        {
            "zh": row.title_zh,
            "en": row.title_en,
            "due_at": row.due_at.isoformat(),
            "status": str(row.status),
            "department": row.department_code,
            "must": row.must,
        }
        for row in rows
    ]
