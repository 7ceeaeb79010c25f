"""What the calls on groups, links, merges and customers answer, for the document."""

from datetime import date, datetime

from pydantic import BaseModel

from incident.api.answered_tasks import Words
from incident.models.agencies import AgencyState
from incident.models.groups import SurgeState
from incident.vocabulary import ComplaintType


class LinkLine(BaseModel):
    """Another incident that belongs to this one."""

    id: int
    incident: str
    reason: str
    at: datetime


class MemberLine(BaseModel):
    """A complaint of the group; `incident` is its own where it has one, `due_at` its own due date."""

    complaint: int
    source: str
    source_ref: str
    received_at: datetime
    due_at: datetime | None
    repeat: bool
    incident: str | None


class Group(BaseModel):
    """Complaints that seem to have one cause; `incident` is the parent once they are grouped."""

    id: int
    rule: str
    complaint_type: ComplaintType
    cause: Words
    state: SurgeState
    incident: str | None
    customers: int
    complaints: int
    found_at: datetime
    opened_at: datetime | None
    ended_at: datetime | None


class GroupPage(BaseModel):
    """Groups."""

    items: list[Group]
    next_cursor: str | None


class Agency(BaseModel):
    """A collection agency with the complaints about it; `upheld` counts those upheld in part too."""

    id: int
    name: str
    code: str
    department: str
    state: AgencyState
    state_reason: str | None
    state_at: datetime | None
    evaluate_on: date | None
    evaluated_on: date | None
    notes: str | None
    complaints: int
    complaints_90_days: int
    with_finding: int
    upheld: int


class AgencyPage(BaseModel):
    """Agencies."""

    items: list[Agency]
    next_cursor: str | None
