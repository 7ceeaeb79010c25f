"""Who speaks in Slack: the person linked to a Slack account, and the language to answer in."""

import threading

from sqlalchemy import select

from incident.alerting.channels import Trouble
from incident.db import db
from incident.models.people import Person
from incident.slack.client import SlackCalls

KNOWN_MOST = 10_000  # locales remembered in a process


def by_slack_id(slack_id: str) -> Person | None:
    """The active person linked to a Slack account."""
    return db.session.scalar(select(Person).where(Person.slack_id == slack_id, Person.active))


class Locales:
    """The language of each reader: their own choice, else that of their Slack, else the house's."""

    def __init__(self, slack: SlackCalls, default: str) -> None:
        self._slack, self._default = slack, default
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def of(self, slack_id: str, person: Person | None) -> str:
        """`zh_CN` or `en`; Slack is asked once for each account."""
        if person is not None and person.locale:
            return person.locale
        with self._lock:
            known = self._known.get(slack_id)
        return known or self._ask(slack_id)

    def _ask(self, slack_id: str) -> str:
        try:
            user = self._slack.call("users.info", user=slack_id, include_locale=True)["user"]
        except Trouble:
            return self._default  # asked again next time; an answer must not wait for it
        locale = "zh_CN" if str(user.get("locale", "")).startswith("zh") else "en"
        with self._lock:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[slack_id] = locale
        return locale
