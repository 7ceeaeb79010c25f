"""Socket Mode: Slack speaks over connections that this service opens, and the handlers are those of HTTP.

An envelope is answered once all it asks for is in the database; one that is not answered Slack sends again.
"""

import logging
import threading
from typing import Any

import flask
from flask import Flask
from pydantic import ValidationError
from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode import internals
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from incident import clock
from incident.settings import Settings
from incident.slack import envelopes, receipts

log = logging.getLogger(__name__)
CONNECTIONS, MOST = 2, 10  # Slack takes up to ten; two outlive one being refreshed
LOOK_SECONDS = 1.0  # how often a lost connection is noticed
KINDS = {"events_api": envelopes.EVENTS, "interactive": envelopes.INTERACTIONS}


class Sockets:
    """Keeps several connections to Slack and hands on what comes over them."""

    def __init__(self, app: Flask, settings: Settings, *, connections: int = CONNECTIONS) -> None:
        self._app = app
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        token = settings.slack_app_token.get_secret_value()
        self._clients = [
            SocketModeClient(
                app_token=token,
                web_client=WebClient(base_url=settings.slack_api, retry_handlers=[]),
                concurrency=settings.threads,
                logger=log,
            )
            for _ in range(min(connections, MOST))
        ]
        for client in self._clients:
            client.socket_mode_request_listeners.append(self._take)

    def start(self) -> None:
        """Connect in the background, again and again while Slack is down; returns at once."""
        self._thread = threading.Thread(target=self._keep, name="slack-sockets", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the connections; what is not answered goes to another process."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        closing = [threading.Thread(target=client.close, daemon=True) for client in self._clients]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join(timeout=10)

    def connected(self) -> int:
        """How many connections stand."""
        return sum(client.is_connected() for client in self._clients)

    def _keep(self) -> None:
        while not self._stopping.is_set():
            for client in self._clients:
                self._probe(client)
                if not client.is_connected():
                    self._connect(client)
            self._stopping.wait(LOOK_SECONDS)

    def _probe(self, client: SocketModeClient) -> None:
        """A broken connection is given up at once: the library by itself takes half a minute to."""
        session = client.current_session
        if session is None:
            return
        try:
            session.ping("alive")
        except OSError:
            session.disconnect()

    def _connect(self, client: SocketModeClient) -> None:
        try:
            client.connect_to_new_endpoint()
        except (SlackApiError, SlackClientError, OSError) as lost:
            log.warning("no connection to Slack for Socket Mode: %s", type(lost).__name__)
        except Exception:  # the last handler of this edge: what the library raises must not end the keeping
            log.exception("the connection for Socket Mode failed")

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        """Handle one envelope, once, and answer it; what failed is not answered, and comes again."""
        try:
            with self._app.app_context():
                answer = self._handled(request)
        except Exception:  # the last handler of this edge
            log.exception("an envelope from Slack failed")
            return
        if answer is not None:
            internals.send_response(client, request, answer, clock.now().timestamp())

    def _handled(self, request: SocketModeRequest) -> Any:
        envelope = read(request.type, request.payload)
        repeated = isinstance(envelope, envelopes.EventCallback)
        if isinstance(envelope, envelopes.EventCallback) and envelope.ours:
            return BoltResponse(status=200, body="")
        if envelope is None or not receipts.first(envelope.once, to_finish=repeated):
            return BoltResponse(status=200, body="")
        flask.g.slack = envelope
        bolt = self._app.extensions["slack_handler"].app
        answer = internals.run_bolt_app(bolt, request)
        if answer.status >= 500:
            receipts.forget(envelope.once)
            return None
        if repeated:
            receipts.finish(envelope.once)
        return answer if answer.status == 200 else BoltResponse(status=200, body="")


def read(kind: str, payload: dict[str, Any]) -> envelopes.Envelope | None:
    """The envelope of a payload; None for a kind there is no use for, and for what Slack does not send."""
    try:
        if kind == "slash_commands":
            return envelopes.Command.model_validate(payload)
        model = KINDS.get(kind, {}).get(str(payload.get("type")))
        return model.model_validate(payload) if model else None
    except ValidationError:
        log.warning("an envelope of the kind %s is not what Slack sends", kind)
        return None
