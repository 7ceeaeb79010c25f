"""The call that gives the numbers behind the insight pages."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from incident import i18n
from incident.api.asked import Moment
from incident.api.door import OK
from incident.api.plain import moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.insights import improvement, measures, periods
from incident.permissions import Permission

TAG = N_("Numbers")


class MetricsQuery(BaseModel):
    """The last thirteen weeks by month, unless said otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    from_: Moment | None = Field(None, alias="from")
    to: Moment | None = None
    group: Literal["week", "month", "level", "type", "channel", "agency", "region"] = "month"


class Lengths(BaseModel):
    """Some lengths in minutes."""

    count: int
    mean: int | None
    p50: int | None
    p90: int | None


class Measures(BaseModel):
    """Incidents opened in a span; shares are per cent."""

    incidents: int
    levels: dict[str, int]
    acknowledge: Lengths
    first_contact: Lengths
    resolve: Lengths
    escalated: float | None
    clocks_met: int
    clocks_missed: int
    clock_compliance: float | None
    extended: int
    reopened: float | None
    upheld: float | None
    satisfaction: float | None
    answers: int


class MeasuredGroup(BaseModel):
    """One week, month, level, kind, channel, agency or region."""

    key: str
    label: dict[str, str]
    numbers: Measures


class Waiting(BaseModel):
    """How long cases stay at a step, and departments take to accept."""

    stages: dict[str, Lengths]
    departments: dict[str, Lengths]


class Again(BaseModel):
    """Something that keeps coming back, `count` times of `of`."""

    kind: str
    playbook: str
    subject: str
    count: int
    of: int
    sentence: dict[str, str]


class Improvement(BaseModel):
    """Post-mortems and actions, and what comes again."""

    reviews_due: int
    reviews_on_time: float | None
    reviews_published: int
    actions_due: int
    actions_on_time: float | None
    actions_overdue: int
    overdue_days: int | None
    recurring: list[dict[str, Any]]
    patterns: list[Again]


class MetricsSummary(BaseModel):
    """All measures of a span, whole and in groups; drills are left out."""

    model_config = ConfigDict(populate_by_name=True)

    from_: datetime = Field(alias="from")
    to: datetime
    group: str
    total: Measures
    groups: list[MeasuredGroup]
    waiting: Waiting
    improvement: Improvement


@call(
    "GET",
    "/metrics/summary",
    tag=TAG,
    summary=N_("Read the numbers behind the insight pages"),
    needs=Permission.REPORTS_READ,
    query=MetricsQuery,
    answers={OK: MetricsSummary},
)
def summarise(ask: Ask) -> Answer:
    """Over the incidents opened in the span."""
    wanted: MetricsQuery = ask.query
    span = periods.span(wanted.from_, wanted.to, at=ask.at, zone=ask.house.zone)
    rows = measures.cases(span)
    body = {
        "from": moment(span.start),
        "to": moment(span.end),
        "group": wanted.group,
        "total": measures.numbers(rows),
        "groups": measures.grouped(rows, wanted.group, span),
        "waiting": improvement.waiting(span),
        "improvement": _spoken(improvement.numbers(span, at=ask.at)),
    }
    return Answer(OK, body)


def _spoken(found: dict[str, Any]) -> dict[str, Any]:
    """The same with the sentences of what comes again in both languages."""
    said = [
        {
            **each,
            "sentence": {i18n.short(locale): i18n.say(each["sentence"], locale) for locale in i18n.LOCALES},
        }
        for each in found["patterns"]
    ]
    return {**found, "patterns": said}
