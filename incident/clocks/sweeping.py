"""The sweep over clocks: warnings at their marks, and misses; each person hears of all of theirs at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from incident import accounts, errors, timeline
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.clocks import acts, reckoning, rules, telling
from incident.clocks.telling import Word
from incident.db import db, unit_of_work
from incident.models.clocks import Clock, ClockState
from incident.models.drills import STANDING_STILL
from incident.models.incidents import Incident
from incident.vocabulary import Level, Status

ACTOR = accounts.system("clocks")
BATCH = 100  # clocks in one unit of work: short enough that others wait little, and a person gets one message
MOST = 2_000  # clocks in one sweep; the rest is the next beat's


@dataclass(frozen=True)
class Step:
    """What a clock needs now: its new columns, and the word to people, if any."""

    clock: Clock
    incident: Incident
    values: dict[str, Any]
    mark: str | None = None
    say_at: datetime | None = None


def sweep(*, at: datetime, house: WorkingCalendar) -> int:
    """Give the warnings that are due and set missed what was not met in time; returns how many clocks moved.

    Each batch is one unit of work with its messages, compare-and-set on `warn_at`: safe to run twice. Raises
    an ExceptionGroup of what kept some clocks from moving, after every other has moved.
    """
    due = list(
        db.session.scalars(
            select(Clock.id)
            .where(
                Clock.warn_at <= at, Clock.incident_id.not_in(STANDING_STILL)
            )  # set for running ones alone; a small index of its own
            .order_by(Clock.warn_at)
            .limit(MOST)
        )
    )
    moved, faults = 0, list[Exception]()
    for start in range(0, len(due), BATCH):
        try:
            moved += _batch(due[start : start + BATCH], faults, at=at, house=house)
        except SQLAlchemyError as fault:
            faults.append(fault)  # the next batch may do better, and the next beat tries this one again
    if faults:
        raise ExceptionGroup(f"{len(faults)} clocks could not move", faults)
    return moved


def _batch(ids: Sequence[int], faults: list[Exception], *, at: datetime, house: WorkingCalendar) -> int:
    with unit_of_work():
        rows = db.session.execute(
            select(Clock, Incident)
            .join(Incident, Incident.id == Clock.incident_id)
            .where(Clock.id.in_(ids), Clock.state == ClockState.RUNNING, Clock.warn_at <= at)
            .order_by(Clock.due_at, Clock.id),
            execution_options={"populate_existing": True},
        ).all()
        steps = []
        for clock, incident in rows:
            try:
                steps.append(_step(clock, incident, at=at, house=house))
            except (errors.DomainError, LookupError, ValueError) as fault:
                faults.append(fault)  # one that cannot move must not keep the others silent
        done = [step for step in steps if _take(step, at=at)]
        words = [Word(s.clock, s.incident, s.mark, s.say_at or at) for s in done if s.mark is not None]
        if words:
            outbox.enqueue_rows(telling.messages(words, at=at))
        return len(done)


def _step(clock: Clock, incident: Incident, *, at: datetime, house: WorkingCalendar) -> Step:
    if clock.kind == rules.WINDOW:
        return Step(
            clock,
            incident,
            {"state": ClockState.VOID, "warn_at": None, "ended_at": at, "ended_by": ACTOR.label},
        )
    if incident.status != Status.OPEN:
        return Step(clock, incident, {"warn_at": None})
    return _missed(clock, incident, at, house) if clock.due_at <= at else _warning(clock, incident, at, house)


def _missed(clock: Clock, incident: Incident, at: datetime, house: WorkingCalendar) -> Step:
    values = {"state": ClockState.MISSED, "missed_at": clock.due_at, "warn_at": None, "request": None}
    if clock.rule == rules.LADDER and clock.jurisdiction == rules.INTERNAL:
        return Step(clock, incident, values)
    quiet = clock.kind != "statutory" and _still(incident, at, house)
    say_at = reckoning.morning_after(at, house) if quiet else at
    return Step(clock, incident, values, telling.MISSED, say_at)


def _warning(clock: Clock, incident: Incident, at: datetime, house: WorkingCalendar) -> Step:
    calendar = rules.calendar_of(clock, house)
    given = {each["mark"] for each in clock.warnings if each["due_at"] == clock.due_at.isoformat()}
    passed = [
        mark
        for mark in reckoning.marks(clock.started_at, clock.due_at, calendar)
        if mark.at <= at and mark.name not in given
    ]
    if not passed or not acts.warns(clock):
        return Step(clock, incident, {"warn_at": acts.next_warning(clock, calendar, after=at)})
    if _still(incident, at, house):
        morning = reckoning.morning_after(at, house)
        if not (clock.kind == "statutory" and clock.due_at <= morning):
            return Step(clock, incident, {"warn_at": min(morning, clock.due_at)})
    told = [{"mark": mark.name, "at": at.isoformat(), "due_at": clock.due_at.isoformat()} for mark in passed]
    calm = reckoning.next_mark(
        clock.started_at, clock.due_at, calendar, after=at, given=[*given, *(m.name for m in passed)]
    )
    values = {"warnings": [*clock.warnings, *told], "warn_at": calm}
    return Step(clock, incident, values, passed[-1].name, at)


def _still(incident: Incident, at: datetime, house: WorkingCalendar) -> bool:
    """Whether this incident's people are left in peace now: Ⅲ and Ⅳ at night and on days off."""
    return incident.level >= Level.SIGNIFICANT and reckoning.asleep(at, house)


def _take(step: Step, *, at: datetime) -> bool:
    """Move the clock, unless somebody moved it since it was read."""
    seen, ends = step.clock, step.values.get("state")
    moved = db.session.execute(
        update(Clock)
        .where(
            Clock.id == seen.id,
            Clock.state == ClockState.RUNNING,
            Clock.version == seen.version,
            Clock.warn_at == seen.warn_at,
        )
        .values(**step.values, version=Clock.version + int(ends is not None))
        .returning(Clock.id),
        execution_options={"synchronize_session": False},
    ).first()
    if moved is None:
        return False
    if ends is not None:
        _note(step, missed=ends == ClockState.MISSED, at=at)
    return True


def _note(step: Step, *, missed: bool, at: datetime) -> None:
    timeline.record(
        step.incident.id,
        "clock_missed" if missed else "clock_lapsed",
        by=ACTOR.label,
        at=at,
        clock=step.clock.titles,
        clock_id=step.clock.id,
    )
    if missed and step.clock.kind == "statutory":
        outbox.enqueue(step.incident.id, "update_card", at=at)
