"""The list of complaints: filtered, searched by reference or incident number, paged by a cursor."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from incident.db import db
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.vocabulary import Channel, ComplaintType

PAGE = 50
FILTERS = ("q", "type", "channel", "level", "state")
STATES = ("recorded", "incident")  # only recorded; with an incident


@dataclass(frozen=True)
class Page:
    """One page of the list, and the cursor of the next where there is one."""

    rows: list[tuple[Complaint, Incident | None]]
    next_cursor: int | None


def wanted(args: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set, in an address or a form; unknown words filter nothing."""
    given = {name: args.get(name, "").strip() for name in FILTERS}
    known: dict[str, Collection[str]] = {
        "type": set(ComplaintType),
        "channel": set(Channel),
        "level": {"1", "2", "3", "4"},
        "state": set(STATES),
    }
    return {name: value for name, value in given.items() if value and value in known.get(name, {value})}


def page(filters: Mapping[str, str], *, cursor: int | None = None, limit: int = PAGE) -> Page:
    """The newest complaints that match, after a cursor."""
    query: Any = select(Complaint, Incident).outerjoin(Incident, Incident.id == Complaint.incident_id)
    query = _filtered(query, filters)
    if cursor is not None:
        query = query.where(Complaint.id < cursor)
    rows = db.session.execute(query.order_by(Complaint.id.desc()).limit(limit + 1)).all()
    shown = [(complaint, incident) for complaint, incident in rows[:limit]]
    return Page(shown, shown[-1][0].id if len(rows) > limit else None)


def _filtered(query: Any, filters: Mapping[str, str]) -> Any:
    if kind := filters.get("type"):
        query = query.where(Complaint.complaint_type == kind)
    if channel := filters.get("channel"):
        query = query.where(Complaint.channel == channel)
    if level := filters.get("level"):
        query = query.where(Complaint.level == int(level))
    if state := filters.get("state"):
        there = Complaint.incident_id.is_not(None) if state == "incident" else Complaint.incident_id.is_(None)
        query = query.where(there)
    if words := filters.get("q"):
        query = query.where(_found(words))
    return query


def _found(words: str) -> Any:
    """By reference (any part of it), or by the number of the incident: names stand encrypted."""
    if words.upper().startswith(("INC-", "DRL-")):
        return Incident.number.startswith(words.upper(), autoescape=True)
    return Complaint.source_ref.icontains(words, autoescape=True)
