"""Drills: recurrences over holidays and clock changes, starting late, stopping, and staying apart."""

import threading
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from incident import drills, errors, timeline
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.drills import recurrence
from incident.lifecycle import acts
from incident.models.alerts import Delivery
from incident.models.drills import Drill
from incident.models.incidents import Clock, Incident
from incident.models.reviews import Review
from tests import builders

SHANGHAI, LONDON = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London")
PEOPLE = ["zhao@demo.example", "li@demo.example"]


def some(rule: str, after: str, count: int, calendar: WorkingCalendar) -> list[tuple[datetime, datetime]]:
    start = datetime.fromisoformat(after).replace(tzinfo=calendar.zone)
    return list(islice(recurrence.occurrences(rule, calendar, after=start), count))


def schedule(**given: Any) -> list[Drill]:
    facts: dict[str, Any] = {"by": builders.acting("lin"), "at": builders.NOW, "house": builders.house()}
    names = {each for each in given if each in drills.Wanted.__dataclass_fields__}
    wanted = {"plan_key": "privacy_leak", "participants": PEOPLE} | {name: given[name] for name in names}
    more = {name: value for name, value in given.items() if name not in names}
    with unit_of_work():
        return drills.schedule(drills.Wanted(**wanted), **facts | more)


def running(app: Flask) -> tuple[Drill, Incident]:
    (drill,) = schedule(starts_at=builders.NOW + timedelta(minutes=1))
    assert drills.start_due(at=builders.NOW + timedelta(minutes=1), house=builders.house()) == 1
    db.session.refresh(drill)
    return drill, db.session.get_one(Incident, drill.incident_id)


@pytest.mark.parametrize(
    "rule", ["0 10 * * 1", "* * * * *", "0 10 * *", "0 10 32 * *", "x 10 * * mon", "*/20 9 * * *"]
)
def test_a_recurrence_that_cannot_be_meant_is_refused(rule: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        some(rule, "2026-11-03T00:00", 3, WorkingCalendar(SHANGHAI, {}))
    assert refused.value.reasons[0].loc == ("recurrence",)


def test_named_weekdays_mean_those_days() -> None:
    found = some("0 10 * * mon", "2026-11-03T00:00", 3, WorkingCalendar(SHANGHAI, {}))
    assert [planned.weekday() for planned, _moved in found] == [0, 0, 0]


def test_a_drill_on_a_holiday_moves_to_the_next_working_day_at_the_same_time() -> None:
    calendar = WorkingCalendar(
        SHANGHAI, {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
    )
    ((planned, moved),) = some("30 14 1 10 *", "2026-09-01T00:00", 1, calendar)
    assert planned == datetime(2026, 10, 1, 14, 30, tzinfo=SHANGHAI)
    assert moved == datetime(2026, 10, 8, 14, 30, tzinfo=SHANGHAI)
    ((_planned, stays),) = some("30 14 10 10 *", "2026-09-01T00:00", 1, calendar)
    assert stays.date() == date(2026, 10, 10)  # a make-up Saturday is worked


def test_daily_drills_do_not_pile_up_after_a_holiday_week() -> None:
    calendar = WorkingCalendar(SHANGHAI, {date(2026, 10, day): False for day in range(1, 8)})
    starts = [moved for _planned, moved in some("0 10 * * *", "2026-09-29T00:00", 6, calendar)]
    assert [each.day for each in starts] == [29, 30, 8, 9, 12, 13]


def test_the_last_day_of_the_month_and_the_first_monday_are_found() -> None:
    calendar = WorkingCalendar(SHANGHAI, {date(2026, 12, 31) + timedelta(days=n): True for n in range(120)})
    assert [each[0].day for each in some("0 10 last * *", "2027-01-01T00:00", 3, calendar)] == [31, 28, 31]
    assert [each[0].day for each in some("0 10 1st-mon * *", "2027-01-01T00:00", 3, calendar)] == [4, 1, 1]


def test_a_day_that_short_months_lack_is_left_out_there() -> None:
    found = some("0 10 31 * *", "2026-12-01T00:00", 3, WorkingCalendar(SHANGHAI, {}))
    assert [planned.month for planned, _moved in found] == [12, 1, 3]


def test_the_hour_that_autumn_repeats_is_drilled_once_and_the_days_after_too() -> None:
    worked = WorkingCalendar(LONDON, {date(2026, 10, 24) + timedelta(days=n): True for n in range(9)})
    found = some("30 1 * * *", "2026-10-24T00:00", 4, worked)
    assert [(each.day, each.hour) for each, _moved in found] == [(24, 1), (25, 1), (26, 1), (27, 1)]
    hours = {planned.astimezone(UTC).hour for planned, _moved in found}
    assert hours == {0, 1}


def test_a_time_that_spring_leaves_out_is_drilled_all_the_same() -> None:
    worked = WorkingCalendar(LONDON, {date(2026, 3, 28) + timedelta(days=n): True for n in range(9)})
    assert [each.day for each, _moved in some("30 1 * * *", "2026-03-28T00:00", 3, worked)] == [28, 29, 30]


def test_a_programme_fills_the_calendar_once_also_when_planned_again_and_again(app: Flask) -> None:
    first = schedule(recurrence="0 10 * * *")
    assert len(first) == 12 and len({each.starts_at for each in first}) == 12
    assert drills.plan_ahead(at=builders.NOW, house=builders.house()) == 0
    later = builders.NOW + timedelta(days=7)
    added = drills.plan_ahead(at=later, house=builders.house())
    assert added > 0 and drills.plan_ahead(at=later, house=builders.house()) == 0
    starts = list(db.session.scalars(select(Drill.starts_at)))
    assert len(starts) == len(set(starts))


def test_a_wrong_drill_is_refused_with_every_fault(app: Flask) -> None:
    with pytest.raises(errors.Invalid) as refused:
        schedule(
            participants=["nobody@x.example"], scenario="none", starts_at=builders.NOW - timedelta(days=1)
        )
    assert {reason.loc[0] for reason in refused.value.reasons} == {"participants", "scenario", "starts_at"}
    with pytest.raises(errors.Forbidden):
        schedule(starts_at=builders.NOW + timedelta(days=1), by=builders.acting("li"))


def test_a_drill_is_marked_numbered_apart_and_reaches_no_live_place(app: Flask) -> None:
    drill, incident = running(app)
    assert incident.drill and incident.number == "DRL-2026-000001" and drill.state == "running"
    steps = {row.step for row in outbox.of(incident.id)}
    assert "announce" not in steps and "create_channel" in steps
    paged = {row.payload["person_id"] for row in outbox.of(incident.id) if row.step == "page"}
    assert paged <= {builders.person("zhao").id, builders.person("li").id}
    clocks = list(db.session.scalars(select(Clock).where(Clock.incident_id == incident.id)))
    assert {each.jurisdiction for each in clocks} == {"house"}
    assert builders.an_incident().number == "INC-2026-000001"


def test_stopping_a_drill_cancels_its_incident_and_makes_no_review(app: Flask) -> None:
    drill, incident = running(app)
    with unit_of_work():
        drills.stop(drill.id, by=builders.acting("lin"), at=builders.NOW + timedelta(hours=1), reason="到点")
    assert (drill.state, incident.status) == ("ended", "cancelled")
    assert db.session.scalar(select(Review.id)) is None
    with pytest.raises(errors.Refused):
        drills.stop(drill.id, by=builders.acting("lin"), at=builders.NOW)


def test_whoever_plays_a_drill_acknowledges_and_moves_it_like_life(app: Flask) -> None:
    _drill, incident = running(app)
    by = builders.acting("li")
    with unit_of_work():
        acts.acknowledge(incident, by=by, at=builders.NOW + timedelta(minutes=3))
    with unit_of_work():
        acts.move(incident, "verify", by=by, at=builders.NOW + timedelta(minutes=4))
    assert incident.stage == "verify"
    assert "update_announcement" not in {row.step for row in outbox.of(incident.id)}


def test_a_drill_missed_by_half_a_day_is_cancelled_and_not_opened(app: Flask) -> None:
    late, soon = (schedule(starts_at=builders.NOW + timedelta(hours=hours))[0] for hours in (1, 13))
    drills.start_due(at=builders.NOW + timedelta(hours=14), house=builders.house())
    db.session.refresh(late)
    db.session.refresh(soon)
    assert (late.state, late.incident_id) == ("cancelled", None) and late.moved_because == "service_was_down"
    assert soon.state == "running" and soon.incident_id is not None


def test_two_sweeps_at_once_open_a_drill_once(app: Flask) -> None:
    schedule(starts_at=builders.NOW + timedelta(minutes=1))
    house, start = builders.house(), threading.Barrier(2)

    def sweep() -> None:
        with app.app_context():
            start.wait(10)
            drills.start_due(at=builders.NOW + timedelta(minutes=1), house=house)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert list(db.session.scalars(select(Incident.number))) == ["DRL-2026-000001"]


def test_a_drill_whose_people_have_all_left_opens_without_alarming_the_living(app: Flask) -> None:
    (drill,) = schedule(starts_at=builders.NOW + timedelta(minutes=1))
    with unit_of_work():
        for email in PEOPLE:
            builders.person(email).active = False
    drills.start_due(at=builders.NOW + timedelta(minutes=1), house=builders.house())
    db.session.refresh(drill)
    steps = outbox.of(drill.incident_id or 0)
    assert steps and "page" not in {row.step for row in steps}
    assert "nobody_on_duty" not in {event.kind for event in timeline.of(drill.incident_id or 0)}


def test_cancelling_a_programme_takes_its_later_drills_off(app: Flask) -> None:
    first, *_later = schedule(recurrence="0 10 * * mon")
    with unit_of_work():
        drills.cancel(first.id, by=builders.acting("lin"), at=builders.NOW, programme=True)
    assert set(db.session.scalars(select(Drill.state))) == {"cancelled"}
    assert drills.plan_ahead(at=builders.NOW + timedelta(days=100), house=builders.house()) == 0


def test_after_three_weeks_down_what_was_missed_is_reported_the_latest_caught_up_and_nothing_twice(
    app: Flask,
) -> None:
    made = schedule(recurrence="0 10 * * *", staff={"director": ["lin@demo.example"]})
    back = made[0].starts_at + timedelta(days=21, hours=1)  # a Wednesday, an hour after that day's drill
    house = builders.house()
    for _twice in range(2):
        drills.plan_ahead(at=back, house=house)
        drills.beat.run(at=back, house=house)
    db.session.expire_all()
    rows = list(db.session.scalars(select(Drill).order_by(Drill.starts_at)))
    days = [row.starts_at.astimezone(SHANGHAI).date() for row in rows]
    first = made[0].starts_at.astimezone(SHANGHAI).date()
    worked = [first + timedelta(days=n) for n in range((days[-1] - first).days + 1)]
    assert days == [day for day in worked if house.calendar.is_working(day)], "none lost, none twice"
    past = [row for row in rows if row.starts_at <= back]
    assert {row.state for row in past[:-1]} == {"cancelled"} and past[-1].state == "running"
    assert {row.moved_because for row in past[:-1]} == {"service_was_down"}
    told = db.session.scalars(select(Delivery.payload).where(Delivery.step == "drill_tell")).all()
    missed = [each["drill_id"] for each in told if each["about"] == "missed"]
    assert sorted(missed) == sorted(row.id for row in past[:-1])
    assert sum(row.starts_at > back for row in rows) == 12
