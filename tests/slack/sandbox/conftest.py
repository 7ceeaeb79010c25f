"""A sandbox on a real port, the real slack_sdk as its client, and an endpoint that stands in for the app."""

import dataclasses
import json
import logging
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
import slack_sdk
from slack_sdk import errors
from slack_sdk.signature import SignatureVerifier
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import BaseWSGIServer, make_server

from incident.slack import sandbox

LI = sandbox.Persona(id="U0LI", name="li.na", real_name="李娜", email="li.na@demo.example", locale="zh-CN")
BOB = sandbox.Persona(id="U0BOB", name="bob", real_name="Bob Chen", email="bob@demo.example")
GONE = sandbox.Persona(id="U0GONE", name="gone", real_name="Gone", email="gone@demo.example", deleted=True)
GUEST = sandbox.Persona(id="U0GUEST", name="guest", real_name="Guest", email="g@demo.example", is_guest=True)
PEOPLE = (LI, BOB, GONE, GUEST)
SECRET = "sandbox-signing-secret"


@dataclasses.dataclass
class AppStandIn:
    """Takes what Slack sends, checks its signature with the SDK's verifier, answers as the test says."""

    url: str = ""
    received: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    answer: Callable[[dict[str, Any]], Any] = lambda _request: ""
    take_with: Callable[[], Any] | None = None

    def take(self) -> Any:
        if self.take_with is not None:
            return self.take_with()
        body = flask.request.get_data()
        taken = {
            "valid": SignatureVerifier(SECRET).is_valid_request(body, dict(flask.request.headers)),
            "headers": dict(flask.request.headers),
        }
        if flask.request.mimetype == "application/json":
            taken |= json.loads(body)
        else:
            form = dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
            taken |= json.loads(form["payload"]) if "payload" in form else form
        self.received.append(taken)
        return self.answer(taken)


@dataclasses.dataclass
class Town:
    """One running sandbox."""

    url: str
    app: flask.Flask
    stand_in: AppStandIn

    def client(self, token: str | None = "xoxb-sandbox") -> slack_sdk.WebClient:
        return slack_sdk.WebClient(token, base_url=f"{self.url}/api/", retry_handlers=[])

    def control(
        self, path: str, body: dict[str, Any] | None = None, *, method: str = "POST"
    ) -> dict[str, Any]:
        """The JSON the control API answers, refusals too."""
        request = urllib.request.Request(f"{self.url}/control/{path}", method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return json.load(error)

    def state(self) -> dict[str, Any]:
        return self.control("state", method="GET")

    def channel(self, channel: str) -> dict[str, Any]:
        return next(one for one in self.state()["channels"] if one["id"] == channel)

    def refusal(self, method: str, **args: Any) -> dict[str, Any]:
        """The body of a call that must be refused; as JSON where the SDK sends JSON."""
        with pytest.raises(errors.SlackApiError) as refused:
            if {"blocks", "view", "metadata"} & set(args):
                self.client().api_call(method, json=args)
            else:
                self.client().api_call(method, params=args)
        return refused.value.response.data

    def incident_channel(self, name: str = "inc-1", *people: str) -> str:
        """A public channel made by the app, with people in it."""
        client = self.client()
        channel = client.conversations_create(name=name)["channel"]["id"]
        if people:
            client.conversations_invite(channel=channel, users=list(people))
        return channel


@pytest.fixture(autouse=True)
def _quiet_servers() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)


def serve(app: Any) -> tuple[BaseWSGIServer, str]:
    """Serves a WSGI application on a free port; the server and its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server, f"http://127.0.0.1:{server.port}"


def stop(server: BaseWSGIServer) -> None:
    server.shutdown()
    server.server_close()


@pytest.fixture
def stand_in() -> Iterator[AppStandIn]:
    endpoint = AppStandIn()
    app = flask.Flask("stand-in")
    app.add_url_rule("/slack/events", view_func=endpoint.take, methods=["POST"])
    server, url = serve(app)
    endpoint.url = f"{url}/slack/events"
    yield endpoint
    stop(server)


@pytest.fixture
def build(tmp_path: Path, stand_in: AppStandIn) -> Iterator[Callable[..., Town]]:
    """Makes towns mounted at /sandbox; rate limits off unless asked for."""
    made: list[tuple[BaseWSGIServer, flask.Flask]] = []

    def make(**options: Any) -> Town:
        given = {"database": tmp_path / "sandbox.db", "events_url": stand_in.url, "people": PEOPLE}
        app = sandbox.create_sandbox(**{**given, "rate_limits": False, **options})
        server, url = serve(DispatcherMiddleware(flask.Flask("rest"), {"/sandbox": app}))
        made.append((server, app))
        return Town(f"{url}/sandbox", app, stand_in)

    yield make
    for server, app in made:
        stop(server)
        app.extensions["sandbox_sender"].stop()
        app.extensions["sandbox"].store.close()


@pytest.fixture
def town(build: Callable[..., Town]) -> Town:
    return build()


@pytest.fixture
def browser(town):
    """A browser without script, at the pages as mounted."""
    return town.app.test_client()
