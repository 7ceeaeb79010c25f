"""`kill -9` between any two steps: after the restart every step is done exactly once in the sandbox."""

import multiprocessing
import signal

import pytest

from incident import clock
from incident.alerting import outbox
from incident.db import unit_of_work
from tests.slack import killed, once
from tests.slack import world as worlds

OPENING = ("page", *outbox.OPENING)
AFTERWARDS = ("post", "update_card", "update_announcement")
PHASES = ("before_send", "after_send", "after_note")


def send_and_die(world, step, phase):
    """Send in a process of its own until it kills itself. It is forked from one that has imported everything:
    starting Python anew for each took longer than what it does."""
    forking = multiprocessing.get_context("forkserver")
    forking.set_forkserver_preload([killed.__name__])
    sender = forking.Process(
        target=killed.main, args=(str(world.settings.var_dir), str(world.settings.port), step, phase)
    )
    sender.start()
    sender.join(30)
    assert sender.exitcode == -signal.SIGKILL


def restart(world):
    with world.app.app_context(), unit_of_work():
        outbox.take_over(at=clock.now())
    world.sender = world.make_sender()
    world.settle()


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("step", [*OPENING, *AFTERWARDS])
def test_a_killed_sender_leaves_every_step_done_exactly_once(world, step, phase):
    number = world.incident()
    if step in AFTERWARDS:
        world.settle()
        world.act(number, worlds.acts.acknowledge)
        world.hurry()
    send_and_die(world, step, phase)
    restart(world)
    if step in OPENING:
        world.act(number, worlds.acts.acknowledge)
        world.settle()
    once.exactly_once(world, number)
