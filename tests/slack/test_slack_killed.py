"""`kill -9` between any two steps: after the restart every step is done exactly once in the sandbox."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from incident import clock
from incident.alerting import outbox
from incident.db import unit_of_work
from tests.slack import once
from tests.slack import world as worlds

ROOT = Path(__file__).resolve().parents[2]
OPENING = ("page", *outbox.OPENING)
AFTERWARDS = ("post", "update_card", "update_announcement")
PHASES = ("before_send", "after_send", "after_note")


def send_and_die(world, step, phase):
    """Send in a process of its own until it kills itself."""
    command = [
        sys.executable,
        "-m",
        "tests.slack.killed",
        str(world.settings.var_dir),
        str(world.settings.port),
    ]
    ended = subprocess.run([*command, step, phase], cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()


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
