"""The Web API as the real SDK sees it: tokens, scopes, arguments, channels, messages."""

import concurrent.futures

import pytest
from slack_sdk import errors

from incident.slack.sandbox import calls, table


def test_every_method_of_the_table_has_a_handler_and_no_handler_is_outside_it(town):
    assert calls.registered() == set(table.methods())


def test_the_app_learns_who_it_is(town):
    answer = town.client().auth_test()
    assert (answer["user_id"], answer["bot_id"]) == ("U0INCIDENTBOT", "B0SANDBOX")


@pytest.mark.parametrize(("token", "error"), [(None, "not_authed"), ("xoxb-other", "invalid_auth")])
def test_a_call_without_the_right_token_is_refused(town, token, error):
    with pytest.raises(errors.SlackApiError) as refused:
        town.client(token).auth_test()
    assert refused.value.response["error"] == error


def test_an_unknown_method_is_refused(town):
    assert town.refusal("chat.shout")["error"] == "unknown_method"


def test_an_unknown_argument_is_named(town):
    refusal = town.refusal("conversations.create", name="a", colour="red")
    assert refusal["error"] == "invalid_arguments"
    assert refusal["response_metadata"]["messages"] == ["[ERROR] unknown argument: colour"]


def test_a_missing_argument_is_named(town):
    refusal = town.refusal("conversations.setTopic", channel="C0GENERAL")
    assert refusal["response_metadata"]["messages"] == ["[ERROR] missing required field: topic"]


def test_a_missing_scope_says_what_was_needed(build):
    town = build(app_scopes=["chat:write"])
    refusal = town.refusal("pins.add", channel="C0GENERAL", timestamp="1.0")
    assert (refusal["error"], refusal["needed"], refusal["provided"]) == (
        "missing_scope",
        "pins:write",
        "chat:write",
    )


def test_a_private_channel_needs_the_scope_for_private_channels(build):
    town = build(app_scopes=["channels:manage"])
    assert town.client().conversations_create(name="open")["ok"]
    refusal = town.refusal("conversations.create", name="closed", is_private="1")
    assert (refusal["error"], refusal["needed"]) == ("missing_scope", "groups:write")


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("", "invalid_name_required"),
        ("a" * 81, "invalid_name_maxlength"),
        ("Upper", "invalid_name_specials"),
        ("事件", "invalid_name_specials"),
        ("with space", "invalid_name_specials"),
        ("--", "invalid_name_punctuation"),
    ],
)
def test_a_bad_channel_name_is_refused_by_its_own_code(town, name, error):
    assert town.refusal("conversations.create", name=name)["error"] == error


def test_an_archived_channel_keeps_its_name(town):
    channel = town.incident_channel("inc-1")
    town.client().conversations_archive(channel=channel)
    assert town.refusal("conversations.create", name="inc-1")["error"] == "name_taken"
    assert town.refusal("conversations.archive", channel=channel)["error"] == "already_archived"
    assert town.refusal("chat.postMessage", channel=channel, text="x")["error"] == "is_archived"


def test_eight_threads_creating_one_name_make_one_channel(town):
    def create(_index):
        try:
            return town.client().conversations_create(name="inc-race")["ok"]
        except errors.SlackApiError as refused:
            return refused.response["error"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(create, range(8)))
    assert sorted(map(str, outcomes)) == ["True"] + ["name_taken"] * 7
    assert [one["name"] for one in town.state()["channels"]].count("inc-race") == 1


def test_an_invitation_names_each_person_it_cannot_add_and_adds_nobody(town):
    channel = town.incident_channel()
    refusal = town.refusal(
        "conversations.invite", channel=channel, users="U0LI,U0NOBODY,U0GONE,U0INCIDENTBOT"
    )
    assert refusal["error"] == "user_not_found"
    assert [one["error"] for one in refusal["errors"]] == [
        "user_not_found",
        "user_disabled",
        "cant_invite_self",
    ]
    assert town.channel(channel)["members"] == ["U0INCIDENTBOT"]


def test_force_adds_those_who_can_be_added(town):
    channel = town.incident_channel()
    answer = town.client().conversations_invite(channel=channel, users="U0LI,U0NOBODY", force=True)
    assert [one["user"] for one in answer["errors"]] == ["U0NOBODY"]
    assert "U0LI" in town.channel(channel)["members"]
    assert (
        town.refusal("conversations.invite", channel=channel, users="U0LI")["error"] == "already_in_channel"
    )


def test_more_than_a_hundred_people_cannot_be_invited_at_once(town):
    channel = town.incident_channel()
    refusal = town.refusal(
        "conversations.invite", channel=channel, users=",".join(f"U{n}" for n in range(101))
    )
    assert refusal["error"] == "invalid_arguments"


def test_a_private_channel_is_invisible_to_those_outside(town):
    channel = town.client().conversations_create(name="closed", is_private=True)["channel"]["id"]
    town.client().conversations_leave(channel=channel)
    assert town.refusal("conversations.info", channel=channel)["error"] == "channel_not_found"
    listed = town.client().conversations_list(types="public_channel,private_channel")["channels"]
    assert [one["name"] for one in listed] == ["general"]


def test_posting_outside_needs_its_own_scope(build):
    town = build(app_scopes=["chat:write"])
    assert town.refusal("chat.postMessage", channel="C0GENERAL", text="x")["error"] == "not_in_channel"


def test_a_channel_may_be_named_and_a_person_addressed(town):
    assert town.client().chat_postMessage(channel="#general", text="x")["channel"] == "C0GENERAL"
    direct = town.client().chat_postMessage(channel="U0BOB", text="hello")["channel"]
    assert town.client().conversations_open(users="U0BOB")["channel"]["id"] == direct


def test_a_topic_of_250_characters_is_the_longest(town):
    channel = town.incident_channel()
    assert town.client().conversations_setTopic(channel=channel, topic="题" * 250)["ok"]
    assert town.refusal("conversations.setTopic", channel=channel, topic="x" * 251)["error"] == "too_long"


def test_history_pages_newest_first_and_keeps_metadata_for_those_who_ask(town):
    channel, client = town.incident_channel(), town.client()
    metadata = {"event_type": "delivery", "event_payload": {"key": "k-1"}}
    sent = [client.chat_postMessage(channel=channel, text=str(n), metadata=metadata)["ts"] for n in range(5)]
    assert sent == sorted(set(sent))
    first = client.conversations_history(channel=channel, limit=2)
    assert [one["text"] for one in first["messages"]] == ["4", "3"]
    assert "metadata" not in first["messages"][0]
    cursor = first["response_metadata"]["next_cursor"]
    rest = client.conversations_history(channel=channel, cursor=cursor, include_all_metadata=True)["messages"]
    assert [one["text"] for one in rest] == ["2", "1", "0"]
    assert rest[0]["metadata"] == metadata
    after = client.conversations_history(channel=channel, oldest=sent[3])["messages"]
    assert [one["text"] for one in after] == ["4"]
    upto = client.conversations_history(channel=channel, latest=sent[1], inclusive=True)["messages"]
    assert [one["text"] for one in upto] == ["1", "0"]


def test_only_the_apps_own_messages_can_be_changed(town):
    channel = town.incident_channel("inc-1", "U0BOB")
    theirs = town.control("say", {"user": "U0BOB", "channel": channel, "text": "mine"})["message"]["ts"]
    assert town.refusal("chat.update", channel=channel, ts=theirs, text="x")["error"] == "cant_update_message"
    assert town.refusal("chat.delete", channel=channel, ts=theirs)["error"] == "cant_delete_message"
    assert (
        town.refusal("chat.update", channel=channel, ts="1.000001", text="x")["error"] == "message_not_found"
    )


def test_an_update_keeps_what_it_does_not_name(town):
    channel, client = town.incident_channel(), town.client()
    blocks = [{"type": "divider", "block_id": "line"}]
    ts = client.chat_postMessage(channel=channel, text="before", blocks=blocks)["ts"]
    client.chat_update(channel=channel, ts=ts, text="after")
    [message] = client.conversations_history(channel=channel)["messages"]
    assert (message["text"], message["blocks"], message["edited"]["user"]) == (
        "after",
        blocks,
        "U0INCIDENTBOT",
    )


def test_text_over_forty_thousand_characters_is_cut_with_a_warning(town):
    channel = town.incident_channel()
    answer = town.client().chat_postMessage(channel=channel, text="x" * 40_001)
    assert len(answer["message"]["text"]) == 40_000
    assert answer["warning"] == "message_truncated"


def test_a_reply_stays_out_of_the_main_flow_and_is_counted(town):
    channel, client = town.incident_channel(), town.client()
    parent = client.chat_postMessage(channel=channel, text="parent")["ts"]
    client.chat_postMessage(channel=channel, text="reply", thread_ts=parent)
    [message] = client.conversations_history(channel=channel)["messages"]
    assert (message["text"], message["reply_count"]) == ("parent", 1)
    replies = client.conversations_replies(channel=channel, ts=parent)["messages"]
    assert [one["text"] for one in replies] == ["parent", "reply"]
    assert (
        town.refusal("chat.postMessage", channel=channel, text="x", thread_ts="1.0")["error"]
        == "thread_not_found"
    )


def test_an_ephemeral_message_is_for_a_member_and_in_nobodys_history(town):
    channel, client = town.incident_channel("inc-1", "U0BOB"), town.client()
    client.chat_postEphemeral(channel=channel, user="U0BOB", text="psst")
    assert [(one["for"], one["text"]) for one in town.channel(channel)["ephemeral"]] == [("U0BOB", "psst")]
    assert "psst" not in [one["text"] for one in client.conversations_history(channel=channel)["messages"]]
    refusal = town.refusal("chat.postEphemeral", channel=channel, user="U0LI", text="x")
    assert refusal["error"] == "user_not_in_channel"


def test_a_message_is_pinned_once(town):
    channel, client = town.incident_channel(), town.client()
    ts = client.chat_postMessage(channel=channel, text="card")["ts"]
    client.pins_add(channel=channel, timestamp=ts)
    assert town.refusal("pins.add", channel=channel, timestamp=ts)["error"] == "already_pinned"
    assert [one["message"]["ts"] for one in client.pins_list(channel=channel)["items"]] == [ts]
    client.pins_remove(channel=channel, timestamp=ts)
    assert town.refusal("pins.remove", channel=channel, timestamp=ts)["error"] == "no_pin"


def test_bookmarks_are_added_changed_listed_and_removed(town):
    channel, client = town.incident_channel(), town.client()
    assert (
        town.refusal("bookmarks.add", channel_id=channel, title="t", type="link", link="ftp://x")["error"]
        == "invalid_link"
    )
    mark = client.bookmarks_add(channel_id=channel, title="Board", type="link", link="http://x/1")[
        "bookmark"
    ]["id"]
    client.bookmarks_edit(channel_id=channel, bookmark_id=mark, title="New")
    assert [one["title"] for one in client.bookmarks_list(channel_id=channel)["bookmarks"]] == ["New"]
    client.bookmarks_remove(channel_id=channel, bookmark_id=mark)
    assert client.bookmarks_list(channel_id=channel)["bookmarks"] == []


def test_a_reaction_is_given_once(town):
    channel, client = town.incident_channel(), town.client()
    ts = client.chat_postMessage(channel=channel, text="x")["ts"]
    client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    again = town.refusal("reactions.add", channel=channel, timestamp=ts, name="eyes")
    assert again["error"] == "already_reacted"
    reactions = client.reactions_get(channel=channel, timestamp=ts)["message"]["reactions"]
    assert reactions == [{"name": "eyes", "users": ["U0INCIDENTBOT"], "count": 1}]
    client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    gone = town.refusal("reactions.remove", channel=channel, timestamp=ts, name="eyes")
    assert gone["error"] == "no_reaction"


def test_people_are_found_by_id_and_address(town):
    client = town.client()
    assert client.users_info(user="U0LI", include_locale=True)["user"]["locale"] == "zh-CN"
    assert client.users_lookupByEmail(email="BOB@demo.example")["user"]["id"] == "U0BOB"
    assert town.refusal("users.lookupByEmail", email="gone@demo.example")["error"] == "users_not_found"
    assert town.refusal("users.info", user="U0NOBODY")["error"] == "user_not_found"
    assert {one["id"] for one in client.users_list()["members"]} >= {
        "U0LI",
        "U0BOB",
        "U0GONE",
        "U0INCIDENTBOT",
    }


def test_everything_is_there_after_the_workspace_starts_anew(build):
    first = build()
    channel = first.incident_channel("inc-1", "U0LI")
    ts = first.client().chat_postMessage(channel=channel, text="kept")["ts"]
    second = build()
    [message, *_] = second.client().conversations_history(channel=channel)["messages"]
    assert (message["ts"], message["text"]) == (ts, "kept")
    assert second.state()["counts"]["chat.postMessage"] == {"ok": 1}


def test_eight_threads_posting_give_every_message_its_own_ts(town):
    def post(number):
        return town.client().chat_postMessage(channel="C0GENERAL", text=str(number))["ts"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        stamps = list(pool.map(post, range(80)))
    assert len(set(stamps)) == 80
    assert len(town.channel("C0GENERAL")["messages"]) == 80
