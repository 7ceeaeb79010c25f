"""A week of duty as a page shows it: per department and day who is on duty when, and the gaps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from incident import coverage
from incident.coverage import Stretch

DAYS = 7


@dataclass(frozen=True)
class Part:
    """A part of a day; `whole` spares the reader the hours."""

    stretch: Stretch
    starts_at: datetime
    ends_at: datetime
    whole: bool


@dataclass(frozen=True)
class Line:
    """One department's week."""

    department: str
    days: list[list[Part]]

    @property
    def missing(self) -> bool:
        """Whether nobody is on duty at some time of the week."""
        return any(part.stretch.gap for day in self.days for part in day)


def starts(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(0), tzinfo=zone)


def week(codes: Sequence[str], first: date, zone: ZoneInfo, *, now: datetime) -> list[Line]:
    """Seven days from `first`, one line for each department, in one query; what is over today is left out."""
    begins, ends = starts(first, zone), starts(first + timedelta(days=DAYS), zone)
    if begins <= now < ends:
        begins = max(begins, now.replace(minute=0, second=0, microsecond=0))
    shifts = coverage.shifts_between(codes, begins, ends)
    return [
        Line(code, _by_day(coverage.stretches(shifts[code], begins, ends, zone), first, begins, zone))
        for code in codes
    ]


def _by_day(stretches: list[Stretch], first: date, begins: datetime, zone: ZoneInfo) -> list[list[Part]]:
    days = []
    for offset in range(DAYS):
        opens = starts(first + timedelta(days=offset), zone)
        closes = starts(first + timedelta(days=offset + 1), zone)
        days.append(
            [
                Part(
                    each,
                    max(each.starts_at, opens).astimezone(zone),
                    min(each.ends_at, closes).astimezone(zone),
                    whole=each.starts_at <= max(opens, begins) and each.ends_at >= closes,
                )
                for each in stretches
                if each.starts_at < closes and each.ends_at > opens
            ]
        )
    return days
