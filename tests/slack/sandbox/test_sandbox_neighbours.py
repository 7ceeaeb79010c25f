"""The methods a developer expects beside those the product calls, and messages for later."""

import re
import time

import pytest

from incident.settings import ROOT
from incident.slack.sandbox import table


def schedule(town, **more):
    given = {"channel": "C0GENERAL", "text": "later", "post_at": int(time.time()) + 3600, **more}
    return town.client().api_call("chat.scheduleMessage", json=given)["scheduled_message_id"]


def hurry(town):
    """Everything scheduled is due now."""
    with town.app.extensions["sandbox"].store.writing() as db:
        db.execute("UPDATE scheduled SET post_s = 1")


def said(town):
    return [one["text"] for one in town.channel("C0GENERAL")["messages"]]


def until(condition):
    deadline = time.monotonic() + 3
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_message_for_later_is_listed_then_posted(town):
    made = schedule(town)
    [waiting] = town.client().chat_scheduledMessages_list()["scheduled_messages"]
    assert (waiting["id"], waiting["channel_id"], waiting["text"]) == (made, "C0GENERAL", "later")
    hurry(town)
    until(lambda: said(town) == ["later"])
    assert town.client().chat_scheduledMessages_list()["scheduled_messages"] == []


def test_one_with_metadata_is_taken_and_never_posted(town):
    schedule(town, metadata={"event_type": "x", "event_payload": {}})
    schedule(town, text="without")
    hurry(town)
    until(lambda: said(town) == ["without"])


def test_a_message_for_later_is_taken_back_once(town):
    made = schedule(town)
    town.client().chat_deleteScheduledMessage(channel="C0GENERAL", scheduled_message_id=made)
    refusal = town.refusal("chat.deleteScheduledMessage", channel="C0GENERAL", scheduled_message_id=made)
    assert refusal["error"] == "invalid_scheduled_message_id"


@pytest.mark.parametrize(("seconds", "error"), [(-5, "time_in_past"), (121 * 86_400, "time_too_far")])
def test_a_time_out_of_reach_is_refused(town, seconds, error):
    at = str(int(time.time()) + seconds)
    assert town.refusal("chat.scheduleMessage", channel="C0GENERAL", text="x", post_at=at)["error"] == error


def test_thirty_messages_for_one_channel_in_five_minutes_are_the_most(town):
    at = int(time.time()) // 300 * 300 + 6000
    for _ in range(30):
        schedule(town, post_at=at)
    refusal = town.refusal("chat.scheduleMessage", channel="C0GENERAL", text="x", post_at=str(at))
    assert refusal["error"] == "restricted_too_many"


def test_the_neighbours_answer(build):
    town = build(
        app_scopes=[
            "users:read",
            "users:read.email",
            "users.profile:read",
            "usergroups:read",
            "im:write",
            "emoji:read",
            "reactions:read",
            "reactions:write",
            "chat:write",
            "channels:manage",
            "channels:join",
        ]
    )
    client = town.client()
    assert client.bots_info(bot="B0SANDBOX")["bot"]["user_id"] == "U0INCIDENTBOT"
    assert client.users_profile_get(user="U0LI")["profile"]["email"] == "li.na@demo.example"
    assert client.users_getPresence(user="U0LI")["presence"] == "active"
    group = town.control("usergroups", {"handle": "legal", "name": "Legal", "people": ["U0LI"]})["usergroup"]
    assert client.usergroups_users_list(usergroup=group)["users"] == ["U0LI"]
    assert town.refusal("usergroups.users.list", usergroup="S0NONE")["error"] == "no_such_subteam"
    channel = town.incident_channel()
    ts = client.chat_meMessage(channel=channel, text="listens")["ts"]
    client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    [item] = client.reactions_list()["items"]
    assert (item["message"]["ts"], item["message"]["subtype"]) == (ts, "me_message")
    assert client.conversations_mark(channel=channel, ts=ts)["ok"]
    assert client.emoji_list()["emoji"] == {}
    direct = client.conversations_open(users="U0BOB")["channel"]["id"]
    assert client.conversations_close(channel=direct)["ok"]
    assert (
        town.refusal("conversations.close", channel=channel)["error"]
        == "method_not_supported_for_channel_type"
    )


def test_blocks_are_checked_without_being_sent(town):
    assert town.client().api_call("blocks.validate", json={"blocks": [{"type": "divider"}]})["ok"]
    refusal = town.refusal("blocks.validate", blocks=[{"type": "section"}])
    assert refusal["error"] == "invalid_blocks"
    assert refusal["errors"][0]["pointer"] == "/blocks/0"
    assert town.refusal("blocks.validate")["error"] == "invalid_arguments"


def test_the_table_of_conformance_names_every_method():
    told = (ROOT / "docs/sandbox.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `([\w.]+)` \| .+ \| (.+) \|$", told, re.MULTILINE))
    assert set(rows) == set(table.methods())


@pytest.mark.parametrize("method", ["files.upload", "channels.create", "im.open"])
def test_a_retired_method_is_refused_as_retired(town, method, monkeypatch):
    monkeypatch.setenv("SLACKCLIENT_SKIP_DEPRECATION", "1")  # the SDK warns of it by itself
    assert town.refusal(method)["error"] == "method_deprecated"
