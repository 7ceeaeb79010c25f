"""Commands, buttons, modals, response_urls and events: signed, over HTTP, as Slack sends them."""

import time

import flask
import pytest
from slack_sdk.webhook import WebhookClient

BUTTONS = [
    {
        "type": "actions",
        "block_id": "card",
        "elements": [
            {
                "type": "button",
                "action_id": "ack",
                "text": {"type": "plain_text", "text": "Acknowledge"},
                "value": "INC-1",
            },
            {
                "type": "static_select",
                "action_id": "level",
                "options": [
                    {"text": {"type": "plain_text", "text": "Ⅰ"}, "value": "1"},
                    {"text": {"type": "plain_text", "text": "Ⅱ"}, "value": "2"},
                ],
            },
        ],
    }
]


def a_modal(title="Note", **more):
    return {
        "type": "modal",
        "callback_id": "note",
        "private_metadata": "INC-1",
        "title": {"type": "plain_text", "text": title},
        "submit": {"type": "plain_text", "text": "Save"},
        "blocks": [
            {
                "type": "input",
                "block_id": "b_text",
                "label": {"type": "plain_text", "text": "Text"},
                "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
            }
        ],
        **more,
    }


def open_modal(town, view=None):
    """Types a command whose answer opens a modal; the modal's id."""

    def answer(request):
        if request.get("command"):
            town.client().views_open(trigger_id=request["trigger_id"], view=view or a_modal())
        return ""

    town.stand_in.answer = answer
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident note"})
    return town.state()["views"][-1]["id"]


def test_a_command_arrives_signed_with_what_slack_sends(town):
    town.stand_in.answer = lambda request: {"text": "Done"}
    told = town.control(
        "command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident role @bob a<b #general"}
    )
    [request] = town.stand_in.received
    assert request["valid"]
    assert (request["command"], request["user_id"], request["channel_name"]) == (
        "/incident",
        "U0LI",
        "general",
    )
    assert request["text"] == "role <@U0BOB|bob> a&lt;b <#C0GENERAL|general>"
    assert told["shown"]["text"] == "Done"
    assert [(one["for"], one["text"]) for one in town.channel("C0GENERAL")["ephemeral"]] == [("U0LI", "Done")]


def test_an_answer_for_the_channel_is_seen_by_everybody(town):
    town.stand_in.answer = lambda request: {"text": "All see", "response_type": "in_channel"}
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})
    assert town.channel("C0GENERAL")["messages"][-1]["text"] == "All see"


def test_a_command_the_app_does_not_have_is_not_sent(town):
    told = town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/deploy now"})
    assert (told["sent"], town.stand_in.received) == (False, [])
    assert told["shown"]["text"] == "/deploy is not a valid command."


def test_an_app_that_fails_is_reported_to_the_person(town):
    town.stand_in.answer = lambda request: ("broken", 500)
    told = town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})
    assert told["shown"]["text"] == '/incident failed with the error "dispatch_failed"'


def test_a_person_outside_a_private_channel_cannot_type_there(town):
    closed = town.client().conversations_create(name="closed", is_private=True)["channel"]["id"]
    told = town.control("command", {"user": "U0LI", "channel": closed, "text": "/incident list"})
    assert (told["ok"], told["error"]) == (False, "channel_not_found")


def test_a_pressed_button_brings_its_message_and_a_trigger(town):
    sent = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=BUTTONS)
    town.control("press", {"user": "U0BOB", "channel": "C0GENERAL", "ts": sent["ts"], "action_id": "ack"})
    [request] = town.stand_in.received
    assert request["valid"]
    assert (request["type"], request["user"]["id"]) == ("block_actions", "U0BOB")
    assert request["message"]["ts"] == sent["ts"]
    [action] = request["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == ("ack", "card", "INC-1")
    assert town.client().views_open(trigger_id=request["trigger_id"], view=a_modal())["view"]["id"]


def test_a_choice_in_a_menu_brings_the_option(town):
    sent = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=BUTTONS)
    press = {"user": "U0BOB", "channel": "C0GENERAL", "ts": sent["ts"], "action_id": "level"}
    town.control("press", {**press, "value": "2"})
    [request] = town.stand_in.received
    assert request["actions"][0]["selected_option"]["value"] == "2"
    assert request["state"]["values"]["card"]["level"]["selected_option"]["value"] == "2"
    assert town.control("press", {**press, "value": "9"})["error"] == "invalid_request"
    assert town.control("press", {**press, "action_id": "nothing"})["error"] == "action_not_found"


def test_a_trigger_opens_one_modal_and_only_for_three_seconds(town):
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident note"})
    trigger = town.stand_in.received[-1]["trigger_id"]
    town.client().views_open(trigger_id=trigger, view=a_modal())
    assert town.refusal("views.open", trigger_id=trigger, view=a_modal())["error"] == "exchanged_trigger_id"
    assert town.refusal("views.open", trigger_id="1.2.x", view=a_modal())["error"] == "invalid_trigger_id"
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident note"})
    late = town.stand_in.received[-1]["trigger_id"]
    with town.app.extensions["sandbox"].store.writing() as db:
        db.execute("UPDATE triggers SET expires_at = expires_at - 3000000")
    assert town.refusal("views.open", trigger_id=late, view=a_modal())["error"] == "expired_trigger_id"


def test_a_submitted_modal_brings_its_values_and_closes(town):
    view = open_modal(town)
    told = town.control("submit", {"user": "U0LI", "view_id": view, "values": {"text": "hello"}})
    request = town.stand_in.received[-1]
    assert (request["type"], request["view"]["callback_id"]) == ("view_submission", "note")
    assert request["view"]["private_metadata"] == "INC-1"
    assert request["view"]["state"]["values"] == {
        "b_text": {"text": {"type": "plain_text_input", "value": "hello"}}
    }
    assert told["outcome"] == "close"
    assert not town.state()["views"][-1]["open"]


@pytest.mark.parametrize(("text", "error"), [("", "required"), ("x" * 21, "too_long")])
def test_what_slacks_client_would_not_accept_is_not_sent(town, text, error):
    view = open_modal(town)
    told = town.control("submit", {"user": "U0LI", "view_id": view, "values": {"b_text": {"text": text}}})
    assert (told["sent"], told["errors"]) == (False, {"b_text": error})
    assert [one for one in town.stand_in.received if one.get("type") == "view_submission"] == []


def test_errors_keep_the_modal_open_beside_its_inputs(town):
    view = open_modal(town)
    town.stand_in.answer = lambda _: {"response_action": "errors", "errors": {"b_text": "Say more"}}
    town.control("submit", {"user": "U0LI", "view_id": view, "values": {"text": "hm"}})
    shown = town.state()["views"][-1]
    assert (shown["open"], shown["errors"]) == (True, {"b_text": {"text": "Say more"}})
    assert shown["state"]["values"]["b_text"]["text"]["value"] == "hm"
    town.stand_in.answer = lambda _: {"response_action": "errors", "errors": {"elsewhere": "?"}}
    assert (
        town.control("submit", {"user": "U0LI", "view_id": view, "values": {"text": "hm"}})["outcome"]
        == "trouble"
    )


def test_a_modal_is_updated_pushed_upon_and_cleared(town):
    view = open_modal(town)
    town.stand_in.answer = lambda _: {"response_action": "update", "view": a_modal("Second")}
    town.control("submit", {"user": "U0LI", "view_id": view, "values": {"text": "a"}})
    assert town.state()["views"][-1]["title"]["text"] == "Second"
    town.stand_in.answer = lambda _: {"response_action": "push", "view": a_modal("Third")}
    town.control("submit", {"user": "U0LI", "view_id": view, "values": {"text": "a"}})
    below, above = town.state()["views"]
    assert (above["previous_view_id"], above["root_view_id"], below["open"]) == (view, view, True)
    town.stand_in.answer = lambda _: {"response_action": "clear"}
    town.control("submit", {"user": "U0LI", "view_id": above["id"], "values": {"text": "a"}})
    assert [one["open"] for one in town.state()["views"]] == [False, False]


def test_closing_tells_the_app_only_if_it_asked(town):
    town.control("close", {"user": "U0LI", "view_id": open_modal(town)})
    assert town.stand_in.received[-1].get("type") != "view_closed"
    town.control("close", {"user": "U0LI", "view_id": open_modal(town, a_modal(notify_on_close=True))})
    assert town.stand_in.received[-1]["type"] == "view_closed"


def test_another_persons_modal_cannot_be_submitted(town):
    view = open_modal(town)
    told = town.control("submit", {"user": "U0BOB", "view_id": view, "values": {"text": "x"}})
    assert told["error"] == "not_found"


def test_an_update_with_an_old_hash_is_refused(town):
    view = open_modal(town)
    refusal = town.refusal("views.update", view_id=view, view=a_modal("New"), hash="1.old")
    assert refusal["error"] == "hash_conflict"
    assert town.client().views_update(view_id=view, view=a_modal("New"))["view"]["title"]["text"] == "New"


def test_a_response_url_answers_five_times(town):
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})
    webhook = WebhookClient(town.stand_in.received[-1]["response_url"])
    statuses = [webhook.send(text=f"answer {n}").status_code for n in range(6)]
    assert statuses == [200] * 5 + [404]
    assert webhook.send(text="late").body == '{"error":"used_url","ok":false}\n'
    assert len(town.channel("C0GENERAL")["ephemeral"]) == 5


def test_a_response_url_replaces_and_removes_the_message_it_came_from(town):
    sent = town.client().chat_postMessage(channel="C0GENERAL", text="card", blocks=BUTTONS)
    town.control("press", {"user": "U0BOB", "channel": "C0GENERAL", "ts": sent["ts"], "action_id": "ack"})
    webhook = WebhookClient(town.stand_in.received[-1]["response_url"])
    webhook.send(text="acknowledged", replace_original=True)
    [message] = town.channel("C0GENERAL")["messages"]
    assert (message["ts"], message["text"], message.get("blocks")) == (sent["ts"], "acknowledged", None)
    webhook.send(text="", delete_original=True)
    assert town.channel("C0GENERAL")["messages"] == []


def test_events_are_sent_only_when_subscribed_to(build):
    town = build(subscriptions=["member_joined_channel", "message.channels"])
    channel = town.incident_channel("inc-1", "U0BOB")
    town.control("say", {"user": "U0BOB", "channel": channel, "text": "hello"})
    town.control("react", {"user": "U0BOB", "channel": channel, "ts": "1.0", "name": "eyes"})
    assert town.control("wait", {"seconds": 5})["quiet"]
    kinds = [(one["event"]["type"], one["event"]["user"]) for one in town.stand_in.received]
    assert kinds == [("member_joined_channel", "U0BOB"), ("message", "U0BOB")]
    assert all(one["valid"] for one in town.stand_in.received)


def test_an_event_the_app_did_not_take_comes_again_three_times(build):
    town = build(subscriptions=["app_home_opened"], retry_delays=(0.0, 0.0, 0.0))
    town.stand_in.answer = lambda _: ("no", 500)
    town.control("home", {"user": "U0LI"})
    assert town.control("wait", {"seconds": 5})["quiet"]
    retries = [
        (one["headers"].get("X-Slack-Retry-Num"), one["headers"].get("X-Slack-Retry-Reason"))
        for one in town.stand_in.received
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]
    assert len({one["event_id"] for one in town.stand_in.received}) == 1
    assert town.state()["events"][0]["state"] == "given_up"


def test_an_app_that_wants_no_retry_gets_none(build):
    town = build(subscriptions=["app_home_opened"], retry_delays=(0.0, 0.0, 0.0))
    town.stand_in.answer = lambda _: flask.Response("no", 500, headers={"X-Slack-No-Retry": "1"})
    town.control("home", {"user": "U0LI"})
    assert town.control("wait", {"seconds": 5})["quiet"]
    assert len(town.stand_in.received) == 1


def test_a_command_that_takes_longer_than_slack_waits_times_out(build):
    town = build(patience=0.2)
    town.stand_in.answer = lambda _: time.sleep(0.4) or "late"
    told = town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})
    assert told["shown"]["text"] == '/incident failed with the error "operation_timeout"'
