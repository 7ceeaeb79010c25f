"""Slack's own framework takes what the sandbox sends: a Bolt app as the product's edge uses it."""

import flask
import pytest
import slack_bolt
import slack_sdk
from slack_bolt.adapter.flask import SlackRequestHandler

MODAL = {
    "type": "modal",
    "callback_id": "note",
    "title": {"type": "plain_text", "text": "Note"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "b",
            "label": {"type": "plain_text", "text": "Text"},
            "element": {"type": "plain_text_input", "action_id": "a"},
        }
    ],
}
SECRET = "sandbox-signing-secret"
BUTTON = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Ack"}, "value": "42"}


@pytest.fixture
def bolted(build, stand_in):
    """A town whose app is a Bolt app; what its listeners noted."""
    town = build(subscriptions=["app_home_opened", "reaction_added"])
    client = slack_sdk.WebClient("xoxb-sandbox", base_url=f"{town.url}/api/", retry_handlers=[])
    bolt = slack_bolt.App(
        client=client, signing_secret="sandbox-signing-secret", process_before_response=True
    )
    noted = []

    @bolt.command("/incident")
    def command(ack, command, client, respond):
        noted.append(("command", command["text"]))
        if command["text"] == "note":
            client.views_open(trigger_id=command["trigger_id"], view=MODAL)
            ack()
        elif command["text"] == "later":
            ack()
            respond("later it is")
        else:
            ack({"text": "listed", "blocks": [{"type": "actions", "elements": [BUTTON]}]})

    @bolt.action("ack")
    def action(ack, body, action, respond):
        noted.append(("action", action["value"], body["user"]["id"]))
        ack()
        respond(text="acknowledged", replace_original=True)

    @bolt.view("note")
    def view(ack, view):
        text = view["state"]["values"]["b"]["a"]["value"]
        noted.append(("view", text))
        ack(response_action="errors", errors={"b": "longer"}) if text == "x" else ack()

    @bolt.event("app_home_opened")
    def home(event, client):
        noted.append(("home", event["user"]))
        client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [{"type": "divider"}]})

    @bolt.event("reaction_added")
    def reaction(event):
        noted.append(("reaction", event["reaction"], event["item"]["channel"]))

    handler = SlackRequestHandler(bolt)
    stand_in.take_with = lambda: handler.handle(flask.request)
    return town, noted


def test_bolt_answers_a_command_and_a_press_replaces_the_answer(bolted):
    town, noted = bolted
    shown = town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident list"})[
        "shown"
    ]
    assert shown["text"] == "listed"
    press = {"user": "U0LI", "channel": "C0GENERAL", "ts": shown["ts"], "action_id": "ack"}
    assert town.control("press", press)["status"] == 200
    assert noted == [("command", "list"), ("action", "42", "U0LI")]
    [whisper] = town.channel("C0GENERAL")["ephemeral"]
    assert (whisper["text"], whisper["ts"]) == ("acknowledged", shown["ts"])


def test_bolt_answers_later_through_the_response_url(bolted):
    town, _ = bolted
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident later"})
    assert [one["text"] for one in town.channel("C0GENERAL")["ephemeral"]] == ["later it is"]


def test_bolt_opens_a_modal_refuses_and_then_takes_it(bolted):
    town, noted = bolted
    town.control("command", {"user": "U0LI", "channel": "C0GENERAL", "text": "/incident note"})
    view = town.state()["views"][-1]["id"]
    refused = town.control("submit", {"user": "U0LI", "view_id": view, "values": {"a": "x"}})
    assert (refused["outcome"], town.state()["views"][-1]["errors"]) == ("errors", {"b": {"text": "longer"}})
    assert (
        town.control("submit", {"user": "U0LI", "view_id": view, "values": {"a": "enough"}})["outcome"]
        == "close"
    )
    assert noted[1:] == [("view", "x"), ("view", "enough")]


def test_bolt_takes_events_and_publishes_the_home_tab(bolted):
    town, noted = bolted
    town.control("home", {"user": "U0LI"})
    town.client().conversations_join(channel="C0GENERAL")
    ts = town.client().chat_postMessage(channel="C0GENERAL", text="x")["ts"]
    town.control("react", {"user": "U0LI", "channel": "C0GENERAL", "ts": ts, "name": "eyes"})
    assert town.control("wait", {"seconds": 5})["quiet"]
    assert noted == [("home", "U0LI"), ("reaction", "eyes", "C0GENERAL")]
    assert town.state()["views"][-1]["type"] == "home"
    assert [one["attempts"] for one in town.state()["events"]] == [1, 1]
