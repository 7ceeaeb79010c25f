"""Due times and warnings against a slow and obvious reference: day by day, minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.calendars import WorkingCalendar
from incident.clocks import reckoning

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/London", "America/New_York", "Europe/Brussels")]
EXCEPTIONS = {
    date(2026, 2, 14): True,
    **{date(2026, 2, 16) + timedelta(days=n): False for n in range(5)},
    date(2026, 10, 10): True,
    **{date(2026, 10, 1) + timedelta(days=n): False for n in range(7)},
}
CALENDARS = st.sampled_from([WorkingCalendar(zone, EXCEPTIONS) for zone in ZONES])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))


def slowly(start: datetime, value: int, unit: str, calendar: WorkingCalendar) -> datetime:
    """The last moment of the last day, found by turning the pages of the calendar one by one."""
    day, left = start.astimezone(calendar.zone).date(), value * 7 if unit == "weeks" else value
    while left:
        day += timedelta(days=1)
        worked = EXCEPTIONS.get(day, day.weekday() not in (5, 6))
        left -= 1 if unit != "working_days" or worked else 0
    return datetime.combine(day, time(23, 59, 59), calendar.zone)


@given(CALENDARS, MOMENTS, st.integers(0, 60), st.sampled_from(["calendar_days", "working_days", "weeks"]))
def test_days_and_weeks_end_where_the_pages_of_the_calendar_say(calendar, start, value, unit):
    assert reckoning.due(start, value, unit, calendar) == slowly(start, value, unit, calendar)


@given(CALENDARS, MOMENTS, st.integers(0, 5_000), st.sampled_from(["minutes", "hours"]))
def test_minutes_and_hours_are_those_that_pass_through_both_clock_changes(
    calendar, start, value, unit
) -> None:
    due = reckoning.due(start.astimezone(calendar.zone), value, unit, calendar)
    passed = due.astimezone(UTC).timestamp() - start.timestamp()
    assert passed == value * (60 if unit == "minutes" else 3600)


@given(CALENDARS, MOMENTS, st.integers(0, 24))
def test_months_end_on_the_same_day_of_the_month_or_its_last(calendar, start, value) -> None:
    first = start.astimezone(calendar.zone).date()
    last = reckoning.due(start, value, "months", calendar).astimezone(calendar.zone).date()
    assert (last.year * 12 + last.month) - (first.year * 12 + first.month) == value
    assert last.day == first.day or ((last + timedelta(days=1)).day == 1 and last.day < first.day)


@given(MOMENTS, st.integers(1, 40), st.sampled_from(["minutes", "hours"]))
def test_working_time_counts_the_minutes_between_nine_and_six_on_working_days(start, value, unit) -> None:
    calendar = WorkingCalendar(ZONES[0], EXCEPTIONS)
    start = start.replace(second=0, microsecond=0)
    due = reckoning.due(start, value, unit, calendar, working_time=True).astimezone(calendar.zone)
    at, counted = start.astimezone(calendar.zone), 0
    while at < due:
        counted += calendar.is_working(at.date()) and time(9) <= at.time() < time(18)
        at += timedelta(minutes=1)
    assert counted == value * (1 if unit == "minutes" else 60)


@given(CALENDARS, MOMENTS, st.integers(1, 40), st.integers(0, 30), st.integers(0, 40))
def test_what_was_left_at_a_pause_is_left_at_its_end(calendar, start, value, waits, pauses) -> None:
    begun = start + timedelta(days=min(waits, value))
    ended = begun + timedelta(days=pauses)
    for unit in ("calendar_days", "working_days"):
        before = reckoning.due(start, value, unit, calendar)
        if before <= begun:
            continue
        after = reckoning.due(start, value, unit, calendar, pauses=[(begun, ended)])
        assert days_left(begun, before, unit, calendar) == days_left(ended, after, unit, calendar)
    hours = reckoning.due(start, value, "hours", calendar, pauses=[(begun, ended)])
    assert hours - reckoning.due(start, value, "hours", calendar) == ended - begun


def days_left(at: datetime, due: datetime, unit: str, calendar: WorkingCalendar) -> int:
    day, last, count = (
        at.astimezone(calendar.zone).date(),
        due.astimezone(calendar.zone).date(),
        0,
    )
    while day < last:
        day += timedelta(days=1)
        count += unit != "working_days" or calendar.is_working(day)
    return count


@given(CALENDARS, MOMENTS, st.integers(1, 40), st.sampled_from(["hours", "calendar_days", "working_days"]))
def test_every_mark_lies_within_the_time_and_each_comes_once(calendar, start, value, unit):
    due = reckoning.due(start, value, unit, calendar)
    found = reckoning.marks(start, due, calendar)
    assert all(start < mark.at < due for mark in found)
    assert len({mark.name for mark in found}) == len(found) >= 3
    assert [mark.at for mark in found] == sorted(mark.at for mark in found)
    assert reckoning.first_mark(start, due, calendar) == found[0].at
    at, given_, seen = start, [], []
    while (nxt := reckoning.next_mark(start, due, calendar, after=at, given=given_)) < due:
        names = [mark.name for mark in found if mark.at == nxt]
        seen += names
        given_ += names
        at = nxt
    assert sorted(seen) == sorted(mark.name for mark in found)


@given(CALENDARS, MOMENTS, st.integers(8, 40))
def test_three_working_days_before_leaves_three_to_work_in(calendar, start, value) -> None:
    due = reckoning.due(start, value, "working_days", calendar)
    by_name = {mark.name: mark.at for mark in reckoning.marks(start, due, calendar)}
    for count in (3, 1):
        at = by_name[f"{count}wd"].astimezone(calendar.zone)
        assert days_left(at, due, "working_days", calendar) == count
        assert calendar.is_working(at.date()) and at.time() == reckoning.MORNING


@given(CALENDARS, MOMENTS)
def test_the_morning_after_is_the_first_moment_that_is_not_still(calendar, at) -> None:
    if reckoning.asleep(at, calendar):
        morning = reckoning.morning_after(at, calendar)
        assert morning > at and not reckoning.asleep(morning, calendar)
        assert reckoning.asleep(morning - timedelta(seconds=1), calendar)


@pytest.mark.parametrize("night", ["2026-03-29T00:30", "2026-10-25T00:30"])
def test_a_day_across_a_clock_change_ends_at_its_own_midnight(night: str) -> None:
    calendar = WorkingCalendar(ZONES[1], {})
    start = datetime.fromisoformat(night).replace(tzinfo=ZONES[1])
    due = reckoning.due(start, 1, "calendar_days", calendar)
    assert due.astimezone(ZONES[1]).strftime("%H:%M:%S") == "23:59:59"
    assert (due.date() - start.date()).days == 1
