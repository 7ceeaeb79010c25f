"""The bricks of messages: texts in a language with what people typed made harmless, blocks and buttons."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_, Reason

Block = dict[str, Any]
LIKENESS = {"*": "∗", "_": "＿", "~": "∼", "`": "ˋ"}
_EDGE = re.compile(r"(?<!\w)[*_~]|[*_~](?!\w)|`")
_QUOTE = re.compile(r"(?m)^(&gt;)")
ACKNOWLEDGE = "incident_acknowledge"
OPEN_ON_BOARD = "incident_open"
# characters; docs.slack.dev/reference/block-kit
HEADER_LONGEST, SECTION_LONGEST, FIELD_LONGEST, LABEL_LONGEST = 150, 3_000, 2_000, 75
VALUE_LONGEST, CONTEXT_MOST, ROW_MOST = 2_000, 10, 5  # the last: buttons that still fit a phone
TEXT_LONGEST = 3_900  # of the text for notifications, which Slack advises to keep below 4,000
MESSAGE_LONGEST = 9_000  # all blocks together: msg_blocks_too_long was seen from 9,600 on
# the level's colour and sign, never the colour alone: the numeral and the word stand beside it
SIGNS = {1: "🔴", 2: "🟠", 3: "🟡", 4: "🔵"}

DRILL_SIGN = "🟪"
DRILL_SAID = N_("An exercise: no real customer is concerned, and nothing goes to anybody outside it.")


@dataclass(frozen=True)
class Message:
    """A message: blocks, and the text for notifications and screen readers, both cut to what Slack takes."""

    text: str
    blocks: list[Block]

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", cut(self.text, TEXT_LONGEST))
        object.__setattr__(self, "blocks", _fitted(self.blocks))


def escape(text: str) -> str:
    """Typed text made harmless in mrkdwn; docs.slack.dev/messaging/formatting-message-text#escaping

    Mentions and links by Slack's three escapes. Marks of formatting have none: at the edge of a word, where
    they would count, each gives way to its likeness: `*now*` is read as it was typed, `a_b` and `3*4` stay.
    """
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _QUOTE.sub("\u200b\\1", _EDGE.sub(lambda found: LIKENESS[found[0]], plain))


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


def cut(text: str, longest: int) -> str:
    """A text that fits: cut before an escaped sign, a link or a moment that would be halved."""
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    opened, closed = kept.rfind("<"), kept.rfind(">")
    if opened > closed:
        kept = kept[:opened]
    sign = kept.rfind("&")
    if sign >= 0 and ";" not in kept[sign:] and len(kept) - sign < len("&amp;"):
        kept = kept[:sign]
    return kept + "…"


def banner(incident: IncidentFacts) -> list[Block]:
    """What stands above a message of a drill, in both languages: nobody must take it for real."""
    if not incident.drill:
        return []
    words = " · ".join(i18n.say(DRILL_SAID, locale) for locale in i18n.LOCALES)
    return [section(f"🟪🟪🟪 *演练 DRILL* 🟪🟪🟪\n{words}")]


def _fitted(blocks: list[Block]) -> list[Block]:
    """Blocks whose texts together are no longer than Slack takes: the longest are cut, again and again."""
    parts = list(_texts(blocks))
    used = sum(len(part["text"]) for part in parts)
    if used <= MESSAGE_LONGEST:
        return blocks
    blocks = copy.deepcopy(blocks)
    parts = list(_texts(blocks))
    while used > MESSAGE_LONGEST:
        longest = max(parts, key=lambda part: len(part["text"]))
        before = len(longest["text"])
        longest["text"] = cut(longest["text"], before * 3 // 4)
        used -= before - len(longest["text"])
    return blocks


def _texts(value: Any) -> Iterator[Block]:
    """Every text object in some blocks."""
    if isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "plain_text") and isinstance(value.get("text"), str):
            yield value
        for each in value.values():
            yield from _texts(each)


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text, HEADER_LONGEST)}


def plain(text: str, longest: int = SECTION_LONGEST) -> Block:
    """A text that is shown as it is."""
    shown = text if len(text) <= longest else text[: longest - 1] + "…"
    return {"type": "plain_text", "text": shown, "emoji": True}


def mrkdwn(text: str) -> Block:
    """A text with Slack's marks in it."""
    # verbatim: an address that somebody typed does not become a link
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def section(text: str) -> Block:
    """A paragraph."""
    return {"type": "section", "text": mrkdwn(cut(text, SECTION_LONGEST))}


def paragraphs(lines: list[str]) -> list[Block]:
    """Lines in as few paragraphs as hold them; what a message cannot hold is left out, and `…` says so."""
    parts, used = [""], 0
    for line in lines:
        shown = cut(line, SECTION_LONGEST)
        used += len(shown) + 1
        if used > MESSAGE_LONGEST:
            parts.append("…")
            break
        if len(parts[-1]) + len(shown) + 1 > SECTION_LONGEST:
            parts.append("")
        parts[-1] = f"{parts[-1]}\n{shown}" if parts[-1] else shown
    return [section(part) for part in parts if part.strip()] or [section("…")]


def fields(pairs: list[tuple[str, str]]) -> Block:
    """Names with values, in two columns."""
    return {
        "type": "section",
        "fields": [mrkdwn(cut(f"*{name}*\n{value}", FIELD_LONGEST)) for name, value in pairs[:CONTEXT_MOST]],
    }


def context(*parts: str) -> Block:
    """Small print, in up to ten parts side by side."""
    shown = [part for part in parts if part.strip()][:CONTEXT_MOST] or ["–"]
    return {"type": "context", "elements": [mrkdwn(cut(part, SECTION_LONGEST)) for part in shown]}


def button(action: str, words: str, *, value: str = "", style: str = "", url: str = "") -> Block:
    """A button; `value` comes back when it is pressed, `url` opens a page."""
    more = {"value": value[:VALUE_LONGEST], "style": style, "url": url}
    return {
        "type": "button",
        "action_id": action,
        "text": plain(words, LABEL_LONGEST),
        **{name: text for name, text in more.items() if text},
    }


def rows(buttons: list[Block]) -> list[Block]:
    """Buttons in rows that fit a phone."""
    return [
        {"type": "actions", "elements": buttons[start : start + ROW_MOST]}
        for start in range(0, len(buttons), ROW_MOST)
    ]


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
