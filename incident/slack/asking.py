"""What somebody asks for in Slack, who they are, and how a refusal is told to them."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from incident import accounts, errors, i18n
from incident.accounts import Actor
from incident.errors import N_, DomainError, Reason
from incident.lifecycle.common import House
from incident.models.people import Person
from incident.settings import Settings
from incident.slack import linking
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls

REASONS_MOST = 20  # of what is missing; the page lists the rest


class Language(Protocol):
    """The language of somebody, who is asked for it only once it is needed."""

    default: str

    @property
    def known(self) -> str | None:
        """The language, where it is known without asking Slack."""

    def now(self) -> str:
        """The language; asks Slack where it must."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A word or a press: who, where, with which words, and what is needed to do it."""

    person: Person
    language: Language
    rest: str
    channel_id: str
    trigger_id: str
    at: datetime
    house: House
    settings: Settings
    slack: SlackCalls

    @property
    def locale(self) -> str:
        """The language to answer in; it may have to be asked of Slack."""
        return self.language.now()

    @property
    def by(self) -> Actor:
        """The actor that the person is."""
        return accounts.actor(self.person)

    @property
    def zone(self) -> ZoneInfo:
        """The person's time zone, or the organisation's."""
        return ZoneInfo(self.person.timezone) if self.person.timezone else self.house.zone

    def but(self, **changes: Any) -> "Ask":
        """The same with something else, such as the words that are left."""
        return replace(self, **changes)

    def say(self, message: str, **values: object) -> str:
        """A sentence in the asker's language, its values made harmless."""
        return texts.say(message, self.locale, **values)


def line(text: str) -> Message:
    """A message of a few lines, in as few paragraphs as hold them."""
    return Message(text, texts.paragraphs(text.splitlines()))


def unlinked(slack_id: str, why: str = linking.UNLINKED, *, url: str = "") -> Message:
    """To somebody whose account nobody has linked, in both languages: theirs is not known; with the address
    of the page where they can do it themselves, if they may."""
    said = []
    for locale in i18n.LOCALES:
        said.append(texts.say(why, locale, slack_id=slack_id))
        if url:  # ours and not typed by anybody: escaping would change the marks in its token
            said.append(i18n.say(linking.BY_LINK, locale, url=url))
    return line("\n".join(said))


def refusal(error: DomainError, ask: Ask) -> Message:
    """Why not, and what is missing, as a list."""
    why = _reason(error.reason, ask)
    details = [_reason(each, ask) for each in error.reasons[:REASONS_MOST]]
    lines = [f"🚫 {why}", *(f"• {each}" for each in details if each != why)]
    left = len(error.reasons) - REASONS_MOST
    if left > 0:
        lines.append(ask.say(N_("… and %(count)s more."), count=left))
    return line("\n".join(lines))


def _reason(reason: Reason, ask: Ask) -> str:
    """A reason, with moments as each reader's own time."""
    words = texts.say(reason, ask.locale)
    moment = reason.values.get("at")
    return words.replace(moment, texts.date(datetime.fromisoformat(moment), ask.zone)) if moment else words


def plainly(reason: Reason, ask: Ask) -> str:
    """A reason for a text without marks, as at an input: moments in the reader's zone."""
    words = i18n.say(reason, ask.locale)
    moment = reason.values.get("at")
    shown = datetime.fromisoformat(moment).astimezone(ask.zone) if moment else None
    return words.replace(str(moment), f"{shown:%Y-%m-%d %H:%M}") if shown else words


def needs(condition: object, message: str, **values: Any) -> None:
    """Raise Invalid where something that must be said was not."""
    if not condition:
        raise errors.Invalid(message, **values)
