"""What calls on change requests of plans answer, for the document."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel

from incident.api.answered import By, Page, Someone, Words
from incident.models.plans import ChangeOrigin, ChangeState
from incident.vocabulary import ComplaintType


class OriginLine(BaseModel):
    """What a change request comes from."""

    kind: ChangeOrigin
    id: int | None


class Difference(BaseModel):
    """One thing that the change request changes, in words and as values; `path` is its place in the plan."""

    kind: Literal["added", "removed", "changed", "moved"]
    path: list[str | int]
    place: Words
    sentence: Words
    before: Any
    after: Any


class ChangeLine(BaseModel):
    """A change request in a list."""

    id: int
    playbook: ComplaintType
    base_version: int
    state: ChangeState
    reason: str
    origin: OriginLine
    authors: list[By]
    created_at: datetime
    created_by: By
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: By | None
    decision_note: str | None
    effective_at: datetime | None
    note: str | None
    published_at: datetime | None
    published_version: int | None
    proven_at: datetime | None
    proven_by_drill: int | None
    url: str


class Change(ChangeLine):
    """A change request with what it changes, the plan as it would be, and whether the plan has moved on."""

    present_version: int
    stale: bool
    difference: list[Difference]
    content: dict[str, Any]


class ChangeBroughtUp(Change):
    """After bringing it up to date: the places that both had changed, where its own words won."""

    clashes: list[list[str | int]]


class ChangePage(Page):
    """Change requests."""

    items: list[ChangeLine]


class Reading(BaseModel):
    """That somebody has read a version."""

    playbook: ComplaintType
    version: int
    read_at: datetime


class Care(BaseModel):
    """Who looks after a plan, and by when it is looked through again."""

    playbook: ComplaintType
    owner: Someone | None
    review_by: date
    every_months: int
    reviewed_on: date | None
    note: str | None


class Pattern(BaseModel):
    """Something that keeps coming back: `count` times of `of` in the incidents of a plan."""

    kind: Literal["late_step", "blocked_department", "same_cause", "same_violation"]
    playbook: ComplaintType
    subject: str
    count: int
    of: int
    sentence: Words
    finding: int | None


class PatternPage(Page):
    """Where to look."""

    items: list[Pattern]
