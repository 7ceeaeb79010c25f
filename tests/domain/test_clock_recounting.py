"""A day of the calendar changes: the clocks that count by it move, are listed and noted, and no others."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import select

from incident import calendars, clocks, timeline
from incident.cli.prepare import prepare
from incident.db import db, unit_of_work
from incident.models.ground import CalendarDay, Notice
from incident.models.incidents import Clock, Incident
from incident.watches import calendar_watch
from tests import builders
from tests.builders import NOW


def change(jurisdiction: str, day: date, *, working: bool = False) -> list[clocks.Moved]:
    house = builders.house()
    with unit_of_work():
        calendars.set_day(jurisdiction, day, working=working, name="x", source="test")
        return clocks.recount(
            jurisdiction, house=house.calendar, house_rule_set=house.rule_set, by=builders.BY, at=NOW
        )


def add(found: Incident, rule: str, jurisdiction: str) -> Clock:
    with unit_of_work():
        return clocks.add(
            found,
            rule,
            jurisdiction=jurisdiction,
            started_at=NOW,
            by=builders.acting("zhao"),
            at=NOW,
            house="cn",
        )


def test_only_clocks_in_working_days_of_that_calendar_move_and_each_timeline_says_so(app: Flask) -> None:
    found = builders.an_incident(complaint_type="fee_dispute")
    uk = add(found, "disp_payment_response", "uk")
    before = {each.id: each.due_at for each in clocks.of(found.id)}
    moved = change("uk", date(2026, 11, 5))
    assert [(each.number, each.clock_id) for each in moved] == [(found.number, uk.id)]
    assert moved[0].was == before[uk.id] and moved[0].now - moved[0].was == timedelta(days=1)
    after = {each.id: each.due_at for each in clocks.of(found.id)}
    assert {id_ for id_ in before if before[id_] != after[id_]} == {uk.id}
    assert [event.kind for event in timeline.of(found.id)].count("clock_moved") == 1
    assert change("uk", date(2026, 11, 5)) == []
    assert change("uk", date(2026, 11, 5), working=True)[0].now == before[uk.id]


def test_the_houses_targets_count_by_the_houses_calendar_and_its_working_hours(app: Flask) -> None:
    found = builders.an_incident(complaint_type="fee_dispute")  # Ⅳ: first contact in one working day
    assert {each.clock_id for each in change("us", date(2026, 11, 4))} == set()
    moved = {db.session.get_one(Clock, each.clock_id).rule for each in change("cn", date(2026, 11, 4))}
    assert moved == {"first_contact"}
    again = select(Clock).where(Clock.incident_id == found.id, Clock.rule == "acknowledge")
    assert db.session.scalars(again).one().due_at == NOW + timedelta(hours=2)
    today = {db.session.get_one(Clock, each.clock_id).rule for each in change("cn", NOW.date())}
    assert today == {"acknowledge"}  # two working hours, no longer of today
    present = db.session.get_one(Incident, found.id, populate_existing=True)
    assert present.next_clock_at == min(each.due_at for each in clocks.running(found.id))


def test_a_start_that_fills_a_year_moves_the_clocks_that_counted_by_the_guess(app: Flask) -> None:
    guess = f"holidays: {calendars.PROVISIONAL}"
    with unit_of_work():
        for row in db.session.scalars(select(CalendarDay).where(CalendarDay.jurisdiction == "cn")):
            db.session.delete(row)
        calendars.set_day("cn", date(2026, 11, 4), working=False, name="x", source=guess)
    found = builders.an_incident(complaint_type="fee_dispute")
    before = {each.rule: each.due_at for each in clocks.of(found.id)}
    prepare(app)
    db.session.rollback()  # it wrote in a session of its own
    after = {each.rule: each.due_at for each in clocks.of(found.id)}
    assert after["first_contact"] == before["first_contact"] - timedelta(days=1)
    assert "clock_moved" in {event.kind for event in timeline.of(found.id)}
    moved = [event.kind for event in timeline.of(found.id)].count("clock_moved")
    prepare(app)
    db.session.rollback()
    assert [event.kind for event in timeline.of(found.id)].count("clock_moved") == moved


def test_the_end_of_every_calendar_that_clocks_count_by_is_told(app: Flask) -> None:
    found = builders.an_incident()
    with unit_of_work():
        last = date(2026, 12, 20)
        rows = db.session.scalars(select(CalendarDay).where(CalendarDay.jurisdiction == "uk"))
        for row in rows:
            if row.day > last:
                db.session.delete(row)
    end = calendars.known_until("uk")
    assert end == date(2026, 12, 31)
    when = NOW + timedelta(days=10)
    calendar_watch.sweep(at=when, house=builders.house())
    db.session.expire_all()
    assert db.session.get(Notice, "calendar-uk") is None  # nothing counts by it yet
    law = add(found, "disp_payment_response", "uk")
    calendar_watch.sweep(at=when, house=builders.house())
    notice = db.session.get(Notice, "calendar-uk")
    assert notice is not None and notice.values["last"] == "2026-12-31"
    with unit_of_work():
        clocks.void(found, law.id, reason="no", by=builders.acting("zhao"), at=NOW)
    calendar_watch.sweep(at=when, house=builders.house())
    db.session.expire_all()
    assert db.session.get(Notice, "calendar-uk") is None
