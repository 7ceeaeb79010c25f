"""What a person chose or typed in an element, in the shape Slack sends it, and what Slack's client would
not let pass."""

import re
from typing import Any

from incident.slack.sandbox import blockcheck

# The field that carries one element's value in `actions` and in `state.values`, by element type.
FIELD = {
    "static_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "multi_static_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "value": "initial_value",
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_WHOLE = re.compile(r"-?\d+")
_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
State = dict[str, dict[str, dict[str, Any]]]


def options(element: dict[str, Any]) -> list[dict[str, Any]]:
    """All options of an element, those in groups too."""
    found: list[dict[str, Any]] = list(element.get("options", []))
    for group in element.get("option_groups", []):
        found += group["options"]
    return found


def value_of(element: dict[str, Any], raw: Any) -> dict[str, Any]:
    """`raw` (a string, or a list of strings where many may be chosen) as Slack would send it for this
    element.
    ValueError when it is not on offer."""
    kind = element["type"]
    if kind == "button":
        return {"value": element["value"]} if "value" in element else {}
    field = FIELD[kind]
    if field.endswith("s"):
        chosen = [raw] if isinstance(raw, str) and raw else list(raw or [])
        if field == "selected_options":
            return {field: [_option(element, value) for value in chosen]}
        return {field: chosen}
    if raw in (None, "", []):
        return {field: None}
    if field == "selected_option":
        return {field: _option(element, raw)}
    return {field: int(raw) if field == "selected_date_time" else str(raw)}


def _option(element: dict[str, Any], value: str) -> dict[str, Any]:
    for option in options(element):
        if option["value"] == value:
            return option
    raise ValueError(f"{value!r} is not an option of {element.get('action_id')}")


def initial(element: dict[str, Any]) -> dict[str, Any]:
    """An element's value before anybody touched it."""
    field = FIELD[element["type"]]
    empty: Any = [] if field.endswith("s") else None
    return {field: element.get(_INITIAL[field], empty)}


def state(blocks: list[dict[str, Any]], typed: State) -> State:
    """`state.values` of a surface: what was chosen so far, else what the app set at first."""
    values: State = {}
    for block in blocks:
        for element in blockcheck.elements(block):
            if element["type"] in FIELD and element["type"] != "overflow":
                block_id, action_id = block["block_id"], element["action_id"]
                known = typed.get(block_id, {}).get(action_id)
                values.setdefault(block_id, {})[action_id] = known or {
                    "type": element["type"],
                    **initial(element),
                }
    return values


def merge(blocks: list[dict[str, Any]], known: State, values: dict[str, Any]) -> State:
    """`known` with new raw values, given by block and action id or by action id alone. ValueError for a
    name that is
    nowhere in the blocks."""
    merged = state(blocks, known)
    for block in blocks:
        for element in blockcheck.elements(block):
            block_id, action_id = block["block_id"], element.get("action_id")
            nested = values.get(block_id)
            source = nested if isinstance(nested, dict) else values
            if action_id in source and action_id in merged.get(block_id, {}):
                chosen = value_of(element, source[action_id])
                merged[block_id][action_id] = {"type": element["type"], **chosen}
    names = {name for block, actions in merged.items() for name in (block, *actions)}
    if unknown := sorted(set(values) - names):
        raise ValueError(f"no such input: {', '.join(unknown)}")
    return merged


def complaints(blocks: list[dict[str, Any]], values: State) -> dict[str, str]:
    """What Slack's client refuses before anything is sent: block_id → a word of the chrome's dictionary."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = values[block["block_id"]][element["action_id"]][FIELD[element["type"]]]
        if value in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = "required"
        elif isinstance(value, str) and (word := _wrong(element, value)):
            found[block["block_id"]] = word
    return found


def _wrong(element: dict[str, Any], value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return "too_short"
    if len(value) > element.get("max_length", 3000):
        return "too_long"
    kind = element["type"]
    if kind == "number_input":
        return _wrong_number(element, value)
    if kind == "email_text_input" and not _EMAIL.fullmatch(value):
        return "not_an_email"
    if kind == "url_text_input" and not value.startswith(("http://", "https://")):
        return "not_a_url"
    return None


def _wrong_number(element: dict[str, Any], value: str) -> str | None:
    if not (_DECIMAL if element["is_decimal_allowed"] else _WHOLE).fullmatch(value):
        return "not_a_number"
    low, high = element.get("min_value", value), element.get("max_value", value)
    return None if float(low) <= float(value) <= float(high) else "out_of_range"
