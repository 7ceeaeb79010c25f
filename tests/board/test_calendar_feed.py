"""The calendar feed: a secret address of one's own, revocable; what concerns one, nothing personal."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from incident import clock, drills
from incident.db import db, unit_of_work
from incident.models.feeds import CalendarFeed
from tests import builders
from tests.board.pages import Visitor, text


@pytest.fixture
def zhao(app):
    return Visitor(app, "zhao")


def made(who: Visitor) -> str:
    answer = who.post("/account/calendar")
    found = re.search(r"(/calendar/[\w-]+\.ics)", answer.text)
    assert found is not None and answer.headers["Cache-Control"] == "no-store"
    return found[1]


def events(who: Visitor, address: str) -> list[str]:
    answer = who.client.get(address)
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    return [str(each["summary"]) for each in Calendar.from_ical(answer.data).walk("VEVENT")]


def test_the_address_is_shown_once_and_answers_until_it_is_revoked(app, zhao):
    assert "There is no address yet" in text(zhao.get("/account/calendar"))
    first = made(zhao)
    token = first.removeprefix("/calendar/").removesuffix(".ics")
    assert token not in zhao.get("/account/calendar").text
    assert all(token not in str(vars(row)) for row in db.session.query(CalendarFeed))
    assert events(zhao, first) == []
    second = made(zhao)
    assert zhao.client.get(first).status_code == 404
    assert events(Visitor(app, "li"), second) == []  # whoever knows it, signed in or not
    assert zhao.post("/account/calendar/revoke").status_code == 303
    assert zhao.client.get(second).status_code == 404
    assert zhao.client.get("/calendar/nonsense.ics").status_code == 404


def test_somebody_who_left_has_no_calendar(zhao):
    address = made(zhao)
    with unit_of_work():
        builders.person("zhao").active = False
    assert zhao.client.get(address).status_code == 404


def test_it_holds_what_concerns_its_person_and_nothing_personal(app, zhao):
    now = clock.now()
    found = builders.an_incident(at=now, received_at=now.isoformat(), narrative="call 13800138000")
    with unit_of_work():
        builders.person("zhao").locale = "en"
        for announced in (True, False):
            drills.schedule(
                drills.Wanted("privacy_leak", ["zhao@demo.example"], announced=announced),
                starts_at=now + timedelta(days=3 if announced else 4),
                by=builders.acting("lin"),
                at=now,
                house=builders.house(),
            )
    address = made(zhao)
    mine = events(zhao, address)
    assert sum(each.startswith("DRILL: ") for each in mine) == 1  # an unannounced one stays so
    assert any(found.number in each and "Decide a complaint" in each for each in mine)
    whole = zhao.client.get(address).data.decode()
    assert "13800138000" not in whole and "王小明" not in whole
    assert events(Visitor(app, "wu"), made(Visitor(app, "wu"))) == []  # PR has nothing to do with it
