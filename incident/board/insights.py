"""Insights on the web: plots of volume, response, clocks, waiting, satisfaction and learning; and as CSV."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from incident import clock, errors, sheets
from incident.board import access, acting, frame, plots, times
from incident.errors import N_, Reason
from incident.insights import improvement, measures, periods
from incident.insights.periods import GROUPS, Span
from incident.permissions import Permission
from incident.vocabulary import Level, Stage

bp = Blueprint("insights", __name__)
TIMELY = ("week", "month")
WAITERS = 8  # departments in the plot
COLUMNS = (
    "incidents", "acknowledge_p50", "acknowledge_p90", "first_contact_p50", "resolve_p50", "resolve_p90",
    "escalated", "clocks_met", "clocks_missed", "clock_compliance", "reopened", "upheld", "satisfaction",
)  # fmt: skip


@bp.get("/insights")
@access.needs(Permission.REPORTS_READ)
def show() -> str:
    """The page: the last thirteen weeks by week, unless other days or another cut are asked for."""
    span, group = _asked()
    rows = measures.cases(span)
    timely = group if group in TIMELY else "week"
    over = measures.grouped(rows, timely, span)
    at = clock.now()
    return render_template(
        "insights/show.html",
        span=span,
        last_day=times.local(span.end),
        group=group,
        groups=GROUPS,
        total=measures.numbers(rows),
        over=over,
        cut=over if group == timely else measures.grouped(rows, group, span),
        waiting=improvement.waiting(span),
        learning=improvement.numbers(span, at=at),
        plots=_plots(over, improvement.waiting(span)),
        columns=COLUMNS,
        value=value,
        levels=list(Level),
    )


def _asked() -> tuple[Span, str]:
    group = request.args.get("group", "week")
    group = group if group in GROUPS else "week"
    zone, at = acting.house().zone, clock.now()
    start, end = _day("from", zone), _day("to", zone)
    until = min(end + timedelta(days=1), at) if end else None
    return periods.span(start, until, at=at, zone=zone), group


def _day(name: str, zone: Any) -> datetime | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text).date()
    except ValueError as fault:
        said = N_("Write a date like 2026-11-22.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=(name,))]) from fault
    return datetime.combine(day, time(0), tzinfo=zone)


def _plots(over: list[dict[str, Any]], waiting: dict[str, Any]) -> dict[str, plots.Plot]:
    keys = [each["key"][5:] if "W" in each["key"] else each["key"] for each in over]
    numbers = [each["numbers"] for each in over]

    def line(name: str, part: str | None = None, share: float = 1) -> list[float | None]:
        found = [each[name][part] if part else each[name] for each in numbers]
        return [None if value is None else round(value / share, 1) for value in found]

    volume = [
        (f"plot-level-{int(level)}", level.numeral, [each["levels"][str(int(level))] for each in numbers])
        for level in reversed(Level)
    ]
    pair = (("plot-line", "p50"), ("plot-line-2", "p90"))
    return {
        "volume": plots.stacked(keys, volume),
        "acknowledge": plots.lines(keys, [(kind, part, line("acknowledge", part)) for kind, part in pair]),
        "resolve": plots.lines(keys, [(kind, part, line("resolve", part, 60)) for kind, part in pair]),
        "compliance": plots.lines(keys, [("plot-line", "", line("clock_compliance"))], unit="%", top=100),
        "satisfaction": plots.lines(keys, [("plot-line", "", line("satisfaction"))], top=5),
        "stages": plots.lying(_lying("stage", waiting["stages"], [str(each) for each in Stage])),
        "departments": plots.lying(_lying("department", waiting["departments"], _slowest(waiting))),
    }


def _slowest(waiting: dict[str, Any]) -> list[str]:
    found = waiting["departments"]
    return sorted(found, key=lambda code: -(found[code]["p50"] or 0))[:WAITERS]


def _lying(kind: str, found: dict[str, Any], keys: list[str]) -> list[tuple[str, int, str]]:
    return [
        (frame.words(kind, key), found[key]["p50"], times.span_of(found[key]["p50"]))
        for key in keys
        if found[key]["count"]
    ]


def value(numbers: dict[str, Any], column: str) -> Any:
    """One number of a group, by the name of its column; nothing where nothing was counted."""
    name, _underscore, part = column.rpartition("_")
    found = numbers[name][part] if part in ("p50", "p90") else numbers[column]
    return "" if found is None else found


@bp.get("/insights.csv")
@access.needs(Permission.REPORTS_READ)
def as_csv() -> Response:
    """The groups with their numbers, one a line; lengths in minutes, shares in per cent."""
    span, group = _asked()
    rows = (
        [
            each["key"] if group in TIMELY else frame.pick(each["label"]),
            *(value(each["numbers"], column) for column in COLUMNS),
        ]
        for each in measures.grouped(measures.cases(span), group, span)
    )
    response = make_response(sheets.written([group, *COLUMNS], rows).encode("utf-8-sig"))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"insights-{times.local(span.start):%Y%m%d}-{times.local(span.end):%Y%m%d}-{group}.csv"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
