"""Modals on the pages: every kind of input by an ordinary form, kept when it is refused."""


def plain(text):
    return {"type": "plain_text", "text": text}


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]


def an_input(block_id, label, element):
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": {"action_id": "a", **element},
    }


FORM = {
    "type": "modal",
    "title": plain("Form"),
    "submit": plain("Save"),
    "blocks": [
        an_input("text", "Text", {"type": "plain_text_input", "multiline": True}),
        an_input("one", "One of", {"type": "static_select", "options": OPTIONS}),
        an_input("radio", "Radio", {"type": "radio_buttons", "options": OPTIONS}),
        an_input("ticks", "Ticks", {"type": "checkboxes", "options": OPTIONS}),
        an_input("day", "Day", {"type": "datepicker"}),
        an_input("hour", "Hour", {"type": "timepicker"}),
        an_input("moment", "Moment", {"type": "datetimepicker"}),
        an_input("who", "Who", {"type": "users_select"}),
        an_input("several", "Several", {"type": "multi_users_select"}),
        an_input("number", "Number", {"type": "number_input", "is_decimal_allowed": False}),
        an_input("mail", "Mail", {"type": "email_text_input"}),
    ],
}
FILLED = {
    "v:text:a": "line\nline",
    "v:one:a": "2",
    "v:radio:a": "1",
    "v:ticks:a": ["1", "2"],
    "v:day:a": "2026-11-22",
    "v:hour:a": "09:30",
    "v:moment:a": "2026-11-22T08:00",
    "v:who:a": "U0BOB",
    "v:several:a": ["U0BOB", "U0LI"],
    "v:number:a": "42",
    "v:mail:a": "a@b.example",
}


def see(browser, path, **more):
    return browser.get(path, **more).get_data(as_text=True)


def open_form(town, browser):
    town.stand_in.answer = lambda request: (
        (town.client().views_open(trigger_id=request["trigger_id"], view=FORM) and "")
        if request.get("command")
        else ""
    )
    browser.post("/as/U0LI/c/C0GENERAL/say", data={"text": "/incident open"})
    return town.state()["views"][-1]["id"]


def test_a_command_opens_a_modal_on_the_page_and_its_form_sends_every_kind_of_input(town, browser):
    view = open_form(town, browser)
    page = see(browser, "/as/U0LI/c/C0GENERAL")
    assert 'role="dialog"' in page and "inert" in page
    assert 'role="dialog"' not in see(browser, "/as/U0BOB/c/C0GENERAL")
    browser.post(f"/as/U0LI/views/{view}", data={"do": "submit", "back": "C0GENERAL", **FILLED})
    values = town.stand_in.received[-1]["view"]["state"]["values"]
    assert values["text"]["a"]["value"] == "line\nline"
    assert values["one"]["a"]["selected_option"]["value"] == "2"
    assert values["radio"]["a"]["selected_option"]["value"] == "1"
    assert [one["value"] for one in values["ticks"]["a"]["selected_options"]] == ["1", "2"]
    assert (values["day"]["a"]["selected_date"], values["hour"]["a"]["selected_time"]) == (
        "2026-11-22",
        "09:30",
    )
    assert values["moment"]["a"]["selected_date_time"] == 1795305600
    assert values["who"]["a"]["selected_user"] == "U0BOB"
    assert values["several"]["a"]["selected_users"] == ["U0BOB", "U0LI"]
    assert (values["number"]["a"]["value"], values["mail"]["a"]["value"]) == ("42", "a@b.example")
    assert 'role="dialog"' not in see(browser, "/as/U0LI/c/C0GENERAL")


def test_a_modal_that_is_not_complete_keeps_what_was_typed_and_says_what_is_missing(town, browser):
    view = open_form(town, browser)
    data = {"do": "submit", "back": "C0GENERAL", **FILLED, "v:mail:a": "no address", "v:one:a": ""}
    page = browser.post(f"/as/U0LI/views/{view}", data=data, follow_redirects=True).text
    assert "请填写此必填项。" in page and "请输入电子邮件地址。" in page
    assert 'value="no address"' in page and "line\nline" in page
    assert 'value="2026-11-22T08:00"' in page


def test_a_modal_can_be_closed(town, browser):
    view = open_form(town, browser)
    browser.post(f"/as/U0LI/views/{view}", data={"do": "close", "back": "C0GENERAL"})
    assert 'role="dialog"' not in see(browser, "/as/U0LI/c/C0GENERAL")
