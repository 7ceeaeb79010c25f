"""What is done to a drill and what comes of it: injects skipped, repeated, added; ratings; many at once."""

import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from incident import drills, errors
from incident.db import db, unit_of_work
from incident.drills import playing, rating, results, scenarios, seeing
from incident.models.alerts import Delivery
from incident.models.drills import Drill
from incident.models.exercises import DrillInject
from tests import builders
from tests.drilling import PLAYERS, answer, beat, begun, injects, minutes, states


def test_skipping_repeating_and_adding_an_inject(app: Flask) -> None:
    drill = begun()
    by, at = builders.acting("lin"), builders.NOW + minutes(1)
    beat(0)
    with unit_of_work():
        playing.skip(drills.locked(drill.id), 2, by=by, at=at)
        playing.release(drill, 1, by=by, at=at)
        added = playing.add(drill, "总机被打爆了", to=["CS"], within="5m", by=by, at=at)
        with pytest.raises(errors.Refused):
            playing.skip(drill, 1, by=by, at=at)
        with pytest.raises(errors.Invalid):
            playing.add(drill, " ", to=[], within="5m", by=by, at=at)
    assert (injects(drill)[1].times, injects(drill)[2].state) == (2, "skipped")
    assert added.number == 9 and added.recipients == [builders.person("li").id]


def test_a_call_tree_test_asks_everybody_and_counts_who_answered(app: Flask) -> None:
    drill = begun(kind="call_tree", scenario=None, participants=PLAYERS[:4])
    beat(0)
    for who in ("zhao", "jiang", "he"):
        answer(drill, 1, who, 3, words="十分钟内到岗")
    assert injects(drill)[1].judged_at is None
    beat(16)
    assert (injects(drill)[1].met, injects(drill)[1].points) == (False, 8)


def test_what_was_held_is_read_by_other_parts_with_its_ratings(app: Flask) -> None:
    drill = begun()
    beat(0)
    by, at = builders.acting("tang"), builders.NOW + minutes(5)
    with unit_of_work():
        rating.rate(drill, "o1", "S", by=by, at=at)
        rating.rate(drill, "o1", "M", note="取证前已解散群", by=by, at=at)
        for who, given in (("tang", "U"), ("zhao", "P"), ("tang", "X")):  # no note; a player; no such rating
            with pytest.raises((errors.Invalid, errors.Forbidden)):
                rating.rate(drill, "o2", given, by=builders.acting(who), at=at)
    assert results.held() == []
    with unit_of_work():
        drills.stop(drill.id, by=builders.acting("lin"), at=builders.NOW + minutes(9))
    (found,) = results.held(plan_key="privacy_leak", since=builders.NOW)
    assert (found.number, found.plan_number, found.ratings, found.weak) == (
        "DRL-2026-000001",
        1,
        {"o1": "M"},
        True,
    )
    assert found.departments == ("CPO", "IT", "OUT", "DPO", "CS")
    assert states(drill) == "dsssssss" and beat(30) == 0


def test_what_the_end_of_the_drill_cut_short_is_neither_missed_nor_still_waiting(app: Flask) -> None:
    drill = begun()
    beat(0)
    lin = builders.acting("lin")
    first = seeing.seen(drill, by=lin)[0]
    assert first.result == "open"
    with unit_of_work():
        drills.stop(drill.id, by=lin, at=builders.NOW + minutes(1))
    found = seeing.seen(db.session.get_one(Drill, drill.id, populate_existing=True), by=lin)
    assert found[0].result == "unfinished" and {each.result for each in found[1:]} <= {
        "skipped",
        "unfinished",
    }


def test_five_hundred_injects_of_twenty_drills_come_in_the_same_second(app: Flask) -> None:
    """The work of one beat: what it takes of a processor stays below the two seconds that an inject has."""
    one = {"zh": "电话又响了", "en": "The phone rings again"}
    inject = {
        "at": "5m",
        "channel": "phone",
        "text": one,
        "expected": one,
        "within": "10m",
        "objective": "o1",
    }
    content = {
        "key": "many", "kind": "tabletop", "title": one, "situation": one, "objectives": [one],
        "injects": [{**inject, "to": [code]} for code in ("CPO", "IT", "OUT", "DPO", "CS") * 5],
    }  # fmt: skip
    with unit_of_work():
        scenarios.save("privacy_leak", content, by=builders.acting("lin"), at=builders.NOW)
    for _number in range(20):
        begun(scenario="many")
    spent = time.process_time()
    assert beat(5) == 500
    spent = time.process_time() - spent
    rows = list(db.session.scalars(select(DrillInject)))
    assert {(row.delivered_at, row.times) for row in rows} == {(builders.NOW + minutes(5), 1)} and len(
        rows
    ) == 500
    told = db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.step == "drill_tell"))
    assert told == 500 and beat(5) == 0
    assert spent < 2, f"{spent:.2f} s"


def test_one_drill_that_cannot_go_on_keeps_no_other_from_it(app: Flask) -> None:
    broken, sound = begun(), begun()
    with unit_of_work():
        injects(broken)[1].content = {"at": "not a time"}
    with pytest.raises(ExceptionGroup):
        beat(0)
    assert states(sound)[0] == "d" and states(broken)[0] == "p"
