"""Socket Mode: the same handlers over connections of our own, each envelope done once and then answered."""

import queue
import threading
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select, update

from incident import clock
from incident.db import unit_of_work
from incident.models.alerts import SlackReceipt
from incident.slack import receipts, sockets
from tests.slack import wire


@pytest.fixture
def slack(world):
    """Slack's end, and two connections of the service to it."""
    end = wire.Wire()
    settings = world.settings.model_copy(update={"slack_app_token": SecretStr("xapp-test")})
    settings.__dict__["slack_api"] = f"http://127.0.0.1:{end.port}/api/"
    running = sockets.Sockets(world.app, settings)
    running.start()
    until(lambda: running.connected() == 2)
    end.running = running
    yield end
    running.stop()
    end.stop()


def until(condition, *, seconds=20):
    end = clock.monotonic() + seconds
    while not condition():
        assert clock.monotonic() < end
        threading.Event().wait(0.02)


def typed(text, number):
    fields = {"command": "/incident", "text": text, "user_id": "U0ADA", "channel_id": "C0GENERAL"}
    payload = {**fields, "trigger_id": f"trigger-{number}", "team_id": "T0SANDBOX"}
    return {"envelope_id": f"e-{number}", "type": "slash_commands", "payload": payload}


def test_what_is_typed_is_answered_over_the_connection_and_done_once(world, slack):
    number = world.incident()
    slack.send(typed(f"ack {number}", 1))
    answer = slack.answers.get(timeout=20)
    assert answer["envelope_id"] == "e-1" and number in str(answer["payload"])
    assert world.facts(number)["acknowledged_by_id"] is not None
    slack.send(typed(f"ack {number}", 1), link=0)  # the same once more, over the other connection
    assert "payload" not in slack.answers.get(timeout=20)
    assert [kind for kind, _data in world.told(number)].count("acknowledged") == 1


def test_a_lost_connection_is_opened_again_and_nonsense_is_only_answered(world, slack):
    slack.cut()
    until(lambda: slack.opened >= 4 and slack.running.connected() == 2)
    slack.send({"envelope_id": "e-2", "type": "interactive", "payload": {"type": "block_actions"}})
    assert slack.answers.get(timeout=20) == {"envelope_id": "e-2"}
    slack.send(typed("help", 3))
    assert "/incident" in str(slack.answers.get(timeout=20)["payload"])


def test_what_fails_is_not_answered_so_that_it_comes_again(world, slack, monkeypatch):
    number = world.incident()
    bolt = world.app.extensions["slack_handler"].app
    monkeypatch.setattr(bolt, "dispatch", lambda request: sockets.BoltResponse(status=500))
    slack.send(typed(f"ack {number}", 4))
    with pytest.raises(queue.Empty):
        slack.answers.get(timeout=1)
    monkeypatch.undo()
    slack.send(typed(f"ack {number}", 4))
    assert slack.answers.get(timeout=20)["envelope_id"] == "e-4"
    assert world.facts(number)["acknowledged_by_id"] is not None


def test_an_event_whose_process_died_is_taken_by_the_next_repeat_and_one_that_was_done_by_none(world):
    with world.app.app_context():
        assert receipts.first("event:Ev1", to_finish=True)
        assert not receipts.first("event:Ev1", to_finish=True)
        with unit_of_work() as session:
            session.execute(update(SlackReceipt).values(at=clock.now() - timedelta(minutes=1)))
        assert receipts.first("event:Ev1", to_finish=True)
        receipts.finish("event:Ev1")
        with unit_of_work() as session:
            session.execute(update(SlackReceipt).values(at=clock.now() - timedelta(minutes=1)))
            assert session.scalar(select(SlackReceipt.done_at)) is not None
        assert not receipts.first("event:Ev1", to_finish=True)


def test_without_a_signing_secret_nothing_is_taken_over_http(world):
    world.app.extensions["settings"] = world.settings.model_copy(update={})
    world.app.extensions["settings"].__dict__["signing_secret"] = ""
    assert world.signed({"command": "/incident", "user_id": "U0ADA", "trigger_id": "t"}).status_code == 401
