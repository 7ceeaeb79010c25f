"""Block Kit's limits as tables: every block and element this workspace knows.
docs.slack.dev/reference/block-kit"""

from typing import Any

from incident.slack.sandbox import checks
from incident.slack.sandbox.checks import Report, boolean, integer, items, kinds, record, string, text, word

_ID = string(255)
_TYPE = {"type": string(40)}
_DATE = string(10, pattern=r"\d{4}-\d{2}-\d{2}")
_TIME = string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_PLACEHOLDER = {"placeholder": text(150), "focus_on_load": boolean, "action_id": _ID}
_PERSON = string(40)

CONFIRM = record(
    {"title": text(100), "text": text(300, mrkdwn=True), "confirm": text(30), "deny": text(30)},
    {"style": word("primary", "danger")},
)
_WITH_CONFIRM = {**_PLACEHOLDER, "confirm": CONFIRM}


def _option(*, mrkdwn: bool = False, url: bool = False) -> checks.Check:
    more = {"url": string(3000)} if url else {}
    return record(
        {"text": text(75, mrkdwn=mrkdwn), "value": string(150)},
        {"description": text(75, mrkdwn=mrkdwn), **more},
    )


_OPTION = _option()
_GROUP = record({"label": text(75), "options": items(_OPTION, 100)}, {})


def _options_or_groups(report: Report, value: dict[str, Any], place: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.fault("must provide either options or option_groups", place)


def _initial_is_offered(report: Report, value: dict[str, Any], place: str) -> None:
    """An initial choice must be among the options, letter for letter."""
    chosen = value.get("initial_options") or [value[name] for name in ("initial_option",) if name in value]
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options", []) if isinstance(group, dict) else []
    if any(option not in offered for option in chosen):
        report.fault("initial option must be one of the options", place)


def _static(report: Report, value: dict[str, Any], place: str) -> None:
    _options_or_groups(report, value, place)
    _initial_is_offered(report, value, place)


def _select(**more: checks.Check) -> checks.Check:
    return record(_TYPE, {**_WITH_CONFIRM, **more})


_LISTED = {"options": items(_OPTION, 100), "option_groups": items(_GROUP, 100)}
_MOST = {"max_selected_items": integer(1, 10_000)}
_PEOPLE = items(_PERSON, 100)
_FILTER: dict[str, checks.Check] = {
    "filter": checks.anything,
    "response_url_enabled": boolean,
    "default_to_current_conversation": boolean,
}
_CHOICE = {"action_id": _ID, "confirm": CONFIRM, "focus_on_load": boolean}
_DISPATCH = {"dispatch_action_config": checks.anything}
_INITIAL = {"initial_value": string(3000, shortest=0)}

IMAGE_ELEMENT = record({**_TYPE, "image_url": string(3000), "alt_text": string(2000)}, {})
ELEMENTS: dict[str, checks.Check] = {
    "button": record(
        {**_TYPE, "text": text(75)},
        {
            "action_id": _ID,
            "url": string(3000),
            "value": string(2000),
            "style": word("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "static_select": record(_TYPE, {**_WITH_CONFIRM, **_LISTED, "initial_option": _OPTION}, also=_static),
    "multi_static_select": record(
        _TYPE, {**_WITH_CONFIRM, **_LISTED, **_MOST, "initial_options": items(_OPTION, 100)}, also=_static
    ),
    "users_select": _select(initial_user=_PERSON),
    "multi_users_select": _select(initial_users=_PEOPLE, **_MOST),
    "conversations_select": _select(initial_conversation=_PERSON, **_FILTER),
    "multi_conversations_select": _select(initial_conversations=_PEOPLE, **_FILTER, **_MOST),
    "channels_select": _select(initial_channel=_PERSON, response_url_enabled=boolean),
    "multi_channels_select": _select(initial_channels=_PEOPLE, **_MOST),
    "overflow": record(
        {**_TYPE, "options": items(_option(url=True), 5)}, {"action_id": _ID, "confirm": CONFIRM}
    ),
    "radio_buttons": record(
        {**_TYPE, "options": items(_option(mrkdwn=True), 10)},
        {**_CHOICE, "initial_option": _option(mrkdwn=True)},
        also=_initial_is_offered,
    ),
    "checkboxes": record(
        {**_TYPE, "options": items(_option(mrkdwn=True), 10)},
        {**_CHOICE, "initial_options": items(_option(mrkdwn=True), 10)},
        also=_initial_is_offered,
    ),
    "datepicker": record(_TYPE, {**_WITH_CONFIRM, "initial_date": _DATE}),
    "timepicker": record(_TYPE, {**_WITH_CONFIRM, "initial_time": _TIME, "timezone": string(60)}),
    "datetimepicker": record(_TYPE, {**_CHOICE, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "plain_text_input": record(
        _TYPE,
        {
            **_PLACEHOLDER,
            **_DISPATCH,
            **_INITIAL,
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
    ),
    "number_input": record(
        {**_TYPE, "is_decimal_allowed": boolean},
        {
            **_PLACEHOLDER,
            **_DISPATCH,
            "initial_value": string(40),
            "min_value": string(40),
            "max_value": string(40),
        },
    ),
    "email_text_input": record(_TYPE, {**_PLACEHOLDER, **_DISPATCH, **_INITIAL}),
    "url_text_input": record(_TYPE, {**_PLACEHOLDER, **_DISPATCH, **_INITIAL}),
    "image": IMAGE_ELEMENT,
}

# Which elements live where.
TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
PRESSED = frozenset(ELEMENTS) - TYPED - {"image"}
ACCESSORIES = PRESSED | {"image"}
# A multi-select is not offered in an actions block.
IN_ACTIONS = frozenset(kind for kind in PRESSED if not kind.startswith("multi_"))
IN_INPUTS = TYPED | (PRESSED - {"button", "overflow"})


def _text_or_fields(report: Report, value: dict[str, Any], place: str) -> None:
    if "text" not in value and "fields" not in value:
        report.fault("must provide text or fields", place)


_IN_CONTEXT: dict[str, checks.Check] = {
    "image": IMAGE_ELEMENT,
    "plain_text": text(3000, mrkdwn=True),
    "mrkdwn": text(3000, mrkdwn=True),
}
_BLOCK = {"block_id": _ID}

BLOCKS: dict[str, checks.Check] = {
    "section": record(
        _TYPE,
        {
            **_BLOCK,
            "text": text(3000, mrkdwn=True),
            "fields": items(text(2000, mrkdwn=True), 10),
            "accessory": kinds(ELEMENTS, allowed=ACCESSORIES),
            "expand": boolean,
        },
        also=_text_or_fields,
    ),
    "header": record({**_TYPE, "text": text(150)}, {**_BLOCK, "level": integer(1, 4)}),
    "divider": record(_TYPE, _BLOCK),
    "context": record({**_TYPE, "elements": items(kinds(_IN_CONTEXT), 10)}, _BLOCK),
    "actions": record({**_TYPE, "elements": items(kinds(ELEMENTS, allowed=IN_ACTIONS), 25)}, _BLOCK),
    "image": record(
        {**_TYPE, "image_url": string(3000), "alt_text": string(2000)}, {**_BLOCK, "title": text(2000)}
    ),
    "input": record(
        {**_TYPE, "label": text(2000), "element": kinds(ELEMENTS, allowed=IN_INPUTS)},
        {**_BLOCK, "hint": text(2000), "optional": boolean, "dispatch_action": boolean},
    ),
}
