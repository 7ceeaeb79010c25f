"""Two sides of one contract: the sandbox always, and a real workspace where a token for one is set.

    SLACK_CONTRACT_TOKEN=xoxb-…  SLACK_CONTRACT_PERSON=U…  pytest tests/slack/contract

The token is a bot's with the scopes of the manifest; the person is a member who may be invited to the
channels made here (they are archived at the end). Without a person the first member found is taken.
"""

import dataclasses
import os
import secrets
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
import slack_sdk
from slack_sdk import errors
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import make_server

from incident.slack import sandbox

TOKEN = os.environ.get("SLACK_CONTRACT_TOKEN", "")
SIDES = ["sandbox", *(["slack"] if TOKEN else [])]
PEOPLE = [
    sandbox.Persona(id="U0ANN", name="ann", real_name="Ann", email="ann@demo.example"),
    sandbox.Persona(id="U0OUT", name="out", real_name="Out", email="out@demo.example"),
]


@dataclasses.dataclass
class Side:
    """One side: its client, who the app is there, a person to invite, and channels that are cleaned up."""

    client: slack_sdk.WebClient
    me: str
    person: str
    made: list[str] = dataclasses.field(default_factory=list)
    common: str = ""

    def channel(self) -> str:
        """A channel of one's own."""
        made = self.client.conversations_create(name=self.name())["channel"]["id"]
        self.made.append(made)
        return str(made)

    def shared(self) -> str:
        """One channel for all tests that need no other: real workspaces count the channels made in a
        minute."""
        self.common = self.common or self.channel()
        return self.common

    def name(self) -> str:
        """A channel name nobody has."""
        return f"contract-{secrets.token_hex(6)}"

    def post(self, text: str = "contract", **more: Any) -> str:
        """A message in the shared channel; its ts."""
        return str(self.client.chat_postMessage(channel=self.shared(), text=text, **more)["ts"])

    def error(self, method: str, **args: Any) -> str:
        """The code with which a call is refused."""
        structured = {"blocks", "view", "metadata", "files"} & set(args)
        with pytest.raises(errors.SlackApiError) as refused:
            self.client.api_call(method, **({"json": args} if structured else {"params": args}))
        return str(refused.value.response["error"])


@pytest.fixture(scope="session", params=SIDES)
def side(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Side]:
    if request.param == "slack":
        yield from _real()
    else:
        yield from _sandbox(tmp_path_factory.mktemp("contract") / "sandbox.db")


def _real() -> Iterator[Side]:
    client = slack_sdk.WebClient(TOKEN, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=5)])
    me = client.auth_test()["user_id"]
    found = Side(client, me, os.environ.get("SLACK_CONTRACT_PERSON") or _somebody(client))
    yield found
    for channel in found.made:
        if not client.conversations_info(channel=channel)["channel"]["is_archived"]:
            client.conversations_archive(channel=channel)


def _somebody(client: slack_sdk.WebClient) -> str:
    members = client.users_list(limit=200)["members"]
    return str(
        next(
            one["id"]
            for one in members
            if not (one["deleted"] or one["is_bot"] or one["id"] == "USLACKBOT" or one.get("is_restricted"))
        )
    )


def _sandbox(database: Path) -> Iterator[Side]:
    box = sandbox.create_sandbox(
        database=database, events_url="http://127.0.0.1:9/", people=PEOPLE, rate_limits=False
    )
    mounted = DispatcherMiddleware(flask.Flask("rest"), {"/sandbox": box})
    server = make_server("127.0.0.1", 0, mounted, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    address = f"http://127.0.0.1:{server.port}/sandbox/api/"
    client = slack_sdk.WebClient("xoxb-sandbox", base_url=address, retry_handlers=[])
    yield Side(client, str(client.auth_test()["user_id"]), "U0ANN")
    server.shutdown()
    server.server_close()
    box.extensions["sandbox_sender"].stop()
    box.extensions["sandbox"].store.close()
