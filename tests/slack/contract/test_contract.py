"""What the product relies on in Slack, asked of the sandbox and, where a token is set, of a real
workspace."""

import time
import urllib.request

import pytest

OPTION = {"text": {"type": "plain_text", "text": "One"}, "value": "1"}


def test_the_app_knows_itself(side):
    told = side.client.auth_test()
    assert {"url", "team", "team_id", "user_id", "bot_id"} <= set(told.data)
    bot = side.client.users_info(user=side.me)["user"]
    assert (bot["is_bot"], bot["deleted"]) == (True, False)
    assert side.client.team_info()["team"]["id"] == told["team_id"]


def test_people_carry_locale_zone_and_address(side):
    user = side.client.users_info(user=side.person, include_locale=True)["user"]
    assert {"locale", "tz", "tz_offset", "team_id", "is_restricted", "is_ultra_restricted"} <= set(user)
    found = side.client.users_lookupByEmail(email=user["profile"]["email"].upper())["user"]
    assert found["id"] == side.person
    assert side.error("users.lookupByEmail", email="nobody@contract.invalid") == "users_not_found"
    assert side.error("users.info", user="U00000000") == "user_not_found"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("a" * 81, "invalid_name_maxlength"),
        ("with space", "invalid_name_specials"),
        ("___", "invalid_name_punctuation"),
    ],
)
def test_a_channel_name_has_its_rules(side, name, error):
    assert side.error("conversations.create", name=name) == error


def test_a_name_is_taken_by_an_archived_channel_too(side):
    channel = side.channel()
    name = side.client.conversations_info(channel=channel)["channel"]["name"]
    assert side.error("conversations.create", name=name) == "name_taken"
    side.client.conversations_archive(channel=channel)
    assert side.error("conversations.create", name=name) == "name_taken"
    assert side.error("conversations.archive", channel=channel) == "already_archived"
    assert side.error("chat.postMessage", channel=channel, text="x") == "is_archived"
    assert side.error("conversations.invite", channel=channel, users=side.person) == "is_archived"


def test_topic_and_purpose_end_at_250_characters(side):
    channel = side.shared()
    told = side.client.conversations_setTopic(channel=channel, topic="题" * 250)
    assert told["channel"]["topic"]["value"] == "题" * 250
    assert side.error("conversations.setTopic", channel=channel, topic="x" * 251) == "too_long"
    assert side.error("conversations.setPurpose", channel=channel, purpose="x" * 251) == "too_long"


def test_invitations_say_why_not(side):
    channel = side.shared()
    assert side.error("conversations.invite", channel=channel, users=side.me) == "cant_invite_self"
    assert side.error("conversations.invite", channel=channel, users="U00000000") == "user_not_found"
    side.client.conversations_invite(channel=channel, users=side.person)
    assert side.error("conversations.invite", channel=channel, users=side.person) == "already_in_channel"
    assert side.person in side.client.conversations_members(channel=channel)["members"]
    side.client.conversations_kick(channel=channel, user=side.person)
    assert side.error("conversations.kick", channel=channel, user=side.person) == "not_in_channel"
    assert side.error("conversations.kick", channel=channel, user=side.me) == "cant_kick_self"


def test_a_channel_left_is_closed_to_the_app(side):
    channel = side.channel()
    side.client.conversations_leave(channel=channel)
    assert side.error("conversations.setTopic", channel=channel, topic="x") == "not_in_channel"
    assert side.client.conversations_leave(channel=channel)["not_in_channel"]
    side.client.conversations_join(channel=channel)
    assert "already_in_channel" in side.client.conversations_join(channel=channel)["warning"]


def test_stamps_grow_and_history_reads_the_newest_first(side):
    stamps = [side.post(str(number)) for number in range(3)]
    assert stamps == sorted(set(stamps))
    read = side.client.conversations_history(channel=side.shared(), oldest=stamps[0], limit=2)
    assert [one["text"] for one in read["messages"]] == ["2", "1"]
    whole = side.client.conversations_history(
        channel=side.shared(), oldest=stamps[0], inclusive=True, limit=9
    )
    assert [one["text"] for one in whole["messages"]] == ["2", "1", "0"]


def test_pages_go_on_by_a_cursor(side):
    stamps = [side.post(f"page {number}") for number in range(3)]
    given = {"channel": side.shared(), "oldest": stamps[0], "inclusive": True, "limit": 2}
    first = side.client.conversations_history(**given)
    assert first["has_more"]
    rest = side.client.conversations_history(**given, cursor=first["response_metadata"]["next_cursor"])
    texts = [one["text"] for one in [*first["messages"], *rest["messages"]]]
    assert texts == ["page 2", "page 1", "page 0"]
    assert side.error("conversations.history", channel=side.shared(), cursor="nonsense") == "invalid_cursor"


def test_metadata_comes_back_to_those_who_ask(side):
    metadata = {"event_type": "contract", "event_payload": {"key": "k1"}}
    ts = side.post(metadata=metadata)
    given = {"channel": side.shared(), "oldest": ts, "inclusive": True, "limit": 1}
    [asked] = side.client.conversations_history(**given, include_all_metadata=True)["messages"]
    [plain] = side.client.conversations_history(**given)["messages"]
    assert asked["metadata"] == metadata
    assert "event_payload" not in plain.get("metadata", {})


def test_a_thread_counts_its_replies(side):
    parent = side.post("parent")
    side.post("reply", thread_ts=parent)
    read = side.client.conversations_replies(channel=side.shared(), ts=parent)["messages"]
    assert [one["text"] for one in read] == ["parent", "reply"]
    assert (read[0]["reply_count"], read[1]["thread_ts"]) == (1, parent)
    assert side.error("conversations.replies", channel=side.shared(), ts="1.000001") == "thread_not_found"


def test_a_message_is_changed_and_taken_back(side):
    ts = side.post("before")
    side.client.chat_update(channel=side.shared(), ts=ts, text="after")
    given = {"channel": side.shared(), "oldest": ts, "inclusive": True, "limit": 1}
    [message] = side.client.conversations_history(**given)["messages"]
    assert (message["text"], message["edited"]["user"]) == ("after", side.me)
    side.client.chat_delete(channel=side.shared(), ts=ts)
    assert side.error("chat.update", channel=side.shared(), ts=ts, text="x") == "message_not_found"
    assert side.error("chat.delete", channel=side.shared(), ts=ts) == "message_not_found"


def test_nothing_said_is_refused(side):
    assert side.error("chat.postMessage", channel=side.shared()) == "no_text"
    assert side.error("chat.postMessage", channel="C00000000", text="x") == "channel_not_found"


@pytest.mark.parametrize(
    "block",
    [
        {"type": "section"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "actions", "elements": []},
        {"type": "unheard-of"},
    ],
)
def test_blocks_slack_does_not_take(side, block):
    assert side.error("chat.postMessage", channel=side.shared(), text="x", blocks=[block]) == "invalid_blocks"


def test_fifty_blocks_are_the_most(side):
    many = [{"type": "divider"}] * 51
    assert side.error("chat.postMessage", channel=side.shared(), text="x", blocks=many) == "invalid_blocks"
    assert side.client.chat_postMessage(channel=side.shared(), text="x", blocks=many[1:])["ok"]


def test_an_ephemeral_message_needs_a_member(side):
    refused = side.error("chat.postEphemeral", channel=side.channel(), user=side.person, text="x")
    assert refused == "user_not_in_channel"


def test_reactions_pins_and_bookmarks_are_given_once(side):
    ts, channel = side.post(), side.shared()
    side.client.reactions_add(channel=channel, timestamp=ts, name="eyes")
    assert side.error("reactions.add", channel=channel, timestamp=ts, name="eyes") == "already_reacted"
    side.client.reactions_remove(channel=channel, timestamp=ts, name="eyes")
    assert side.error("reactions.remove", channel=channel, timestamp=ts, name="eyes") == "no_reaction"
    side.client.pins_add(channel=channel, timestamp=ts)
    assert side.error("pins.add", channel=channel, timestamp=ts) == "already_pinned"
    assert ts in [one["message"]["ts"] for one in side.client.pins_list(channel=channel)["items"]]
    side.client.pins_remove(channel=channel, timestamp=ts)
    assert side.error("pins.remove", channel=channel, timestamp=ts) in {"no_pin", "not_pinned"}
    link = {"channel_id": channel, "title": "Board", "type": "link"}
    assert side.error("bookmarks.add", **link, link="no address") == "invalid_link"
    mark = side.client.bookmarks_add(**link, link="https://example.com/")["bookmark"]["id"]
    assert mark in [one["id"] for one in side.client.bookmarks_list(channel_id=channel)["bookmarks"]]
    side.client.bookmarks_remove(channel_id=channel, bookmark_id=mark)


def test_a_file_goes_up_in_three_steps_and_comes_down_with_the_token(side):
    file = side.client.files_upload_v2(channel=side.shared(), content="a,b\n1,2\n", filename="a.csv")["file"][
        "id"
    ]
    found = side.client.files_info(file=file)["file"]
    assert (found["name"], found["size"], found["user"]) == ("a.csv", 8, side.me)
    request = urllib.request.Request(found["url_private_download"])
    request.add_header("Authorization", f"Bearer {side.client.token}")
    with urllib.request.urlopen(request) as answer:
        assert answer.read() == b"a,b\n1,2\n"
    assert side.error("files.info", file="F00000000") == "file_not_found"
    side.client.files_delete(file=file)


def test_messages_for_later_have_their_bounds(side):
    channel, now = side.shared(), int(time.time())
    assert (
        side.error("chat.scheduleMessage", channel=channel, text="x", post_at=str(now - 60)) == "time_in_past"
    )
    far = str(now + 130 * 86_400)
    assert side.error("chat.scheduleMessage", channel=channel, text="x", post_at=far) == "time_too_far"
    made = side.client.chat_scheduleMessage(channel=channel, text="x", post_at=now + 3600)[
        "scheduled_message_id"
    ]
    listed = side.client.chat_scheduledMessages_list(channel=channel)["scheduled_messages"]
    assert made in [one["id"] for one in listed]
    side.client.chat_deleteScheduledMessage(channel=channel, scheduled_message_id=made)


def test_a_direct_message_is_opened_once(side):
    first = side.client.conversations_open(users=side.person)["channel"]["id"]
    assert side.client.conversations_open(users=side.person)["channel"]["id"] == first
    assert side.error("conversations.open", users="U00000000") == "user_not_found"


def test_a_link_to_a_message_names_it(side):
    ts = side.post()
    link = side.client.chat_getPermalink(channel=side.shared(), message_ts=ts)["permalink"]
    assert link.endswith(f"/archives/{side.shared()}/p{ts.replace('.', '')}")


def test_a_view_needs_a_trigger_and_the_home_tab_a_person(side):
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": []}
    assert side.error("views.open", trigger_id="1.2.nothing", view=modal) == "invalid_trigger_id"
    long = {**modal, "title": {"type": "plain_text", "text": "x" * 25}}
    assert side.error("views.open", trigger_id="1.2.nothing", view=long) == "invalid_arguments"
    home = side.client.views_publish(user_id=side.person, view={"type": "home", "blocks": []})["view"]
    assert (
        side.error("views.publish", user_id=side.person, view={"type": "home", "blocks": []}, hash="0.stale")
        == "hash_conflict"
    )
    assert home["type"] == "home"


def test_a_token_is_needed_and_a_method_must_exist(side):
    assert side.error("chat.shout", text="x") == "unknown_method"
    other = type(side)(type(side.client)("xoxb-wrong", base_url=side.client.base_url), "", "")
    assert other.error("auth.test") == "invalid_auth"
