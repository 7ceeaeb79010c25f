"""What moves when a calendar changes: every open clock that counts by it is reckoned anew, and noted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from incident import timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.clocks import acts, rules, state
from incident.db import db
from incident.models.clocks import LIVE, Clock, ClockState
from incident.models.incidents import Incident
from incident.vocabulary import Status


def calendars_in_use() -> set[str]:
    """The calendars, besides the house's, that open clocks count by."""
    found = select(Clock.calendar).where(Clock.state.in_(LIVE)).distinct()
    return {each for each in db.session.scalars(found) if each is not None}


@dataclass(frozen=True)
class Moved:
    """A clock that is due at another time than before."""

    number: str
    clock_id: int
    title: dict[str, str]
    was: datetime
    now: datetime


def recount(
    jurisdiction: str, *, house: WorkingCalendar, house_rule_set: str, by: Actor, at: datetime
) -> list[Moved]:
    """Reckon the open clocks of a jurisdiction's calendar anew, note each that moved on its timeline and
    return them, soonest first. The targets of the house count by the house's calendar."""
    counts = Clock.calendar == jurisdiction
    if jurisdiction == house_rule_set:
        counts = or_(counts, Clock.calendar.is_(None))
    rows = db.session.execute(
        select(Clock, Incident)
        .join(Incident, Incident.id == Clock.incident_id)
        .where(
            Clock.state.in_([ClockState.RUNNING, ClockState.PAUSED]), Incident.status == Status.OPEN, counts
        )
        .order_by(Clock.due_at, Clock.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    moved, incidents = [], dict[int, Incident]()
    for clock, incident in rows:
        was, warn_at = clock.due_at, clock.warn_at
        acts.recount(clock, rules.calendar_of(clock, house), at=at)
        if clock.due_at != was:
            moved.append(Moved(incident.number, clock.id, clock.titles, was, clock.due_at))
            incidents[incident.id] = incident
            noted = state.note(clock, before=was.isoformat(), due_at=clock.due_at.isoformat())
            timeline.record(incident.id, "clock_moved", by=by.label, at=at, **noted)
        elif warn_at is not None and warn_at <= at:
            clock.warn_at = warn_at  # the sweep was about to speak: it still does
    for incident in incidents.values():
        state.bring_up_to_date(incident)
    return moved
