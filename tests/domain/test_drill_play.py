"""A drill being played: injects in their second and once, answers and acts, points, pauses, emergencies."""

import threading
from datetime import timedelta
from typing import Any, cast

import pytest
from flask import Flask
from sqlalchemy import select

from incident import drills, errors, scheduling
from incident.alerting import outbox
from incident.coordination import tasks
from incident.db import db, unit_of_work
from incident.drills import scoring, seeing
from incident.lifecycle import acts
from incident.models.drills import Drill
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from tests import builders
from tests.drilling import PLAYERS, answer, beat, begun, injects, minutes, states


def test_injects_come_in_their_second_and_never_twice(app: Flask) -> None:
    drill = begun()
    assert states(drill) == "pppppppp"
    beat(0)
    assert beat(0) == 0 and states(drill)[0] == "d" and states(drill)[1:] == "ppppppp"
    beat(9 + 59 / 60)
    assert states(drill).count("d") == 1
    beat(10)
    assert beat(10) == 0
    second = injects(drill)[2]
    assert second.delivered_at == second.due_at == builders.NOW + minutes(10)
    assert second.answer_by == builders.NOW + minutes(15) and second.times == 1
    posts = [row for row in outbox.of(drill.incident_id or 0) if row.step == "drill_post"]
    assert [row.payload["number"] for row in posts] == [1, 2] and "expected" not in posts[0].payload


def test_a_drill_begun_and_resumed_between_two_seconds_has_its_injects_on_the_second(app: Flask) -> None:
    drill = begun(at=builders.NOW + timedelta(milliseconds=480))
    assert injects(drill)[2].due_at == builders.NOW + minutes(10)
    by = builders.acting("lin")
    with unit_of_work():
        drills.pause(drill.id, by=by, at=builders.NOW + minutes(4), reason="设备调试")
    with unit_of_work():
        drills.resume(drill.id, by=by, at=builders.NOW + minutes(5) + timedelta(milliseconds=730))
    assert injects(drill)[2].due_at == builders.NOW + minutes(11)


def test_an_inject_for_some_departments_goes_to_their_players_alone(app: Flask) -> None:
    drill = begun()
    for after in (0, 10, 20, 30):
        beat(after)
    told = [row for row in outbox.of(drill.incident_id or 0) if row.step == "drill_tell"]
    assert {row.payload["person_id"] for row in told} == {builders.person("he").id}
    third = injects(drill)[4]
    assert third.recipients == [builders.person("he").id]
    with pytest.raises(errors.Forbidden):
        answer(drill, 4, "li", 31, choice=1)
    assert [each.row.number for each in seeing.seen(drill, by=builders.acting("li"))] == [1, 2, 3]
    assert len(seeing.seen(drill, by=builders.acting("tang"))) == 8


def test_a_condition_brings_the_inject_after_a_miss_and_leaves_it_out_after_a_hit(app: Flask) -> None:
    missed, met = begun(), begun()
    beat(10)
    answer(met, 2, "li", 12, choice=1)
    beat(20)
    assert states(missed)[2] == "d" and states(met)[2] == "s"
    assert injects(missed)[2].met is False and injects(met)[2].met is True


def test_acts_on_the_incident_answer_what_asks_for_them(app: Flask) -> None:
    drill = begun()
    incident = db.session.get_one(Incident, drill.incident_id)
    beat(0)
    with unit_of_work():
        acts.acknowledge(incident, by=builders.acting("zhao"), at=builders.NOW + minutes(2))
    beat(2.5)
    first = injects(drill)[1]
    assert (first.met, first.points, first.judged_at) == (True, 15, builders.NOW + minutes(2))
    for after in (10, 20, 30):
        beat(after)
    task = tasks.keyed(incident.id, "start_parallel_clocks")
    assert task is not None
    with unit_of_work():  # before the inject that asks for it
        tasks.change(task, incident, status="done", by=builders.acting("sun"), at=builders.NOW + minutes(40))
    beat(55)
    assert injects(drill)[5].met is True
    with unit_of_work():
        acts.change_level(
            incident,
            1,
            reason="范围扩大",
            by=builders.acting("zhao"),
            at=builders.NOW + minutes(130),
            house=builders.house(),
        )
    for after in (80, 105, 130, 131):
        beat(after)
    assert injects(drill)[8].met is True
    assert {row.result for row in seeing.seen(drill, by=builders.acting("lin"))} >= {"missed", "met"}


def test_points_fall_for_wrong_and_late_answers_and_an_evaluator_has_the_last_word(app: Flask) -> None:
    drill = begun(participants=PLAYERS)
    beat(10)
    answer(drill, 2, "li", 11, choice=0)
    answer(drill, 2, "sun", 12, choice=1)
    assert (injects(drill)[2].met, injects(drill)[2].points) == (True, 5)
    with pytest.raises(errors.Refused):
        answer(drill, 2, "li", 13, choice=1)
    beat(30)
    beat(41)
    assert (injects(drill)[4].met, injects(drill)[4].points) == (False, 0)
    answer(drill, 4, "he", 42, choice=1)
    assert (injects(drill)[4].met, injects(drill)[4].points) == (False, 5)
    with unit_of_work():
        scoring.score(drill, 4, points=8, note="解释清楚", by=builders.acting("tang"), at=builders.NOW)
        for who, points in (("zhao", 8), ("tang", 11)):
            with pytest.raises((errors.Forbidden, errors.Invalid)):
                scoring.score(drill, 4, points=points, note="", by=builders.acting(who), at=builders.NOW)
    assert scoring.given(injects(drill)[4]) == 8
    assert scoring.total(list(injects(drill).values())).got == 13


WATCHES = ("escalate", "watch_lines", "nag_updates", "remind_hand_overs", "watch_commanders", "clocks")


def lines(drill: Drill) -> list[str]:
    """The kinds of the timeline's lines, oldest first."""
    mine = select(TimelineEvent.kind).where(TimelineEvent.incident_id == drill.incident_id)
    return [str(kind) for kind in db.session.scalars(mine.order_by(TimelineEvent.id))]


def watched(drill: Drill, after: float) -> list[str]:
    """What the timeline says last, once every watch has looked so many minutes after the start."""
    at = builders.NOW + minutes(after)
    before = lines(drill)
    for job in scheduling.JOBS:
        if job.name in WATCHES:
            job.run(scheduling.Beat(at, builders.house(), cast(Any, None)))
    return lines(drill)[len(before) :] or before[-1:]


def test_a_pause_moves_everything_by_its_length_and_nothing_comes_meanwhile(app: Flask) -> None:
    drill = begun()
    beat(0)
    by = builders.acting("lin")
    with unit_of_work():
        mine = db.session.get_one(Incident, drill.incident_id)
        acts.acknowledge(mine, by=builders.acting("zhao"), at=builders.NOW + minutes(1))
        drills.pause(drill.id, by=by, at=builders.NOW + minutes(4), reason="设备调试")
    assert beat(200) == 0 and states(drill)[1] == "p"
    assert watched(drill, 30) == watched(drill, 240) == ["drill_paused"]
    with unit_of_work():
        drills.resume(drill.id, by=by, at=builders.NOW + minutes(64))
    rows = injects(drill)
    assert rows[1].answer_by == builders.NOW + minutes(65) and rows[2].due_at == builders.NOW + minutes(70)
    assert drill.paused_seconds == 3600
    assert watched(drill, 64) == ["drill_resumed"]
    assert set(watched(drill, 64 + 176)) >= {"update_late", "clock_missed", "department_unaccepted"}
    with pytest.raises(errors.Refused), unit_of_work():
        drills.resume(drill.id, by=by, at=builders.NOW + minutes(65))
    with pytest.raises(errors.Forbidden), unit_of_work():
        drills.pause(drill.id, by=builders.acting("li"), at=builders.NOW + minutes(65))


def test_after_a_stop_of_the_service_short_waits_are_caught_up_and_long_ones_pause_the_drill(
    app: Flask,
) -> None:
    drill = begun()
    beat(0)
    beat(
        21
    )  # nobody was there for ten minutes: the second comes late, and the third waits for what becomes of it
    assert states(drill)[:3] == "ddp" and injects(drill)[2].answer_by == builders.NOW + minutes(26)
    beat(90)
    db.session.refresh(drill)
    assert (drill.state, drill.pause_reason) == ("paused", "service_was_down")
    assert drill.paused_at == builders.NOW + minutes(30)  # when the first of them should have come
    told = [row for row in outbox.of(drill.incident_id or 0) if row.payload.get("about") == "held_up"]
    assert {row.payload["person_id"] for row in told} == {builders.person("lin").id}
    with unit_of_work():
        drills.resume(drill.id, by=builders.acting("lin"), at=builders.NOW + minutes(95))
    beat(95)
    assert states(drill)[3:5] == "dp"


def test_two_beats_at_once_deliver_an_inject_once(app: Flask) -> None:
    drill = begun()
    house, start = builders.house(), threading.Barrier(2)

    def sweep() -> None:
        with app.app_context():
            start.wait(10)
            drills.beat.run(at=builders.NOW, house=house)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert injects(drill)[1].times == 1
    assert len([row for row in outbox.of(drill.incident_id or 0) if row.step == "drill_post"]) == 1


def test_a_real_emergency_is_told_once_and_any_player_suspends_the_drill_by_one_press(app: Flask) -> None:
    drill = begun()
    beat(0)
    builders.an_incident(at=builders.NOW + minutes(1))  # not grave enough
    assert beat(2) == 0
    real = builders.an_incident(at=builders.NOW + minutes(3), signals=["self_harm_threat"])
    assert real.level == 1 and beat(3) == 1 and beat(3.1) == 0
    told = [row for row in outbox.of(drill.incident_id or 0) if row.payload.get("about") == "interrupted"]
    assert {row.payload["person_id"] for row in told} == {builders.person(who).id for who in ("lin", "zhao")}
    assert {row.payload["real"] for row in told} == {real.number}
    with pytest.raises(errors.Forbidden), unit_of_work():
        drills.suspend(drill.id, by=builders.acting("wu"), at=builders.NOW + minutes(4))
    for who in ("li", "zhao"):
        with unit_of_work():
            drills.suspend(drill.id, by=builders.acting(who), at=builders.NOW + minutes(4))
    db.session.refresh(drill)
    assert (drill.state, drill.pause_reason) == ("paused", real.number)
