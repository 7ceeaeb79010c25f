"""What calls on complaints and incidents answer, for the document; `views` writes the same by hand."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from incident.api.answered_clocks import Clock
from incident.api.answered_groups import Group, LinkLine, MemberLine
from incident.api.answered_tasks import By as By
from incident.api.answered_tasks import Someone as Someone
from incident.api.answered_tasks import Task
from incident.api.answered_tasks import Words as Words
from incident.models.alerts import DeliveryState
from incident.models.contacts import HoldScope
from incident.models.incidents import DepartmentState
from incident.vocabulary import Channel, ComplaintType, IncidentRole, Signal, Stage, Status


class PlanRef(BaseModel):
    """The plan version that an incident opened with."""

    key: str
    version: int


class CustomerMasked(BaseModel):
    """Who complained, masked."""

    name: str | None
    phone: str | None
    email: str | None
    id_number: str | None
    account_ref: str | None


class AccountAnswer(BaseModel):
    """The account at the moment of the complaint."""

    days_overdue: int | None
    amount_overdue: str | None
    currency: str | None
    segment: str | None


class Complaint(BaseModel):
    """A complaint; customer fields are masked, free texts redacted."""

    id: int
    source: str
    source_ref: str
    received_at: datetime
    recorded_at: datetime
    recorded_by: By
    channel: Channel
    complaint_type: ComplaintType
    type_proposed: bool
    product: str | None
    summary: str | None
    narrative: str | None
    demand: str | None
    customer: CustomerMasked
    account: AccountAnswer
    affected_customers: int
    potential_loss: str | None
    agency: str | None
    region: str | None
    signals: list[Signal | Literal["template_proxy"]]
    repeat: bool
    customer_file: str | None
    due_at: datetime | None
    escalated: bool
    escalation_reason: str | None
    escalated_by: str | None
    level: int
    triage: dict[str, Any]
    incident: str | None


class IncidentSummary(BaseModel):
    """An incident in a list."""

    number: str
    drill: bool
    level: int
    status: Status
    stage: Stage
    complaint_type: ComplaintType
    type_proposed: bool
    title: Words
    plan: PlanRef
    sensitive: bool
    affected_customers: int
    opened_at: datetime
    opened_by: By
    acknowledged_at: datetime | None
    acknowledged_by: Someone | None
    resolved_at: datetime | None
    closed_at: datetime | None
    last_activity_at: datetime
    next_clock_at: datetime | None
    update_due_at: datetime | None
    commander: Someone | None
    url: str


class RoleLine(BaseModel):
    """A role of the emergency group; nobody is a state too."""

    role: IncidentRole
    department: str
    person: Someone | None
    since: datetime


class DepartmentLine(BaseModel):
    """A department that was called out."""

    department: str
    part: Literal["responsible", "support"]
    state: DepartmentState
    lead: Someone | None
    called_at: datetime
    accept_by: datetime | None
    accepted_at: datetime | None
    accepted_by: Someone | None
    next_update_at: datetime | None
    reported_at: datetime | None
    report: str | None
    reason: str | None
    signed_off_at: datetime | None
    signed_off_by: Someone | None
    statement: str | None


class ComplaintRef(BaseModel):
    """A complaint of an incident, in short."""

    id: int
    source: str
    source_ref: str
    received_at: datetime
    channel: Channel


class Event(BaseModel):
    """Something that happened on an incident."""

    id: int
    at: datetime
    kind: str
    by: By
    sentence: Words
    data: dict[str, Any]


class Delivery(BaseModel):
    """One step to be taken outside, and how it went."""

    id: int
    step: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    finished_at: datetime | None
    error: str | None


class Incident(IncidentSummary):
    """An incident with everything that belongs to it; the timeline holds the last 50 events."""

    parent: str | None
    members: list[MemberLine]
    members_count: int
    group: Group | None
    merged_into: str | None
    merged: list[str]
    links: list[LinkLine]
    level_reasons: list[Words]
    roles: list[RoleLine]
    departments: list[DepartmentLine]
    tasks: list[Task]
    clocks: list[Clock]
    complaints: list[ComplaintRef]
    contact_hold: HoldScope | None
    timeline: list[Event]
    deliveries: list[Delivery]


class IncidentWithLine(Incident, DepartmentLine):
    """The changed incident, with the fields of the line that changed beside its own."""


class Received(BaseModel):
    """What became of a complaint; `duplicate` only where it was sent before."""

    complaint: Complaint
    incident: IncidentSummary | None


class ReceivedAgain(Received):
    """The same as the first time."""

    duplicate: Literal[True]


class Finding(BaseModel):
    """A fault and its place."""

    loc: list[str | int]
    msg: str
    href: str = ""


class BadLine(BaseModel):
    """A line that was not taken, and why."""

    line: int
    errors: list[Finding]


class BulkReport(BaseModel):
    """What became of the lines: received = created + duplicates + rejected."""

    received: int
    created: int
    duplicates: int
    incidents: int
    rejected: list[BadLine]


class Page(BaseModel):
    """One page of a list."""

    next_cursor: str | None


class ComplaintPage(Page):
    """Complaints."""

    items: list[Complaint]


class IncidentPage(Page):
    """Incidents."""

    items: list[IncidentSummary]


class EventPage(Page):
    """Events, oldest first."""

    items: list[Event]
