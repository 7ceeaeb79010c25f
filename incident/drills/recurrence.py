"""When a recurring drill comes back: APScheduler's cron trigger on the house's clock, moved off days off."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from incident import errors
from incident.errors import N_, Reason

FIELDS = ("minute", "hour", "day", "month", "day_of_week")
SEEN = timedelta(days=9 * 366)  # how far ahead a rule is followed: a 29 February may be eight years away
LEAST_GAP = timedelta(hours=1)  # between two drills of one programme; guards against `* * * * *`


class Days(Protocol):
    """On which days a drill may start: the working calendar, with or without closed windows."""

    @property
    def zone(self) -> ZoneInfo:
        """Whose days they are."""

    def next_working(self, day: date) -> date:
        """The first such day at or after a day."""


def trigger(recurrence: str, zone: tzinfo) -> CronTrigger:
    """Read `minute hour day month weekday`; raises Invalid.

    Weekdays are names (`mon`, `fri`): numbers mean different days to cron and to APScheduler, so they are
    refused. A day may be `last`, `1st mon`, `3rd fri` as APScheduler reads them, words joined by `-`.
    """
    parts = recurrence.split()
    if len(parts) != len(FIELDS):
        raise _bad(N_("Write five fields: minute hour day month weekday, like “0 10 1 */3 *”."))
    if any(char.isdigit() for char in parts[4]):
        raise _bad(N_("Name weekdays (mon, tue … sun); numbers mean different days to different programs."))
    given = dict(zip(FIELDS, parts, strict=True))
    given["day"] = (
        given["day"].replace("-", " ") if given["day"][0].isalpha() or "-" in given["day"] else given["day"]
    )
    unread = [part for field, part in zip(FIELDS, parts, strict=True) if not _reads(field, given[field])]
    if unread:
        raise _bad(N_("In this recurrence “%(part)s” cannot be read."), part=unread[0])
    return CronTrigger(**given, second=0, timezone=zone)


def _reads(field: str, value: str) -> bool:
    try:
        CronTrigger(**{field: value})
    except (ValueError, TypeError):
        return False
    return True


def _bad(message: str, **values: str) -> errors.Invalid:
    return errors.Invalid(message, reasons=[Reason(message, values, ("recurrence",))], **values)


def occurrences(
    recurrence: str, calendar: Days, *, after: datetime, taken: Iterable[datetime] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """Pairs (planned, moved): the trigger's time and, where that day is off, the same local time on the next
    working day; of those that meet there, and of `taken` starts, one stays. Raises Invalid where two come
    within an hour."""
    beat = trigger(recurrence, UTC)
    starts = {_wall(start, calendar.zone) for start in taken}
    previous: datetime | None = None
    # By the wall clock, as if there were no clock changes: across one, APScheduler 3 counts a day as 24 hours
    # and leaves out the day after it.
    moment = _wall(after, calendar.zone).replace(tzinfo=UTC) + timedelta(seconds=1)
    beat.end_date = moment + SEEN
    while True:
        fired = beat.get_next_fire_time(None, moment)
        if fired is None:
            return
        if previous is not None and fired - previous < LEAST_GAP:
            raise _bad(N_("Drills of one programme must be at least an hour apart."))
        previous, moment = fired, fired + timedelta(seconds=1)
        planned = _on_the_clock(fired, calendar.zone)
        start = moved(planned, calendar)
        if planned > after and _wall(start, calendar.zone) not in starts:
            starts.add(_wall(start, calendar.zone))
            yield planned, start


def _on_the_clock(fired: datetime, zone: ZoneInfo) -> datetime:
    """A wall-clock time in its zone: of the hour that autumn repeats the first, of one that spring leaves out
    the same time after the change."""
    return fired.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def moved(planned: datetime, calendar: Days) -> datetime:
    """The same local time on the first working day at or after the planned one."""
    local = planned.astimezone(calendar.zone)
    day = calendar.next_working(local.date())
    return datetime.combine(day, local.timetz().replace(tzinfo=None), tzinfo=calendar.zone)
