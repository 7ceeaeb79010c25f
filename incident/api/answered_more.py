"""What the further calls answer (plans, drills, departments, schedule), for the document."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from incident.api.answered import Page, Someone, Words
from incident.playbooks.exercises import INJECTS_MOST, Inject, Scenario
from incident.playbooks.schema import Plan
from incident.vocabulary import ComplaintType


class ShownScenario(Scenario):
    """A scenario; its injects are there for whoever runs drills, and nobody else."""

    injects: list[Inject] = Field(max_length=INJECTS_MOST)


class ShownPlan(Plan):
    """A plan as it is read."""

    scenarios: list[ShownScenario] = Field(min_length=1)  # type: ignore[assignment]  # only ever read


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
    plan: ShownPlan


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
        "plan_review",
        "course_session",
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


class DepartmentPage(Page):
    """Departments."""

    items: list[Department]


class SchedulePage(Page):
    """What is ahead."""

    items: list[Planned]
