"""Signed requests from the workspace to the app, as Slack makes them."""

import dataclasses
import hashlib
import hmac
import http.client
import json
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

from incident.slack.sandbox import workspace as workspaces


@dataclasses.dataclass(frozen=True, kw_only=True)
class Answer:
    """What the app answered: `status` 0 with a `trouble` (Slack's word) when nothing usable came."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    trouble: str = ""

    @property
    def ok(self) -> bool:
        """Whether Slack would count the request as taken."""
        return 200 <= self.status < 300

    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> dict[str, Any] | None:
        """The body as a JSON object; None when it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value if isinstance(value, dict) else None


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature. docs.slack.dev/authentication/verifying-requests-from-slack"""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def form(workspace: workspaces.Workspace, fields: Mapping[str, str]) -> Answer:
    """Sends a form: a slash command, or an interaction in its `payload` field."""
    if workspace.hub.connected:
        kind = "interactive" if "payload" in fields else "slash_commands"
        payload = json.loads(fields["payload"]) if "payload" in fields else dict(fields)
        return _over_socket(workspace, kind, payload)
    body = urllib.parse.urlencode(fields).encode()
    return post(workspace, body, content_type="application/x-www-form-urlencoded", headers={})


def event(workspace: workspaces.Workspace, body: str, *, attempt: int, reason: str) -> Answer:
    """Sends one event; `attempt` 1 is the first, `reason` says why there is another."""
    if workspace.hub.connected:
        return _over_socket(
            workspace,
            "events_api",
            json.loads(body),
            attempt=attempt - 1,
            reason=reason if attempt > 1 else "",
        )
    again = {"X-Slack-Retry-Num": str(attempt - 1), "X-Slack-Retry-Reason": reason}
    return post(
        workspace, body.encode(), content_type="application/json", headers=again if attempt > 1 else {}
    )


def _over_socket(workspace: workspaces.Workspace, kind: str, payload: dict[str, Any], **retry: Any) -> Answer:
    came, answer = workspace.hub.ask(kind, payload, patience=workspace.patience, **retry)
    if not came:
        return Answer(status=0, trouble="http_timeout")
    return Answer(status=200, body=json.dumps(answer).encode() if answer else b"")


def post(
    workspace: workspaces.Workspace, body: bytes, *, content_type: str, headers: Mapping[str, str]
) -> Answer:
    """Sends one signed request and waits for the answer no longer than Slack does (3 s)."""
    target = urllib.parse.urlsplit(workspace.events_url)
    timestamp = str(int(time.time()))
    signed = {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(workspace.signing_secret, timestamp=timestamp, body=body),
        **headers,
    }
    kind = http.client.HTTPSConnection if target.scheme == "https" else http.client.HTTPConnection
    connection = kind(target.hostname or "127.0.0.1", target.port, timeout=workspace.patience)
    try:
        connection.request("POST", target.path or "/", body=body, headers=signed)
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Answer(status=response.status, body=response.read(), headers=found)
    except TimeoutError:
        return Answer(status=0, trouble="http_timeout")
    except (OSError, http.client.HTTPException):
        return Answer(status=0, trouble="connection_failed")
    finally:
        connection.close()
