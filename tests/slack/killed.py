"""A process that sends, and kills itself with SIGKILL at one point: `killed.py VAR_DIR PORT STEP PHASE`."""

import os
import signal
import sys
from pathlib import Path

from incident.alerting.delivery import Sender
from incident.alerting.fallback import FallbackChannel
from incident.slack.channel import SlackChannel
from tests.slack import world


def main(directory: str, port: str, step: str, phase: str) -> None:
    settings = world.settings_for(Path(directory), int(port))
    app = world.sending_app(settings)

    def between(at_step: str, at_phase: str) -> None:
        if (at_step, at_phase) == (step, phase):
            os.kill(os.getpid(), signal.SIGKILL)

    channel, fallback = SlackChannel(settings), FallbackChannel(settings)
    Sender(app, channel, settings=settings, fallback=fallback, between=between).run_until_quiet()


if __name__ == "__main__":
    main(*sys.argv[1:])
