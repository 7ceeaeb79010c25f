"""What calls read: bodies and query strings, each field with its limits; unknown fields are refused."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
    field_validator,
)

from incident.api.registry import INTEGER_MOST
from incident.errors import N_
from incident.intake.body import Text
from incident.lifecycle.common import TEXT_LONGEST
from incident.models.complaints import Complaint
from incident.models.reviews import ReviewState
from incident.vocabulary import Channel, ComplaintType, IncidentRole, Signal, Stage, Status

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
PAGE, PAGE_MOST = 50, 200  # items
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)?")
_NO_TIME = N_("This must be a time like 2026-11-03T09:12:00+08:00.")


class Asked(BaseModel):
    """Unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _rfc3339(value: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError(_NO_TIME)
    # in a query string an unescaped + arrives as a blank
    text = re.sub(r" (?=\d\d:\d\d$)", "+", value) if value[10:11] in ("T", "t") else value
    if not _RFC3339.fullmatch(text):
        raise ValueError(_NO_TIME)
    return text


def _sensible(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError(N_("This time is not between the years 2000 and 2100."))
    return value.astimezone(UTC)


def _who(value: Any) -> int | str:
    if type(value) is int and 0 < value <= INTEGER_MOST:
        return value
    if isinstance(value, str) and "@" in value and len(value) <= 200 and value.isprintable():
        return value.strip().lower()
    raise ValueError(N_("Name the person by id or by e-mail address."))


Moment = Annotated[AwareDatetime, BeforeValidator(_rfc3339), AfterValidator(_sensible)]
Who = Annotated[
    Any,
    PlainValidator(_who),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "format": "email"}]}),
]
Words = Annotated[Text, Field(min_length=1, max_length=TEXT_LONGEST)]
Level = Annotated[int, Field(ge=1, le=4)]


def _line(longest: int) -> Any:
    return Field(min_length=1, max_length=longest)


MANY: Any = {"many": True}  # a query parameter that may be repeated or hold commas


class Escalate(Asked):
    """Why a recorded complaint is escalated."""

    reason: Annotated[Text, _line(500)]


class Declare(Asked):
    """An incident declared by hand."""

    complaint_type: ComplaintType
    summary: Words
    level: Level | None = None
    affected_customers: int = Field(1, ge=1, le=100_000_000)
    signals: list[Signal] = Field(default_factory=list, max_length=20)
    channel: Channel = Channel.OTHER
    product: Annotated[Text, _line(60)] | None = None


class Move(Asked):
    """To another of the six steps; going back needs a reason."""

    to: Stage
    reason: Annotated[Text, Field(max_length=TEXT_LONGEST)] = ""


class ChangeLevel(Asked):
    """Another level, and why."""

    level: Level
    reason: Words


class Note(Asked):
    """A note for the timeline."""

    text: Words


class AssignRole(Asked):
    """A role of the emergency group and who takes it, by id or e-mail address."""

    role: IncidentRole
    person: Who


class Close(Asked):
    """How it ended, in a sentence."""

    summary: Words


class PageQuery(Asked):
    """Which page of a list."""

    limit: int = Field(PAGE, ge=1, le=PAGE_MOST)
    cursor: str | None = Field(None, max_length=500)


class ComplaintsQuery(PageQuery):
    """Complaints, the newest first."""

    source: Annotated[Text, _line(60)] | None = None
    source_ref: Annotated[Text, _line(120)] | None = None
    channel: list[Channel] = Field(default_factory=list, json_schema_extra=MANY)
    type: list[ComplaintType] = Field(default_factory=list, json_schema_extra=MANY)
    escalated: bool | None = None

    def conditions(self) -> list[Any]:
        """For WHERE."""
        plain = {
            Complaint.source: self.source,
            Complaint.source_ref: self.source_ref,
            Complaint.escalated: self.escalated,
        }
        many: dict[Any, list[Any]] = {Complaint.channel: self.channel, Complaint.complaint_type: self.type}
        return [
            *(column == value for column, value in plain.items() if value is not None),
            *(column.in_([str(value) for value in values]) for column, values in many.items() if values),
        ]


Sort = Literal["-opened_at", "opened_at", "-last_activity_at", "last_activity_at", "level"]


class IncidentsQuery(PageQuery):
    """Incidents; drills only where they are asked for."""

    status: list[Status] = Field(default_factory=list, json_schema_extra=MANY)
    stage: list[Stage] = Field(default_factory=list, json_schema_extra=MANY)
    level: list[Level] = Field(default_factory=list, json_schema_extra=MANY)
    type: list[ComplaintType] = Field(default_factory=list, json_schema_extra=MANY)
    department: list[Annotated[Text, _line(10)]] = Field(default_factory=list, json_schema_extra=MANY)
    drill: Literal["false", "true", "all"] = "false"
    q: Annotated[Text, _line(200)] | None = None
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    sort: Sort = "-opened_at"

    @field_validator("level", mode="before")
    @classmethod
    def _digits(cls, value: Any) -> Any:
        return [int(part) if str(part).isdecimal() and len(part) == 1 else part for part in value]


class ReviewsQuery(PageQuery):
    """Post-mortems, the next meeting first."""

    state: ReviewState | None = None
