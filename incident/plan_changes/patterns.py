"""Where to look: what keeps coming back in live incidents, and the plan that might mend it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, select

from incident.db import db
from incident.errors import N_, Reason
from incident.models.evidence import Finding
from incident.models.incidents import Incident
from incident.playbooks import library
from incident.reviews import recurrence

LOOKS_BACK = timedelta(days=180)
SAME_CAUSE = recurrence.WINDOW  # facts §7: the same cause three times in thirty days
LEAST = recurrence.TIMES
Kind = Literal["late_step", "blocked_department", "same_cause", "same_violation"]


@dataclass(frozen=True)
class Pattern:
    """Something that keeps coming back: `count` times of `of`, in incidents of one plan. `finding` is the
    latest finding of a post-mortem that says so, `part` the part of the plan to look at."""

    kind: Kind
    plan_key: str
    subject: str
    count: int
    of: int
    sentence: Reason
    part: str
    finding: int | None = None


def found(*, at: datetime) -> list[Pattern]:
    """Every pattern, the most frequent first."""
    rows = [*_late_steps(at), *_blocked(at), *_causes(at), *_violations(at)]
    return sorted(rows, key=lambda each: (-each.count, each.plan_key, each.kind, each.subject))


def _late_steps(at: datetime) -> Iterator[Pattern]:
    words = N_("The step “%(step_title)s” was late %(count)s times of %(of)s.")
    for each in recurrence.late_steps(since=at - LOOKS_BACK):
        if each.always and each.late >= LEAST:
            values = {"step_title": each.title, "count": each.late, "of": each.incidents}
            yield Pattern(
                "late_step", each.plan, each.step, each.late, each.incidents, Reason(words, values), "steps"
            )


def _blocked(at: datetime) -> Iterator[Pattern]:
    words = N_("%(department)s was blocked in %(count)s incidents.")
    for each in recurrence.blocked_lines(since=at - LOOKS_BACK):
        if each.incidents >= LEAST:
            said = Reason(words, {"department": each.department, "count": each.incidents})
            yield _pattern(
                "blocked_department", each.plan, each.department, each.incidents, said, "departments"
            )


def _causes(at: datetime) -> Iterator[Pattern]:
    """The same cause in several post-mortems, at the step it concerns."""
    for each in recurrence.causes(since=at - SAME_CAUSE):
        if each.returns:
            words = N_("The cause “%(cause_category)s” was found %(count)s times in 30 days: %(text)s")
            latest = each.where[0]
            values = {"cause_category": each.category, "count": each.incidents, "text": latest["text"]}
            part = "steps" if each.step else "points"
            subject = each.step or each.category
            yield Pattern(
                "same_cause",
                each.plan,
                subject,
                each.incidents,
                each.incidents,
                Reason(words, values),
                part,
                latest["finding"],
            )


def _violations(at: datetime) -> Iterator[Pattern]:
    """The same upheld violation again and again within thirty days."""
    latest = select(func.max(Finding.id)).group_by(Finding.incident_id)
    rows = db.session.execute(
        select(Incident.plan_key, Finding.violations, Incident.id)
        .join(Incident, Incident.id == Finding.incident_id)
        .where(
            Finding.id.in_(latest),
            Finding.result.in_(recurrence.UPHELD),
            Incident.drill.is_(False),
            Incident.opened_at >= at - SAME_CAUSE,
        )
    )
    incidents: dict[tuple[str, str], set[int]] = defaultdict(set)
    for plan_key, codes, incident_id in rows:
        for code in codes:
            incidents[plan_key, code].add(incident_id)
    titles = library.violations()
    words = N_("“%(violation)s” was upheld %(count)s times in 30 days.")
    for (plan_key, code), ids in incidents.items():
        if len(ids) >= LEAST:
            title: Any = titles[code].title.model_dump() if code in titles else code
            said = Reason(words, {"violation": title, "count": len(ids)})
            yield _pattern("same_violation", plan_key, code, len(ids), said, "points")


def _pattern(kind: Kind, plan_key: str, subject: str, count: int, sentence: Reason, part: str) -> Pattern:
    return Pattern(kind, plan_key, subject, count, count, sentence, part)
