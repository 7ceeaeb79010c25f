"""The drill pages: schedule one or a programme, start now, stop, cancel."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident import clock
from incident.db import db
from incident.models.drills import Drill, DrillProgramme, DrillState
from incident.models.incidents import Incident
from tests import builders
from tests.board.pages import Visitor, text


def form(**given):
    start = clock.now().astimezone(builders.house().zone) + timedelta(days=3)
    facts = {
        "plan": "privacy_leak",
        "starts_at": start.strftime("%Y-%m-%dT10:00"),
        "repeats": "once",
        "commander": "zhao@demo.example",
        "participants": ["li@demo.example", "zhao@demo.example"],
        "announced": "1",
    }
    return {**facts, **given}


def the_drills():
    return list(db.session.scalars(select(Drill).order_by(Drill.starts_at)))


def test_a_drill_is_scheduled_with_its_commander_first(app):
    visitor = Visitor(app, "lin")
    assert visitor.post("/drills", form()).status_code == 303
    [drill] = the_drills()
    assert drill.participants == ["zhao@demo.example", "li@demo.example"]
    assert drill.starts_at.astimezone(builders.house().zone).hour == 10
    assert "Privacy leak" in text(visitor.get("/drills")) or "privacy" in text(visitor.get("/drills")).lower()


@pytest.mark.parametrize(
    ("repeats", "rule"),
    [
        ("weekly", "0 10 * * tue"),
        ("monthly", "0 10 2nd-tue * *"),
        ("quarterly", "0 10 2nd-tue 3,6,9,12 *"),
        ("half_yearly", "0 10 2nd-tue 6,12 *"),
        ("yearly", "0 10 2nd-tue 12 *"),
    ],
)
def test_a_programme_comes_back_on_the_same_weekday_and_hour(app, repeats, rule):
    answer = Visitor(app, "lin").post("/drills", form(starts_at="2026-12-08T10:00", repeats=repeats))
    assert answer.status_code == 303
    assert db.session.scalars(select(DrillProgramme)).one().recurrence == rule
    zone = builders.house().zone
    assert {each.planned_for.astimezone(zone).weekday() for each in the_drills()} == {1}


def test_a_programme_keeps_off_days_off(app):
    Visitor(app, "lin").post("/drills", form(repeats="own", recurrence="0 10 1 1,5,10 *", starts_at=""))
    calendar = builders.house().calendar
    assert the_drills()
    assert all(calendar.is_working(each.starts_at.astimezone(calendar.zone).date()) for each in the_drills())


def test_a_refused_drill_keeps_what_was_typed(app):
    answer = Visitor(app, "lin").post("/drills", form(starts_at="2020-01-01T10:00"))
    assert answer.status_code == 422
    assert "The start time has passed." in answer.text and "2020-01-01T10:00" in answer.text
    unreadable = Visitor(app, "lin").post("/drills", form(repeats="own", recurrence="every day"))
    assert unreadable.status_code == 422 and "Write five fields" in unreadable.text


def test_a_drill_starts_now_and_is_stopped(app):
    visitor = Visitor(app, "lin")
    visitor.post("/drills", form())
    [drill] = the_drills()
    started = visitor.post(f"/drills/{drill.id}/start")
    assert started.status_code == 303 and started.location == f"/drills/{drill.id}/control"
    assert "Running" in text(visitor.get("/drills"))
    assert visitor.post(f"/drills/{drill.id}/stop", {"reason": "enough"}).status_code == 303
    db.session.expire_all()
    assert the_drills()[0].state == DrillState.ENDED
    assert db.session.scalars(select(Incident)).one().status == "cancelled"
    assert visitor.post(f"/drills/{drill.id}/stop").status_code == 409


def test_ending_a_programme_takes_every_later_drill_off(app):
    visitor = Visitor(app, "lin")
    visitor.post("/drills", form(repeats="weekly"))
    first = the_drills()[0]
    assert len(the_drills()) > 1
    visitor.post(f"/drills/{first.id}/cancel", {"programme": "1"})
    db.session.expire_all()
    assert {each.state for each in the_drills()} == {DrillState.CANCELLED}


def test_a_responder_reads_drills_but_schedules_none(app):
    visitor = Visitor(app, "li")
    assert visitor.get("/drills").status_code == 200
    assert visitor.get("/drills/new?plan=privacy_leak").status_code == 403
    assert visitor.post("/drills", form()).status_code == 403


def test_an_unannounced_drill_is_a_surprise_until_it_begins(app):
    """On no page and in no list of those who do not run drills; players neither."""
    Visitor(app, "lin").post("/drills", form(announced=""))
    [drill] = the_drills()
    assert not drill.announced
    local = drill.starts_at.astimezone(builders.house().zone)
    written = (f"{local:%Y-%m-%d}", f"{local:%m-%d %H:%M}", f"{drill.starts_at:%Y-%m-%dT%H:%M}")
    places = ("/drills", "/schedule", "/", "/playbooks/privacy_leak")

    def known(who):
        pages = {place: Visitor(app, who).get(place).text for place in places}
        return {place for place, page in pages.items() if any(each in page for each in written)}

    assert known("lin") >= {"/drills", "/schedule", "/playbooks/privacy_leak"}
    assert known("li") == set()
    Visitor(app, "lin").post(f"/drills/{drill.id}/start")
    assert "DRL-" in Visitor(app, "li").get("/drills").text
