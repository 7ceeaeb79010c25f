"""The ladder as people in Slack see it, a surge against Slack's real limits, and crowds."""

import json
from datetime import timedelta

from incident import clock
from incident.alerting import escalation
from incident.alerting.channels import Order
from incident.alerting.facts import PersonFacts
from incident.lifecycle import acts
from tests.slack import world as worlds


def climb(world, hours):
    """Let so much time pass without an answer, and send what that gives."""
    with world.app.app_context():
        at = clock.now() + timedelta(hours=hours)
        escalation.sweep(at=at, zone=world.house.zone, rule_set=world.house.rule_set)
    world.settle()


def test_nobody_answers_until_everybody_and_the_group_head_are_told(world):
    world.person(name="Chief", slack_id="U0CHIEF", role="manager", group_head=True, locale="en")
    number = world.incident("privacy_leak", level=1)
    world.settle()
    for step in range(1, 5):
        climb(world, step * 24)
    kinds = [kind for kind, _data in world.told(number)]
    assert kinds.count("ladder_ended") == 1 and kinds.count("paged") >= 2
    assert world.direct("U0CHIEF")
    paged = {step["payload"]["person_id"] for step in world.steps(number, "page")}
    assert {step["state"] for step in world.steps(number, "page")} == {"done"} and len(paged) >= 2
    assert world.facts(number)["escalate_at"] is None


def test_an_answer_stops_the_ladder_and_takes_the_buttons_off_every_alert(world):
    number = world.incident()
    world.settle()
    climb(world, 24)
    assert world.direct("U0LINA")
    [page] = world.direct("U0LINA")
    assert "服务态度" in json.dumps(page, ensure_ascii=False) and "认领" in json.dumps(
        page, ensure_ascii=False
    )
    world.act(number, acts.acknowledge)
    world.settle()
    climb(world, 48)
    for who in ("U0ADA", "U0LINA"):
        [alert] = world.direct(who)
        assert "incident_acknowledge" not in worlds.words_of(alert) and "Ada" in worlds.words_of(alert)


def test_raised_after_an_answer_it_reaches_whoever_commands_higher_up_and_invites_them(world):
    world.person(name="Eva", slack_id="U0EVA", role="commander", locale="en", on_duty="EXE")
    number = world.incident()
    world.settle()
    world.act(number, acts.acknowledge)
    world.settle()
    assert not world.direct("U0EVA")
    world.act(number, acts.change_level, level=1, reason="a crowd at the branch", house=world.house)
    world.settle()
    [alert] = world.direct("U0EVA")
    words = worlds.words_of(alert)
    assert "Raised to level Ⅰ, which you are on duty to command." in words and number in words
    assert "U0EVA" in world.room(world.facts(number)["channel_id"])["members"]


def test_more_people_than_one_call_takes_are_all_invited(world):
    number = world.incident()
    world.settle()
    crowd = [f"U0C{n:04d}" for n in range(130)]
    people = [
        {"id": id_, "name": id_.lower(), "real_name": id_, "email": f"{id_}@e.test"} for id_ in crowd[:-1]
    ]
    world.control("people", {"people": people})
    with world.app.app_context():
        facts = worlds.facts.of(world.row(number), base_url=world.url)
    wanted = tuple(PersonFacts(n, id_, id_, "en") for n, id_ in enumerate(crowd, start=10))
    order = Order(
        id=1,
        key="k",
        step="invite",
        payload={},
        attempts=1,
        uncertain=False,
        created_at=clock.now(),
        locale="en",
        incident=facts,
        people=wanted,
    )
    result = world.channel.deliver(order)
    assert result["invited"] == 129
    assert result["not_invited"] == [{"person": crowd[-1], "kind": "user_gone"}]
    assert set(crowd[:-1]) <= set(world.room(facts.channel_id)["members"])


def test_an_archived_response_channel_is_named_in_the_reason(world):
    made = world.channel.slack.call("conversations.create", name="incident-response")["channel"]["id"]
    world.channel.slack.call("conversations.archive", channel=made)
    number = world.incident()
    world.settle()
    [announce] = world.steps(number, "announce")
    assert (announce["state"], announce["error_kind"]) == ("failed", "name_taken")
    assert announce["result"]["values"] == {"name": "incident-response"}
    assert world.steps(number, "page")[0]["state"] == "done"
