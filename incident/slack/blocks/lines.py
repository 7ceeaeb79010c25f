"""Messages about a department's line: to its lead, its head and the commander, and the list of lines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from incident import i18n
from incident.alerting.facts import IncidentFacts, LineFacts
from incident.errors import N_
from incident.slack.blocks import menu, texts
from incident.slack.blocks.texts import Block, Message

ACCEPT = "incident_line_accept"
# about → the sentence; the reason of a blocked line stays on the board
SAID: dict[str, str] = {
    "called": N_("📣 %(department)s is called out and you lead it. Accept by %(due)s."),
    "unaccepted": N_("⏰ %(department)s was to accept by %(due)s and has not."),
    "silent": N_("⏰ %(department)s owes an update since %(due)s."),
    "lead": N_("🤝 You now lead %(department)s."),
    "blocked": N_("⛔ %(department)s is blocked; the reason is on the board."),
}
ACCEPT_MOST = 6  # buttons to accept in a list; the others are accepted by their name
ACCEPTED = N_("✅ %(name)s accepted for %(department)s.")
TO_ACCEPT = ("called", "unaccepted")  # these are sent only while the line is not accepted


def build(incident: IncidentFacts, payload: dict[str, Any], locale: str, zone: ZoneInfo) -> Message:
    """The message, with the button to accept where nobody has; raises KeyError without a sentence."""
    code = payload["code"]
    due = texts.date(datetime.fromisoformat(payload["due_at"]), zone) if "due_at" in payload else ""
    words = i18n.say(SAID[payload["about"]], locale, department=code, due=due)
    buttons = [texts.board_button(incident, locale)]
    if payload["about"] in TO_ACCEPT:
        buttons.insert(0, _accept_button(incident.number, [code], locale))
    return _message(incident, [words], buttons, locale)


def calls(
    incident: IncidentFacts,
    lines: Sequence[LineFacts],
    locale: str,
    zone: ZoneInfo,
    *,
    just: tuple[str, str] | None = None,
) -> Message:
    """The call to somebody who leads these lines, each with its button until it is accepted; `just` is the
    line that was accepted a moment ago, and by whom: (code, name)."""
    said = [_called(each, just, locale, zone) for each in lines]
    head = _message(incident, said, [texts.board_button(incident, locale)], locale)
    codes = [each.code for each in lines]
    rows = [texts.section(words) for words in said]
    for row, each in zip(rows, lines, strict=True):
        if each.state == "called" and incident.is_open:
            named = [each.code, *(code for code in codes if code != each.code)]
            row["accessory"] = _accept_button(incident.number, named, locale)
    top = _message(incident, [], [], locale).blocks[0]
    return Message(head.text, [top, *rows, head.blocks[-1]])


def _called(line: LineFacts, just: tuple[str, str] | None, locale: str, zone: ZoneInfo) -> str:
    if just is not None and line.code == just[0]:
        return texts.say(ACCEPTED, locale, name=just[1], department=line.code)
    if line.state != "called" or line.due_at is None:
        return _line(line, locale, zone)
    return i18n.say(SAID["called"], locale, department=line.code, due=texts.date(line.due_at, zone))


def accepted(incident: IncidentFacts, code: str, name: str, locale: str) -> Message:
    """What stands in the message once somebody has accepted."""
    words = texts.say(ACCEPTED, locale, name=name, department=code)
    return _message(incident, [words], [texts.board_button(incident, locale)], locale)


def listing(incident: IncidentFacts, lines: Sequence[LineFacts], locale: str, zone: ZoneInfo) -> Message:
    """Every line: department, state, lead, and what is due of it."""
    buttons = [texts.board_button(incident, locale)]
    if incident.is_open:
        waiting = [each.code for each in lines if each.state == "called"][:ACCEPT_MOST]
        for place, code in enumerate(waiting):
            words = texts.say(N_("Accept for %(code)s"), locale, code={"zh": code, "en": code})
            buttons.insert(place, menu.saying(place, words, f"dept {incident.number} {code} accept"))
        call = i18n.say(N_("Call out a department"), locale)
        buttons.append(menu.saying(ACCEPT_MOST, call, f"dept {incident.number} call"))
    return _message(incident, [_line(each, locale, zone) for each in lines], buttons, locale)


def _line(line: LineFacts, locale: str, zone: ZoneInfo) -> str:
    name = f"*{texts.escape(line.department[locale])}* `{line.code}`"
    lead = texts.escape(line.lead) if line.lead else f"⚠️ {i18n.say(N_('nobody'), locale)}"
    parts = [name, i18n.words("department_state", line.state, locale), lead]
    if line.due_at is not None:
        about = N_("accept by") if line.state == "called" else N_("next update")
        parts.append(f"{i18n.say(about, locale)} {texts.date(line.due_at, zone)}")
    return " · ".join(parts)


def _message(incident: IncidentFacts, lines: list[str], buttons: list[Block], locale: str) -> Message:
    head = f"{texts.drill_mark(incident, locale)}{texts.level(incident, locale)} · {incident.number}"
    body = [f"*{head}*", texts.escape(incident.title[locale]), *lines]
    if incident.channel_id:
        body.append(f"<#{incident.channel_id}>")
    blocks = [*texts.paragraphs(body), *texts.rows(buttons)]
    return Message(f"{head} {lines[0] if lines else ''}", blocks)


def _accept_button(number: str, codes: Sequence[str], locale: str) -> Block:
    """Accepts for the first of some departments; the others stand in the same message."""
    return {
        "type": "button",
        "action_id": ACCEPT,
        "style": "primary",
        "value": " ".join([number, *codes]),
        "text": texts.plain(i18n.say(N_("Accept"), locale)),
    }
