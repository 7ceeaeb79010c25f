"""The modal to declare an incident by hand."""

from typing import Any

from incident import i18n
from incident.alerting.facts import IncidentFacts
from incident.errors import N_
from incident.slack.blocks import texts
from incident.slack.blocks.texts import Block
from incident.vocabulary import ComplaintType, Level, Signal

CALLBACK = "incident_declare"
INPUTS = ("complaint_type", "level", "summary", "affected_customers", "signals")  # the block ids
SUMMARY_LONGEST = 2_000  # characters
VALUE = "value"  # the action id in every input block; the block id says which input it is


def build(locale: str, *, summary: str = "") -> Block:
    """Type, level if it is known, what happened, how many customers, signals."""
    types = [(str(each), i18n.words("type", each, locale)) for each in ComplaintType]
    levels = [(str(int(each)), _level(each, locale)) for each in Level]
    signals = [(str(each), i18n.words("signal", each, locale)) for each in Signal]
    typed = {"initial_value": summary[:SUMMARY_LONGEST]} if summary else {}
    what = {"type": "plain_text_input", "multiline": True, "max_length": SUMMARY_LONGEST, **typed}
    number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "1"}
    hint = N_("No customer's name, number or address: everybody in the channel reads this.")
    return {
        **_frame(N_("Declare an incident"), locale, close=N_("Cancel")),
        "callback_id": CALLBACK,
        "submit": texts.plain(i18n.say(N_("Declare"), locale)),
        "blocks": [
            _input("complaint_type", N_("Kind of complaint"), _select(types), locale),
            _input("level", N_("Level, if you know it"), _select(levels), locale, optional=True),
            _input("summary", N_("What happened"), what, locale, hint=hint),
            _input("affected_customers", N_("Customers affected"), number, locale, optional=True),
            _input("signals", N_("Signals"), _select(signals, multi=True), locale, optional=True),
        ],
    }


def done(incident: IncidentFacts, locale: str) -> Block:
    """What stands in the modal once the incident is open."""
    words = texts.say(
        N_("%(number)s is open at level %(level)s. People are being alerted."),
        locale,
        number=incident.number,
        level=incident.level.numeral,
    )
    button = {"type": "actions", "elements": [texts.board_button(incident, locale)]}
    return {
        **_frame(N_("Incident declared"), locale, close=N_("Close the window")),
        "blocks": [texts.section(words), button],
    }


def read(values: dict[str, dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """What was filled in, as the arguments of a declaration; fields left empty are absent."""
    found = {block: next(iter(inputs.values()), {}) for block, inputs in values.items()}
    options = {block: each.get("selected_option") or {} for block, each in found.items()}
    many = found.get("signals", {}).get("selected_options") or []
    given: dict[str, Any] = {
        "complaint_type": str(options.get("complaint_type", {}).get("value", "")),
        "summary": _storable(str(found.get("summary", {}).get("value") or "")),
        "signals": frozenset(str(each.get("value")) for each in many if isinstance(each, dict)),
    }
    for name, text in (
        ("level", options.get("level", {}).get("value")),
        ("affected_customers", found.get("affected_customers", {}).get("value")),
    ):
        if isinstance(text, str) and text.isascii() and text.isdigit():
            given[name] = int(text)
    return given


def _storable(text: str) -> str:
    """What a database can keep of a text: no NUL, no half of a surrogate pair."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _level(level: Level, locale: str) -> str:
    return f"{texts.SIGNS[int(level)]} {level.numeral} {i18n.words('level', str(int(level)), locale)}"


def _frame(title: str, locale: str, *, close: str) -> Block:
    return {
        "type": "modal",
        "title": texts.plain(i18n.say(title, locale)),
        "close": texts.plain(i18n.say(close, locale)),
    }


def _select(options: list[tuple[str, str]], *, multi: bool = False) -> Block:
    listed = [{"text": texts.plain(words), "value": value} for value, words in options]
    return {"type": "multi_static_select" if multi else "static_select", "options": listed}


def _input(
    block: str, label: str, element: Block, locale: str, *, optional: bool = False, hint: str = ""
) -> Block:
    more = {"hint": texts.plain(i18n.say(hint, locale))} if hint else {}
    return {
        "type": "input",
        "block_id": block,
        "optional": optional,
        "label": texts.plain(i18n.say(label, locale)),
        "element": {"action_id": VALUE, **element},
        **more,
    }
