"""The guided tour through the service as a newcomer takes it: ten steps, each noticed by itself."""

import re

import pytest
from sqlalchemy import select

from incident import clock, demo, i18n
from incident.coordination import departments, tasks, updates
from incident.db import db, unit_of_work
from incident.demo import tour_words
from incident.lifecycle import acts
from incident.models.incidents import Incident
from incident.slack import words
from tests import builders

HOME = "/as/U0DEMO001/"


@pytest.fixture
def guided(served):
    """The service with its sandbox's pages, and where the tour stands."""
    pages = served.app.extensions["sandbox"].test_client()

    def step(path=HOME):
        shown = re.search(r"(?:导览|Tour) (\d+)/10", pages.get(path).text)
        return int(shown[1]) if shown else None

    return served, pages, step


def the(drill=False):
    return db.session.scalars(select(Incident).where(Incident.drill == drill)).one()


def test_the_tour_notices_what_was_done_from_the_complaint_to_the_drill(guided):
    served, pages, step = guided
    assert step() == 1
    pages.post(f"{HOME}tour", data={"do": "act", "step": "report"})
    served.deliver()
    assert step() == 2
    address = re.search(r'href="(/as/U0DEMO\w+/c/D\w+)"', pages.get(HOME).text)[1]
    pages.get(address)  # the alert is read by whom it went to
    assert step() == 3
    with served.app.app_context():
        incident, by, at = the(), builders.acting("zhao"), clock.now()
        with unit_of_work():
            acts.acknowledge(incident, by=by, at=at)
        served.deliver()
        assert step() == 4
        room = served.app.extensions["sandbox"].test_client().get("/control/state").json["channels"]
        [room] = [one for one in room if one.get("name") == incident.channel_name]
        reader = next(each.slack_id for each in demo.PEOPLE if each.slack_id in room["members"])
        pages.get(f"/as/{reader}/c/{room['id']}")
        assert step() == 5
        with unit_of_work():
            code = departments.lines(incident.id)[0].code
            departments.accept(incident, code, by=by, at=at, calendar=builders.house().calendar)
        assert step() == 6
        with unit_of_work():
            tasks.change(tasks.of(incident.id)[0], incident, by=by, at=at, status="done")
        assert step() == 7
        with unit_of_work():
            given = {"situation": "已联系客户", "actions": "", "needs": ""}
            updates.give(incident, **given, by=by, at=at, calendar=builders.house().calendar)
        assert step() == 8
        pages.post(f"{HOME}tour", data={"do": "act", "step": "rest"})
        assert step() == 9
        db.session.expire_all()
        with unit_of_work():
            acts.close(the(), summary="已道歉", by=by, at=clock.now(), house=builders.house())
        assert step() == 10
        pages.post(f"{HOME}tour", data={"do": "act", "step": "drill"})
        assert the(drill=True).number.startswith("DRL-")
    assert "导览完成" in pages.get(HOME).text


def test_the_tour_is_left_and_begun_again(guided):
    _, pages, step = guided
    step()
    pages.post(f"{HOME}tour", data={"do": "next", "step": "report"})
    assert step() == 2
    pages.post(f"{HOME}tour", data={"do": "end"})
    assert step() is None
    pages.post(f"{HOME}tour", data={"do": "restart"})
    assert step() == 1


def test_the_commands_that_the_tour_names_exist(app):
    for key, said in tour_words.STEPS.items():
        for language in ("en", "zh_CN"):
            for word in re.findall(r"/incident (\S+?)[` ]", i18n.say(said["text"], language)):
                assert words.find(word), (key, word)
