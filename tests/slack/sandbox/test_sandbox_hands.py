"""What people do by hand, and what the app hears of it: channels, messages, people, shortcuts."""

import pytest

from incident.slack import sandbox

CHANNEL_EVENTS = tuple(
    f"{kind}_{what}"
    for kind in ("channel", "group")
    for what in ("rename", "archive", "unarchive", "deleted")
)
MEMBERS = ("member_joined_channel", "member_left_channel", "channel_left", "group_left")


def heard(town):
    """The events that reached the app, each signed."""
    assert town.control("wait", {"seconds": 5})["quiet"]
    assert all(one["valid"] for one in town.stand_in.received)
    return [one["event"] for one in town.stand_in.received]


@pytest.mark.parametrize(("private", "prefix"), [(False, "channel"), (True, "group")])
def test_a_channel_changed_by_hand_is_told_under_the_name_of_its_kind(build, private, prefix):
    town = build(subscriptions=CHANNEL_EVENTS)
    channel = town.client().conversations_create(name="inc-1", is_private=private)["channel"]["id"]
    town.client().conversations_invite(channel=channel, users="U0BOB")
    here = {"user": "U0BOB", "channel": channel}
    town.control("rename", {**here, "name": "fire-1"})
    for verb in ("archive", "unarchive", "delete"):
        assert town.control(verb, here)["ok"]
    told = heard(town)
    assert [one["type"] for one in told] == [
        f"{prefix}_{what}" for what in ("rename", "archive", "unarchive", "deleted")
    ]
    assert told[0]["channel"]["name"] == "fire-1"
    assert [one.get("user") or one["actor_id"] for one in told[1:]] == ["U0BOB"] * 3
    assert town.refusal("conversations.info", channel=channel)["error"] == "channel_not_found"
    assert town.client().conversations_create(name="fire-1")["ok"]


def test_the_app_hears_who_comes_and_goes_and_that_it_was_removed(build):
    town = build(subscriptions=MEMBERS)
    channel = town.incident_channel("inc-1", "U0BOB")
    here = {"user": "U0BOB", "channel": channel}
    town.control("invite", {**here, "person": "U0LI"})
    town.control("remove", {**here, "person": "U0LI"})
    town.control("remove", {**here, "person": "U0INCIDENTBOT"})
    town.control("invite", {**here, "person": "U0LI"})
    moves = [(one["type"], one.get("user"), one.get("inviter")) for one in heard(town)[1:]]
    assert moves == [
        ("member_joined_channel", "U0LI", "U0BOB"),
        ("member_left_channel", "U0LI", None),
        ("member_left_channel", "U0INCIDENTBOT", None),
        ("channel_left", None, None),
    ]
    assert town.refusal("conversations.setTopic", channel=channel, topic="x")["error"] == "not_in_channel"


def test_a_guest_changes_no_channel(town):
    channel = town.incident_channel("inc-1", "U0GUEST")
    told = town.control("rename", {"user": "U0GUEST", "channel": channel, "name": "mine"})
    assert told["error"] == "user_is_restricted"


def test_messages_changed_and_taken_back_are_told_with_what_they_were(build):
    town = build(subscriptions=["message.channels"])
    channel = town.incident_channel("inc-1", "U0BOB")
    ts = town.control("say", {"user": "U0BOB", "channel": channel, "text": "one"})["message"]["ts"]
    here = {"user": "U0BOB", "channel": channel, "ts": ts}
    town.control("edit", {**here, "text": "two"})
    town.control("take_back", here)
    changed, gone = [one for one in heard(town) if one.get("hidden")]
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert (gone["subtype"], gone["deleted_ts"], gone["previous_message"]["text"]) == (
        "message_deleted",
        ts,
        "two",
    )
    assert town.control("edit", {**here, "user": "U0LI", "text": "x"})["error"] == "message_not_found"


def test_reactions_and_pins_are_told_where_the_app_is_a_member_and_nowhere_else(build):
    town = build(subscriptions=["reaction_added", "reaction_removed", "pin_added", "pin_removed"])
    for channel in ("C0GENERAL", town.incident_channel("inc-1", "U0BOB")):
        ts = town.control("say", {"user": "U0BOB", "channel": channel, "text": "x"})["message"]["ts"]
        for _ in range(2):
            town.control("react", {"user": "U0BOB", "channel": channel, "ts": ts, "name": "pushpin"})
            town.control("pin", {"user": "U0BOB", "channel": channel, "ts": ts})
    told = heard(town)
    assert [one["type"] for one in told] == ["reaction_added", "pin_added", "reaction_removed", "pin_removed"]
    assert (told[0]["reaction"], told[0]["item"]["ts"], told[0]["item_user"]) == ("pushpin", ts, "U0BOB")


def test_an_event_without_its_scope_is_kept_back(build):
    town = build(subscriptions=["reaction_added"], app_scopes=["chat:write", "channels:join"])
    town.client().conversations_join(channel="C0GENERAL")
    ts = town.control("say", {"user": "U0BOB", "channel": "C0GENERAL", "text": "x"})["message"]["ts"]
    town.control("react", {"user": "U0BOB", "channel": "C0GENERAL", "ts": ts, "name": "eyes"})
    assert heard(town) == []


def test_a_mention_and_a_direct_message_reach_the_app(build):
    town = build(subscriptions=["app_mention", "message.im"])
    town.client().conversations_join(channel="C0GENERAL")
    town.control("say", {"user": "U0BOB", "channel": "C0GENERAL", "text": "@incident help"})
    direct = town.client().conversations_open(users="U0BOB")["channel"]["id"]
    town.control("say", {"user": "U0BOB", "channel": direct, "text": "hello"})
    mention, message = heard(town)
    assert (mention["type"], mention["text"]) == ("app_mention", "<@U0INCIDENTBOT> help")
    assert (message["channel_type"], message["text"]) == ("im", "hello")


def test_people_change_while_the_workspace_is_in_use(build):
    town = build(subscriptions=["user_change", "team_join"])
    bob = {"id": "U0BOB", "name": "bob", "real_name": "Bob Chen", "email": "bob@demo.example"}
    town.control("people", {"people": [{**bob, "locale": "zh-CN", "tz": "Europe/Berlin", "deleted": True}]})
    town.control("people", {"people": [{**bob, "id": "U0NEW", "name": "new", "team": "T0OTHER"}]})
    changed, joined = heard(town)
    user = changed["user"]
    assert (changed["type"], user["deleted"], user["locale"], user["tz"]) == (
        "user_change",
        True,
        "zh-CN",
        "Europe/Berlin",
    )
    assert (joined["type"], joined["user"]["team_id"], joined["user"]["is_stranger"]) == (
        "team_join",
        "T0OTHER",
        True,
    )
    again = build()
    assert again.client().users_info(user="U0BOB")["user"]["deleted"]


def test_somebody_of_another_workspace_presses_under_their_own_team(town):
    other = {
        "id": "U0OTHER",
        "name": "eve",
        "real_name": "Eve",
        "email": "eve@other.example",
        "team": "T0OTHER",
    }
    town.control("people", {"people": [other]})
    channel = town.incident_channel("inc-1", "U0BOB")
    assert town.refusal("conversations.invite", channel=channel, users="U0OTHER")["error"] == (
        "no_external_invite_permission"
    )
    town.control("invite", {"user": "U0BOB", "channel": channel, "person": "U0OTHER"})
    town.control("command", {"user": "U0OTHER", "channel": channel, "text": "/incident list"})
    assert town.stand_in.received[-1]["team_id"] == "T0OTHER"


def test_a_message_shortcut_brings_the_message_and_a_place_to_answer(build):
    town = build(shortcuts=[sandbox.Shortcut(kind="message", callback_id="note", name="Add to timeline")])
    ts = town.control("say", {"user": "U0BOB", "channel": "C0GENERAL", "text": "it burns"})["message"]["ts"]
    here = {"user": "U0LI", "callback_id": "note", "channel": "C0GENERAL", "ts": ts}
    assert town.control("shortcut", here)["status"] == 200
    [request] = town.stand_in.received
    assert (request["type"], request["callback_id"], request["user"]["id"]) == (
        "message_action",
        "note",
        "U0LI",
    )
    assert (request["message"]["text"], request["message_ts"]) == ("it burns", ts)
    assert request["trigger_id"] and request["response_url"].startswith(town.url)
    assert town.control("shortcut", {**here, "callback_id": "x"})["error"] == "shortcut_not_found"


def test_a_global_shortcut_brings_a_trigger_and_no_channel(build):
    town = build(shortcuts=[sandbox.Shortcut(kind="global", callback_id="report", name="Report")])
    town.control("shortcut", {"user": "U0LI", "callback_id": "report"})
    [request] = town.stand_in.received
    assert (request["type"], "channel" in request, "response_url" in request) == ("shortcut", False, False)
    view = {"type": "modal", "title": {"type": "plain_text", "text": "Report"}, "blocks": []}
    assert town.client().views_open(trigger_id=request["trigger_id"], view=view)["ok"]


@pytest.mark.parametrize(
    ("kind", "event"), [("revoked", "tokens_revoked"), ("uninstalled", "app_uninstalled")]
)
def test_a_lost_token_is_told_and_refused(build, kind, event):
    town = build(subscriptions=["tokens_revoked", "app_uninstalled"])
    town.control("faults", {"kind": kind})
    assert [one["type"] for one in heard(town)] == [event]
    assert town.refusal("auth.test")["error"] == {"revoked": "token_revoked"}.get(kind, "account_inactive")
