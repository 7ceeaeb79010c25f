"""Properties of recurring drills: any rule, zone and calendar, over clock changes, holidays, month ends, leap
days, closed windows, and weeks in which the service did not run."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from incident.calendars import WorkingCalendar
from incident.drills import recurrence
from incident.drills.blackouts import DrillDays

ZONES = ("Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PLACES = ("1st", "2nd", "3rd", "4th", "last")
START, END = date(2026, 1, 1), date(2028, 12, 31)  # with a leap day

minutes, hours = st.integers(0, 59), st.integers(0, 23)
days = st.one_of(
    st.integers(1, 31).map(str),
    st.just("last"),
    st.just("*"),
    st.tuples(st.sampled_from(PLACES), st.sampled_from(WEEKDAYS)).map("-".join),
)
months = st.sampled_from(("*", "*/3", "1,4,7,10", "2", "2,8", "12", "*/6"))
weekdays = st.sampled_from(("*", *WEEKDAYS, "mon-fri"))
rules = st.builds(lambda *parts: " ".join(map(str, parts)), minutes, hours, days, months, weekdays)
some_days = st.dates(START, END)
exceptions = st.dictionaries(some_days, st.booleans(), max_size=60)
windows = st.lists(st.tuples(some_days, st.integers(0, 40)), max_size=4)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 6, 1)).map(lambda at: at.replace(tzinfo=UTC))


@st.composite
def calendars(draw: st.DrawFn) -> DrillDays:
    """Holidays, make-up days and closed windows in some zone."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    closed = tuple((first, first + timedelta(days=length)) for first, length in draw(windows))
    return DrillDays(WorkingCalendar(zone, draw(exceptions)), closed)


def some(rule: str, on: DrillDays, after: datetime, count: int = 6) -> list[tuple[datetime, datetime]]:
    horizon = after + timedelta(days=800)
    found = islice(recurrence.occurrences(rule, on, after=after), count)
    return [pair for pair in found if pair[0] < horizon]


@settings(max_examples=40, deadline=None)
@given(rules, calendars(), moments)
def test_a_drill_starts_on_a_day_that_is_open_at_the_hour_that_was_meant(
    rule: str, on: DrillDays, after: datetime
) -> None:
    for planned, start in some(rule, on, after):
        day = start.astimezone(on.zone).date()
        assert on.calendar.is_working(day), "no drill on a day off, and one on a make-up day"
        assert not any(first <= day <= last for first, last in on.closed)
        assert start >= planned or start.date() == planned.date()
        assert start.replace(tzinfo=None).time() == planned.replace(tzinfo=None).time()
        between = (
            planned.date() + timedelta(days=step) for step in range((start.date() - planned.date()).days)
        )
        assert not any(on.next_working(each) == each for each in between), (
            "the first open day, not a later one"
        )


@settings(max_examples=40, deadline=None)
@given(rules, calendars(), moments, st.lists(st.integers(0, 5), max_size=3))
def test_nothing_comes_twice_or_is_lost_however_often_the_service_stopped(
    rule: str, on: DrillDays, after: datetime, stops: list[int]
) -> None:
    """Put on the calendar in pieces, each from the last one there, it is the same as in one go."""
    whole = some(rule, on, after)
    pieces: list[tuple[datetime, datetime]] = []
    for stop in (*sorted(stops), len(whole)):
        since = pieces[-1][0] if pieces else after
        taken = [start for _planned, start in pieces]
        found = recurrence.occurrences(rule, on, after=since, taken=taken)
        pieces += list(islice(found, max(0, stop - len(pieces))))
    assert pieces[: len(whole)] == whole
    starts = [start.astimezone(on.zone).replace(tzinfo=None) for _planned, start in whole]
    assert len(set(starts)) == len(starts)
    assert [planned for planned, _start in whole] == sorted({planned for planned, _start in whole})


@settings(max_examples=12, deadline=None)
@given(hours, minutes, st.sampled_from(ZONES), st.integers(2026, 2028))
def test_over_a_whole_year_of_clock_changes_a_daily_drill_comes_once_each_day(
    hour: int, minute: int, zone: str, year: int
) -> None:
    worked = {date(year, 1, 1) + timedelta(days=step): True for step in range(366)}
    on = DrillDays(WorkingCalendar(ZoneInfo(zone), worked))
    after = datetime(year, 1, 1, tzinfo=on.zone) - timedelta(seconds=1)
    found = islice(recurrence.occurrences(f"{minute} {hour} * * *", on, after=after), 366)
    seen = [planned.date() for planned, _start in found if planned.year == year]
    length = 366 if year == 2028 else 365
    assert seen == [date(year, 1, 1) + timedelta(days=step) for step in range(length)]


def test_the_last_day_of_february_and_the_leap_day_are_found() -> None:
    worked = {date(2027, 1, 1) + timedelta(days=step): True for step in range(1000)}
    on = DrillDays(WorkingCalendar(ZoneInfo("Asia/Shanghai"), worked))
    after = datetime(2027, 1, 1, tzinfo=UTC)
    last = [planned.date() for planned, _start in some("0 10 last 2 *", on, after, 2)]
    assert last == [date(2027, 2, 28), date(2028, 2, 29)]
    (leap,) = islice(recurrence.occurrences("0 10 29 2 *", on, after=after), 1)
    assert leap[0].date() == date(2028, 2, 29)


def test_the_first_working_day_of_each_quarter_of_2026_in_china() -> None:
    """With the State Council's holidays: 1-3 January, 1-5 May, 1-7 October 2026."""
    off = {date(2026, 1, 1) + timedelta(days=step): False for step in range(3)}
    off |= {date(2026, 10, 1) + timedelta(days=step): False for step in range(7)}
    on = DrillDays(WorkingCalendar(ZoneInfo("Asia/Shanghai"), off | {date(2026, 1, 4): True}))
    found = some("0 10 1 1,4,7,10 *", on, datetime(2025, 12, 31, tzinfo=UTC), 4)
    assert [start.date().isoformat() for _planned, start in found] == [
        "2026-01-04", "2026-04-01", "2026-07-01", "2026-10-08",
    ]  # fmt: skip
    assert {start.hour for _planned, start in found} == {10}
