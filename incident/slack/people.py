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


class Language:
    """The language of one reader, asked of Slack only once it is needed."""

    def __init__(self, locales: "Locales", slack_id: str, person: Person | None) -> None:
        self._locales, self._slack_id, self._own = locales, slack_id, person.locale if person else None
        self.default = locales.default

    @property
    def known(self) -> str | None:
        """Their own choice, or what Slack has said before."""
        return self._own or self._locales.known(self._slack_id)

    def now(self) -> str:
        """`zh_CN` or `en`."""
        return self._own or self._locales.of(self._slack_id, None)


class Locales:
    """The language of each reader: their own choice, else that of their Slack, else the house's."""

    def __init__(self, slack: SlackCalls, default: str) -> None:
        self._slack, self.default = slack, default
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}

    def of(self, slack_id: str, person: Person | None) -> str:
        """`zh_CN` or `en`; Slack is asked once for each account."""
        if person is not None and person.locale:
            return person.locale
        return self.known(slack_id) or self._ask(slack_id)

    def known(self, slack_id: str) -> str | None:
        """What Slack has said of somebody before."""
        with self._lock:
            return self._known.get(slack_id)

    def _ask(self, slack_id: str) -> str:
        try:
            user = self._slack.call("users.info", user=slack_id, include_locale=True)["user"]
        except Trouble:
            return self.default  # asked again next time; an answer must not wait for it
        locale = "zh_CN" if str(user.get("locale", "")).startswith("zh") else "en"
        with self._lock:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[slack_id] = locale
        return locale
