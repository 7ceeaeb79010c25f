"""What the calls on options, labels and assessments answer, for the document."""

from datetime import date, datetime

from pydantic import BaseModel

from incident.api.answered import By, Page, Someone
from incident.models.resolutions import OptionState
from incident.vocabulary import OptionKind


class Judged(BaseModel):
    """One axis of feasibility."""

    score: int | None
    remark: str | None


class Feasibility(BaseModel):
    """The three axes, and their sum once all are judged."""

    technical: Judged
    economic: Judged
    legal: Judged
    sum: int | None


class Instalment(BaseModel):
    """One period of a schedule."""

    period: int
    due: date
    amount: str
    principal: str
    interest: str


class Approval(BaseModel):
    """Somebody's yes."""

    person: Someone
    role: str
    at: datetime


class OptionEvent(BaseModel):
    """One step of an option's life; a counter-offer brings its amount and its words."""

    at: datetime
    by: By
    act: str
    before: str | None
    after: str
    amount: str | None
    currency: str | None
    text: str | None


class Option(BaseModel):
    """One version of an option; what looks personal in its texts is masked."""

    id: int
    incident: str
    complaint: int | None
    previous: int | None
    revision: int
    kind: OptionKind
    state: OptionState
    amount: str | None
    currency: str | None
    terms: str
    basis: str
    periods: int | None
    annual_rate: str | None
    first_due: date | None
    schedule: list[Instalment]
    feasibility: Feasibility
    best: bool
    valid_until: date | None
    expire_at: datetime | None
    created_at: datetime
    created_by: By
    proposed_at: datetime | None
    proposed_by: By | None
    approvals_needed: int | None
    approvals: list[Approval]
    may_approve: list[Someone]
    history: list[OptionEvent]


class OptionPage(Page):
    """Every version of every option of an incident, the newest first."""

    items: list[Option]
