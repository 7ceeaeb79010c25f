"""Deadlines: make-up days, holidays, month ends and clock changes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident import calendars
from incident.calendars import WorkingCalendar

SHANGHAI, LONDON, NEW_YORK = (
    ZoneInfo(name) for name in ("Asia/Shanghai", "Europe/London", "America/New_York")
)
PLAIN = WorkingCalendar(SHANGHAI, {})


def chinese(year: int) -> WorkingCalendar:
    rows = calendars._china(year)
    return WorkingCalendar(SHANGHAI, {row["day"]: row["working"] for row in rows})  # type: ignore[misc]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_a_make_up_weekend_day_of_2026_is_worked() -> None:
    made_up = [day for day, working in chinese(2026).exceptions.items() if working]
    assert date(2026, 2, 14) in made_up and all(day.weekday() >= 5 for day in made_up)


def test_the_spring_festival_of_2026_is_not_worked() -> None:
    calendar = chinese(2026)
    assert not any(calendar.is_working(date(2026, 2, 16) + timedelta(days=n)) for n in range(5))


def test_working_days_count_make_up_days_and_leave_out_the_festival() -> None:
    due = chinese(2026).add(at("2026-02-13T10:00"), 1, "working_days")
    assert due == at("2026-02-14T23:59:59")  # a Saturday that is worked
    after = chinese(2026).add(at("2026-02-14T10:00"), 1, "working_days")
    assert after.date() == date(2026, 2, 24)


def test_fifteen_calendar_days_end_with_the_last_moment_of_the_fifteenth() -> None:
    assert PLAIN.add(at("2026-11-03T00:00"), 15, "calendar_days") == at("2026-11-18T23:59:59")
    assert PLAIN.add(at("2026-11-03T23:59"), 15, "calendar_days") == at("2026-11-18T23:59:59")


def test_a_period_starts_by_the_day_of_the_calendars_zone() -> None:
    evening_in_utc = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)  # the 3rd in Shanghai
    assert PLAIN.add(evening_in_utc, 1, "calendar_days") == at("2026-11-04T23:59:59")


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-01-31T12:00", 1, "2026-02-28T23:59:59"),
        ("2027-11-30T12:00", 3, "2028-02-29T23:59:59"),
        ("2026-12-31T12:00", 1, "2027-01-31T23:59:59"),
        ("2026-11-30T12:00", 13, "2027-12-30T23:59:59"),
    ],
)
def test_months_end_on_the_same_day_or_the_last_of_a_shorter_month(start: str, count: int, end: str) -> None:
    assert PLAIN.add(at(start), count, "months") == at(end)


def test_hours_run_by_the_clock_through_both_changes_of_summer_time() -> None:
    calendar = WorkingCalendar(LONDON, {})
    for night in ("2026-10-24T20:00", "2026-03-28T20:00"):
        start = at(night, LONDON)
        assert (calendar.add(start, 24, "hours").astimezone(UTC) - start.astimezone(UTC)) == timedelta(
            hours=24
        )


def test_a_day_ends_at_its_local_midnight_also_when_it_has_twenty_five_hours() -> None:
    calendar = WorkingCalendar(NEW_YORK, {})
    due = calendar.add(at("2026-10-31T12:00", NEW_YORK), 1, "calendar_days")
    assert due.astimezone(UTC) == datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC)


def test_working_time_stops_in_the_evening_and_over_the_weekend() -> None:
    friday = at("2026-11-06T17:00")
    assert PLAIN.add_working_time(friday, timedelta(hours=2)) == at("2026-11-09T10:00")
    assert PLAIN.add_working_time(at("2026-11-07T11:00"), timedelta(hours=2)) == at("2026-11-09T11:00")
    assert PLAIN.add_working_time(at("2026-11-06T22:00"), timedelta(hours=9)) == at("2026-11-09T18:00")
    assert PLAIN.add_working_time(at("2026-11-06T07:00"), timedelta(hours=1)) == at("2026-11-06T10:00")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="fortnights"):
        PLAIN.add(at("2026-11-03T00:00"), 1, "fortnights")


def test_a_calendar_without_working_days_is_called_broken_and_not_searched_for_ever() -> None:
    never = WorkingCalendar(SHANGHAI, {date(2026, 1, 1) + timedelta(days=n): False for n in range(900)})
    with pytest.raises(ValueError, match="no working day"):
        never.add(at("2026-02-01T00:00"), 1, "working_days")


DAYS = st.dates(min_value=date(2025, 1, 1), max_value=date(2027, 12, 31))


@given(DAYS, st.integers(min_value=1, max_value=40))
def test_the_nth_working_day_is_worked_and_has_n_working_days_up_to_it(day: date, count: int) -> None:
    calendar = WorkingCalendar(SHANGHAI, {date(2026, 2, 14): True, date(2026, 2, 16): False})
    end = calendar.add_working_days(day, count)
    between = [day + timedelta(days=n + 1) for n in range((end - day).days)]
    assert calendar.is_working(end) and sum(map(calendar.is_working, between)) == count


@given(st.datetimes(min_value=datetime(2025, 1, 1), max_value=datetime(2027, 1, 1)), st.integers(1, 3000))
def test_working_time_ends_within_working_hours(moment: datetime, minutes: int) -> None:
    end = PLAIN.add_working_time(moment.replace(tzinfo=SHANGHAI), timedelta(minutes=minutes))
    assert PLAIN.is_working(end.date())
    assert calendars.WORK_STARTS <= end.time() <= calendars.WORK_ENDS
