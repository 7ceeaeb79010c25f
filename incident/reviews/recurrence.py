"""What comes again: the same violation within a month, the same cause in several post-mortems.

Drills are left out everywhere: their numbers never mix with live ones.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from incident.db import db
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident
from incident.models.reviews import Review, ReviewFinding

WINDOW = timedelta(days=30)
TIMES = 3  # incidents of one cause within the window (facts §7)
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
