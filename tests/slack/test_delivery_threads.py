"""The sender at work: threads that share the outbox, wake at once, say that they live and stop when told."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from incident import clock
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.models.alerts import DeliveryState
from incident.models.ground import Heartbeat
from tests.slack import world as worlds


class Noting:
    """A channel that notes what it is given, and may wait in the middle."""

    def __init__(self, needed=0):
        self.keys, self.enough, self.needed = [], threading.Event(), needed
        self._lock = threading.Lock()

    def deliver(self, order):
        with self._lock:
            self.keys += [mark.partition("@")[0] for mark in (order.mark, *order.marks)]
            if len(self.keys) >= self.needed:
                self.enough.set()
        return {"channel": "C1", "name": "c", "ts": "1.1"}


@pytest.fixture
def running(world):
    """Starts senders and stops them at the end."""
    senders = []

    def start(channel, *, more=None, **options):
        sender = worlds.Sender(world.app, channel, settings=world.settings, fallback=channel, **(more or {}))
        senders.append(sender)
        sender.start(**options)
        return sender

    yield start
    for sender in senders:
        sender.stop()


def pages(world, number, count):
    """Write many alerts to Ada at once."""
    with world.app.app_context(), unit_of_work():
        id_, at = world.row(number).id, clock.now()
        outbox.enqueue_rows(
            [outbox.row(id_, "page", at=at, key=f"x{n}", person_id=1, rung=1) for n in range(count)]
        )


def test_many_senders_take_each_delivery_once(world, running):
    number = world.incident()
    pages(world, number, 60)
    channel = Noting(needed=61 + len(outbox.OPENING))
    for _ in range(2):
        running(channel)
    assert channel.enough.wait(60)
    assert len(channel.keys) == len(set(channel.keys))


def test_a_sender_that_is_woken_does_not_wait_for_its_next_look(world, running):
    number = world.incident()
    world.settle()
    channel = Noting(needed=1)
    sender = running(channel, more={"poll_seconds": 300.0})
    pages(world, number, 1)
    sender.wake()
    assert channel.enough.wait(15)


def test_the_sender_says_that_it_lives(world):
    world.sender.tidy()
    with world.app.app_context():
        [beat] = db.session.scalars(select(Heartbeat).where(Heartbeat.name == "delivery"))
        assert clock.now() - beat.at < timedelta(seconds=30)


def test_a_sender_alone_takes_over_at_once_what_a_dead_one_held(world, running):
    world.incident()
    with world.app.app_context(), unit_of_work():
        [taken] = outbox.claim(at=clock.now(), who="dead", lease=timedelta(hours=1))
    channel = Noting(needed=1 + len(outbox.OPENING))
    running(channel, alone=True)
    assert channel.enough.wait(30)
    assert taken.key in channel.keys


def test_a_sender_whose_lease_was_lost_notes_nothing(world):
    number = world.incident()

    class Slow:
        def deliver(self, order):
            with world.app.app_context(), unit_of_work():
                at = clock.now() + timedelta(hours=1)
                outbox.claim(at=at, who="other", lease=timedelta(hours=1))
            return {"channel": "D1", "ts": "1.1"}

    slow = Slow()
    worlds.Sender(world.app, slow, settings=world.settings, fallback=slow).run_once()
    [page] = world.steps(number, "page")
    assert (page["state"], page["claimed_by"], page["uncertain"]) == (DeliveryState.SENDING, "other", True)


def test_a_step_that_waited_by_mistake_is_freed(world):
    number = world.incident()
    world.settle()
    with world.app.app_context(), unit_of_work():
        row = outbox.row(world.row(number).id, "post", at=clock.now(), key="late", said="closed", name="Ada")
        outbox.enqueue_rows([row])
    assert world.steps(number, "post")[0]["state"] == "waiting"
    world.sender.tidy()
    world.settle()
    assert world.steps(number, "post")[0]["state"] == "done"


def test_a_card_that_was_overtaken_by_a_change_is_drawn_again(world):
    number = world.incident()
    world.settle()

    class Meanwhile:
        """Somebody moves the incident on while the card is on its way."""

        def deliver(self, order):
            if order.step == "update_card" and order.incident.stage == "intake":
                world.act(number, worlds.acts.move, to="verify")
            return world.channel.deliver(order)

    world.act(number, worlds.acts.acknowledge)
    between = Meanwhile()
    world.settle(sender=worlds.Sender(world.app, between, settings=world.settings, fallback=between))
    card = world.said(world.facts(number)["channel_id"])[0]
    assert "Verify" in worlds.words_of(card)
