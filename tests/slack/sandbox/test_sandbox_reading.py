"""What the pages offer beside the messages: threads, menus, files, what is new, words while one types."""

import io
import re

import pytest

from incident.slack import sandbox
from incident.slack.sandbox import rich, words
from incident.slack.sandbox import viewer as eyes

SHORTCUTS = (
    sandbox.Shortcut(kind="message", callback_id="note", name="Add to timeline"),
    sandbox.Shortcut(kind="global", callback_id="report", name="Report an emergency"),
)
GENERAL = "/as/U0BOB/c/C0GENERAL"


def see(browser, path, **more):
    return browser.get(path, **more).get_data(as_text=True)


def said(town, text, user="U0BOB"):
    return town.control("say", {"user": user, "channel": "C0GENERAL", "text": text})["message"]["ts"]


@pytest.fixture
def visited(build):
    """A town with shortcuts and words, and a browser without script."""
    town = build(
        shortcuts=SHORTCUTS,
        hints=lambda language: [
            sandbox.Hint(typed="/incident ack", shown="/incident ack [42]", does=f"ack in {language}")
        ],
    )
    return town, town.app.test_client()


def test_the_menus_of_shortcuts_reach_the_app(visited):
    town, browser = visited
    ts = said(town, "it burns")
    page = see(browser, GENERAL)
    assert "Add to timeline" in page and "Report an emergency" in page
    browser.post(f"{GENERAL}/shortcut", data={"ts": ts, "callback_id": "note"})
    browser.post("/as/U0BOB/shortcut", data={"callback_id": "report", "back": "C0GENERAL"})
    kinds = [(one["type"], one["callback_id"]) for one in town.stand_in.received]
    assert kinds == [("message_action", "note"), ("shortcut", "report")]


def test_a_channel_of_the_list_opens_at_its_newest_message_without_script_too(town, browser):
    address = re.search(r'href="(/as/U0BOB/c/C0GENERAL)#end"', see(browser, "/as/U0BOB/"))[1]
    assert '<div id="end"></div>' in see(browser, address)


def test_the_words_of_the_command_are_offered_in_the_readers_language(visited):
    _, browser = visited
    assert re.search(r'data-typed="/incident ack".*ack in en', see(browser, GENERAL), re.DOTALL)
    assert "ack in zh" in see(browser, "/as/U0LI/c/C0GENERAL")


def test_a_thread_stands_beside_the_channel_and_stays_open_after_a_reply(town, browser):
    ts = said(town, "parent")
    form = {"text": "an answer", "thread_ts": ts, "thread": ts}
    answer = browser.post(f"{GENERAL}/say", data=form)
    assert answer.location.endswith(f"C0GENERAL?thread={ts}")
    beside = see(browser, answer.location).partition('<aside id="thread"')[2]
    assert "parent" in beside and "an answer" in beside
    assert "an answer" not in see(browser, GENERAL) and f"thread={ts}" in see(browser, GENERAL)


def test_a_file_is_sent_by_the_form_and_handed_over_to_those_who_see_the_channel(town, browser):
    content = (io.BytesIO(b"<script>1</script>"), "evil.html")
    browser.post(f"{GENERAL}/say", data={"text": "look", "file": content}, content_type="multipart/form-data")
    address = re.search(r'href="(/as/U0BOB/f/F\w+)"', see(browser, GENERAL))[1]
    answer = browser.get(address)
    assert answer.data == b"<script>1</script>"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    closed = town.control("create", {"user": "U0LI", "name": "closed", "private": True})["channel"]
    told = town.control("share", {"user": "U0LI", "channel": closed, "name": "a.png", "content": "x"})
    hidden = told["message"]["files"][0]["id"]
    assert browser.get(f"/as/U0LI/f/{hidden}").mimetype == "image/png"
    assert browser.get(f"/as/U0BOB/f/{hidden}").status_code == 404


def test_what_came_since_the_last_visit_is_marked_until_the_page_is_opened_anew(town, browser):
    see(browser, GENERAL)
    said(town, "seen", user="U0LI")
    page = see(browser, GENERAL)
    assert "news" in page
    since = re.search(r'data-new-after="([\d.]+)"', page)[1]
    assert "news" in see(browser, GENERAL, headers={"X-Live": "1", "X-New-After": since})
    assert "news" not in see(browser, GENERAL)


def test_opening_the_apps_messages_is_told_as_its_tab(build):
    town = build(subscriptions=["app_home_opened"])
    browser = town.app.test_client()
    direct = town.client().conversations_open(users="U0BOB")["channel"]["id"]
    see(browser, f"/as/U0BOB/c/{direct}")
    see(browser, "/as/U0BOB/home")
    see(browser, GENERAL)
    assert town.control("wait", {"seconds": 5})["quiet"]
    tabs = [(one["event"]["tab"], one["event"]["channel"]) for one in town.stand_in.received]
    assert tabs == [("messages", direct), ("home", direct)]


def test_people_who_join_one_after_another_stand_in_one_line(town, browser):
    channel = town.incident_channel("inc-1", "U0LI", "U0BOB", "U0GUEST")
    page = see(browser, f"/as/U0BOB/c/{channel}")
    assert "李娜, Bob Chen, Guest joined the channel" in page


def test_ones_own_message_is_edited_and_taken_back_on_the_page(town, browser):
    ts = said(town, "before @li.na & so")
    assert 'name="text" rows="2">before @li.na &amp; so</textarea>' in see(browser, f"{GENERAL}?edit={ts}")
    browser.post(f"{GENERAL}/edit", data={"ts": ts, "text": "changed"})
    assert "changed" in see(browser, GENERAL)
    browser.post(f"{GENERAL}/take_back", data={"ts": ts})
    assert "changed" not in see(browser, GENERAL)


def test_a_reaction_is_picked_from_all_of_them(town, browser):
    ts = said(town, "x")
    assert 'value="pushpin"' in see(browser, f"{GENERAL}?emoji={ts}").partition('id="dialog"')[2]
    browser.post(f"{GENERAL}/react", data={"ts": ts, "name": "pushpin"})
    assert 'aria-label="pushpin 1"' in see(browser, GENERAL)


def test_a_channel_is_made_and_changed_on_the_pages(town, browser):
    made = browser.post("/as/U0BOB/create", data={"name": "fire", "private": "1"}).location
    channel = made.rpartition("/")[2]
    browser.post(f"{made}/rename", data={"name": "blaze"})
    browser.post(f"{made}/topic", data={"text": "put it out"})
    browser.post(f"{made}/invite", data={"person": "U0LI"})
    page = see(browser, f"/as/U0LI/c/{channel}")
    assert "blaze" in page and "put it out" in page
    assert browser.post(f"{made}/delete").location.endswith("/home")
    assert browser.get(made).status_code == 404
    direct = browser.post("/as/U0BOB/direct", data={"person": "U0LI"}).location
    assert "李娜" in see(browser, direct)


def test_a_second_modal_leads_back_to_the_one_below(town, browser):
    def view(title):
        return {"type": "modal", "title": {"type": "plain_text", "text": title}, "blocks": []}

    town.stand_in.answer = lambda request: (
        town.client().views_open(trigger_id=request["trigger_id"], view=view("First")) and ""
    )
    town.control("command", {"user": "U0BOB", "channel": "C0GENERAL", "text": "/incident"})
    with town.app.extensions["sandbox"].store.writing() as db:
        from incident.slack.sandbox import surfaces

        trigger = surfaces.new_trigger(db, "U0BOB", view=town.state()["views"][0]["id"])
    pushed = town.client().views_push(trigger_id=trigger, view=view("Second"))["view"]["id"]
    assert "Back to First" in see(browser, GENERAL)
    browser.post(f"/as/U0BOB/views/{pushed}", data={"do": "close", "back": "C0GENERAL"})
    assert "First" in see(browser, GENERAL) and "Second" not in see(browser, GENERAL)


def test_rich_text_is_drawn_and_nothing_in_it_is_markup(town):
    block = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "<b>&", "style": {"bold": True}},
                    {"type": "user", "user_id": "U0LI"},
                    {"type": "link", "url": "https://x.example/?a=1&b=2", "text": "here"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "ordered",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "emoji", "name": "white_check_mark"}]}
                ],
            },
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "a < b"}]},
        ],
    }
    assert town.client().chat_postMessage(channel="C0GENERAL", text="x", blocks=[block])["ok"]
    with town.app.extensions["sandbox"].store.reading() as db:
        person = db.execute("SELECT * FROM people WHERE id = 'U0BOB'").fetchone()
        html = str(rich.render(block, eyes.look(db, person, language=None)))
    assert html.startswith("<p><strong>&lt;b&gt;&amp;</strong>")
    assert "@李娜" in html and 'href="https://x.example/?a=1&amp;b=2"' in html
    assert "<li>✅</li>" in html and html.endswith("<pre>a &lt; b</pre>")
    wrong = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text"}]}]}
    assert town.refusal("chat.postMessage", channel="C0GENERAL", text="x", blocks=[wrong])["error"] == (
        "invalid_blocks"
    )


def test_every_word_of_the_pages_stands_in_both_languages():
    for key in sorted(words.keys()):
        said_in = [words.speaker(language)(key, "1", "2") for language in words.LANGUAGES]
        assert all(said_in), key
