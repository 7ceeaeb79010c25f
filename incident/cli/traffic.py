"""How senders give way to people at the web: in one process by seeing their requests, in many by pauses."""

import threading
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

# The most a step waits for requests in hand. Four senders still take sixteen steps a second while requests
# never cease, the most urgent first; with pauses between requests they hardly wait at all.
PATIENCE = 0.25  # seconds
SANDBOX = "/sandbox"  # what the senders themselves call must not hold them up


class Traffic:
    """Counts the requests in hand; a WSGI middleware."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self._in_hand = 0
        self._quiet = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, counted while the application works on it."""
        if str(environ.get("PATH_INFO", "")).startswith(SANDBOX):
            return self._app(environ, start_response)
        with self._quiet:
            self._in_hand += 1
        try:
            return self._app(environ, start_response)
        finally:
            with self._quiet:
                self._in_hand -= 1
                if not self._in_hand:
                    self._quiet.notify_all()

    def give_way(self, _took: float) -> None:
        """Wait until no request is in hand, at most PATIENCE."""
        with self._quiet:
            self._quiet.wait_for(self._idle, timeout=PATIENCE)

    def _idle(self) -> bool:
        return not self._in_hand


class Pauses:
    """Courtesy of a delivery process, which cannot see the requests of the web processes.

    After each step a sender rests as long as the step took. On an idle machine that is a few
    milliseconds; on a full one steps take long, and the senders draw back by themselves.
    """

    RATIO = 1  # rests as long as so many steps; three let a backlog wait too long

    def __init__(self) -> None:
        self._never = threading.Event()

    def rest(self, took: float) -> None:
        """Rest after a step that took so many seconds, at most PATIENCE."""
        if took:
            self._never.wait(min(took * self.RATIO, PATIENCE))
