"""The measures of facts §8 over the incidents opened in a span: response, clocks, outcome, improvement.

Lengths are whole minutes, shares are per cent of 0 to 100 with one decimal; None where nothing was counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident import clocks
from incident.db import db
from incident.insights.periods import Span, label
from incident.models.clocks import Clock, ClockState
from incident.models.complaints import Complaint
from incident.models.decisions import Reopening, Satisfaction
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident
from incident.vocabulary import Level

UPHELD = (FindingResult.UPHELD, FindingResult.PARTLY)
Numbers = dict[str, Any]


@dataclass
class Case:
    """What is measured of one incident."""

    opened_at: datetime
    level: int
    type: str
    acknowledge: int | None
    resolve: int | None
    escalated: bool
    contact: int | None = None
    channel: str = ""
    agency: str = ""
    region: str = ""
    met: int = 0
    missed: int = 0
    extended: int = 0
    reopened: int = 0
    finding: str | None = None
    scores: list[int] = field(default_factory=list)


def cases(span: Span) -> list[Case]:
    """The live incidents opened in a span, oldest first."""
    wanted = (Incident.opened_at >= span.start, Incident.opened_at <= span.end, Incident.drill.is_(False))
    rows = db.session.execute(
        select(
            Incident.id,
            Incident.opened_at,
            Incident.level,
            Incident.complaint_type,
            Incident.acknowledged_at,
            Incident.resolved_at,
            Incident.rung,
        )
        .where(*wanted, Incident.status != "merged")
        .order_by(Incident.opened_at)
    )
    found = {
        id_: Case(
            opened,
            int(level),
            kind,
            _minutes(opened, acknowledged),
            _minutes(opened, resolved),
            rung > 0,
        )
        for id_, opened, level, kind, acknowledged, resolved, rung in rows
    }
    ids = select(Incident.id).where(*wanted)
    for fill in (_complaints, _contacts, _clocks, _outcomes):
        fill(found, ids)
    return list(found.values())


def _minutes(start: datetime, end: datetime | None) -> int | None:
    return int((end - start).total_seconds() // 60) if end else None


def _complaints(found: dict[int, Case], ids: Any) -> None:
    """Where the first complaint of each came from."""
    C = Complaint
    first = select(func.min(C.id)).where(C.incident_id.in_(ids)).group_by(C.incident_id)
    rows = select(C.incident_id, C.channel, C.agency, C.region).where(C.id.in_(first))
    for id_, channel, agency, region in db.session.execute(rows):
        if id_ in found:
            found[id_].channel, found[id_].agency, found[id_].region = channel, agency or "", region or ""


def _contacts(found: dict[int, Case], ids: Any) -> None:
    for id_, at in clocks.first_contacts(ids).items():
        if id_ in found:
            found[id_].contact = _minutes(found[id_].opened_at, at)


def _clocks(found: dict[int, Case], ids: Any) -> None:
    """Legal clocks that were met in time, and those that were missed, whether met later or not."""
    rows = select(Clock.incident_id, Clock.state, Clock.missed_at, Clock.extensions).where(
        Clock.kind == "statutory", Clock.incident_id.in_(ids)
    )
    for id_, state, missed, extensions in db.session.execute(rows):
        if id_ not in found:
            continue
        found[id_].met += int(state == ClockState.MET and missed is None)
        found[id_].missed += int(missed is not None)
        found[id_].extended += int(bool(extensions))


def _outcomes(found: dict[int, Case], ids: Any) -> None:
    again = select(Reopening.incident_id, func.count()).where(Reopening.incident_id.in_(ids))
    for id_, count in db.session.execute(again.group_by(Reopening.incident_id)):
        if id_ in found:
            found[id_].reopened = count
    rows = (
        select(Finding.incident_id, Finding.result).where(Finding.incident_id.in_(ids)).order_by(Finding.id)
    )
    for id_, result in db.session.execute(rows):
        if id_ in found:
            found[id_].finding = str(result)
    scores = select(Satisfaction.incident_id, Satisfaction.score).where(Satisfaction.incident_id.in_(ids))
    for id_, score in db.session.execute(scores):
        if id_ in found:
            found[id_].scores.append(score)


def numbers(rows: Sequence[Case]) -> Numbers:
    """The measures over some incidents."""
    judged = [row.finding for row in rows if row.finding]
    scores = [score for row in rows for score in row.scores]
    met, missed = sum(row.met for row in rows), sum(row.missed for row in rows)
    return {
        "incidents": len(rows),
        "levels": {str(int(level)): sum(row.level == level for row in rows) for level in Level},
        "acknowledge": lengths(row.acknowledge for row in rows),
        "first_contact": lengths(row.contact for row in rows),
        "resolve": lengths(row.resolve for row in rows),
        "escalated": share(sum(row.escalated for row in rows), len(rows)),
        "clocks_met": met,
        "clocks_missed": missed,
        "clock_compliance": share(met, met + missed),
        "extended": sum(row.extended for row in rows),
        "reopened": share(sum(row.reopened > 0 for row in rows), len(rows)),
        "upheld": share(sum(each in UPHELD for each in judged), len(judged)),
        "satisfaction": round(sum(scores) / len(scores), 2) if scores else None,
        "answers": len(scores),
    }


def lengths(values: Iterable[int | None]) -> Numbers:
    """Mean, median and nine tenths of some lengths, and how many there were."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return {"count": 0, "mean": None, "p50": None, "p90": None}
    return {
        "count": len(known),
        "mean": round(sum(known) / len(known)),
        "p50": _rank(known, 0.5),
        "p90": _rank(known, 0.9),
    }


def _rank(known: Sequence[int], part: float) -> int:
    """The nearest rank: the least value that `part` of all do not exceed."""
    return known[max(0, -(-int(len(known) * part * 1000) // 1000) - 1)]


def share(part: int, whole: int) -> float | None:
    """Per cent."""
    return round(100 * part / whole, 1) if whole else None


def grouped(rows: Sequence[Case], group: str, span: Span) -> list[Numbers]:
    """The measures of each group: {key, label{zh,en}, numbers}; times in order, the rest by frequency."""
    parts: dict[str, list[Case]] = defaultdict(list)
    timely = group in ("week", "month")
    for key in span.keys(group) if timely else ():
        parts[key] = []
    for row in rows:
        parts[span.key(row.opened_at, group) if timely else str(getattr(row, group))].append(row)
    keys = list(parts) if timely else sorted(parts, key=lambda key: (-len(parts[key]), key))
    return [{"key": key, "label": label(key, group), "numbers": numbers(parts[key])} for key in keys]
