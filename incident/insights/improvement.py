"""Whether we learn: post-mortems and actions on time, and where cases wait."""

from collections import defaultdict
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import select

from incident.db import db
from incident.insights.measures import Numbers, lengths, share
from incident.insights.periods import Span
from incident.models.actions import ActionState, ReviewAction
from incident.models.incidents import Incident, IncidentDepartment
from incident.models.records import TimelineEvent
from incident.models.reviews import Review, ReviewState
from incident.plan_changes import patterns
from incident.reviews import recurrence
from incident.vocabulary import Stage


def numbers(span: Span, *, at: datetime) -> Numbers:
    """Post-mortems and actions whose date lies in a span, and what comes again; `patterns` hold a sentence
    that an edge translates, and look back from now, as the page of change requests does."""
    reviews = db.session.scalars(
        select(Review).where(
            Review.optional.is_(False), Review.due_at >= span.start, Review.due_at <= min(span.end, at)
        )
    ).all()
    held = [
        row for row in reviews if row.held_at is not None and row.held_at <= row.due_at + timedelta(days=1)
    ]
    actions = db.session.scalars(
        select(ReviewAction).where(
            ReviewAction.state != ActionState.DROPPED,
            ReviewAction.due_at >= span.start,
            ReviewAction.due_at <= min(span.end, at),
        )
    ).all()
    timely = [row for row in actions if row.done_at is not None and row.done_at <= row.first_due_at]
    late = [row for row in actions if row.state == ActionState.OPEN and row.due_at < at]
    ages = [(at - row.due_at).days for row in late]
    return {
        "reviews_due": len(reviews),
        "reviews_on_time": share(len(held), len(reviews)),
        "reviews_published": sum(row.state == ReviewState.COMPLETED for row in reviews),
        "actions_due": len(actions),
        "actions_on_time": share(len(timely), len(actions)),
        "actions_overdue": len(late),
        "overdue_days": int(median(ages)) if ages else None,
        "recurring": [
            {
                "category": each.category,
                "playbook": each.plan,
                "step": each.step,
                "incidents": each.incidents,
                "findings": [where["finding"] for where in each.where],
            }
            for each in recurrence.causes(since=span.start)
            if each.incidents > 1
        ],
        "patterns": [
            {
                "kind": each.kind,
                "playbook": each.plan_key,
                "subject": each.subject,
                "count": each.count,
                "of": each.of,
                "sentence": each.sentence,
            }
            for each in patterns.found(at=at)
        ],
    }


def waiting(span: Span) -> Numbers:
    """How long cases stay at each step, and departments take to accept, in minutes."""
    ids = select(Incident.id).where(
        Incident.opened_at >= span.start, Incident.opened_at <= span.end, Incident.drill.is_(False)
    )
    return {"stages": _stages(ids), "departments": _departments(ids)}


def _stages(ids: Any) -> dict[str, Numbers]:
    opened = {
        id_: at
        for id_, at in db.session.execute(select(Incident.id, Incident.opened_at).where(Incident.id.in_(ids)))
    }
    events = select(
        TimelineEvent.incident_id, TimelineEvent.at, TimelineEvent.kind, TimelineEvent.data
    ).where(TimelineEvent.incident_id.in_(ids), TimelineEvent.kind.in_(["moved", "closed"]))
    since, here = dict(opened), dict.fromkeys(opened, str(Stage.INTAKE))
    stays: dict[str, list[int]] = defaultdict(list)
    for id_, at, kind, data in db.session.execute(events.order_by(TimelineEvent.id)):
        stays[here[id_]].append(int((at - since[id_]).total_seconds() // 60))
        since[id_], here[id_] = at, str(data.get("to", here[id_])) if kind == "moved" else here[id_]
    return {str(stage): lengths(stays[str(stage)]) for stage in Stage}


def _departments(ids: Any) -> dict[str, Numbers]:
    rows = select(
        IncidentDepartment.code, IncidentDepartment.called_at, IncidentDepartment.accepted_at
    ).where(IncidentDepartment.incident_id.in_(ids), IncidentDepartment.accepted_at.is_not(None))
    found: dict[str, list[int]] = defaultdict(list)
    for code, called, accepted in db.session.execute(rows):
        if accepted is not None:
            found[code].append(int((accepted - called).total_seconds() // 60))
    return {code: lengths(values) for code, values in sorted(found.items())}
