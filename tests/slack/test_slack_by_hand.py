"""What people do to channels by hand in Slack, and what becomes of it."""

import json

import pytest

from incident import notices
from tests.slack import world as worlds


def hear(world):
    """Let the workspace deliver its events, and the service do what follows."""
    world.control("wait", {"seconds": 10})
    world.settle()


def event(world, kind, **fields):
    """An event as Slack signs it, straight to the application."""
    body = {"type": "event_callback", "event_id": f"Ev{kind}", "event": {"type": kind, **fields}}
    return world.signed_event(body)


def shown(world):
    with world.app.app_context():
        return {each.key: each for each in notices.current()}


def test_who_joins_is_told_the_situation_and_their_part_and_nobody_else_sees_it(world):
    number = world.incident()
    world.settle()
    hear(world)
    channel = world.facts(number)["channel_id"]
    assert world.room(channel)["ephemeral"] == []  # those whom the service brings in were told already
    world.control("invite", {"user": "U0ADA", "channel": channel, "person": "U0BO"})
    hear(world)
    [told] = world.room(channel)["ephemeral"]
    assert told["for"] == "U0BO" and number in told["text"]
    lines = told["blocks"][0]["text"]["text"].splitlines()
    assert 5 <= len(lines) <= 10 and "no part in it yet" in lines[-1]
    assert not world.steps(number, "welcome")[0]["uncertain"]


def test_a_channel_renamed_by_hand_is_known_by_its_new_name(world):
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    world.control("rename", {"user": "U0ADA", "channel": channel, "name": "war-room"})
    response = world.room("incident-response")["id"]
    world.control("join", {"user": "U0BO", "channel": response})
    world.control("rename", {"user": "U0BO", "channel": response, "name": "alarm-room"})
    hear(world)
    assert world.facts(number)["channel_name"] == "war-room"
    assert ("channel_renamed", {"channel_name": "war-room"}) in world.told(number)
    assert shown(world)["slack_channel"].values == {"name": "alarm-room"}


@pytest.mark.parametrize("act", ["archive", "delete"])
def test_an_open_incident_whose_channel_is_taken_away_goes_on_in_a_new_one(world, act):
    number = world.incident()
    world.settle()
    old = world.facts(number)["channel_id"]
    world.control(act, {"user": "U0ADA", "channel": old})
    hear(world)
    facts = world.facts(number)
    assert facts["channel_id"] not in (None, old)
    assert [kind for kind, _data in world.told(number)].count("channel_lost") == 1
    assert "U0ADA" in world.room(facts["channel_id"])["members"]
    if act == "archive":
        assert event(world, "group_unarchive", channel=old).status_code == 200
        assert ("channel_back", {"channel_name": facts["channel_name"]}) in world.told(number)
    assert {each["state"] for each in world.steps(number)} == {"done"}


def test_the_board_says_that_the_app_was_removed_until_something_gets_through_again(world):
    assert event(world, "app_uninstalled").status_code == 200
    world.sender.tidy()
    assert "slack_app" in shown(world)
    world.incident()
    world.settle()
    world.sender.tidy()
    assert "slack_app" not in shown(world)


def test_an_event_is_taken_once_and_one_of_an_unknown_channel_does_nothing(world):
    assert event(world, "group_archive", channel="G0NOTHING").status_code == 200
    assert event(world, "member_joined_channel", channel="G0NOTHING", user="U0BO").status_code == 200
    assert json.dumps(world.slack()["calls"]).count("conversations.create") == 0
    assert worlds.words_of(shown(world)) == "{}"
