"""An answer that was lost: Slack did it, the connection died, and still it is done exactly once."""

import pytest

from tests.slack import world as worlds

# the call whose answer is lost, for each step
LOST = {
    "page": "chat.postMessage",
    "announce": "chat.postMessage",
    "create_channel": "conversations.create",
    "post_card": "chat.postMessage",
    "invite": "conversations.invite",
    "set_topic": "conversations.setTopic",
    "pin": "pins.add",
    "bookmark": "bookmarks.add",
    "post": "chat.postMessage",
    "update_card": "chat.update",
    "update_announcement": "chat.update",
}


class Losing:
    """Passes orders on, and has the sandbox cut the connection after the first call of one step."""

    def __init__(self, world, step, kind):
        self.world, self.step, self.kind = world, step, kind

    def deliver(self, order):
        if order.step == self.step and order.attempts == 1:
            self.world.fault(self.kind, LOST[order.step], times=1)
        return self.world.channel.deliver(order)


def exactly_once(world, number):
    """Look at the whole workspace: nothing is missing, nothing is there twice."""
    facts = world.facts(number)
    state = world.slack()
    named = [each.get("name") for each in state["channels"]]
    assert sum(1 for name in named if name and name.startswith("inc-")) == 1
    assert named.count("incident-response") == 1
    room = world.room(facts["channel_id"])
    keys = [
        m["metadata"]["event_payload"]["key"]
        for c in state["channels"]
        for m in c["messages"]
        if "metadata" in m
    ]
    assert len(keys) == len(set(keys)) == 4  # alert, announcement, card, and who acknowledged
    assert [pin["message"]["ts"] for pin in room["pins"]] == [facts["card_ts"]]
    assert len(room["bookmarks"]) == 1
    assert sum(1 for m in room["messages"] if m.get("subtype") == "channel_topic") == 1
    joined = [m["user"] for m in room["messages"] if m.get("subtype") == "channel_join"]
    assert sorted(joined) == ["U0ADA", "U0LINA"]
    for place in (facts["channel_id"], facts["announcement_channel"]):
        assert "incident_acknowledge" not in "".join(map(worlds.words_of, world.said(place)))
    assert {each["state"] for each in world.steps(number)} == {"done"}


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
@pytest.mark.parametrize("step", LOST)
def test_a_lost_answer_neither_repeats_a_step_nor_loses_it(world, step, kind):
    losing = Losing(world, step, kind)
    sender = worlds.Sender(world.app, losing, settings=world.settings, fallback=losing)
    number = world.incident()
    world.settle(sender=sender)
    world.act(number, worlds.acts.acknowledge)
    world.settle(sender=sender)
    hit = [each for each in world.steps(number, step) if each["attempts"] == 2]
    assert hit and all(each["uncertain"] for each in hit)
    exactly_once(world, number)
