"""Two people press at the same moment: one act is done, the second is told the present state."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import clocks, errors
from incident.coordination import clock_approval
from incident.db import db, unit_of_work
from incident.lifecycle import common
from incident.models.incidents import Clock
from incident.models.records import TimelineEvent
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(hours=1)
WHY: dict[str, Any] = {"reason": "why"}


def race(app: Flask, number: str, act: Callable[..., Any], clock_id: int | str, who: tuple[str, str]) -> None:
    """The same act by two people in two threads; exactly one is done, the other is a Conflict."""
    start, told = threading.Barrier(2), []

    def press(email: str) -> None:
        with app.app_context():
            by = builders.acting(email)
            db.session.commit()
            start.wait(10)
            try:
                with unit_of_work():
                    act(common.by_number(number, lock=True), clock_id, by=by, at=LATER)
                told.append("done")
            except errors.Conflict as second:
                told.append(str(second))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press, args=(email,)) for email in who]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    db.session.rollback()
    assert sorted(text == "done" for text in told) == [False, True], told


def with_reason(verb: Callable[..., Any], **more: Any) -> Callable[..., Any]:
    return lambda *given, **named: verb(*given, **named, **WHY, **more)


def prepared(act: str) -> tuple[str, int]:
    """An incident's number and its clock's id, in the state that an act begins in."""
    found = builders.an_incident()
    law = db.session.scalars(
        select(Clock).where(Clock.incident_id == found.id, Clock.rule == "complaint_decision")
    ).one()
    asked = {"by": builders.acting("zhao"), "at": NOW, **WHY}
    with unit_of_work():
        if act in ("approve", "refuse", "resume"):
            clocks.pause(found, law.id, **asked)
        if act == "resume":
            clocks.approve(found, law.id, by=builders.acting("yang"), at=NOW)
    with unit_of_work():
        builders.person("chen").department_code = "EXE"  # a second person who may approve
    return found.number, law.id


@pytest.mark.parametrize("name", ["meet", "void", "pause", "resume", "approve", "refuse"])
def test_of_two_people_who_act_on_a_clock_at_once_one_is_done(app: Flask, name: str) -> None:
    calendar = builders.house().calendar
    verbs: dict[str, Callable[..., Any]] = {
        "meet": lambda *given, **named: clocks.meet(*given, **named, proof="told by phone"),
        "void": with_reason(clocks.void),
        "pause": with_reason(clocks.pause),
        "resume": with_reason(clocks.resume, calendar=calendar),
        "approve": clock_approval.approve,
        "refuse": with_reason(clock_approval.refuse),
    }
    number, clock_id = prepared(name)
    who = ("yang", "chen") if name in ("approve", "refuse") else ("zhao", "li")
    race(app, number, verbs[name], clock_id, who)


@pytest.mark.parametrize("name", ["extend", "correct"])
def test_what_can_be_done_twice_is_done_once_from_the_same_page(app: Flask, name: str) -> None:
    number, clock_id = prepared(name)
    seen = db.session.get_one(Clock, clock_id, populate_existing=True).version
    calendar = builders.house().calendar
    verbs = {
        "extend": with_reason(clocks.extend, seen=seen),
        "correct": with_reason(
            clocks.correct, seen=seen, started_at=NOW - timedelta(hours=1), calendar=calendar
        ),
    }
    race(app, number, verbs[name], clock_id, ("zhao", "li"))


def test_two_people_who_add_the_same_clock_add_one(app: Flask) -> None:
    number, _clock_id = prepared("add")
    race(
        app,
        number,
        lambda *given, **named: clocks.add(*given, **named, house="cn"),
        "cac_report",
        ("zhao", "li"),
    )
    assert db.session.scalar(select(func.count()).where(Clock.rule == "cac_report")) == 1


def test_two_people_who_record_the_same_event_start_its_clocks_once(app: Flask) -> None:
    number, _clock_id = prepared("record")
    given = {"jurisdiction": "cn", "happened_at": NOW}
    told = []
    for who in ("zhao", "li"):
        try:
            with unit_of_work():
                found = common.by_number(number, lock=True)
                clocks.record(found, "withdrawn", by=builders.acting(who), at=LATER, **given)
            told.append("done")
        except errors.Refused as second:
            told.append(str(second))
    assert told[0] == "done" and "No further clock" in told[1]


def test_two_sweeps_at_once_note_a_miss_once(app: Flask) -> None:
    found = builders.an_incident(complaint_type="privacy_leak")
    calendar, start = builders.house().calendar, threading.Barrier(2)

    def run() -> None:
        with app.app_context():
            start.wait(10)
            clocks.sweep(at=NOW + timedelta(hours=5), house=calendar)
            db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(30)
    db.session.rollback()
    missed = select(TimelineEvent).where(
        TimelineEvent.incident_id == found.id, TimelineEvent.kind == "clock_missed"
    )
    ids = [event.data["clock_id"] for event in db.session.scalars(missed)]
    assert ids and len(ids) == len(set(ids))
