"""Requests for approval in Slack: asked of whoever may, answered by button, no word of the customer."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from incident import accounts, clock
from incident.coordination import approvals, options
from incident.coordination.option_words import Wanted
from incident.db import db, unit_of_work
from incident.models.people import Person
from incident.models.resolutions import OptionState, ResolutionOption
from tests.slack import world as worlds
from tests.slack.test_slack_buttons import press, whispers

GRACE = {"name": "Grace", "slack_id": "U0GRACE", "role": "manager", "locale": "zh_CN"}
SECRET = "王小明 13800138000 的违约金"


def proposed(world, number, *, who="李娜", amount="300.00"):
    with world.app.app_context(), unit_of_work():
        by = accounts.actor(db.session.scalar(select(Person).where(Person.name == who)))
        incident, at = world.row(number), clock.now()
        wanted = Wanted(kind="waiver", amount=Decimal(amount), terms=SECRET, valid_until=date(2099, 1, 1))
        option = options.write(incident, wanted, by=by, at=at, calendar=world.house.calendar)
        return options.propose(incident, option, by=by, at=at).id


def state(world, option_id):
    with world.app.app_context():
        return db.session.scalar(select(ResolutionOption.state).where(ResolutionOption.id == option_id))


def request(world, user):
    """(channel, message) of the newest direct message to somebody."""
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and user in room["members"]:
            return room["id"], room["messages"][-1]
    raise AssertionError("no request")


@pytest.fixture
def asked(world):
    """An option for which Ada (commander) and Grace (manager) are asked."""
    world.person(**GRACE)
    number = world.incident()
    option_id = proposed(world, number)
    world.settle()
    return number, option_id


def test_whoever_may_approve_is_asked_with_number_kind_and_amount_only(world, asked):
    number, _option = asked
    _channel, message = request(world, "U0ADA")
    words = worlds.words_of(message)
    assert number in words and "Waiver of fees (300.00 CNY)" in words
    assert "option_approve" in words and "option_refuse" in words
    assert "减免费用" in worlds.words_of(request(world, "U0GRACE")[1])
    everything = worlds.words_of(world.slack())
    assert "王小明" not in everything and "13800138000" not in everything and "违约金" not in everything
    assert not any("option_approve" in worlds.words_of(each) for each in world.direct("U0LINA"))


def test_a_pressed_approve_approves_and_takes_the_buttons_off_everywhere(world, asked):
    _number, option_id = asked
    channel, message = request(world, "U0ADA")
    press(world, channel, message["ts"], action="option_approve")
    assert state(world, option_id) == OptionState.APPROVED
    assert "option_approve" not in worlds.words_of(request(world, "U0ADA")[1])
    world.settle()
    other = worlds.words_of(request(world, "U0GRACE")[1])
    assert "已批准" in other and "option_approve" not in other


def test_whoever_presses_second_is_told_how_it_stands(world, asked):
    _number, option_id = asked
    channel, message = request(world, "U0ADA")
    theirs, late = request(world, "U0GRACE")
    press(world, channel, message["ts"], action="option_approve")
    press(world, theirs, late["ts"], user="U0GRACE", action="option_approve")
    assert "Ada" in whispers(world, theirs)
    assert state(world, option_id) == OptionState.APPROVED


def test_refusing_asks_for_a_reason_first(world, asked):
    _number, option_id = asked
    channel, message = request(world, "U0ADA")
    press(world, channel, message["ts"], action="option_refuse")
    view = world.slack()["views"][-1]
    assert view["private_metadata"] == str(option_id) and state(world, option_id) == OptionState.PROPOSED
    values = {"reason": {"value": "  "}}
    answer = world.control("submit", {"user": "U0ADA", "view_id": view["id"], "values": values})
    assert answer["outcome"] == "errors" and state(world, option_id) == OptionState.PROPOSED
    values = {"reason": {"value": "no basis given"}}
    answer = world.control("submit", {"user": "U0ADA", "view_id": view["id"], "values": values})
    assert answer["status"] == 200 and state(world, option_id) == OptionState.REFUSED
    world.settle()
    assert "Refused" in worlds.words_of(request(world, "U0ADA")[1])


def test_the_first_of_two_is_told_that_a_second_must(world):
    world.person(**GRACE)
    number = world.incident()
    option_id = proposed(world, number, amount="15000.00")
    world.settle()
    channel, message = request(world, "U0ADA")
    press(world, channel, message["ts"], action="option_approve")
    assert state(world, option_id) == OptionState.PROPOSED
    assert "second, different person" in worlds.words_of(request(world, "U0ADA")[1])
    theirs, second = request(world, "U0GRACE")
    press(world, theirs, second["ts"], user="U0GRACE", action="option_approve")
    assert state(world, option_id) == OptionState.APPROVED
    world.settle()
    assert "Approved" in worlds.words_of(request(world, "U0ADA")[1])


def test_a_request_that_was_decided_before_it_went_out_is_not_sent(world):
    number = world.incident()
    option_id = proposed(world, number)
    with world.app.app_context(), unit_of_work():
        ada = accounts.actor(db.session.scalar(select(Person).where(Person.name == "Ada")))
        approvals.approve(*options.locked(option_id), by=ada, at=clock.now())
    world.settle()
    assert [each["state"] for each in world.steps(number, "approval")] == ["skipped"]


def test_a_button_that_names_nothing_is_explained(world, asked):
    channel, message = request(world, "U0ADA")
    for value in ("", "x", "999999"):
        payload = {
            "type": "block_actions",
            "user": {"id": "U0ADA"},
            "actions": [{"action_id": "option_approve", "value": value}],
            "container": {"channel_id": channel, "message_ts": message["ts"]},
            "trigger_id": f"t-{value}",
        }
        assert world.signed({"payload": json.dumps(payload)}).status_code == 200
