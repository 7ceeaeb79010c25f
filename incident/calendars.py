"""Working days with holidays and make-up days, from an editable table, and what falls due when.

A period in days starts on the day after its start event and ends with the last moment of its last day in
the calendar's zone; minutes and hours run by the clock. A day the table does not know is judged by its
weekday.
"""

import calendar as months
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from incident.db import db, forget, remembered
from incident.models.ground import CalendarDay

DAY_ENDS = time(23, 59, 59)
WORK_STARTS, WORK_ENDS = time(9, 0), time(18, 0)  # for targets "in working time" (facts §3.2, level Ⅳ)
PROVISIONAL = "public holidays without swapped weekends"
HORIZON = 400  # days searched for a working day before the table is called broken


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that differ from their weekday, and the zone in which days begin and end."""

    zone: ZoneInfo
    exceptions: dict[date, bool]

    def is_working(self, day: date) -> bool:
        """Whether people work on it."""
        return self.exceptions.get(day, day.weekday() < 5)

    def next_working(self, day: date) -> date:
        """The day itself, or the first working day after it; raises ValueError where none is near."""
        for offset in range(HORIZON):
            if self.is_working(day + timedelta(days=offset)):
                return day + timedelta(days=offset)
        raise ValueError(f"no working day within {HORIZON} days of {day}")

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after a day."""
        for _ in range(count):
            day = self.next_working(day + timedelta(days=1))
        return day

    def end_of(self, day: date) -> datetime:
        """The last moment of a day."""
        return datetime.combine(day, DAY_ENDS, tzinfo=self.zone)

    def add(self, start: datetime, value: float, unit: str) -> datetime:
        """When `value` of a unit after `start` is over.

        Units: minutes, hours, calendar_days, working_days, weeks, months. Raises ValueError for others.
        """
        match unit:
            case "minutes":
                return start.astimezone(UTC) + timedelta(minutes=value)
            case "hours":
                return start.astimezone(UTC) + timedelta(hours=value)
        day = start.astimezone(self.zone).date()
        match unit:
            case "calendar_days":
                return self.end_of(day + timedelta(days=int(value)))
            case "weeks":
                return self.end_of(day + timedelta(weeks=int(value)))
            case "working_days":
                return self.end_of(self.add_working_days(day, int(value)))
            case "months":
                return self.end_of(_months_after(day, int(value)))
        raise ValueError(f"no clock runs in {unit!r}")

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """`span` of time between 09:00 and 18:00 on working days after `start`."""
        at, left = start.astimezone(self.zone), span
        while True:
            day = self.next_working(at.date())
            opens, closes = (
                datetime.combine(day, hour, tzinfo=self.zone) for hour in (WORK_STARTS, WORK_ENDS)
            )
            at = max(at, opens)
            if at < closes and left <= closes - at:
                return at + left
            left -= max(closes - at, timedelta())
            at = datetime.combine(day + timedelta(days=1), time(0), tzinfo=self.zone)


def _months_after(day: date, count: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, months.monthrange(year, month + 1)[1]))


def load(jurisdiction: str, zone: str) -> WorkingCalendar:
    """The calendar of a jurisdiction; an edit is seen everywhere within `db.MEMO_SECONDS`."""

    def read() -> WorkingCalendar:
        rows = db.session.execute(
            select(CalendarDay.day, CalendarDay.working).where(CalendarDay.jurisdiction == jurisdiction)
        )
        return WorkingCalendar(ZoneInfo(zone), {day: working for day, working in rows})

    return remembered(f"calendar/{jurisdiction}/{zone}", read)


def set_day(jurisdiction: str, day: date, *, working: bool, name: str, source: str) -> None:
    """Say that a day differs from its weekday, or correct what was said."""
    db.session.merge(
        CalendarDay(jurisdiction=jurisdiction, day=day, working=working, name=name, source=source)
    )
    db.session.flush()
    forget("calendar/")


def known_until(jurisdiction: str) -> date | None:
    """The last day of the last year the table knows; None where it knows nothing.

    A year whose swapped weekends are not announced yet does not count: deadlines in it are guesses.
    """
    last = db.session.scalar(
        select(func.max(CalendarDay.day)).where(
            CalendarDay.jurisdiction == jurisdiction, CalendarDay.source.not_like(f"%{PROVISIONAL}")
        )
    )
    return date(last.year, 12, 31) if last else None


def seed(years: range) -> set[str]:
    """Fill the years of a jurisdiction (cn, us, uk, eu) that the table does not know, and those it knew only
    provisionally once they are announced; returns the jurisdictions that were filled.

    What people set stays as they set it.
    """
    known: dict[tuple[str, int], list[CalendarDay]] = {}
    for each in db.session.scalars(select(CalendarDay)):
        known.setdefault((each.jurisdiction, each.day.year), []).append(each)
    filled: set[str] = set()
    for year, jurisdiction in itertools.product(years, SEEDS):
        there = known.get((jurisdiction, year), [])
        guessed = [each for each in there if each.source.endswith(PROVISIONAL)]
        if there and not (guessed and _announced(year)):
            continue
        for each in guessed:
            db.session.delete(each)
        db.session.flush()
        by_people = {each.day for each in there} - {each.day for each in guessed}
        rows = [row for row in SEEDS[jurisdiction](year) if row["day"] not in by_people]
        if rows:
            db.session.execute(insert(CalendarDay), rows)
        filled.add(jurisdiction)
    if filled:
        forget("calendar/")
    return filled


def _announced(year: int) -> bool:
    """Whether the swapped weekends of China's year are known; asked at every start, of the light library."""
    import chinese_calendar

    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def _china(year: int) -> list[dict[str, object]]:
    """Holidays and make-up days as the State Council announced them; plain public holidays where not yet."""
    import chinese_calendar

    if not _announced(year):
        return _country("cn", "CN", year, PROVISIONAL)
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    days = [start + timedelta(days=offset) for offset in range((end - start).days)]
    judged = [(day, chinese_calendar.is_workday(day)) for day in days]
    return [
        _day("cn", day, working, "make-up day" if working else "holiday", "chinesecalendar")
        for day, working in judged
        if working != (day.weekday() < 5)
    ]


def _country(
    jurisdiction: str, country: str, year: int, source: str, subdivision: str | None = None
) -> list[dict[str, object]]:
    import holidays

    found = holidays.country_holidays(country, subdiv=subdivision, years=year)
    return [
        _day(jurisdiction, day, False, name, f"holidays: {source}")
        for day, name in sorted(found.items())
        if day.weekday() < 5 and day.year == year
    ]


def _day(jurisdiction: str, day: date, working: bool, name: str, source: str) -> dict[str, object]:
    return {"jurisdiction": jurisdiction, "day": day, "working": working, "name": name, "source": source}


SEEDS: dict[str, Callable[[int], list[dict[str, object]]]] = {
    "cn": _china,
    "us": lambda year: _country("us", "US", year, "federal holidays"),
    "uk": lambda year: _country("uk", "GB", year, "bank holidays, England", subdivision="ENG"),
    "eu": lambda year: _country("eu", "DE", year, "nationwide holidays of Germany; edit for your seat"),
}
