"""Where to look: what keeps coming back in live incidents, and the plan that might mend it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select

from incident.db import db
from incident.errors import N_, Reason
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident, Task
from incident.models.records import TimelineEvent
from incident.playbooks import library
from incident.vocabulary import TaskStatus

LOOKS_BACK = timedelta(days=180)
SAME_CAUSE = timedelta(days=30)  # facts §7: the same cause three times in thirty days
LEAST = 3
LATE_SHARE = 0.5  # of the times a step was taken
Kind = Literal["late_step", "blocked_department", "same_cause"]


@dataclass(frozen=True)
class Pattern:
    """Something that keeps coming back: `count` times of `of`, in incidents of one plan."""

    kind: Kind
    plan_key: str
    subject: str
    count: int
    of: int
    sentence: Reason
    part: str


def found(*, at: datetime) -> list[Pattern]:
    """Every pattern, the most frequent first."""
    rows = [*_late_steps(at), *_blocked(at), *_same_cause(at)]
    return sorted(rows, key=lambda each: (-each.count, each.plan_key, each.subject))


def _late_steps(at: datetime) -> Iterator[Pattern]:
    """Steps of a plan that are always late, by the plan's type of complaint."""
    rows = db.session.execute(
        select(Incident.complaint_type, Task.key, Task.due_at, Task.done_at)
        .join(Incident, Incident.id == Task.incident_id)
        .where(
            Incident.drill.is_(False),
            Incident.opened_at >= at - LOOKS_BACK,
            Task.due_at <= at,
            Task.status != TaskStatus.DROPPED,
        )
    )
    times: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for kind, key, due, done in rows:
        times[str(kind), key].append(done is None or done > due)
    steps = {
        (str(each.plan.key), step.key): step for each in library.all_current() for step in each.plan.steps
    }
    for (kind, key), late in times.items():
        step = steps.get((kind, key))
        if step is not None and sum(late) >= LEAST and sum(late) >= LATE_SHARE * len(late):
            words = N_("The step “%(step_title)s” was late %(count)s times of %(of)s.")
            yield _pattern(
                "late_step", kind, key, sum(late), len(late), words, step.title.model_dump(), "steps"
            )


def _blocked(at: datetime) -> Iterator[Pattern]:
    """Departments that were blocked in incident after incident."""
    rows = db.session.execute(
        select(Incident.complaint_type, TimelineEvent.data, Incident.id)
        .join(Incident, Incident.id == TimelineEvent.incident_id)
        .where(
            TimelineEvent.kind == "department_blocked",
            TimelineEvent.at >= at - LOOKS_BACK,
            Incident.drill.is_(False),
        )
    )
    incidents: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kind, data, incident_id in rows:
        incidents[str(kind), data.get("department", "")].add(incident_id)
    for (kind, code), ids in incidents.items():
        if len(ids) >= LEAST:
            words = N_("%(department)s was blocked in %(count)s incidents.")
            yield _pattern("blocked_department", kind, code, len(ids), len(ids), words, code, "departments")


def _same_cause(at: datetime) -> Iterator[Pattern]:
    """The same upheld violation again and again within thirty days."""
    latest = select(func.max(Finding.id)).group_by(Finding.incident_id)
    rows = db.session.execute(
        select(Incident.complaint_type, Finding.violations, Incident.id)
        .join(Incident, Incident.id == Finding.incident_id)
        .where(
            Finding.id.in_(latest),
            Finding.result.in_([FindingResult.UPHELD, FindingResult.PARTLY]),
            Incident.drill.is_(False),
            Incident.opened_at >= at - SAME_CAUSE,
        )
    )
    incidents: dict[tuple[str, str], set[int]] = defaultdict(set)
    for kind, codes, incident_id in rows:
        for code in codes:
            incidents[str(kind), code].add(incident_id)
    titles = library.violations()
    for (kind, code), ids in incidents.items():
        if len(ids) >= LEAST:
            title: Any = titles[code].title.model_dump() if code in titles else code
            words = N_("“%(violation)s” was upheld %(count)s times in 30 days.")
            yield _pattern("same_cause", kind, code, len(ids), len(ids), words, title, "points")


NAMED = {"late_step": "step_title", "blocked_department": "department", "same_cause": "violation"}


def _pattern(
    kind: Kind, plan_key: str, subject: str, count: int, of: int, words: str, named: Any, part: str
) -> Pattern:
    values = {NAMED[kind]: named, "count": count, "of": of}
    return Pattern(kind, plan_key, subject, count, of, Reason(words, values), part)
