"""Who is on duty: returns across clock changes, overrides, removals, and the alarm when nobody is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, select

from incident import duty, errors, notices
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.people import DutyShift, Person
from incident.watches import duty_watch
from tests import builders

LONDON = ZoneInfo("Europe/London")


def shift(starts: datetime, ends: datetime, **given: Any) -> DutyShift:
    facts = {"rank": 1, "repeats": "never", "override": False, "repeats_until": None}
    return DutyShift(
        id=1, department_code="COL", person_id=1, starts_at=starts, ends_at=ends, **facts | given
    )


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def add(name: str = "lin", **given: Any) -> DutyShift:
    facts: dict[str, Any] = {
        "department": "COL",
        "starts_at": builders.NOW,
        "ends_at": builders.NOW + timedelta(hours=8),
        "repeats": "daily",
        "by": builders.acting("admin"),
        "at": builders.NOW,
    }
    with unit_of_work():
        return duty.add_shift(person=builders.person(name), **facts | given)


@pytest.mark.parametrize("change", ["2026-10-25", "2026-03-29"])
def test_a_daily_shift_keeps_its_local_hours_over_a_clock_change(change: str) -> None:
    day = datetime.fromisoformat(change)
    first = local((day - timedelta(days=3)).strftime("%Y-%m-%dT08:00"))
    daily = shift(first.astimezone(UTC), (first + timedelta(hours=8)).astimezone(UTC), repeats="daily")
    for hour, covered in ((7, False), (8, True), (15, True), (16, False)):
        moment = (day + timedelta(hours=hour, minutes=30)).replace(tzinfo=LONDON)
        assert duty.covers(daily, moment.astimezone(UTC), LONDON) is (covered and hour < 16), hour


def test_a_night_shift_returns_over_midnight() -> None:
    night = shift(local("2026-11-02T22:00"), local("2026-11-03T06:00"), repeats="daily")
    assert duty.covers(night, local("2026-11-10T23:00"), LONDON)
    assert duty.covers(night, local("2026-11-11T05:59"), LONDON)
    assert not duty.covers(night, local("2026-11-11T06:00"), LONDON)
    assert not duty.covers(night, local("2026-11-01T23:00"), LONDON)


def test_a_weekly_shift_returns_in_its_week_and_ends_when_told() -> None:
    weekly = shift(
        local("2026-11-02T09:00"),
        local("2026-11-04T09:00"),
        repeats="weekly",
        repeats_until=local("2026-11-17T00:00"),
    )
    assert duty.covers(weekly, local("2026-11-10T12:00"), LONDON)
    assert not duty.covers(weekly, local("2026-11-12T12:00"), LONDON)
    assert not duty.covers(weekly, local("2026-11-17T12:00"), LONDON)


def test_an_override_wins_and_an_inactive_person_is_nobody() -> None:
    start, end = local("2026-11-03T00:00"), local("2026-11-04T00:00")
    usual, other = Person(id=1, active=True), Person(id=2, active=True)
    pairs = [(shift(start, end), usual), (shift(start, end, override=True), other)]
    assert duty.among(pairs, start, LONDON).primary is other
    other.active = False
    assert duty.among(pairs, start, LONDON).primary is usual
    assert duty.among(pairs, end, LONDON).people == []


def test_an_override_counts_at_once_and_its_removal_too(app: Flask) -> None:
    def first() -> int | None:
        found = duty.roster(["COL"], at=builders.NOW, zone=builders.house().zone)["COL"].first
        return found.id if found else None

    usual = first()
    added = add(override=True)
    assert first() == builders.person("lin").id
    with unit_of_work():
        duty.remove_shift(added.id, by=builders.acting("admin"), at=builders.NOW)
    assert first() == usual == builders.person("chen").id


def test_a_wrong_shift_is_refused_with_every_fault(app: Flask) -> None:
    with pytest.raises(errors.Invalid) as refused:
        add(department="XXX", ends_at=builders.NOW, rank=3, repeats="hourly")
    assert {reason.loc[0] for reason in refused.value.reasons} == {"department", "ends_at", "rank", "repeats"}
    with pytest.raises(errors.Invalid):
        add(ends_at=builders.NOW + timedelta(days=2))
    with pytest.raises(errors.Forbidden):
        add(by=builders.acting("li"))


def test_a_gap_is_shown_on_the_board_and_told_once_a_day(app: Flask) -> None:
    house = builders.house()
    assert duty_watch.sweep(at=builders.NOW, house=house) == 0
    with unit_of_work() as session:
        session.execute(delete(DutyShift).where(DutyShift.department_code == "CPO"))
        chen = session.scalars(select(DutyShift).where(DutyShift.department_code == "COL")).one()
        chen.repeats_until = builders.NOW - timedelta(minutes=1)
        chen.ends_at = builders.NOW - timedelta(minutes=1)
        duty.changed()
    heads = len(duty.group_heads())
    told = [duty_watch.sweep(at=builders.NOW + timedelta(minutes=n), house=house) for n in range(3)]
    assert told == [heads, 0, 0]
    (notice,) = notices.current()
    assert notice.values == {"departments": ["COL"]}
    assert duty_watch.sweep(at=builders.NOW + timedelta(days=1), house=house) == heads
    assert {row.payload["department"] for row in db.session.scalars(select(Delivery))} == {"COL"}
    add()
    duty_watch.sweep(at=builders.NOW, house=house)
    assert notices.current() == []


def test_a_backup_on_duty_is_somebody(app: Flask) -> None:
    with unit_of_work() as session:
        chen = session.scalars(select(DutyShift).where(DutyShift.department_code == "COL")).one()
        chen.rank = 2
        duty.changed()
    assert duty_watch.uncovered(at=builders.NOW, house=builders.house()) == []
