"""A drill in Slack: injects as marked messages, answered by button or form, and suspended by one press."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from incident import clock, drills
from incident.db import db, unit_of_work
from incident.drills import answering, playing, scenarios
from incident.models.drills import Drill
from incident.models.exercises import DrillInject
from incident.models.people import Person
from tests.slack import world as worlds
from tests.slack.test_slack_approvals import request
from tests.slack.test_slack_buttons import press, whispers

HOSTILE = "<!channel> *call* <https://evil.example|here> & now"


def text(words):
    return {"zh": f"中文 {words}", "en": words}


@pytest.fixture
def played(world):
    """A drill that has begun: a choice for everybody, words for customer service, and Ada who directs it."""
    inject = {"channel": "phone", "expected": text("THE SECRET ANSWER"), "within": "10m"}
    choices = {"respond": "choose", "choices": [text("Hang up"), text("Stay on the line")], "right": 2}
    content = {
        "key": "small", "kind": "tabletop", "title": text("Small"), "situation": text("A call comes in."),
        "objectives": [text("Stay on the line.")],
        "injects": [
            {**inject, **choices, "at": "0m", "text": text(HOSTILE)},
            {**inject, "at": "0m", "text": text("He says a name."), "to": ["CS"]},
        ],
    }  # fmt: skip
    with world.app.app_context(), unit_of_work():
        at, by = clock.now(), worlds.ADMIN
        for who, code in (("李娜", "CS"), ("Bo", "IT")):
            db.session.execute(update(Person).where(Person.name == who).values(department_code=code))
        scenarios.save("self_harm_threat", content, by=by, at=at)
        addresses = {name: f"{name}@example.test".lower() for name in ("李娜", "Bo", "Ada")}
        wanted = drills.Wanted(
            "self_harm_threat",
            [addresses["Bo"], addresses["李娜"]],
            scenario="small",
            staff={"director": [addresses["Ada"]]},
        )
        (drill,) = drills.schedule(wanted, starts_at=at + timedelta(hours=1), by=by, at=at, house=world.house)
        drills.begin(drill.id, by=by, at=at, house=world.house)
    beat(world)
    return drill.id


def beat(world):
    with world.app.app_context():
        drills.beat.run(at=clock.now(), house=world.house)
    world.settle()


def row(world, drill_id, number):
    with world.app.app_context():
        return playing.find(db.session.get_one(Drill, drill_id), number)


def channel_post(world, words):
    [room] = [each for each in world.slack()["channels"] if (each.get("name") or "").startswith("drl-")]
    [found] = [each for each in room["messages"] if words in json.dumps(each, ensure_ascii=False)]
    return room["id"], found


def test_injects_are_marked_reach_their_players_and_are_answered_by_button_and_form(world, played):
    channel, post = channel_post(world, "drill_choose_0")
    said = worlds.words_of(post)
    assert "DRILL" in said and "Stay on the line" in said and "THE SECRET" not in said
    assert "<!channel>" not in said and "&lt;!channel&gt;" in said
    everywhere = worlds.words_of(world.slack())
    assert "THE SECRET" not in everywhere
    assert "He says a name." not in "".join(worlds.words_of(each) for each in world.direct("U0BO"))
    press(world, channel, post["ts"], user="U0ADA", action="drill_choose_1")
    assert "for other players" in whispers(world, channel)
    press(world, channel, post["ts"], user="U0BO", action="drill_choose_1")
    assert row(world, played, 1).met is True
    assert "Your answer to inject 1: B" in whispers(world, channel)
    theirs, _newest = request(world, "U0LINA")
    [asked] = [each for each in world.direct("U0LINA") if "drill_answer" in worlds.words_of(each)]
    assert "演练" in worlds.words_of(asked) and "中文 He says a name." in worlds.words_of(asked)
    press(world, theirs, asked["ts"], user="U0LINA", action="drill_answer")
    view = world.slack()["views"][-1]
    sent = {"user": "U0LINA", "view_id": view["id"]}
    assert world.control("submit", {**sent, "values": {"words": {"value": " "}}})["outcome"] == "errors"
    world.control("submit", {**sent, "values": {"words": {"value": "记录姓名，不复述"}}})
    with world.app.app_context():
        inject = db.session.scalar(select(DrillInject).where(DrillInject.number == 2))
        assert [(each.words, each.via) for each in answering.to_inject(inject.id)] == [
            ("记录姓名，不复述", "slack")
        ]


def test_a_real_emergency_offers_one_press_that_suspends_the_drill(world, played):
    world.incident("self_harm_threat", level=1)
    beat(world)
    channel, told = request(world, "U0ADA")
    assert "real emergency" in worlds.words_of(told)
    press(world, channel, told["ts"], action="drill_suspend")
    with world.app.app_context():
        assert db.session.get_one(Drill, played).state == "paused"
    assert "suspended" in worlds.words_of(request(world, "U0ADA")[1])
