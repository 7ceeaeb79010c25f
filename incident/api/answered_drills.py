"""What the calls on drills answer, for the document."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from incident.api.answered import By, Page, Words
from incident.models.drills import DrillKind, DrillState
from incident.models.exercises import Rating
from incident.vocabulary import ComplaintType


class Drill(BaseModel):
    """One drill at one time."""

    id: int
    programme_id: int | None
    playbook: ComplaintType
    scenario: str | None
    kind: DrillKind
    planned_for: datetime
    starts_at: datetime
    moved_because: str | None
    announced: bool
    participants: list[str]
    staff: dict[str, list[str]]
    state: DrillState
    incident: str | None
    created_at: datetime
    created_by: By
    started_at: datetime | None
    ended_at: datetime | None
    paused_at: datetime | None


class DrillResponse(BaseModel):
    """An answer to an inject; `via` is web, slack, api, or act for an act on the incident."""

    by: By
    at: datetime
    in_time: bool
    choice: int | None
    words: str | None
    via: str


class DrillInject(BaseModel):
    """One inject; `expected`, the right choices and the points are there for whoever may see them."""

    number: int
    at: datetime
    channel: str
    sender: Words | None
    to: list[str]
    text: Words
    expected: Words | None
    respond: str
    target: str | None
    choices: list[Words]
    right: int | None
    state: Literal["pending", "delivered", "skipped"]
    result: Literal["pending", "skipped", "open", "met", "missed", "noted", "unfinished"]
    delivered_at: datetime | None
    answer_by: datetime | None
    judged_at: datetime | None
    recipients: list[str]
    responses: list[DrillResponse]
    points: int
    automatic: int | None
    score: int | None
    note: str | None


class DrillScore(BaseModel):
    """Points got of those that could be; `percent` is empty where nothing was scored."""

    points: int
    most: int
    percent: int | None


class DrillRating(BaseModel):
    """An objective and how it was met, where somebody has rated it."""

    objective: str
    title: Words
    rating: Rating | None
    note: str | None
    by: By | None
    at: datetime | None


class DrillWhole(Drill):
    """A drill with its injects as the caller may see them."""

    injects: list[DrillInject]
    score: DrillScore | None
    ratings: list[DrillRating]


class DrillsScheduled(Drill):
    """The first drill, and every one that is now on the calendar."""

    drills: list[Drill]


class DrillPage(Page):
    """Drills."""

    items: list[Drill]
