"""What somebody took away in Slack by hand is made again, and what still stands stays as it is."""

import pytest

from incident import accounts, clock, errors
from incident.alerting import recreating
from incident.db import unit_of_work
from tests.slack import once
from tests.slack import world as worlds


def recreate(world, number, *, who="Ada"):
    world.act(number, recreating.recreate, who=who)
    world.settle()


def test_what_still_stands_in_slack_is_neither_posted_nor_made_twice(world):
    number = world.incident()
    world.settle()
    world.act(number, worlds.acts.acknowledge)
    world.settle()
    before = world.facts(number)
    recreate(world, number)
    after = world.facts(number)
    kept = ("channel_id", "channel_name", "card_ts", "announcement_ts")
    assert [before[name] for name in kept] == [after[name] for name in kept]
    once.exactly_once(world, number)
    assert ("slack_recreated", {}) in world.told(number)


def test_a_card_a_pin_and_an_announcement_that_were_deleted_come_back(world):
    number = world.incident()
    world.settle()
    facts, slack = world.facts(number), world.channel.slack
    slack.call("chat.delete", channel=facts["channel_id"], ts=facts["card_ts"])
    slack.call("chat.delete", channel=facts["announcement_channel"], ts=facts["announcement_ts"])
    recreate(world, number)
    after = world.facts(number)
    assert after["card_ts"] != facts["card_ts"] and after["channel_id"] == facts["channel_id"]
    assert [m["ts"] for m in world.said("incident-response")] == [after["announcement_ts"]]
    assert [m["ts"] for m in world.said(facts["channel_id"])] == [after["card_ts"]]
    assert [m["message"]["ts"] for m in world.room(facts["channel_id"])["pins"]] == [after["card_ts"]]


def test_an_archived_channel_is_replaced_with_all_that_belongs_in_it(world):
    number = world.incident()
    world.settle()
    old = world.facts(number)["channel_id"]
    world.channel.slack.call("conversations.archive", channel=old)
    recreate(world, number)
    facts = world.facts(number)
    assert facts["channel_id"] != old
    assert {each["state"] for each in world.steps(number)} == {"done"}
    assert "U0ADA" in world.room(facts["channel_id"])["members"]


def test_nothing_is_made_again_of_an_incident_that_is_over(world):
    number = world.incident()
    with world.app.app_context(), pytest.raises(errors.Refused), unit_of_work():
        incident = world.row(number)
        incident.status = "cancelled"
        recreating.recreate(incident, by=accounts.system("test"), at=clock.now())
    assert worlds.words_of(world.steps(number)[0]["state"]) == '"pending"'
