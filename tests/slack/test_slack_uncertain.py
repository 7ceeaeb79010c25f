"""An answer that was lost: Slack did it, the connection died, and still it is done exactly once."""

import pytest

from tests.slack import once
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
    once.exactly_once(world, number)
