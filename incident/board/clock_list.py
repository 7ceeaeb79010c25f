"""The list of all clocks by urgency: what its address asks for, and one page of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from incident import clocks
from incident.db import db
from incident.models.clocks import Clock, ClockState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.playbooks import library
from incident.wordings.clocks import WORDS

PAGE = 60
FILTERS = ("state", "jurisdiction", "department", "mine", "drill")


@dataclass(frozen=True)
class Row:
    """A clock with its incident and whoever commands it."""

    clock: Clock
    incident: Incident
    commander: str


@dataclass(frozen=True)
class Page:
    """One page, and the cursor of the next where there is one."""

    rows: list[Row]
    next_cursor: str | None


def wanted(args: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set; unknown words filter nothing."""
    known: dict[str, set[str]] = {
        "state": {str(each) for each in ClockState},
        "jurisdiction": set(WORDS["jurisdiction"]),
        "department": set(library.departments()),
        "mine": {"1"},
        "drill": {"1"},
    }
    return {name: args[name] for name in FILTERS if args.get(name) in known[name]}


def page(filters: Mapping[str, str], *, person_id: int | None, cursor: str = "") -> Page:
    """The clocks that match, the soonest due first, after a cursor."""
    query: Any = (
        select(Clock, Incident, Person.name)
        .join(Incident, Incident.id == Clock.incident_id)
        .outerjoin(Person, Person.id == Incident.commander_id)
        .where(
            *clocks.conditions(
                states=[filters["state"]] if filters.get("state") else [],
                jurisdiction=filters.get("jurisdiction", ""),
                department=filters.get("department", ""),
                mine=person_id if filters.get("mine") else None,
                drill=filters.get("drill") == "1",
            )
        )
    )
    after = _read(cursor)
    if after is not None:
        due, id_ = after
        query = query.where(or_(Clock.due_at > due, and_(Clock.due_at == due, Clock.id > id_)))
    found = db.session.execute(query.order_by(Clock.due_at, Clock.id).limit(PAGE + 1)).all()
    rows = [Row(clock, incident, name or "") for clock, incident, name in found[:PAGE]]
    last = rows[-1].clock if len(found) > PAGE else None
    return Page(rows, f"{last.due_at.isoformat()}_{last.id}" if last else None)


def _read(cursor: str) -> tuple[datetime, int] | None:
    """What a cursor says; one that is not ours begins at the start."""
    due, _, id_ = cursor.replace(" ", "+").partition("_")
    try:
        moment = datetime.fromisoformat(due)
        return (moment, int(id_)) if moment.tzinfo else None
    except ValueError:
        return None
