"""When a clock is due and when it warns: pure functions over its start, length, calendar and pauses."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from incident.calendars import WorkingCalendar

RISK_SHARE = 0.75  # of its time gone, a clock is "at risk" (facts §5.10: alarms at 50, 75 and 90 %)
SHARES = (50, 75, 90)  # per cent of the time gone at which people are told (facts §5.10)
DAYS_BEFORE = (3, 1)  # working days before the due day, in the morning, at which they are told too
MORNING, NIGHT = time(8, 0), time(22, 0)  # outside these hours Ⅲ and Ⅳ keep still
BY_THE_CLOCK = ("minutes", "hours")
UNITS = (*BY_THE_CLOCK, "calendar_days", "working_days", "weeks", "months")  # what a clock can run in


@dataclass(frozen=True)
class Mark:
    """A moment at which people are told: `50`, `75`, `90` per cent, `3wd` or `1wd` before."""

    name: str
    at: datetime


def due(
    start: datetime,
    value: float,
    unit: str,
    calendar: WorkingCalendar,
    *,
    working_time: bool = False,
    pauses: Iterable[tuple[datetime, datetime]] = (),
) -> datetime:
    """When a clock is due. With `working_time` minutes and hours count from 09:00 to 18:00 on working days.

    Time in a pause does not count: by the clock to the second, in days by the days of the pause, so that
    what was left at its start is left again at its end.
    """
    if working_time and unit in BY_THE_CLOCK:
        found = calendar.add_working_time(start, timedelta(**{unit: value}))
    else:
        found = calendar.add(start, value, unit)
    for begun, ended in pauses:
        found = _after_pause(found, begun, ended, unit, calendar)
    return found


def _after_pause(
    found: datetime, begun: datetime, ended: datetime, unit: str, calendar: WorkingCalendar
) -> datetime:
    if unit in BY_THE_CLOCK:
        return found + (ended - begun)
    first, last, end = (each.astimezone(calendar.zone).date() for each in (begun, ended, found))
    if unit == "working_days":
        return calendar.end_of(calendar.add_working_days(last, working_days_between(first, end, calendar)))
    return calendar.end_of(last + (end - first))


def working_days_between(first: date, last: date, calendar: WorkingCalendar) -> int:
    """The working days after one day up to another, which is counted."""
    return sum(calendar.is_working(first + timedelta(days=n + 1)) for n in range((last - first).days))


def at_risk_from(started_at: datetime, due_at: datetime) -> datetime:
    """When a clock comes to be at risk."""
    return started_at + (due_at - started_at) * RISK_SHARE


def marks(started_at: datetime, due_at: datetime, calendar: WorkingCalendar) -> list[Mark]:
    """The moments between start and due time at which people are told, soonest first."""
    span = due_at - started_at
    found = [Mark(str(share), started_at + span * (share / 100)) for share in SHARES]
    if span > timedelta(days=1):
        day = due_at.astimezone(calendar.zone).date()
        for count in DAYS_BEFORE:
            morning = datetime.combine(_working_days_before(day, count, calendar), MORNING, calendar.zone)
            if started_at < morning < due_at:
                found.append(Mark(f"{count}wd", morning))
    return sorted(found, key=lambda mark: mark.at)


def _working_days_before(day: date, count: int, calendar: WorkingCalendar) -> date:
    while count:
        day -= timedelta(days=1)
        count -= calendar.is_working(day)
    return day


def next_mark(
    started_at: datetime,
    due_at: datetime,
    calendar: WorkingCalendar,
    *,
    after: datetime,
    given: Sequence[str] = (),
) -> datetime:
    """The next moment with something to do: a mark that was not given yet, else the due time."""
    ahead = (
        mark.at for mark in marks(started_at, due_at, calendar) if mark.at > after and mark.name not in given
    )
    return min(ahead, default=due_at)


def first_mark(started_at: datetime, due_at: datetime, calendar: WorkingCalendar) -> datetime:
    """The first moment with something to do, where the clock starts: half of the time, unless a morning
    shortly before the end comes sooner. Every opening asks this for each of its clocks."""
    span = due_at - started_at
    half = started_at + span / 2
    if span <= timedelta(days=1):
        return half
    day = due_at.astimezone(calendar.zone).date()
    for count in DAYS_BEFORE:
        morning = datetime.combine(_working_days_before(day, count, calendar), MORNING, calendar.zone)
        if morning > started_at:
            return min(half, morning)
    return half


def asleep(at: datetime, calendar: WorkingCalendar) -> bool:
    """Whether Ⅲ and Ⅳ keep still: at night, and on days that are not worked."""
    local = at.astimezone(calendar.zone)
    return not (MORNING <= local.time() < NIGHT and calendar.is_working(local.date()))


def morning_after(at: datetime, calendar: WorkingCalendar) -> datetime:
    """The first working morning after a moment of stillness."""
    local = at.astimezone(calendar.zone)
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(calendar.next_working(day), MORNING, calendar.zone)


def pressing(clocks: Iterable[tuple[datetime, datetime]]) -> tuple[datetime | None, datetime | None]:
    """(next due, at risk from) over clocks given as (started, due); what the board sorts by."""
    found = list(clocks)
    if not found:
        return None, None
    return min(due_at for _start, due_at in found), min(at_risk_from(*pair) for pair in found)
