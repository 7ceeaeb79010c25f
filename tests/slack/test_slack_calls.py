"""The call to the departments' leads: one step, one message each, by name of their departments."""

import json
from datetime import timedelta

import pytest

from incident import clock, duty
from incident.alerting import outbox
from incident.coordination import departments
from incident.db import db, unit_of_work
from incident.models.people import Person
from tests.slack import world as worlds
from tests.slack.test_slack_departments import ACCEPT, CAI, call_of

EVE = {"name": "Eve", "slack_id": "U0EVE", "role": "responder", "locale": "en"}


@pytest.fixture
def staffed(world):
    """Dee answers the alert; Cai leads collections, Eve the risk and the legal departments."""
    world.person(name="Dee", slack_id="U0DEE", role="commander", locale="en", on_duty="COM")
    world.person(**CAI, on_duty="COL")
    eve = world.person(**EVE, on_duty="RSK")
    with world.app.app_context(), unit_of_work():
        at, person = clock.now(), db.session.get_one(Person, eve)
        span = {"starts_at": at - timedelta(hours=1), "ends_at": at + timedelta(days=7)}
        duty.add_shift(department="LEG", person=person, by=worlds.ADMIN, at=at, **span)
    return world


def calls_to(world, user):
    return [each for each in world.direct(user) if ACCEPT in worlds.words_of(each)]


def buttons(message):
    return [each["accessory"]["value"] for each in message["blocks"] if "accessory" in each]


def test_whoever_leads_two_departments_gets_one_message_and_accepts_each(staffed):
    world = staffed
    number = world.incident("improper_collection")
    world.settle()
    (step,) = world.steps(number, "call_leads")
    assert step["state"] == "done" and not world.steps(number, "line")
    assert len(calls_to(world, "U0CAI")) == 1 and not calls_to(world, "U0DEE")
    (message,) = calls_to(world, "U0EVE")
    assert buttons(message) == [f"{number} LEG RSK", f"{number} RSK LEG"]
    channel, _message = call_of(world, "U0EVE")
    pressed = {"user": "U0EVE", "channel": channel, "ts": message["ts"], "action_id": ACCEPT}
    block = next(each["block_id"] for each in message["blocks"] if each.get("accessory"))
    world.control("press", {**pressed, "block_id": block})
    (redrawn,) = calls_to(world, "U0EVE")
    assert buttons(redrawn) == [f"{number} RSK LEG"] and "Eve accepted for Legal" in worlds.words_of(redrawn)
    world.control("press", pressed)
    assert not calls_to(world, "U0EVE")
    with world.app.app_context():
        states = {each.code: str(each.state) for each in departments.lines(world.row(number).id)}
    assert (states["LEG"], states["RSK"], states["COL"]) == ("accepted", "accepted", "called")


def test_a_lead_without_slack_keeps_nobody_else_from_being_called(staffed):
    world = staffed
    world.person(name="Flo", slack_id=None, role="responder", locale="en", on_duty="HR")
    number = world.incident("improper_collection")
    world.settle()
    (step,) = world.steps(number, "call_leads")
    assert (step["state"], step["error_kind"]) == ("failed", "no_slack_account")
    assert "Flo" in json.dumps(step["result"]) and len(calls_to(world, "U0CAI")) == 1
    with world.app.app_context(), unit_of_work():
        outbox.retry(step["id"], by=worlds.ADMIN, at=clock.now())
    world.settle()
    assert len(calls_to(world, "U0CAI")) == len(calls_to(world, "U0EVE")) == 1


class Losing:
    """Passes orders on; the answer to the first call to a lead is lost."""

    def __init__(self, world):
        self.world = world

    def deliver(self, order):
        if order.step == "call_leads" and order.attempts == 1:
            self.world.fault("drop_after", "chat.postMessage", times=1)
        return self.world.channel.deliver(order)


def test_an_answer_that_was_lost_in_the_middle_calls_nobody_twice(staffed):
    world = staffed
    losing = Losing(world)
    number = world.incident("improper_collection")
    world.settle(sender=worlds.Sender(world.app, losing, settings=world.settings, fallback=losing))
    (step,) = world.steps(number, "call_leads")
    assert (step["state"], step["attempts"], step["uncertain"]) == ("done", 2, True)
    assert len(calls_to(world, "U0CAI")) == len(calls_to(world, "U0EVE")) == 1
