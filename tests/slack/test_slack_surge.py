"""More than anybody can read one by one: what goes first, what goes together, and what Slack allows."""

from datetime import timedelta

import pytest

from incident import clock
from incident.alerting import budgets, outbox
from incident.db import db, unit_of_work
from tests.slack import world as worlds


def test_in_a_surge_alerts_of_one_urgency_go_out_as_one_message_and_the_gravest_first(world):
    numbers = [world.incident() for _ in range(5)] + [world.incident(level=1)]
    world.settle()
    [gravest, digest, *_raised] = [m for m in world.direct("U0ADA") if "metadata" in m]
    assert numbers[-1] in worlds.words_of(gravest)
    assert all(number in worlds.words_of(digest) for number in numbers[:5])
    assert "5 incidents of level Ⅲ" in digest["text"]
    announced = world.said("incident-response")
    assert len(announced) == 2 and numbers[-1] in worlds.words_of(announced[0])
    world.act(numbers[1], worlds.acts.acknowledge, who="李娜")
    world.settle()
    for message in (
        next(m for m in world.direct("U0ADA") if m["ts"] == digest["ts"]),
        next(m for m in world.said("incident-response") if m["ts"] == announced[1]["ts"]),
    ):
        rows = message["blocks"][1:]
        assert [f"*{number}*" in row["text"]["text"] for number, row in zip(numbers, rows, strict=False)] == [
            True
        ] * 5
        asked = [row["accessory"]["action_id"] for row in rows]
        assert asked.count("incident_acknowledge") == 4 and asked[1] == "incident_open"


def test_a_lost_answer_to_a_digest_says_nothing_twice(world):
    numbers = [world.incident() for _ in range(5)]
    world.fault("drop_after", "chat.postMessage", times=1)
    world.settle()
    words = [worlds.words_of(m) for m in world.direct("U0ADA") if "metadata" in m]
    assert [sum(f"*{number}*" in said for said in words) for number in numbers] == [1] * 5
    pages = [world.steps(number, "page")[0] for number in numbers]
    assert {each["state"] for each in pages} == {"done"}
    assert {tuple(each["result"]["bundle"]) for each in pages} == {tuple(p["incident_id"] for p in pages)}


def test_of_one_place_only_one_message_is_on_its_way_and_a_failed_one_keeps_its_place(world):
    number = world.incident()
    world.settle()
    with world.app.app_context(), unit_of_work():
        at, id_ = clock.now(), world.row(number).id
        for word in ("one", "two"):
            outbox.enqueue(id_, "post", at=at, said="acknowledged", name=word)
    world.fault("500", "chat.postMessage", times=1)
    world.sender.run_until_quiet()
    assert not any("two" in worlds.words_of(each) for each in world.said(world.facts(number)["channel_id"]))
    world.settle()
    said = [m["text"] for m in world.said(world.facts(number)["channel_id"]) if "acknowledged" in m["text"]]
    assert [text.split()[1] for text in said] == ["one", "two"]


@pytest.mark.parametrize("rate", [budgets.TIER_2, budgets.TIER_3, budgets.PLACE])
def test_a_budget_lets_a_burst_through_and_then_the_rate(world, rate):
    at = clock.now()
    with world.app.app_context(), unit_of_work():
        taken = []
        for fifth in range(600):
            second, now = fifth / 5, at + timedelta(seconds=fifth / 5)
            for _ in range(40):
                row = db.session.get(budgets.Budget, "key", populate_existing=True)
                if row is not None and row.free_at > now:
                    break
                budgets._spend("key", rate, at=now)
                taken.append(second)
    assert taken.count(0) == rate.burst
    assert abs(len(taken) - rate.burst - 2 * rate.per_minute) <= rate.per_minute / 5
    assert all(len([t for t in taken if s <= t < s + 60]) <= rate.per_minute + rate.burst for s in range(60))


def test_a_surge_within_slacks_limits_arrives_whole_once_and_the_gravest_first(make_world):
    """The limits are on, and two senders share what Slack allows."""
    world = make_world(slack_rate_limits=True)
    world.crew()
    numbers = [world.incident(level=level) for level in (4, 3, 3, 3, 3, 1)]
    senders = [world.make_sender(poll_seconds=0.05) for _ in range(2)]
    for sender in senders:
        sender.start()
    world.until_quiet(seconds=90)
    for sender in senders:
        sender.stop()
    steps = [each for number in numbers for each in world.steps(number)]
    assert {each["state"] for each in steps} == {"done"}
    assert {each["attempts"] for each in steps} == {1}  # a call too many is refused and tried again
    assert told(world, numbers)[0] == numbers[-1] and sorted(told(world, numbers)) == sorted(numbers)
    for channel in world.slack()["channels"]:
        moments = [float(m["ts"]) for m in channel["messages"] if "metadata" in m]
        assert not moments or moments[-1] - moments[0] > (len(moments) - 1) * 1.05 - 0.5


def told(world, numbers):
    """The incidents in the order that the response channel was told of them."""
    room = next((c for c in world.slack()["channels"] if c.get("name") == "incident-response"), None)
    words = [worlds.words_of(m) for m in (room["messages"] if room else []) if "metadata" in m]
    return [number for said in words for number in numbers if number in said]
