"""What a process does that sends, and kills itself with SIGKILL at one point."""

import os
import signal
from pathlib import Path

from incident.alerting.delivery import Sender
from incident.alerting.fallback import FallbackChannel
from incident.slack.channel import SlackChannel
from tests.slack import world


def main(directory: str, port: str, step: str, phase: str) -> None:
    """Send everything until the step reaches the phase."""
    settings = world.settings_for(Path(directory), int(port))
    app = world.sending_app(settings)

    def between(at_step: str, at_phase: str) -> None:
        if (at_step, at_phase) == (step, phase):
            os.kill(os.getpid(), signal.SIGKILL)

    channel, fallback = SlackChannel(settings), FallbackChannel(settings)
    Sender(app, channel, settings=settings, fallback=fallback, between=between).run_until_quiet()
