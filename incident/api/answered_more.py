"""What the further calls answer (plans, drills, post-mortems, departments, schedule), for the document."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from incident.api.answered import By, Page, Someone, Words
from incident.models.drills import DrillState
from incident.models.reviews import ReviewState
from incident.playbooks.schema import Plan
from incident.vocabulary import ComplaintType


class PlaybookSummary(BaseModel):
    """A plan in force."""

    key: ComplaintType
    version: int
    title: Words
    purpose: Words
    default_level: int
    sensitive: bool
    departments: list[str]
    content_hash: str


class PlaybookVersion(BaseModel):
    """One version of a plan, whole."""

    key: ComplaintType
    version: int
    content_hash: str
    loaded_at: datetime
    loaded_by: str
    note: str | None
    plan: Plan


class VersionRef(BaseModel):
    """A version in a plan's history."""

    version: int
    content_hash: str
    loaded_at: datetime
    loaded_by: str
    note: str | None


class Playbook(PlaybookVersion):
    """The plan in force, with its history, newest first."""

    versions: list[VersionRef]


class Drill(BaseModel):
    """One drill at one time."""

    id: int
    programme_id: int | None
    playbook: ComplaintType
    scenario: str | None
    planned_for: datetime
    starts_at: datetime
    moved_because: str | None
    announced: bool
    participants: list[str]
    state: DrillState
    incident: str | None
    created_at: datetime
    created_by: By
    started_at: datetime | None
    ended_at: datetime | None


class DrillsScheduled(Drill):
    """The first drill, and every one that is now on the calendar."""

    drills: list[Drill]


class Review(BaseModel):
    """The post-mortem of one incident."""

    id: int
    incident: str
    title: Words
    state: ReviewState
    owner: Someone | None
    due_at: datetime
    rule: str
    optional: bool
    remind_at: datetime | None
    reminders: int
    created_at: datetime


class Department(BaseModel):
    """A department, and who is on duty for it now."""

    code: str
    name: Words
    does: Words
    primary: Someone | None
    backup: Someone | None


class Planned(BaseModel):
    """Something that will happen by itself."""

    at: datetime
    what: Literal[
        "drill",
        "review",
        "review_reminder",
        "call_back",
        "welfare_check",
        "effect_check",
        "other",
        "escalation",
        "shift",
        "gap",
    ]
    about: str
    sentence: Words
    url: str


class PlaybookPage(Page):
    """Plans in force."""

    items: list[PlaybookSummary]


class DrillPage(Page):
    """Drills."""

    items: list[Drill]


class ReviewPage(Page):
    """Post-mortems."""

    items: list[Review]


class DepartmentPage(Page):
    """Departments."""

    items: list[Department]


class SchedulePage(Page):
    """What is ahead."""

    items: list[Planned]
