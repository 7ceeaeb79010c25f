"""What comes again: the same cause in several incidents, the same step always late, the same line blocked.

Drills are left out everywhere: their numbers never mix with live ones.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import func, select

from incident.db import db
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident, Task
from incident.models.records import TimelineEvent
from incident.models.reviews import Review, ReviewFinding
from incident.vocabulary import TaskStatus

WINDOW = timedelta(days=30)
TIMES = 3  # incidents of one cause within the window (facts §7)
LATE_SHARE, LATE_LEAST = 0.5, 3  # a step is "always late" from this share of at least so many incidents
UPHELD = (FindingResult.UPHELD, FindingResult.PARTLY)


@dataclass(frozen=True)
class Cause:
    """A cause that several post-mortems found: its category, the plan and the step it concerns (none: no step
    was named), and where: {finding, review, number} each, the newest first."""

    category: str
    plan: str
    step: str | None
    incidents: int
    where: tuple[dict[str, Any], ...]

    @property
    def returns(self) -> bool:
        """Whether it came often enough to act on."""
        return self.incidents >= TIMES


@dataclass(frozen=True)
class LateStep:
    """A step of a plan over several incidents: in how many it was due, in how many late, and by how many
    minutes in the middle."""

    plan: str
    step: str
    title: dict[str, str]
    incidents: int
    late: int
    minutes: int

    @property
    def always(self) -> bool:
        """Whether it is late so often that the plan should be looked at."""
        return self.incidents >= LATE_LEAST and self.late >= self.incidents * LATE_SHARE


@dataclass(frozen=True)
class BlockedLine:
    """A department that was blocked under a plan, and in how many incidents."""

    plan: str
    department: str
    incidents: int


def returns(incident: Incident, *, at: datetime) -> bool:
    """Whether an upheld complaint of the same kind with the same violation came for the third time in 30
    days, this one counted."""
    mine = _violations([incident.id]).get(incident.id, frozenset())
    if not mine:
        return False
    others = db.session.scalars(
        select(Incident.id).where(
            Incident.complaint_type == incident.complaint_type,
            Incident.drill.is_(False),
            Incident.id != incident.id,
            Incident.opened_at > at - WINDOW,
        )
    ).all()
    alike = [each for each in _violations(list(others)).values() if each & mine]
    return not incident.drill and len(alike) + 1 >= TIMES


def _violations(ids: list[int]) -> dict[int, frozenset[str]]:
    """The violations of the present finding of incidents whose complaint was upheld."""
    newest = select(func.max(Finding.id)).where(Finding.incident_id.in_(ids)).group_by(Finding.incident_id)
    rows = db.session.scalars(select(Finding).where(Finding.id.in_(newest), Finding.result.in_(UPHELD)))
    return {row.incident_id: frozenset(row.violations) for row in rows if row.violations}


def causes(*, since: datetime, plan: str | None = None) -> list[Cause]:
    """Causes found since a moment by category, plan and step, the most frequent first."""
    query = (
        select(ReviewFinding, Incident)
        .join(Review, Review.id == ReviewFinding.review_id)
        .join(Incident, Incident.id == Review.incident_id)
        .where(
            ReviewFinding.category.is_not(None),
            ReviewFinding.withdrawn_at.is_(None),
            ReviewFinding.added_at >= since,
            Incident.drill.is_(False),
        )
        .order_by(ReviewFinding.id.desc())
    )
    if plan:
        query = query.where(Incident.plan_key == plan)
    found: dict[tuple[str, str, str | None], list[dict[str, Any]]] = defaultdict(list)
    for row, incident in db.session.execute(query):
        where = {"finding": row.id, "review": row.review_id, "number": incident.number, "text": row.text}
        found[str(row.category), incident.plan_key, row.step].append(where)
    made = [
        Cause(category, key, step, len({each["number"] for each in where}), tuple(where))
        for (category, key, step), where in found.items()
    ]
    return sorted(made, key=lambda each: (-each.incidents, each.plan, each.category, each.step or ""))


def late_steps(*, since: datetime, plan: str | None = None) -> list[LateStep]:
    """Steps of plans that were finished late, over the incidents opened since a moment; the worst first."""
    query = (
        select(Task, Incident.plan_key)
        .join(Incident, Incident.id == Task.incident_id)
        .where(
            Incident.opened_at >= since,
            Incident.drill.is_(False),
            Task.status == TaskStatus.DONE,
            Task.key.not_like("added\\_%", escape="\\"),
        )
    )
    if plan:
        query = query.where(Incident.plan_key == plan)
    rows: dict[tuple[str, str], list[Task]] = defaultdict(list)
    for task, key in db.session.execute(query):
        rows[key, task.key].append(task)
    found = []
    for (key, step), tasks in rows.items():
        late = [each for each in tasks if each.done_at and each.done_at > each.due_at]
        if late:
            minutes = [
                int((each.done_at - each.due_at).total_seconds() // 60) for each in late if each.done_at
            ]
            found.append(
                LateStep(key, step, tasks[-1].titles, len(tasks), len(minutes), int(median(minutes)))
            )
    return sorted(found, key=lambda each: (-each.late / each.incidents, -each.late, each.plan, each.step))


def blocked_lines(*, since: datetime, plan: str | None = None) -> list[BlockedLine]:
    """Departments that said they were blocked since a moment, the most frequent first."""
    query = (
        select(TimelineEvent.incident_id, TimelineEvent.data, Incident.plan_key)
        .join(Incident, Incident.id == TimelineEvent.incident_id)
        .where(
            TimelineEvent.kind == "department_blocked",
            TimelineEvent.at >= since,
            Incident.drill.is_(False),
        )
    )
    if plan:
        query = query.where(Incident.plan_key == plan)
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for incident_id, data, key in db.session.execute(query):
        found[key, str(data["department"])].add(incident_id)
    made = [BlockedLine(key, code, len(ids)) for (key, code), ids in found.items()]
    return sorted(made, key=lambda each: (-each.incidents, each.plan, each.department))
