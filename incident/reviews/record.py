"""What the record says about an incident, as plain facts: the draft, the page and the published paper use it.

Moments are ISO 8601 texts in UTC, lengths are whole minutes, words come in both languages; no names.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident import clocks
from incident.db import db
from incident.models.clocks import Clock, ClockState
from incident.models.complaints import Complaint
from incident.models.decisions import Letter, LetterState, Reopening, Satisfaction
from incident.models.evidence import Finding
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.models.records import TimelineEvent
from incident.models.resolutions import OptionState, ResolutionOption
from incident.playbooks import library
from incident.vocabulary import TaskStatus

Facts = dict[str, Any]
WIDE = ("regulator_transfer", "media_exposure")  # signals that say who else knows


def gather(incident: Incident) -> Facts:
    """Everything, as it is in the record now."""
    complaints = list(
        db.session.scalars(
            select(Complaint).where(Complaint.incident_id == incident.id).order_by(Complaint.received_at)
        )
    )
    return {
        "number": incident.number,
        "drill": incident.drill,
        "level": int(incident.level),
        "title": {"zh": incident.title_zh, "en": incident.title_en},
        "type": incident.complaint_type,
        "plan": {"key": incident.plan_key, "version": incident.plan_number},
        "sensitive": incident.sensitive,
        "opened_at": _iso(incident.opened_at),
        "acknowledged_at": _iso(incident.acknowledged_at),
        "resolved_at": _iso(incident.resolved_at),
        "closed_at": _iso(incident.closed_at),
        "impact": _impact(incident, complaints),
        "detection": _detection(incident, complaints),
        "figures": _figures(incident),
        "steps": _steps(incident),
        "clocks": _clocks(incident),
        "departments": _departments(incident),
        "outcome": _outcome(incident),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _minutes(start: datetime | None, end: datetime | None) -> int | None:
    return int((end - start).total_seconds() // 60) if start and end else None


def _impact(incident: Incident, complaints: Sequence[Complaint]) -> Facts:
    signals = {each for row in complaints for each in row.signals}
    loss = sum((row.potential_loss or 0 for row in complaints), start=0)
    return {
        "customers": incident.affected_customers,
        "complaints": len(complaints),
        "loss": f"{loss:.2f}",
        "regulator": any(row.channel == "regulator" for row in complaints) or WIDE[0] in signals,
        "media": any(row.channel in ("media", "social_media") for row in complaints) or WIDE[1] in signals,
    }


def _detection(incident: Incident, complaints: Sequence[Complaint]) -> Facts:
    first = complaints[0] if complaints else None
    return {
        "channel": first.channel if first else None,
        "received_at": _iso(first.received_at) if first else None,
        "minutes": _minutes(first.received_at, incident.opened_at) if first else None,
        "by": incident.opened_by.partition("/")[0],
        "proposed": incident.type_proposed,
        "signals": sorted({each for row in complaints for each in row.signals}),
    }


def _figures(incident: Incident) -> Facts:
    heard = clocks.first_contacts([incident.id]).get(incident.id)
    rows = db.session.execute(
        select(TimelineEvent.kind, func.count())
        .where(TimelineEvent.incident_id == incident.id)
        .group_by(TimelineEvent.kind)
    )
    counted: dict[str, int] = {kind: count for kind, count in rows}
    return {
        "acknowledge": _minutes(incident.opened_at, incident.acknowledged_at),
        "first_contact": _minutes(incident.opened_at, heard),
        "resolve": _minutes(incident.opened_at, incident.resolved_at),
        "close": _minutes(incident.opened_at, incident.closed_at),
        "alerts": counted.get("paged", 0),
        "level_changes": counted.get("level_changed", 0),
        "late_updates": counted.get("update_late", 0),
        "reopened": db.session.scalar(
            select(func.count()).select_from(Reopening).where(Reopening.incident_id == incident.id)
        )
        or 0,
    }


def _steps(incident: Incident) -> list[Facts]:
    """What the plan said against what happened: each step with its state (see `state_of`)."""
    planned = {each.key for each in library.version(incident.plan_version_id).plan.steps}
    rows = db.session.scalars(
        select(Task).where(Task.incident_id == incident.id).order_by(Task.position, Task.id)
    )
    return [
        {
            "key": row.key,
            "title": row.titles,
            "department": row.department_code,
            "stage": str(row.stage),
            "must": row.must,
            "due_at": _iso(row.due_at),
            "done_at": _iso(row.done_at),
            "state": state_of(row),
            "late": max(0, _minutes(row.due_at, row.done_at) or 0),
            "added": row.key not in planned,
        }
        for row in rows
    ]


def state_of(task: Task) -> str:
    """`on_time`, `late`, `skipped` (dropped with a reason) or `undone`."""
    if task.status == TaskStatus.DROPPED:
        return "skipped"
    if task.status != TaskStatus.DONE or task.done_at is None:
        return "undone"
    return "on_time" if task.done_at <= task.due_at else "late"


def _clocks(incident: Incident) -> list[Facts]:
    rows = db.session.scalars(
        select(Clock)
        .where(Clock.incident_id == incident.id, Clock.kind != "window")
        .order_by(Clock.kind.desc(), Clock.due_at, Clock.id)
    )
    return [
        {
            "id": row.id,
            "title": row.titles,
            "kind": row.kind,
            "rule": row.rule,
            "source": row.source,
            "due_at": _iso(row.due_at),
            "ended_at": _iso(row.ended_at),
            "state": "met_late" if row.met_late else str(row.state),
            "late": max(0, _minutes(row.due_at, row.ended_at) or 0) if row.missed_at else 0,
            "why": row.void_reason,
        }
        for row in rows
        if not (row.state == ClockState.VOID and row.void_reason is None and row.missed_at is None)
    ]


def _departments(incident: Incident) -> list[Facts]:
    rows = db.session.scalars(
        select(IncidentDepartment)
        .where(IncidentDepartment.incident_id == incident.id)
        .order_by(IncidentDepartment.id)
    )
    return [
        {
            "code": row.code,
            "accepted": _minutes(row.called_at, row.accepted_at),
            "late": bool(row.accept_by and row.accepted_at and row.accepted_at > row.accept_by),
            "signed_off": _minutes(row.called_at, row.signed_off_at),
            "state": str(row.state),
        }
        for row in rows
    ]


def _outcome(incident: Incident) -> Facts:
    finding = db.session.scalar(
        select(Finding).where(Finding.incident_id == incident.id).order_by(Finding.id.desc()).limit(1)
    )
    options = db.session.scalars(
        select(ResolutionOption)
        .where(ResolutionOption.incident_id == incident.id, ResolutionOption.state == OptionState.ACCEPTED)
        .order_by(ResolutionOption.id)
    )
    letters = select(func.count()).where(
        Letter.incident_id == incident.id, Letter.state.in_([LetterState.SENT, LetterState.SUPERSEDED])
    )
    scores = list(
        db.session.scalars(select(Satisfaction.score).where(Satisfaction.incident_id == incident.id))
    )
    return {
        "result": str(finding.result) if finding else None,
        "violations": finding.violations if finding else [],
        "options": [
            {
                "kind": str(row.kind),
                "amount": f"{row.amount:.2f}" if row.amount is not None else None,
                "currency": row.currency,
            }
            for row in options
        ],
        "letters": db.session.scalar(letters) or 0,
        "scores": scores,
    }
