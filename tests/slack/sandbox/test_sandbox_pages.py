"""The pages: what each person sees, in their language, and acts by ordinary forms."""

import re

import pytest

from incident.slack.sandbox import trying, words


def plain(text):
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
CONFIRM = {
    "title": plain("Sure?"),
    "text": plain("It stops."),
    "confirm": plain("Stop it"),
    "deny": plain("Keep"),
}
CARD = [
    {"type": "header", "block_id": "h", "text": plain("INC-2026-000042")},
    {"type": "section", "block_id": "s", "text": {"type": "mrkdwn", "text": "*Level* Ⅱ for <@U0LI>"}},
    {
        "type": "actions",
        "block_id": "act",
        "elements": [
            {"type": "button", "action_id": "ack", "text": plain("Acknowledge"), "style": "primary"},
            {"type": "button", "action_id": "stop", "text": plain("Stop"), "confirm": CONFIRM},
            {"type": "static_select", "action_id": "level", "options": OPTIONS},
        ],
    },
]


def see(browser, path, **more):
    return browser.get(path, **more).get_data(as_text=True)


def test_everybody_who_is_active_can_be_picked(town, browser):
    page = see(browser, "/")
    assert ["李娜" in page, "Bob Chen" in page, "Gone" in page] == [True, True, False]


def test_somebody_is_added_and_changed_on_the_page(town, browser):
    eve = {
        "name": "eve",
        "real_name": "Eve",
        "email": "eve@x.example",
        "locale": "en-US",
        "tz": "Europe/London",
    }
    browser.post("/people", data={**eve, "kind": "stranger"})
    found = next(one for one in town.client().users_list()["members"] if one["name"] == "eve")
    assert (found["is_stranger"], found["tz"]) == (True, "Europe/London")
    browser.post("/people", data={**eve, "kind": "gone"})
    assert town.client().users_info(user=found["id"])["user"]["deleted"]
    assert browser.post("/people", data={**eve, "name": " "}).status_code == 400


def test_each_person_reads_the_pages_in_their_language_unless_another_is_asked_for(town, browser):
    assert 'lang="zh-CN"' in see(browser, "/as/U0LI/") and "频道" in see(browser, "/as/U0LI/")
    assert 'lang="en"' in see(browser, "/as/U0BOB/")
    english = see(browser, "/as/U0LI/c/C0GENERAL?lang=en")
    assert "Channels" in english and "频道" not in english
    assert "/as/U0LI/home?lang=en" in english


def test_every_word_used_in_a_template_is_in_the_dictionary(town):
    used = set()
    for name in town.app.jinja_env.list_templates():
        source, _, _ = town.app.jinja_env.loader.get_source(town.app.jinja_env, name)
        used |= set(re.findall(r"""say\(["'](\w+)["']""", source))
    # words that are put together of two parts
    used = used - {"event_", "fault_", "kind_", "person_"} | {f"fault_{kind}" for kind, _ in trying.KINDS}
    used |= {f"event_{state}" for state in ("waiting", "delivered", "given_up")}
    assert len(used) > 30
    assert used <= words.keys()


def test_a_card_is_drawn_with_its_buttons_and_menu(town, browser):
    town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)
    page = see(browser, "/as/U0BOB/c/C0GENERAL")
    assert "<strong>Level</strong> Ⅱ for" in page and "@李娜" in page
    assert re.search(r'<button[^>]*class="primary"[^>]*value="act:ack"[^>]*>Acknowledge</button>', page)
    assert '<option value="2">Two</option>' in page


def test_a_button_on_the_page_reaches_the_app(town, browser):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    answer = browser.post("/as/U0BOB/c/C0GENERAL/press", data={"ts": ts, "press": "act:ack"})
    assert (answer.status_code, answer.location) == (303, "/as/U0BOB/c/C0GENERAL")
    [request] = town.stand_in.received
    assert (request["actions"][0]["action_id"], request["user"]["id"]) == ("ack", "U0BOB")


def test_a_button_with_a_confirmation_asks_first(town, browser):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    asked = browser.post("/as/U0BOB/c/C0GENERAL/press", data={"ts": ts, "press": "act:stop"})
    assert 'role="alertdialog"' in asked.text and "It stops." in asked.text
    assert town.stand_in.received == []
    browser.post("/as/U0BOB/c/C0GENERAL/press", data={"ts": ts, "press": "act:stop", "confirmed": "1"})
    assert town.stand_in.received[0]["actions"][0]["action_id"] == "stop"


def test_a_menu_on_the_page_sends_the_choice(town, browser):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    form = {"ts": ts, "press": "act:level", "v:act:level": "2"}
    browser.post("/as/U0BOB/c/C0GENERAL/press", data=form)
    assert town.stand_in.received[0]["actions"][0]["selected_option"]["value"] == "2"


def test_a_press_brings_what_else_was_chosen_on_the_message(town, browser):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    form = {"ts": ts, "press": "act:ack", "v:act:level": "2"}
    browser.post("/as/U0BOB/c/C0GENERAL/press", data=form)
    chosen = town.stand_in.received[0]["state"]["values"]["act"]["level"]["selected_option"]
    assert chosen["value"] == "2"


def test_an_app_that_fails_a_press_is_reported_on_the_page(town, browser):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    town.stand_in.answer = lambda _: ("no", 500)
    page = browser.post(
        "/as/U0BOB/c/C0GENERAL/press", data={"ts": ts, "press": "act:ack"}, follow_redirects=True
    ).text
    assert "The app did not take that (HTTP 500)." in page


def test_an_ephemeral_message_is_seen_by_its_person_alone(town, browser):
    town.client().conversations_join(channel="C0GENERAL")
    town.client().chat_postEphemeral(channel="C0GENERAL", user="U0LI", text="psst")
    assert "psst" in see(browser, "/as/U0LI/c/C0GENERAL")
    assert "psst" not in see(browser, "/as/U0BOB/c/C0GENERAL")
    ts = town.channel("C0GENERAL")["ephemeral"][0]["ts"]
    assert browser.post("/as/U0BOB/c/C0GENERAL/dismiss", data={"ts": ts}).status_code == 404
    browser.post("/as/U0LI/c/C0GENERAL/dismiss", data={"ts": ts})
    assert "psst" not in see(browser, "/as/U0LI/c/C0GENERAL")


def test_a_private_channel_is_on_nobody_elses_page(town, browser):
    closed = town.client().conversations_create(name="closed-room", is_private=True)["channel"]["id"]
    town.client().conversations_invite(channel=closed, users="U0LI")
    assert "closed-room" in see(browser, "/as/U0LI/")
    assert "closed-room" not in see(browser, "/as/U0BOB/")
    assert browser.get(f"/as/U0BOB/c/{closed}").status_code == 404


def test_unread_messages_are_counted_until_the_channel_is_looked_at(town, browser):
    town.client().chat_postMessage(channel="C0GENERAL", text="new")
    assert '<span class="count">1' in see(browser, "/as/U0BOB/")
    see(browser, "/as/U0BOB/c/C0GENERAL")
    assert '<span class="count">' not in see(browser, "/as/U0BOB/")


def test_a_typed_message_and_a_reply_are_shown_escaped(town, browser):
    browser.post("/as/U0BOB/c/C0GENERAL/say", data={"text": "<script>alert(1)</script> & *so*"})
    ts = town.channel("C0GENERAL")["messages"][-1]["ts"]
    browser.post("/as/U0LI/c/C0GENERAL/say", data={"text": "a reply", "thread_ts": ts})
    page = see(browser, f"/as/U0LI/c/C0GENERAL?thread={ts}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; <strong>so</strong>" in page
    assert re.search(r'<ol class="thread".*a reply', page, re.DOTALL)


def test_a_channel_can_be_joined_from_its_page(town, browser):
    channel = town.incident_channel("inc-1")
    assert "Join channel" in see(browser, f"/as/U0BOB/c/{channel}")
    browser.post(f"/as/U0BOB/c/{channel}/join")
    assert "U0BOB" in town.channel(channel)["members"]


def test_pins_bookmarks_and_topic_are_shown(town, browser):
    channel, client = town.incident_channel("inc-1", "U0BOB"), town.client()
    ts = client.chat_postMessage(channel=channel, text="the card")["ts"]
    client.pins_add(channel=channel, timestamp=ts)
    client.bookmarks_add(channel_id=channel, title="Board", type="link", link="https://board.example/1")
    client.conversations_setTopic(channel=channel, topic="verify stage")
    page = see(browser, f"/as/U0BOB/c/{channel}")
    assert 'href="https://board.example/1"' in page and "verify stage" in page
    assert f'<a href="#m{ts}">the card</a>' in page


def test_the_home_tab_shows_what_the_app_published_and_its_buttons_work(town, browser):
    assert "还没有" in see(browser, "/as/U0LI/home") or "尚未" in see(browser, "/as/U0LI/home")
    home = {"type": "home", "blocks": [CARD[2]]}
    view = town.client().views_publish(user_id="U0LI", view=home)["view"]["id"]
    assert "Acknowledge" in see(browser, "/as/U0LI/home")
    browser.post(f"/as/U0LI/views/{view}", data={"press": "act:ack", "back": "home"})
    request = town.stand_in.received[-1]
    assert (request["container"], request["view"]["type"]) == ({"type": "view", "view_id": view}, "home")


def test_a_page_that_asks_again_is_told_when_nothing_is_new(town, browser):
    see(browser, "/as/U0BOB/c/C0GENERAL")
    tag = browser.get("/as/U0BOB/c/C0GENERAL").headers["ETag"]
    again = {"If-None-Match": tag, "X-Live": "1"}
    assert browser.get("/as/U0BOB/c/C0GENERAL", headers=again).status_code == 304
    town.client().chat_postMessage(channel="C0GENERAL", text="news")
    fresh = browser.get("/as/U0BOB/c/C0GENERAL", headers=again)
    assert (fresh.status_code, "news" in fresh.text) == (200, True)


def test_pages_allow_no_script_or_style_but_their_own(town, browser):
    answer = browser.get("/as/U0LI/c/C0GENERAL")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|style=|\son\w+=", answer.text)


def test_a_form_of_another_site_is_refused(town, browser):
    answer = browser.post(
        "/as/U0LI/c/C0GENERAL/say", data={"text": "x"}, headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert town.channel("C0GENERAL")["messages"] == []


@pytest.mark.parametrize("person", ["U0NOBODY", "U0GONE", "U0INCIDENTBOT"])
def test_nobody_else_can_be_impersonated(town, browser, person):
    assert browser.get(f"/as/{person}/").status_code == 404


def test_a_channel_can_be_left_from_its_page(town, browser):
    channel = town.incident_channel("inc-1", "U0BOB")
    assert "Leave" in see(browser, f"/as/U0BOB/c/{channel}")
    browser.post(f"/as/U0BOB/c/{channel}/leave")
    assert "U0BOB" not in town.channel(channel)["members"]


@pytest.mark.parametrize(("choice", "status"), [("2", 303), ("9", 400)])
def test_only_what_a_menu_offers_can_be_chosen(town, browser, choice, status):
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=CARD)["ts"]
    form = {"ts": ts, "press": "act:level", "v:act:level": choice}
    assert browser.post("/as/U0BOB/c/C0GENERAL/press", data=form).status_code == status


def test_speaking_in_an_archived_channel_is_refused_in_words(town, browser):
    channel = town.incident_channel("inc-1", "U0BOB")
    town.client().conversations_archive(channel=channel)
    answer = browser.post(f"/as/U0BOB/c/{channel}/say", data={"text": "x"})
    assert (answer.status_code, "is_archived" in answer.text) == (409, True)
    assert "This channel is archived." in see(browser, f"/as/U0BOB/c/{channel}")


def test_a_long_channel_is_read_back_page_by_page(town, browser):
    for number in range(150):
        town.control("say", {"user": "U0BOB", "channel": "C0GENERAL", "text": f"message-{number:03d}"})
    latest = see(browser, "/as/U0BOB/c/C0GENERAL")
    earlier = see(browser, re.search(r'href="(/as/U0BOB/c/C0GENERAL\?before=[\d.]+)"', latest)[1])
    found = [sorted(set(re.findall(r"message-\d{3}", page))) for page in (earlier, latest)]
    assert [one for page in found for one in page] == [f"message-{number:03d}" for number in range(150)]
    assert "Older messages" not in earlier
