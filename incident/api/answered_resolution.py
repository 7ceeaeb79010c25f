"""What the calls on options, labels and assessments answer, for the document."""

from datetime import date, datetime

from pydantic import BaseModel

from incident.api.answered import By, Incident, Page, Someone, Words
from incident.models.resolutions import AssessmentOutcome, LabelState, OptionState
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


class Impacts(BaseModel):
    """Impacts of 0 to 3."""

    customer: int
    reputation: int
    business: int
    credit_record: int


class Assessment(BaseModel):
    """One assessment: the level that follows, why, and what became of it."""

    id: int
    at: datetime
    by: By
    affected_customers: int
    potential_loss: str | None
    currency: str
    impact: Impacts
    note: str
    level_before: int
    level: int
    score: dict[str, int]
    reasons: list[Words]
    outcome: AssessmentOutcome
    decided_at: datetime | None
    decided_by: By | None


class AssessedIncident(Incident):
    """The changed incident, with its newest assessment."""

    assessment: Assessment


class AssessmentPage(Page):
    """Assessments, the newest first."""

    items: list[Assessment]


class ProxyLabel(BaseModel):
    """A label inside the house; what looks personal in its texts is masked."""

    id: int
    complaint: int
    incident: str
    state: LabelState
    grounds: str
    reason: str | None
    proposed_at: datetime
    proposed_by: By
    approvals_needed: int
    approvals: list[Approval]
    may_approve: list[Someone]
    ended_at: datetime | None
    ended_by: By | None


class LabelPage(Page):
    """Labels, the newest first."""

    items: list[ProxyLabel]
