"""The tree of whys: each answer stands below what it explains; those with a category are the causes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.reviews import CauseCategory, Review, ReviewFinding
from incident.playbooks import library
from incident.reviews import rights
from incident.reviews.blameless import Cast

LONGEST = 500  # characters of one answer
DEEPEST = 8  # whys below one another; five is the custom


@dataclass(frozen=True)
class Node:
    """A finding with the answers below it; `depth` is 0 for the problem itself."""

    finding: ReviewFinding
    depth: int
    below: tuple["Node", ...]

    @property
    def is_leaf(self) -> bool:
        """Whether nobody has asked why once more."""
        return not self.below


def find(finding_id: int) -> ReviewFinding:
    """A finding by its id, also a withdrawn one; raises NotFound."""
    found = db.session.get(ReviewFinding, finding_id)
    if found is None:
        raise errors.NotFound(N_("There is no such finding."))
    return found


def of(review: Review) -> list[ReviewFinding]:
    """The findings in force, in the order they were written."""
    return list(
        db.session.scalars(
            select(ReviewFinding)
            .where(ReviewFinding.review_id == review.id, ReviewFinding.withdrawn_at.is_(None))
            .order_by(ReviewFinding.id)
        )
    )


def causes(review: Review) -> list[ReviewFinding]:
    """Those with a category."""
    return [each for each in of(review) if each.category is not None]


def tree(review: Review) -> list[Node]:
    """The findings as trees; one whose parent was withdrawn stands at the top."""
    rows = of(review)
    known = {row.id for row in rows}
    below: dict[int | None, list[ReviewFinding]] = {}
    for row in rows:
        below.setdefault(row.parent_id if row.parent_id in known else None, []).append(row)

    def node(row: ReviewFinding, depth: int) -> Node:
        return Node(row, depth, tuple(node(each, depth + 1) for each in below.get(row.id, [])))

    return [node(row, 0) for row in below.get(None, [])]


def add(
    review: Review,
    text: str,
    *,
    cast: Cast,
    by: Actor,
    at: datetime,
    parent_id: int | None = None,
    category: str | None = None,
    step: str | None = None,
    names_ok: bool = False,
) -> ReviewFinding:
    """Add an answer to a why; raises Invalid, Refused for names of people, or NotFound for its parent."""
    values = _checked(review, text, category, step, cast=cast, names_ok=names_ok)
    if parent_id is not None:
        _must_take(review, parent_id)
    rights.touch(review, by=by)
    row = ReviewFinding(
        review_id=review.id, parent_id=parent_id, added_at=at, added_by=by.label, version=1, **values
    )
    db.session.add(row)
    db.session.flush()
    return row


def change(
    finding: ReviewFinding,
    review: Review,
    *,
    text: str,
    category: str | None,
    step: str | None,
    version: int,
    cast: Cast,
    by: Actor,
    names_ok: bool = False,
) -> ReviewFinding:
    """Change an answer; raises Stale where somebody else changed it first."""
    values = _checked(review, text, category, step, cast=cast, names_ok=names_ok)
    rights.touch(review, by=by)
    db.session.refresh(finding)
    if finding.version != version or finding.withdrawn_at is not None:
        current = {"name": "finding", "version": finding.version, "text": finding.text, "by": "", "at": None}
        raise errors.Stale(
            N_("Somebody else changed this finding first. Both texts are kept: join them and save again."),
            current=current,
            yours=values["text"],
        )
    for name, value in values.items():
        setattr(finding, name, value)
    db.session.flush()
    return finding


def withdraw(finding: ReviewFinding, review: Review, *, by: Actor, at: datetime) -> ReviewFinding:
    """Take an answer out of the tree; its row stays, since actions and changes of plans may point to it."""
    rights.touch(review, by=by)
    db.session.refresh(finding)
    if finding.withdrawn_at is not None:
        raise errors.Conflict(N_("This finding was withdrawn already."))
    finding.withdrawn_at, finding.withdrawn_by = at, by.label
    db.session.flush()
    return finding


def _must_take(review: Review, parent_id: int) -> None:
    parent, depth = find(parent_id), 1
    if parent.review_id != review.id:
        raise errors.NotFound(N_("There is no such finding."))
    while parent.parent_id is not None:
        parent, depth = find(parent.parent_id), depth + 1
    if depth > DEEPEST:
        raise errors.Refused(N_("Nobody asks why more than %(most)s times; name the cause."), most=DEEPEST)


def _checked(
    review: Review, text: str, category: str | None, step: str | None, *, cast: Cast, names_ok: bool
) -> dict[str, Any]:
    words = privacy.redact(" ".join(text.split()))
    faults = []
    if not 1 <= len(words) <= LONGEST:
        faults.append(
            Reason(N_("Between 1 and %(most)s characters are needed."), {"most": LONGEST}, ("text",))
        )
    if category is not None and category not in set(CauseCategory):
        faults.append(
            Reason(N_("Use one of %(categories)s."), {"categories": ", ".join(CauseCategory)}, ("category",))
        )
    if step is not None and step not in steps(review):
        faults.append(Reason(N_("The plan has no such step."), loc=("step",)))
    if faults:
        raise errors.Invalid(N_("The finding cannot be taken."), reasons=faults)
    named = cast.named(words)
    if named and not names_ok:
        raise cast.refusal(named)
    return {"text": words, "category": CauseCategory(category) if category else None, "step": step}


def steps(review: Review) -> dict[str, dict[str, str]]:
    """The steps of the plan that was followed: key → title in both languages."""
    plan = library.version(rights.incident_of(review).plan_version_id).plan
    return {each.key: {"zh": each.title.zh, "en": each.title.en} for each in plan.steps}
