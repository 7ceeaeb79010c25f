"""What calls on tasks answer, and the small shapes that every answer is made of."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from incident.vocabulary import Stage, TaskStatus


class Words(BaseModel):
    """The same words in both languages."""

    zh: str
    en: str


class By(BaseModel):
    """Who did something."""

    kind: Literal["person", "service", "system"]
    id: int | None
    name: str


class Someone(BaseModel):
    """A person of the institution."""

    id: int
    name: str
    department: str | None


class ChecklistItem(BaseModel):
    """One thing to tick off within a task."""

    id: str
    text: str
    must: bool
    done: bool
    done_at: datetime | None
    done_by: By | None


class Task(BaseModel):
    """One step of the plan, or one added by hand; `waits_for` is what of `after` is not finished yet."""

    id: int
    key: str
    incident: str
    department: str
    stage: Stage
    title: Words
    must: bool
    due_at: datetime
    status: TaskStatus
    assignee: Someone | None
    note: str | None
    done_at: datetime | None
    done_by: By | None
    after: list[int]
    waits_for: list[int]
    blocked_by_person: Someone | None
    checklist: list[ChecklistItem]
    evidence_wanted: list[Words]
    remind_at: datetime | None
    reminders_stopped: bool
