"""Whether Slack and this service understand each other: what was looked at, and what there is to mend."""

import hashlib
import hmac
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident.alerting.channels import Trouble
from incident.db import db
from incident.errors import N_, Reason
from incident.models.alerts import LINK_KEY, SlackReceipt
from incident.settings import Settings
from incident.slack import manifest, naming, posting, registry
from incident.slack.client import SlackCalls

SECONDS = 5.0  # for each call: somebody waits for the answer


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do where it is not well."""

    what: str
    well: bool
    found: Reason
    to_do: Reason | None = None


@dataclass
class Look:
    """What the checks share."""

    settings: Settings
    slack: SlackCalls
    at: datetime
    who: dict[str, Any] = field(default_factory=dict)
    channel: str | None = None


def inspect(settings: Settings, *, at: datetime) -> Iterator[Finding]:
    """Look at token, scopes, response channel, signing and both directions, one after the other.

    What the token does not allow is not looked at any further. A message is posted in the response channel,
    found again and taken back.
    """
    look = Look(settings, SlackCalls(settings, timeout=min(SECONDS, settings.slack_timeout_seconds)), at)
    for what, check in CHECKS.items():
        try:
            finding = check(look, what)
        except Trouble as trouble:
            finding = Finding(what, False, trouble.reason, Reason(TO_DO.get(trouble.kind, LATER), {}))
        yield finding
        if what == TOKEN and not finding.well:
            return


TOKEN = N_("Token")
LATER = N_(
    "Try again in a minute; if it stays so, look at status.slack.com and at the way out of your network."
)
TO_DO: dict[str, str] = {
    "revoked": N_("Install the app again in Slack and set SLACK_BOT_TOKEN to the new token."),
    "missing_scope": N_(
        "Put the manifest of `flask slack manifest` in force at api.slack.com/apps and install the app again."
    ),
    "channel_gone": N_("Invite the app to the channel, or set SLACK_RESPONSE_CHANNEL to one that exists."),
    "name_taken": N_(
        "The channel is archived, or private without the app in it: take it out of the archive and invite "
        "the app, or set SLACK_RESPONSE_CHANNEL to another."
    ),
}


def _token(look: Look, what: str) -> Finding:
    look.who = look.slack.call("auth.test")
    said = N_("It is valid for the workspace %(team)s, as %(user)s.")
    return Finding(what, True, Reason(said, {"team": look.who["team"], "user": look.who["user"]}))


def _scopes(look: Look, what: str) -> Finding:
    granted = look.slack.scopes()
    if granted is None:
        return Finding(what, True, Reason(N_("Slack did not tell which it granted."), {}))
    missing = sorted(set(registry.scopes()) - granted)
    if missing:
        found = Reason(N_("These are missing: %(scopes)s."), {"scopes": ", ".join(missing)})
        return Finding(what, False, found, Reason(TO_DO["missing_scope"], {}))
    more = sorted(granted - set(registry.scopes()))
    if more:
        found = Reason(
            N_("All are granted, and these are not needed: %(scopes)s."), {"scopes": ", ".join(more)}
        )
        return Finding(what, True, found)
    return Finding(
        what, True, Reason(N_("All %(count)s are granted, and no others."), {"count": len(registry.scopes())})
    )


def _channel(look: Look, what: str) -> Finding:
    wanted = look.settings.slack_response_channel.removeprefix("#")
    if naming.is_id(wanted):
        found = look.slack.call("conversations.info", channel=wanted)["channel"]
    else:
        kinds = "public_channel,private_channel"
        listed = posting.pages(look.slack, "conversations.list", "channels", types=kinds)
        found = next((each for each in listed if each["name"] == wanted), None)
    if found is None:
        return Finding(what, True, Reason(N_("#%(name)s is made with the first incident."), {"name": wanted}))
    if found.get("is_archived"):
        return Finding(
            what,
            False,
            Reason(N_("#%(name)s is archived."), {"name": found["name"]}),
            Reason(TO_DO["name_taken"], {}),
        )
    look.channel = found["id"]
    return Finding(what, True, Reason(N_("#%(name)s is there."), {"name": found["name"]}))


def _round_trip(look: Look, what: str) -> Finding:
    """Post, find, take back: what delivery does, in one go."""
    if look.channel is None:
        return Finding(what, True, Reason(N_("Nothing was posted: there is no channel yet."), {}))
    text = "Connection check · 连接检查"
    ts = look.slack.call("chat.postMessage", channel=look.channel, text=text)["ts"]
    listed = look.slack.call(
        "conversations.history", channel=look.channel, oldest=ts, inclusive=True, limit=5
    )
    look.slack.call("chat.delete", channel=look.channel, ts=ts)
    if not any(each["ts"] == ts for each in listed["messages"]):
        return Finding(
            what, False, Reason(N_("A message was posted and not found again."), {}), Reason(LATER, {})
        )
    return Finding(what, True, Reason(N_("A message was posted, found again and taken back."), {}))


def _signing(look: Look, what: str) -> Finding:
    """Ask our own address as Slack does, signed with the secret; it must echo the challenge."""
    if look.settings.slack_app_token.get_secret_value():
        token = look.settings.slack_app_token.get_secret_value()
        answer = look.slack.call("apps.connections.open", app_token=token)
        well = str(answer.get("url", "")).startswith("ws")
        return Finding(what, well, Reason(N_("Slack opens connections for Socket Mode."), {}))
    address = f"{look.settings.url}{manifest.EVENTS_PATH}"
    said = _ask_ourselves(address, look.settings.signing_secret, look.at)
    if said == CHALLENGE:
        return Finding(
            what, True, Reason(N_("%(url)s takes what is signed with the secret."), {"url": address})
        )
    found = Reason(N_("%(url)s does not answer as it should (%(word)s)."), {"url": address, "word": said})
    return Finding(what, False, found, Reason(N_("Set BASE_URL to the address that Slack reaches."), {}))


CHALLENGE = "are-you-there"


def _ask_ourselves(address: str, secret: str, at: datetime) -> str:
    body = json.dumps({"type": "url_verification", "challenge": CHALLENGE, "token": ""}).encode()
    stamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    request = urllib.request.Request(address, data=body, headers=headers)  # noqa: S310 - BASE_URL is http(s)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            said = answer.read(1_000).decode("utf-8", "replace")
    except urllib.error.HTTPError as refused:
        refused.close()
        return f"HTTP {refused.code}"
    except (OSError, http.client.HTTPException) as lost:
        return str(getattr(lost, "reason", lost))[:100]
    return CHALLENGE if CHALLENGE in said else "no challenge"


def _heard(look: Look, what: str) -> Finding:
    """Whether Slack itself has reached us: the only proof that it knows our address and we its secret."""
    last = db.session.scalar(select(func.max(SlackReceipt.at)).where(~SlackReceipt.key.startswith(LINK_KEY)))
    if last is not None:
        return Finding(
            what,
            True,
            Reason(
                N_("Slack last reached this service at %(when)s."),
                {"when": f"{last.astimezone(look.settings.zone):%Y-%m-%d %H:%M}"},
            ),
        )
    return Finding(
        what,
        False,
        Reason(N_("Slack has not reached this service yet."), {}),
        Reason(
            N_(
                "Type `/incident` in Slack. If it answers nothing, the address in the app's manifest or "
                "SLACK_SIGNING_SECRET is wrong."
            ),
            {},
        ),
    )


CHECKS: dict[str, Callable[[Look, str], Finding]] = {
    TOKEN: _token,
    N_("Scopes"): _scopes,
    N_("Response channel"): _channel,
    N_("Round trip"): _round_trip,
    N_("Signing"): _signing,
    N_("From Slack"): _heard,
}
