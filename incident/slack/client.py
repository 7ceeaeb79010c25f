"""Calls to Slack's Web API: each error by its kind; a method that said "later" is left alone until then."""

import http.client
import logging
import socket
import threading
import urllib.error
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web import SlackResponse

from incident import clock
from incident.alerting.channels import Trouble
from incident.settings import Settings

# Slack's error code → our kind; what is not here is a request that Slack will never take.
# docs.slack.dev/reference/methods, the lists of errors of the methods called here
KINDS: dict[str, str] = {
    **dict.fromkeys(
        (
            "token_revoked",
            "token_expired",
            "invalid_auth",
            "account_inactive",
            "not_authed",
            "org_login_required",
        ),
        "revoked",
    ),
    **dict.fromkeys(("missing_scope", "not_allowed_token_type", "no_permission"), "missing_scope"),
    **dict.fromkeys(
        ("channel_not_found", "is_archived", "is_inactive", "not_in_channel", "access_denied"), "channel_gone"
    ),
    **dict.fromkeys(("message_not_found", "cant_update_message", "edit_window_closed"), "message_gone"),
    **dict.fromkeys(
        (
            "user_disabled",
            "user_not_found",
            "users_not_found",
            "cannot_dm_bot",
            "user_not_visible",
            "user_is_restricted",
            "ura_max_channels",
            "user_team_not_in_channel",
        ),
        "user_gone",
    ),
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), "rate_limited"),
    **dict.fromkeys(
        ("internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
        "server",
    ),
    "name_taken": "name_taken",
}
_silent = logging.getLogger(f"{__name__}.sdk")
_silent.setLevel(logging.CRITICAL)  # what goes wrong is told once, by kind, by whoever asked for the call
RATE_LIMIT_DEFAULT = 1.0  # seconds, where a 429 names none


class Pace:
    """What Slack told this process to leave alone: a method until a moment, and those who wait in turn.

    Everybody who finds a method held is given a later moment than the one before, one `Retry-After` apart:
    else a queue of hundreds would come back together each time.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[str, tuple[float, float]] = {}  # key → (free again at, seconds between calls)
        self._last: dict[str, float] = {}  # key → the last moment given away

    def hold(self, key: str, seconds: float) -> None:
        """Leave a method alone for so long, as the answer 429 asked."""
        with self._lock:
            self._held[key] = (clock.monotonic() + seconds, seconds)

    def wait(self, key: str) -> timedelta | None:
        """How long whoever asks now must wait; None where the way is free."""
        now = clock.monotonic()
        with self._lock:
            free, apart = self._held.get(key, (0.0, 0.0))
            if free <= now:
                self._held.pop(key, None)
                self._last.pop(key, None)
                return None
            turn = self._last[key] = max(self._last.get(key, free - apart) + apart, free)
        return timedelta(seconds=turn - now)


class SlackCalls:
    """The Web API with typed troubles; safe to share among threads."""

    def __init__(self, settings: Settings, *, timeout: float | None = None) -> None:
        self._web = WebClient(
            settings.slack_token,
            base_url=settings.slack_api,
            timeout=timeout or settings.slack_timeout_seconds,  # type: ignore[arg-type]
            logger=_silent,
            retry_handlers=[],  # the SDK's retry after a lost connection may post twice
        )
        self.pace = Pace()
        self._me: str | None = None

    def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method such as `chat.postMessage`; raises Trouble by kind."""
        answer = self._ask(method, **arguments)
        return dict(answer.data) if isinstance(answer.data, dict) else {}

    def me(self) -> str:
        """The app's own user; asked once."""
        if self._me is None:
            self._me = str(self.call("auth.test")["user_id"])
        return self._me

    def scopes(self) -> set[str] | None:
        """What the token was granted, as Slack says with every answer; None where it does not say."""
        headers = {name.lower(): value for name, value in self._ask("auth.test").headers.items()}
        said = headers.get("x-oauth-scopes")
        return {each.strip() for each in said.split(",")} if said else None

    def _ask(self, method: str, **arguments: Any) -> SlackResponse:
        # posting is limited in each channel, all else in each method; docs.slack.dev/apis/web-api/rate-limits
        key = f"{method}:{arguments['channel']}" if method == "chat.postMessage" else method
        wait = self.pace.wait(key)
        if wait is not None:
            raise Trouble("rate_limited", retry_after=wait)
        try:
            answer: SlackResponse = getattr(self._web, method.replace(".", "_"))(**arguments)
        except SlackApiError as refusal:
            raise self._refused(refusal, key) from refusal
        except (OSError, http.client.HTTPException, SlackClientError) as lost:
            raise _lost(lost) from lost
        return answer

    def _refused(self, refusal: SlackApiError, key: str) -> Trouble:
        response = refusal.response
        if response.status_code == 429:
            headers = {name.lower(): value for name, value in response.headers.items()}
            seconds = _seconds(headers.get("retry-after"))
            self.pace.hold(key, seconds)
            return Trouble("rate_limited", retry_after=timedelta(seconds=seconds))
        if response.status_code >= 500 or not isinstance(response.data, dict):
            return Trouble("server", uncertain=True)
        return trouble_of(response.data)


def _seconds(value: str | None) -> float:
    return float(value) if value and value.isdigit() else RATE_LIMIT_DEFAULT


def _lost(lost: Exception) -> Trouble:
    """A connection that could not be made has sent nothing; one that broke later may have."""
    reason = lost.reason if isinstance(lost, urllib.error.URLError) else lost
    if isinstance(reason, TimeoutError):
        return Trouble("timeout", uncertain=True)
    never_sent = isinstance(reason, ConnectionRefusedError | socket.gaierror)
    return Trouble("offline", uncertain=not never_sent)


def trouble_of(answer: Mapping[str, Any]) -> Trouble:
    """The trouble that an answer with `ok: false` is."""
    code = str(answer.get("error", "unknown"))
    kind = KINDS.get(code, "invalid")
    if kind == "server":
        return Trouble(kind, uncertain=True)
    if kind == "missing_scope":
        return Trouble(kind, scope=str(answer.get("needed", code)))
    if kind == "rate_limited":
        return Trouble(kind, retry_after=timedelta(seconds=RATE_LIMIT_DEFAULT))
    named: dict[str, Any] = {
        "invalid": {"word": code},
        "name_taken": {"name": "-"},
        "user_gone": {"name": "-"},
    }
    details = answer.get("errors")
    return Trouble(
        kind, code=code, details=details if isinstance(details, list) else (), **named.get(kind, {})
    )
