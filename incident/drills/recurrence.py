"""When a recurring drill comes back: APScheduler's cron trigger in the house's zone, moved off holidays."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

from incident import errors
from incident.errors import N_, Reason

FIELDS = ("minute", "hour", "day", "month", "day_of_week")
LEAST_GAP = timedelta(hours=1)  # between two drills of one programme; guards against `* * * * *`


class Days(Protocol):
    """On which days a drill may start: the working calendar, with or without closed windows."""

    @property
    def zone(self) -> ZoneInfo:
        """Whose days they are."""

    def next_working(self, day: date) -> date:
        """The first such day at or after a day."""


def trigger(recurrence: str, zone: ZoneInfo) -> CronTrigger:
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
    beat = trigger(recurrence, calendar.zone)
    starts = {_wall(start, calendar.zone) for start in taken}
    previous: datetime | None = None
    moment = after.astimezone(UTC) + timedelta(seconds=1)  # in UTC: local sums go wrong when clocks change
    while True:
        planned = beat.get_next_fire_time(None, moment)
        if planned is None:
            return
        moment = planned.astimezone(UTC) + timedelta(seconds=1)
        if planned.fold:
            continue  # the hour that autumn repeats is drilled once
        if previous is not None and moment - previous < LEAST_GAP:
            raise _bad(N_("Drills of one programme must be at least an hour apart."))
        previous = moment
        start = moved(planned, calendar)
        if _wall(start, calendar.zone) not in starts:
            starts.add(_wall(start, calendar.zone))
            yield planned, start


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def moved(planned: datetime, calendar: Days) -> datetime:
    """The same local time on the first working day at or after the planned one."""
    local = planned.astimezone(calendar.zone)
    day = calendar.next_working(local.date())
    return datetime.combine(day, local.timetz().replace(tzinfo=None), tzinfo=calendar.zone)
