"""Who covers a stretch of time, and when nobody does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from incident import coverage
from incident.models.people import DutyShift, Person, Repeats

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
_ids = iter(range(1, 10_000))


def a_person(name, active=True):
    return Person(id=next(_ids), name=name, active=active)


def a_shift(person, start, hours, *, zone=SHANGHAI, **more):
    starts = datetime.fromisoformat(start).replace(tzinfo=zone).astimezone(UTC)
    facts = {"rank": 1, "repeats": Repeats.NEVER, "override": False, "repeats_until": None, **more}
    return DutyShift(
        id=next(_ids), starts_at=starts, ends_at=starts + timedelta(hours=hours), **facts
    ), person


def cut(shifts, start, days, zone=SHANGHAI):
    begins = datetime.fromisoformat(start).replace(tzinfo=zone)
    return coverage.stretches(shifts, begins, begins + timedelta(days=days), zone)


def named(stretch):
    return [person.name for person in stretch.on_duty.people]


def test_an_empty_roster_is_one_gap():
    [only] = cut([], "2026-11-23T00:00", 7)
    assert only.gap
    assert only.ends_at - only.starts_at == timedelta(days=7)


def test_the_hours_between_two_shifts_are_a_gap():
    first, second = a_person("李雷"), a_person("韩梅梅")
    shifts = [a_shift(first, "2026-11-23T00:00", 9), a_shift(second, "2026-11-23T12:00", 12)]
    found = cut(shifts, "2026-11-23T00:00", 1)
    assert [named(each) for each in found] == [["李雷"], [], ["韩梅梅"]]
    assert found[1].ends_at - found[1].starts_at == timedelta(hours=3)


def test_a_daily_round_the_clock_shift_leaves_no_gap():
    found = cut([a_shift(a_person("李雷"), "2026-01-01T08:00", 24, repeats="daily")], "2026-11-23T00:00", 7)
    assert [each.gap for each in found] == [False]


def test_a_repeat_that_ends_leaves_a_gap_from_then_on():
    until = datetime(2026, 11, 25, tzinfo=SHANGHAI)
    shift = a_shift(a_person("李雷"), "2026-01-01T00:00", 24, repeats="daily", repeats_until=until)
    found = cut([shift], "2026-11-23T00:00", 7)
    assert [each.gap for each in found] == [False, True]
    assert found[1].starts_at == until


def test_somebody_deactivated_covers_nothing():
    assert cut([a_shift(a_person("李雷", active=False), "2026-11-23T00:00", 24)], "2026-11-23T00:00", 1)[
        0
    ].gap


def test_an_override_splits_the_stretch_it_covers():
    usual = a_shift(a_person("李雷"), "2026-11-23T00:00", 24)
    stand_in = a_shift(a_person("韩梅梅"), "2026-11-23T10:00", 2, override=True)
    assert [named(each) for each in cut([usual, stand_in], "2026-11-23T00:00", 1)] == [
        ["李雷"],
        ["韩梅梅"],
        ["李雷"],
    ]


def test_returns_keep_local_wall_time_when_the_clocks_go_back():
    shift = a_shift(a_person("Anna"), "2026-10-01T09:00", 8, zone=BERLIN, repeats="daily")
    starts = [
        each.starts_at.astimezone(BERLIN).hour
        for each in cut([shift], "2026-10-24T00:00", 3, BERLIN)
        if not each.gap
    ]
    assert starts == [9, 9, 9]
