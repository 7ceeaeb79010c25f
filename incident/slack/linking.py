"""Somebody new to us in Slack: linked to their account by e-mail, or told why not.

Guests and people of other workspaces are never linked by themselves: their address is not ours to trust.
"""

import threading
from datetime import datetime

from sqlalchemy import select

from incident import accounts, clock
from incident.alerting.channels import Trouble
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.people import Person
from incident.slack.client import SlackCalls

REMEMBERED_SECONDS, KNOWN_MOST = 60.0, 10_000  # whom Slack was asked about, and for how long it counts
UNLINKED = N_(
    "Your Slack account is not linked to a person of the incident service. "
    "Ask an administrator to enter your Slack id %(slack_id)s on the people page."
)
OUTSIDER = N_(
    "Guests and people of other workspaces cannot use the incident service from Slack. "
    "Speak to whoever invited you; your Slack id is %(slack_id)s."
)


class Newcomers:
    """Whom nobody has linked yet; each is looked up once a minute at most."""

    def __init__(self, slack: SlackCalls) -> None:
        self._slack, self._lock = slack, threading.Lock()
        self._known: dict[str, tuple[float, str]] = {}  # Slack id → (until, why not)

    def find(self, slack_id: str, *, at: datetime) -> Person | None:
        """The person who has the same address as the Slack account, linked from now on."""
        with self._lock:
            until, _why = self._known.get(slack_id, (0.0, ""))
        if until > clock.monotonic() or not slack_id:
            return None
        try:
            user = self._slack.call("users.info", user=slack_id)["user"]
        except Trouble:
            return None  # asked again next time
        outside = _outside(user)
        person = None if outside else _by_address(str((user.get("profile") or {}).get("email") or ""))
        if person is None:
            self._remember(slack_id, OUTSIDER if outside else UNLINKED)
            return None
        with unit_of_work():
            accounts.link_slack(person, slack_id, at=at)
        return person

    def why(self, slack_id: str) -> str:
        """The sentence for somebody who is not linked."""
        with self._lock:
            return self._known.get(slack_id, (0.0, UNLINKED))[1]

    def _remember(self, slack_id: str, why: str) -> None:
        with self._lock:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[slack_id] = (clock.monotonic() + REMEMBERED_SECONDS, why)


def _outside(user: dict[str, object]) -> bool:
    names = ("is_restricted", "is_ultra_restricted", "is_stranger", "is_bot", "deleted")
    return any(user.get(name) for name in names)


def _by_address(address: str) -> Person | None:
    mine = Person.email == address.strip().lower(), Person.active, Person.slack_id.is_(None)
    return db.session.scalar(select(Person).where(*mine)) if address else None
