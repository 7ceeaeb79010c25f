"""Buttons that somebody else has pressed already, and those that change what they stand on."""

import json
from datetime import timedelta

from sqlalchemy import select, update

from incident import clock
from incident.db import db, unit_of_work
from incident.models.incidents import Task
from incident.models.people import Person
from incident.watches import task_watch
from tests.slack import world as worlds


def direct(world, user):
    """(channel, message) of the latest direct message to somebody."""
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and user in room["members"] and room["messages"]:
            return room["id"], room["messages"][-1]
    raise AssertionError("no message")


def press(world, user, channel, ts, action):
    given = {"user": user, "channel": channel, "ts": ts, "action_id": action}
    assert world.control("press", given)["status"] == 200


def whispers(world, channel):
    return json.dumps(world.room(channel)["ephemeral"], ensure_ascii=False)


def test_a_role_is_accepted_in_the_message_that_offers_it_and_the_offer_is_then_over(world):
    number = world.incident()
    world.settle()
    world.command(f"role {number} give scribe @u0lina the log is up to date")
    world.settle()
    channel, message = direct(world, "U0LINA")
    assert f"role {number} accept scribe" in worlds.words_of(message)
    before = json.loads(json.dumps(message))
    press(world, "U0LINA", channel, message["ts"], "say_0")
    shown = worlds.words_of(direct(world, "U0LINA")[1])
    assert "您现在担任" in shown and "say_0" not in shown
    pressed = {**before["blocks"][-1]["elements"][0], "block_id": before["blocks"][-1]["block_id"]}
    payload = {
        "type": "block_actions",
        "user": {"id": "U0LINA"},
        "team": {"id": "T1"},
        "actions": [{name: pressed[name] for name in ("type", "action_id", "block_id", "value")}],
        "container": {"type": "message", "channel_id": channel, "message_ts": message["ts"]},
        "message": before,
        "trigger_id": "T.old",
    }
    assert world.signed({"payload": json.dumps(payload)}).status_code == 200  # from a message not yet redrawn
    assert sum(kind == "role_taken" for kind, _ in world.told(number)) == 1


def test_a_task_that_somebody_else_has_done_says_with_whom_it_is(world):
    number = world.incident(level=1)
    with world.app.app_context(), unit_of_work():
        at, first = clock.now(), Task.after == []
        ids = list(
            db.session.scalars(select(Task.id).where(Task.incident_id == world.row(number).id, first))
        )[:1]
        people = {each.name: each.id for each in db.session.scalars(select(Person))}
        db.session.execute(update(Task).values(remind_at=None))
        given = {"assignee_id": people["Ada"], "remind_at": at, "due_at": at - timedelta(minutes=5)}
        db.session.execute(update(Task).where(Task.id.in_(ids)).values(**given))
    with world.app.app_context():
        task_watch.sweep(at=clock.now(), house=world.house)
    world.settle()
    channel, message = direct(world, "U0ADA")
    with world.app.app_context(), unit_of_work():
        row = db.session.get_one(Task, ids[0])
        row.status, row.assignee_id, row.done_by = "done", people["李娜"], f"person/{people['李娜']}/李娜"
    press(world, "U0ADA", channel, message["ts"], "task_done")
    assert "李娜" in whispers(world, channel)


def test_an_act_that_is_mistyped_is_answered_with_the_nearest(world):
    number = world.incident()
    for typed, near in (
        ("task {n} dnoe 1", "done"),
        ("role {n} tkae scribe", "take"),
        ("dept {n} COM acept", "accept"),
    ):
        answer = json.dumps(world.command(typed.format(n=number))["shown"], ensure_ascii=False)
        assert f"Did you mean “{near}”?" in answer, answer
