"""The bricks of messages: texts in a language with what people typed made harmless, blocks and buttons."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_, Reason

Block = dict[str, Any]
ACKNOWLEDGE = "incident_acknowledge"
OPEN_ON_BOARD = "incident_open"
HEADER_LONGEST, SECTION_LONGEST = 150, 3_000  # characters; docs.slack.dev/reference/block-kit/blocks
# the level's colour and sign, never the colour alone: the numeral and the word stand beside it
SIGNS = {1: "🔴", 2: "🟠", 3: "🟡", 4: "🔵"}

DRILL_SIGN = "🟪"
DRILL_SAID = N_("An exercise: no real customer is concerned, and nothing goes to anybody outside it.")


@dataclass(frozen=True)
class Message:
    """A message: blocks, and the text that notifications and screen readers use."""

    text: str
    blocks: list[Block]


def escape(text: str) -> str:
    """Typed text made harmless in mrkdwn; docs.slack.dev/messaging/formatting-message-text#escaping"""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def say(message: str | Reason, locale: str, **values: Any) -> str:
    """A sentence for mrkdwn: translated, its values escaped."""
    given = message.values if isinstance(message, Reason) else values
    text = message.message if isinstance(message, Reason) else message
    return i18n.say(text, locale, **{name: harmless(value) for name, value in given.items()})


def harmless(value: Any) -> Any:
    """A value of a sentence, its typed texts escaped."""
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, dict):
        return {key: harmless(each) for key, each in value.items()}
    return value


def date(moment: datetime, zone: ZoneInfo) -> str:
    """A moment that each reader sees in their own zone; the house's zone where Slack cannot draw it."""
    fallback = moment.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
    return f"<!date^{int(moment.timestamp())}^{{date_num}} {{time}}|{fallback}>"


def level(incident: IncidentFacts, locale: str) -> str:
    """Sign, numeral and word of the level."""
    number = int(incident.level)
    sign = DRILL_SIGN if incident.drill else SIGNS[number]
    return f"{sign} {incident.level.numeral} {i18n.words('level', str(number), locale)}"


def drill_mark(incident: IncidentFacts, locale: str) -> str:
    """What stands before everything said about a drill."""
    return f"【{i18n.say(N_('DRILL'), locale)}】" if incident.drill else ""


def banner(incident: IncidentFacts) -> list[Block]:
    """What stands above a message of a drill, in both languages: nobody must take it for real."""
    if not incident.drill:
        return []
    words = " · ".join(i18n.say(DRILL_SAID, locale) for locale in i18n.LOCALES)
    return [section(f"🟪🟪🟪 *演练 DRILL* 🟪🟪🟪\n{words}")]


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text[:HEADER_LONGEST])}


def plain(text: str) -> Block:
    """A text that is shown as it is."""
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    """A text with Slack's marks in it."""
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(text[:SECTION_LONGEST])}


def fields(pairs: list[tuple[str, str]]) -> Block:
    """Names with values, in two columns."""
    return {"type": "section", "fields": [mrkdwn(f"*{name}*\n{value}") for name, value in pairs]}


def context(*parts: str) -> Block:
    """Small print, in up to ten parts side by side."""
    return {"type": "context", "elements": [mrkdwn(part[:SECTION_LONGEST]) for part in parts]}


def acknowledge_button(incident: IncidentFacts, locale: str) -> Block:
    """The button that answers the alert."""
    return {
        "type": "button",
        "action_id": ACKNOWLEDGE,
        "style": "primary",
        "value": incident.number,
        "text": plain(i18n.say(N_("Acknowledge"), locale)),
    }


def board_button(incident: IncidentFacts, locale: str) -> Block:
    """The link to the incident's page."""
    return {
        "type": "button",
        "action_id": OPEN_ON_BOARD,
        "url": incident.url,
        "value": incident.number,
        "text": plain(i18n.say(N_("Open on the board"), locale)),
    }


def buttons(incident: IncidentFacts, locale: str) -> Block:
    """What can be done from here: nobody is asked to answer what was answered or has ended."""
    wanted = incident.acknowledged_at is None and incident.is_open
    first = [acknowledge_button(incident, locale)] if wanted else []
    return {"type": "actions", "elements": [*first, board_button(incident, locale)]}


def answered(incident: IncidentFacts, locale: str, zone: ZoneInfo) -> str:
    """Who acknowledged and when, or that nobody has."""
    if incident.acknowledged_by is None or incident.acknowledged_at is None:
        return i18n.say(N_("Nobody has acknowledged it yet."), locale)
    when = date(incident.acknowledged_at, zone)
    words = say(N_("Acknowledged by %(name)s"), locale, name=incident.acknowledged_by.name)
    return f"{words} · {when}"
