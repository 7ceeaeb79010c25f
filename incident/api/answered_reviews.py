"""What calls on post-mortems and their actions answer, for the document."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from incident.api.answered import By, Page, Someone, Words
from incident.models.actions import ActionKind, ActionState
from incident.models.reviews import CauseCategory, ReviewState, Section, Signer, Trigger


class ReviewSummary(BaseModel):
    """The post-mortem of one incident, in short; `due_at` is the latest moment for its meeting."""

    id: int
    incident: str
    drill: bool
    title: Words
    state: ReviewState
    owner: Someone | None
    due_at: datetime
    meets_at: datetime
    place: str | None
    rule: str
    optional: bool
    triggers: list[Trigger]
    remind_at: datetime | None
    reminders: int
    held_at: datetime | None
    edition: int
    published_at: datetime | None
    amendment: str | None
    created_at: datetime
    url: str


class SectionText(BaseModel):
    """A section: Markdown, and the safe HTML of it. Version 0 is the draft from the record."""

    name: Section
    version: int
    text: str
    html: str
    drafted: bool
    at: datetime | None
    by: By | None
    named: list[str]


class KeyEvent(BaseModel):
    """An event of the record, without names."""

    id: int
    at: datetime
    kind: str
    key: bool
    who: Words
    sentence: Words


class ReviewFinding(BaseModel):
    """An answer to a why; its id is for good."""

    id: int
    review: int
    parent: int | None
    text: str
    category: CauseCategory | None
    step: str | None
    version: int
    added_at: datetime
    withdrawn_at: datetime | None


class Signature(BaseModel):
    """Who signed the present text, and in which role."""

    role: Signer
    by: Someone | None
    at: datetime


class Missing(BaseModel):
    """What keeps it from being published, and where it is done."""

    msg: Words
    href: str


class EditionRef(BaseModel):
    """What was published; `reason` says why it was amended."""

    number: int
    at: datetime
    by: By
    reason: str | None


class ActionEvent(BaseModel):
    """What happened to an action."""

    at: datetime
    by: By
    kind: str
    data: dict[str, Any]


class Action(BaseModel):
    """A corrective action; `first_due_at` is what the level asked for."""

    id: int
    review: int
    incident: str
    playbook: str
    finding: int | None
    kind: ActionKind
    title: str
    detail: str
    owner: Someone | None
    due_at: datetime
    first_due_at: datetime
    overdue: bool
    state: ActionState
    proof: str | None
    done_at: datetime | None
    done_by: Someone | None
    verified_at: datetime | None
    verified_by: Someone | None
    remind_at: datetime | None
    created_at: datetime
    created_by: By
    history: list[ActionEvent]
    url: str


class Review(ReviewSummary):
    """The whole post-mortem; `facts` are what the record says, `missing` what keeps it from publication."""

    revision: int
    sections: list[SectionText]
    facts: dict[str, Any]
    events: list[KeyEvent]
    findings: list[ReviewFinding]
    actions: list[Action]
    signers: list[Signer]
    signatures: list[Signature]
    missing: list[Missing]
    editions: list[EditionRef]


class ReviewPage(Page):
    """Post-mortems."""

    items: list[ReviewSummary]


class ActionPage(Page):
    """Actions."""

    items: list[Action]
