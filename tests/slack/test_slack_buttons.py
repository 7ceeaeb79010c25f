"""Buttons and the form, pressed and filled in by people in the sandbox."""

import json

import pytest

from incident.lifecycle import acts
from tests.slack import world as worlds

BUTTON = "incident_acknowledge"


def press(world, channel, ts, *, user="U0ADA", action=BUTTON):
    answer = world.control("press", {"user": user, "channel": channel, "ts": ts, "action_id": action})
    assert (answer["sent"], answer["status"]) == (True, 200)


def whispers(world, channel):
    return json.dumps(world.room(channel)["ephemeral"], ensure_ascii=False)


def drawn(message):
    """The blocks without the ids that Slack gives them anew."""
    return [
        {name: value for name, value in block.items() if name != "block_id"} for block in message["blocks"]
    ]


def alert(world, user="U0ADA"):
    """(channel, message) of the alert somebody got."""
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and user in room["members"]:
            return room["id"], room["messages"][-1]
    raise AssertionError("no alert")


def test_the_button_of_an_alert_acknowledges_and_is_replaced_at_once(world):
    number = world.incident()
    world.settle()
    channel, page = alert(world)
    press(world, channel, page["ts"])
    assert world.facts(number)["acknowledged_by_id"] is not None
    shown = worlds.words_of(alert(world)[1])  # before the outbox has sent anything
    assert BUTTON not in shown and "Acknowledged by Ada" in shown


@pytest.mark.parametrize("where", ["channel_id", "announcement_channel"])
def test_the_button_of_card_and_announcement_does_the_same_in_place(world, where):
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    ts = facts["card_ts" if where == "channel_id" else "announcement_ts"]
    press(world, facts[where], ts)
    [shown] = [each for each in world.said(facts[where]) if each["ts"] == ts]
    assert BUTTON not in worlds.words_of(shown) and "Acknowledged by Ada" in worlds.words_of(shown)
    world.settle()
    [again] = [each for each in world.said(facts[where]) if each["ts"] == ts]
    assert drawn(again) == drawn(shown)


def test_whoever_presses_second_is_told_who_was_first(world):
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    world.act(number, acts.acknowledge, who="李娜")
    press(world, facts["channel_id"], facts["card_ts"])
    assert "李娜" in whispers(world, facts["channel_id"])
    assert world.facts(number)["acknowledged_at"] is not None


def test_a_press_by_somebody_unknown_is_explained_to_them_alone(world):
    stranger = {"id": "U0STRANGE", "name": "s", "real_name": "S", "email": "s@example.test"}
    world.control("people", {"people": [stranger]})
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    press(world, facts["announcement_channel"], facts["announcement_ts"], user="U0STRANGE")
    assert "U0STRANGE" in whispers(world, facts["announcement_channel"])
    assert world.facts(number)["acknowledged_at"] is None


def test_the_act_stands_although_slack_does_not_take_the_answer(world):
    number = world.incident()
    world.settle()
    channel, page = alert(world)
    payload = {
        "type": "block_actions",
        "user": {"id": "U0ADA"},
        "team": {"id": "T1"},
        "trigger_id": "T.9",
        "actions": [{"type": "button", "action_id": BUTTON, "block_id": "b", "value": number}],
        "container": {"type": "message", "channel_id": channel, "message_ts": page["ts"]},
        "response_url": "http://127.0.0.1:9/gone",
    }
    assert world.signed({"payload": json.dumps(payload)}).status_code == 200
    assert world.facts(number)["acknowledged_by_id"] is not None
    world.settle()
    assert BUTTON not in worlds.words_of(alert(world)[1])


def test_opening_the_board_by_its_button_is_taken_without_a_word(world):
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    press(world, facts["channel_id"], facts["card_ts"], action="incident_open")
    assert world.room(facts["channel_id"])["ephemeral"] == []


def form(world, text="open", user="U0ADA"):
    """Open the form and return its view."""
    world.command(text, user=user)
    return world.slack()["views"][-1]


def submit(world, view, user="U0ADA", **values):
    return world.control("submit", {"user": user, "view_id": view["id"], "values": values})


def test_the_form_declares_an_incident_and_says_its_number(world):
    view = form(world, "open agent shouted")
    values = {"complaint_type": "service_attitude", "level": "2", "affected_customers": "3"}
    answer = submit(world, view, **{name: {"value": value} for name, value in values.items()})
    assert (answer["status"], answer["outcome"]) == (200, "update")
    [number] = world.numbers()
    assert number in json.dumps(world.slack()["views"][-1])
    facts = world.facts(number)
    assert (facts["complaint_type"], facts["level"], facts["affected_customers"]) == (
        "service_attitude",
        2,
        3,
    )
    assert ("note", {"text": "agent shouted"}) in world.told(number)
    world.settle()
    assert world.facts(number)["card_ts"]


def test_the_form_is_in_the_language_of_the_reader(world):
    words = json.dumps(form(world, "上报 客户来电", user="U0LINA"), ensure_ascii=False)
    assert "催收方式不当" in words and "客户来电" in words
    assert "Improper collection" in json.dumps(form(world))


def test_what_is_wrong_in_the_form_stands_at_its_input(world):
    view = form(world)
    answer = submit(world, view, complaint_type={"value": "fee_dispute"}, summary={"value": "   "})
    assert (answer["status"], answer["outcome"]) == (200, "errors")
    assert set(world.slack()["views"][-1]["errors"]) == {"summary"}
    assert world.numbers() == []


def test_the_button_of_the_menu_opens_the_form(world):
    shown = world.command("")["shown"]
    press(world, "C0GENERAL", shown["ts"], action="say_0")
    assert world.slack()["views"][-1]["callback_id"] == "incident_declare"


def test_a_form_that_slack_does_not_open_is_said_not_to_open(world):
    world.fault("error:expired_trigger_id", "views.open", times=1)
    answer = json.dumps(world.command("open")["shown"], ensure_ascii=False)
    assert "could not be opened" in answer and "expired_trigger_id" in answer


def test_somebody_who_may_not_declare_gets_no_form(world):
    world.person(name="Otto", slack_id="U0OTTO", role="auditor", locale="en")
    assert "Otto may not do this" in json.dumps(world.command("open", user="U0OTTO")["shown"])
    assert world.slack()["views"] == []
