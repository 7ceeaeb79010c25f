"""What the calls on clocks answer, for the document; `lines_clocks` writes the same by hand."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from incident.api.answered_tasks import By, Words
from incident.models.clocks import ClockState


class ClockWarning(BaseModel):
    """A mark at which people were told."""

    mark: Literal["50", "75", "90", "3wd", "1wd"]
    at: datetime


class ClockProof(BaseModel):
    """What proves that the duty was done."""

    kind: Literal["filing", "document", "statement"]
    value: str


class ClockRequest(BaseModel):
    """An extension or a pause that waits for its approver."""

    act: Literal["pause", "extend"]
    rule: str
    reason: str
    by: By
    at: datetime


class ClockExtension(BaseModel):
    """One step by which a clock was lengthened."""

    rule: str
    version: str
    reason: str
    by: By
    approved_by: By | None
    at: datetime
    from_due_at: datetime
    to_due_at: datetime


class ClockTurn(BaseModel):
    """What became of a clock before it began anew."""

    state: ClockState
    proof: ClockProof | None
    void_reason: str | None
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    missed_at: datetime | None
    ended_by: By | None


class Clock(BaseModel):
    """A due date that runs; `window` is time that somebody else has."""

    id: int
    incident: str
    kind: Literal["internal", "statutory", "window"]
    rule: str
    version: str
    jurisdiction: str
    department: str | None
    title: Words
    value: float
    unit: str
    started_at: datetime
    due_at: datetime
    state: ClockState
    paused_at: datetime | None
    missed_at: datetime | None
    met_late: bool
    ended_at: datetime | None
    ended_by: By | None
    source: str
    confidence: str
    reasons: list[Words]
    warnings: list[ClockWarning]
    extensions: list[ClockExtension]
    request: ClockRequest | None
    proof: ClockProof | None
    void_reason: str | None
    earlier: list[ClockTurn]


class ClockPage(BaseModel):
    """Clocks."""

    items: list[Clock]
    next_cursor: str | None


class ClocksStarted(BaseModel):
    """The clocks that an event started."""

    items: list[Clock]
