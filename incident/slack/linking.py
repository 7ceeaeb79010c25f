"""Somebody new to us in Slack: linked to their account by e-mail, or told why not and given a one-time link.

Guests and people of other workspaces are never linked, neither by address nor by link: they are not ours to
trust.
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import accounts, clock
from incident.alerting.channels import Trouble
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.people import Person
from incident.slack.client import SlackCalls
from incident.slack_links import SlackAccount

REMEMBERED_SECONDS, KNOWN_MOST = 60.0, 10_000  # whom Slack was asked about, and for how long it counts
UNLINKED = N_(
    "Your Slack account is not linked to a person of the incident service. "
    "Ask an administrator to enter your Slack id %(slack_id)s on the people page."
)
BY_LINK = N_(
    "Or link it yourself: <%(url)s|open this link> and sign in within 15 minutes. "
    "It works once; give it to nobody."
)
OUTSIDER = N_(
    "Guests and people of other workspaces cannot use the incident service from Slack. "
    "Speak to whoever invited you; your Slack id is %(slack_id)s."
)


@dataclass(frozen=True)
class Stranger:
    """Why somebody is not linked, until when (monotonic seconds) that counts, and who they are where they
    may link themselves."""

    why: str = UNLINKED
    until: float = 0.0
    account: SlackAccount | None = None


class Newcomers:
    """Whom nobody has linked yet; each is looked up once a minute at most."""

    def __init__(self, slack: SlackCalls) -> None:
        self._slack, self._lock = slack, threading.Lock()
        self._known: dict[str, Stranger] = {}  # by Slack id
        self._ours: dict[str, Any] = {}  # our own workspace, as auth.test names it

    def find(self, slack_id: str, *, at: datetime) -> Person | None:
        """The person who has the same address as the Slack account, linked from now on."""
        if self.stranger(slack_id).until > clock.monotonic() or not slack_id:
            return None
        try:
            user = self._slack.call("users.info", user=slack_id)["user"]
            ours = self._workspace()
        except Trouble:
            return None  # asked again next time
        if _outside(user, str(ours["team_id"])):
            self._remember(slack_id, OUTSIDER)
            return None
        person = _by_address(str((user.get("profile") or {}).get("email") or ""))
        if person is None:
            name = str(user.get("real_name") or user.get("name") or slack_id)
            known = SlackAccount(slack_id, str(ours["team_id"]), name, str(ours.get("team") or ""))
            self._remember(slack_id, UNLINKED, known)
            return None
        with unit_of_work():
            accounts.link_slack(person, slack_id, at=at)
        return person

    def stranger(self, slack_id: str) -> Stranger:
        """What is known of somebody who is not linked."""
        with self._lock:
            return self._known.get(slack_id, Stranger())

    def _workspace(self) -> dict[str, Any]:
        """Our own workspace; Slack is asked once."""
        if not self._ours:
            self._ours = dict(self._slack.call("auth.test"))
        return self._ours

    def _remember(self, slack_id: str, why: str, account: SlackAccount | None = None) -> None:
        with self._lock:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[slack_id] = Stranger(why, clock.monotonic() + REMEMBERED_SECONDS, account)


def _outside(user: dict[str, Any], ours: str) -> bool:
    """A guest, a bot, or of another workspace: in a shared channel Slack does not call those strangers."""
    names = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    theirs = {user.get("team_id") or ours, *((user.get("enterprise_user") or {}).get("teams") or [])}
    return ours not in theirs or any(user.get(name) for name in names)


def _by_address(address: str) -> Person | None:
    mine = Person.email == address.strip().lower(), Person.active, Person.slack_id.is_(None)
    return db.session.scalar(select(Person).where(*mine)) if address else None
