"""What somebody asks for in Slack, who they are, and how a refusal is told to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incident import accounts, errors, i18n
from incident.accounts import Actor
from incident.errors import N_, DomainError, Reason
from incident.lifecycle.common import House
from incident.models.people import Person
from incident.settings import Settings
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Message
from incident.slack.client import SlackCalls

REASONS_MOST = 20  # of what is missing; the page lists the rest
UNLINKED = N_(
    "Your Slack account is not linked to a person of the incident service. "
    "Ask an administrator to enter your Slack id %(slack_id)s on the people page."
)


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A word or a press: who, where, with which words, and what is needed to do it."""

    person: Person
    locale: str
    rest: str
    channel_id: str
    trigger_id: str
    at: datetime
    house: House
    settings: Settings
    slack: SlackCalls

    @property
    def by(self) -> Actor:
        """The actor that the person is."""
        return accounts.actor(self.person)

    def say(self, message: str, **values: object) -> str:
        """A sentence in the asker's language, its values made harmless."""
        return texts.say(message, self.locale, **values)


def line(text: str) -> Message:
    """A message of one paragraph."""
    return Message(text, [texts.section(text)])


def unlinked(slack_id: str) -> Message:
    """To somebody whose account nobody has linked, in both languages: theirs is not known."""
    return line("\n".join(texts.say(UNLINKED, locale, slack_id=slack_id) for locale in i18n.LOCALES))


def refusal(error: DomainError, locale: str, house: House) -> Message:
    """Why not, and what is missing, as a list."""
    lines = [f"🚫 {_reason(error.reason, locale, house)}"]
    lines += [f"• {_reason(each, locale, house)}" for each in error.reasons[:REASONS_MOST]]
    left = len(error.reasons) - REASONS_MOST
    if left > 0:
        lines.append(texts.say(N_("… and %(count)s more."), locale, count=left))
    return line("\n".join(lines))


def _reason(reason: Reason, locale: str, house: House) -> str:
    """A reason, with moments as each reader's own time."""
    words = texts.say(reason, locale)
    moment = reason.values.get("at")
    return words.replace(moment, texts.date(datetime.fromisoformat(moment), house.zone)) if moment else words


def needs(condition: object, message: str, **values: Any) -> None:
    """Raise Invalid where something that must be said was not."""
    if not condition:
        raise errors.Invalid(message, **values)
