"""The beat: one leads, a failing sweep stops no other, and what is planned is listed."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from incident import agenda, clock, drills, pulse, scheduling
from incident.alerting import escalation
from incident.db import db, unit_of_work
from incident.models.ground import Heartbeat, Notice
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from tests import builders


def beat(app: Flask, minutes: float = 0) -> scheduling.Beat:
    return scheduling.Beat(
        builders.NOW + timedelta(minutes=minutes), builders.house(), app.extensions["settings"]
    )


def wait_for(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)


def test_every_job_runs_twice_and_finds_nothing_left_the_second_time(app: Flask) -> None:
    builders.an_incident()
    with unit_of_work():
        drills.schedule(
            drills.Wanted("privacy_leak", ["zhao@demo.example"]),
            recurrence="0 10 * * mon",
            by=builders.acting("lin"),
            at=builders.NOW,
            house=builders.house(),
        )
    for job in scheduling.JOBS:
        job.run(beat(app, 1))
        assert job.run(beat(app, 1)) == 0, job.name


def test_one_leads_and_the_other_waits_until_it_stops(app: Flask, make_app: Callable[..., Flask]) -> None:
    other = make_app()
    runners = [pulse.Runner(each, each.extensions["settings"]) for each in (app, other)]
    try:
        runners[0].start()
        wait_for(lambda: runners[0]._scheduler is not None)
        assert not runners[1]._leadership.hold()
        runners[1].start()
        runners[0].stop()
        wait_for(lambda: runners[1]._scheduler is not None, seconds=5)
        assert runners[0]._scheduler is None
    finally:
        for runner in runners:
            runner.stop()


def test_the_beat_is_on_the_whole_second_as_injects_fall_due(app: Flask) -> None:
    runner = pulse.Runner(app, app.extensions["settings"])
    try:
        runner.start()
        wait_for(lambda: runner._scheduler is not None)
        assert runner._scheduler is not None
        first = {job.id: job.next_run_time for job in runner._scheduler.get_jobs()}
        assert {each.microsecond for each in first.values()} == {0}
        wait_for(lambda: runner._scheduler.get_job("run_drills").next_run_time > first["run_drills"])
        assert runner._scheduler.get_job("run_drills").next_run_time.microsecond == 0
    finally:
        runner.stop()


def test_a_running_beat_climbs_the_ladder_by_itself_and_says_that_it_lives(app: Flask) -> None:
    pulse._last_beats.clear()
    now = clock.now()
    incident = builders.an_incident(
        at=now - timedelta(days=2), received_at=(now - timedelta(days=3)).isoformat()
    )
    runner = pulse.Runner(app, app.extensions["settings"])

    def climbed() -> bool:
        db.session.rollback()
        return db.session.get_one(Incident, incident.id, populate_existing=True).rung > 0

    def alive() -> bool:
        db.session.rollback()  # else the session goes on reading what it read before
        return db.session.get(Heartbeat, "scheduler", populate_existing=True) is not None

    try:
        runner.start()
        wait_for(climbed)
        wait_for(alive)
    finally:
        runner.stop()


def test_a_sweep_that_fails_is_logged_and_harms_nobody(
    app: Flask, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_beat: scheduling.Beat) -> int:
        raise RuntimeError("the sweep broke")

    woken: list[int] = []
    runner = pulse.Runner(app, app.extensions["settings"], woken=lambda: woken.append(1))
    runner._run_one(scheduling.Job("broken", timedelta(seconds=1), broken, "x"))
    runner._run_one(scheduling.Job("works", timedelta(seconds=1), lambda _beat: 1, "x"))
    runner._run_one(scheduling.Job("idle", timedelta(seconds=1), lambda _beat: 0, "x"))
    assert woken == [1]
    assert "broken" in caplog.text + capsys.readouterr().err


def test_sealing_leaves_nothing_unsealed(app: Flask) -> None:
    builders.an_incident()
    seal = next(job for job in scheduling.JOBS if job.name == "seal")
    assert seal.run(beat(app)) > 0
    unsealed = select(TimelineEvent.id).where(TimelineEvent.seal_id.is_(None))
    assert list(db.session.scalars(unsealed)) == []


def test_the_end_of_the_calendar_is_told_sixty_days_ahead(app: Flask) -> None:
    job = next(job for job in scheduling.JOBS if job.name == "calendar_end")
    from incident import calendars

    last = calendars.known_until("cn")
    assert last is not None
    days = (last - builders.NOW.date()).days
    job.run(beat(app, (days - 61) * 24 * 60))
    assert db.session.get(Notice, "calendar") is None
    job.run(beat(app, (days - 30) * 24 * 60))
    found = db.session.get(Notice, "calendar")
    assert found is not None and found.values == {"last": str(last)}


def test_everything_planned_is_listed_soonest_first(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        drills.schedule(
            drills.Wanted("privacy_leak", ["zhao@demo.example"]),
            starts_at=builders.NOW + timedelta(minutes=1),
            by=builders.acting("lin"),
            at=builders.NOW,
            house=builders.house(),
        )
    planned = agenda.planned(by=builders.acting("admin"), house=builders.house())
    assert [row["at"] for row in planned] == sorted(row["at"] for row in planned)
    assert {row["what"] for row in planned} == {"drill", "escalation"}
    assert any(row["subject"] == incident.number for row in planned)


def test_a_restart_after_a_night_goes_on_where_the_ladder_stood(app: Flask) -> None:
    incident = builders.an_incident()
    house = builders.house()
    with time_machine.travel(builders.NOW + timedelta(hours=12), tick=False):
        assert escalation.sweep(at=clock.now(), zone=house.zone, rule_set=house.rule_set) == 1
    db.session.rollback()
    found = db.session.get_one(Incident, incident.id, populate_existing=True)
    assert found.rung == 1 and found.escalate_at is not None
    assert found.escalate_at > builders.NOW + timedelta(hours=12)


def test_beats_are_written_at_most_every_five_seconds(app: Flask) -> None:
    pulse._last_beats.clear()
    pulse.beat("x", "a")
    pulse.beat("x", "b")
    found = db.session.get(Heartbeat, "x")
    assert found is not None and found.holder == "a"
