"""The page of everything that is scheduled."""

from datetime import timedelta

from incident import agenda, clock, duty, pulse, scheduling
from incident.db import unit_of_work
from incident.drills import programme
from tests import builders
from tests.board.pages import Visitor, text


def test_it_shows_drills_escalations_and_shifts_that_end(app):
    now = clock.now()
    incident = builders.an_incident(at=now)
    with unit_of_work():
        programme.schedule(
            programme.Wanted("privacy_leak", ["zhao@demo.example"]),
            starts_at=now + timedelta(days=1),
            by=builders.acting("lin"),
            at=now,
            house=builders.house(),
        )
        duty.add_shift(
            department="COL",
            person=builders.person("li"),
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(hours=3),
            override=True,
            by=builders.BY,
            at=now,
        )
    kinds = {item.kind for item in agenda.ahead(by=builders.acting("admin"), at=now, house=builders.house())}
    assert {"drill", "escalation", "shift"} <= kinds
    page = text(Visitor(app, "li").get("/schedule"))
    assert incident.number in page and "Escalation, if nobody acknowledges" in page and "李娜" in page


def test_the_soonest_comes_first(app):
    now = clock.now()
    builders.an_incident(at=now)
    times = [item.at for item in agenda.ahead(by=builders.acting("admin"), at=now, house=builders.house())]
    assert times == sorted(times)


def test_every_job_is_listed_with_how_often_it_runs(app):
    page = text(Visitor(app).get("/schedule"))
    assert all(job.about in page and job.name in page for job in scheduling.JOBS)


def test_a_silent_scheduler_is_an_alarm(app):
    assert "The scheduler is not running" in Visitor(app).get("/schedule").text
    pulse._last_beats.clear()
    pulse.beat("scheduler", "test:1")
    assert "The scheduler is not running" not in Visitor(app).get("/schedule").text
    pulse._last_beats.clear()
