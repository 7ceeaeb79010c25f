"""Who covers a stretch of time, department by department, and the gaps in which nobody is on duty."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from incident import duty
from incident.db import db
from incident.duty import OnDuty
from incident.models.people import DutyShift, Person, Repeats

Shifts = list[tuple[DutyShift, Person]]


@dataclass(frozen=True)
class Stretch:
    """From one change of the guard to the next: who is on duty; nobody makes it a gap."""

    starts_at: datetime
    ends_at: datetime
    on_duty: OnDuty

    @property
    def gap(self) -> bool:
        """Whether nobody can be reached."""
        return not self.on_duty.people


def shifts_between(codes: Sequence[str], start: datetime, end: datetime) -> dict[str, Shifts]:
    """The shifts that may touch a stretch of time, by department, in one query."""
    rows = db.session.execute(
        select(DutyShift, Person)
        .join(Person, Person.id == DutyShift.person_id)
        .where(
            DutyShift.department_code.in_(codes),
            DutyShift.starts_at < end,
            or_(DutyShift.ends_at > start, DutyShift.repeats != Repeats.NEVER),
        )
        .order_by(DutyShift.starts_at, DutyShift.id)
    )
    found: dict[str, Shifts] = {code: [] for code in codes}
    for shift, person in rows:
        if shift.repeats_until is None or shift.repeats_until > start or shift.ends_at > start:
            found[shift.department_code].append((shift, person))
    return found


def stretches(shifts: Shifts, start: datetime, end: datetime, zone: ZoneInfo) -> list[Stretch]:
    """A stretch of time cut wherever the people on duty change; neighbours with the same people are one."""
    turns = [
        (begins, ends, shift, person)
        for shift, person in shifts
        for begins, ends in _turns(shift, start, end, zone)
    ]
    marks = {mark for begins, ends, *_who in turns for mark in (begins, ends) if start < mark < end}
    found: list[Stretch] = []
    for opens, closes in itertools.pairwise(sorted({start, end, *marks})):
        there = [(shift, person) for begins, ends, shift, person in turns if begins <= opens < ends]
        on_duty = duty.among(there, opens, zone)
        if found and found[-1].on_duty == on_duty:
            opens = found.pop().starts_at
        found.append(Stretch(opens, closes, on_duty))
    return found


def _turns(
    shift: DutyShift, start: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """When a shift and its returns, at the same local time, begin and end near a stretch of time."""
    yield shift.starts_at, shift.ends_at
    if shift.repeats == Repeats.NEVER:
        return
    every = timedelta(days=1 if shift.repeats == Repeats.DAILY else 7)
    begins = shift.starts_at.astimezone(zone).replace(tzinfo=None)
    length = shift.ends_at.astimezone(zone).replace(tzinfo=None) - begins
    first = max(1, (start.astimezone(zone).replace(tzinfo=None) - length - begins) // every)
    last = min(end, shift.repeats_until or end)
    begins += first * every
    while begins.replace(tzinfo=zone) < last:
        yield (
            begins.replace(tzinfo=zone),
            min((begins + length).replace(tzinfo=zone), shift.repeats_until or end),
        )
        begins += every


def gaps(codes: Sequence[str], start: datetime, end: datetime, zone: ZoneInfo) -> dict[str, list[Stretch]]:
    """When nobody is on duty, for the departments where that happens."""
    shifts = shifts_between(codes, start, end)
    found = {code: [s for s in stretches(shifts[code], start, end, zone) if s.gap] for code in codes}
    return {code: missing for code, missing in found.items() if missing}
