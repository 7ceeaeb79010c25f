"""Block Kit's limits as tables: every block and element this workspace knows.
docs.slack.dev/reference/block-kit"""

from typing import Any

from incident.slack.sandbox import checks, richrules

_ID = checks.string(255)
_TYPE = {"type": checks.string(40)}
_DATE = checks.string(10, pattern=r"\d{4}-\d{2}-\d{2}")
_TIME = checks.string(5, pattern=r"([01]\d|2[0-3]):[0-5]\d")
_PLACEHOLDER = {"placeholder": checks.text(150), "focus_on_load": checks.boolean, "action_id": _ID}
_PERSON = checks.string(40)

CONFIRM = checks.record(
    {
        "title": checks.text(100),
        "text": checks.text(300, mrkdwn=True),
        "confirm": checks.text(30),
        "deny": checks.text(30),
    },
    {"style": checks.word("primary", "danger")},
)
_WITH_CONFIRM = {**_PLACEHOLDER, "confirm": CONFIRM}


def _option(*, mrkdwn: bool = False, url: bool = False) -> checks.Check:
    more = {"url": checks.string(3000)} if url else {}
    return checks.record(
        {"text": checks.text(75, mrkdwn=mrkdwn), "value": checks.string(150)},
        {"description": checks.text(75, mrkdwn=mrkdwn), **more},
    )


_OPTION = _option()
_GROUP = checks.record({"label": checks.text(75), "options": checks.items(_OPTION, 100)}, {})


def _options_or_groups(report: checks.Report, value: dict[str, Any], place: str) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.fault("must provide either options or option_groups", place)


def _initial_is_offered(report: checks.Report, value: dict[str, Any], place: str) -> None:
    """An initial choice must be among the options, letter for letter."""
    chosen = value.get("initial_options") or [value[name] for name in ("initial_option",) if name in value]
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group.get("options", []) if isinstance(group, dict) else []
    if any(option not in offered for option in chosen):
        report.fault("initial option must be one of the options", place)


def _static(report: checks.Report, value: dict[str, Any], place: str) -> None:
    _options_or_groups(report, value, place)
    _initial_is_offered(report, value, place)


def _select(**more: checks.Check) -> checks.Check:
    return checks.record(_TYPE, {**_WITH_CONFIRM, **more})


_LISTED = {"options": checks.items(_OPTION, 100), "option_groups": checks.items(_GROUP, 100)}
_MOST = {"max_selected_items": checks.integer(1, 10_000)}
_PEOPLE = checks.items(_PERSON, 100)
_FILTER: dict[str, checks.Check] = {
    "filter": checks.anything,
    "response_url_enabled": checks.boolean,
    "default_to_current_conversation": checks.boolean,
}
_CHOICE = {"action_id": _ID, "confirm": CONFIRM, "focus_on_load": checks.boolean}
_DISPATCH = {"dispatch_action_config": checks.anything}
_INITIAL = {"initial_value": checks.string(3000, shortest=0)}

IMAGE_ELEMENT = checks.record(
    {**_TYPE, "image_url": checks.string(3000), "alt_text": checks.string(2000)}, {}
)
ELEMENTS: dict[str, checks.Check] = {
    "button": checks.record(
        {**_TYPE, "text": checks.text(75)},
        {
            "action_id": _ID,
            "url": checks.string(3000),
            "value": checks.string(2000),
            "style": checks.word("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": checks.string(75),
        },
    ),
    "static_select": checks.record(
        _TYPE, {**_WITH_CONFIRM, **_LISTED, "initial_option": _OPTION}, also=_static
    ),
    "multi_static_select": checks.record(
        _TYPE,
        {**_WITH_CONFIRM, **_LISTED, **_MOST, "initial_options": checks.items(_OPTION, 100)},
        also=_static,
    ),
    "users_select": _select(initial_user=_PERSON),
    "multi_users_select": _select(initial_users=_PEOPLE, **_MOST),
    "conversations_select": _select(initial_conversation=_PERSON, **_FILTER),
    "multi_conversations_select": _select(initial_conversations=_PEOPLE, **_FILTER, **_MOST),
    "channels_select": _select(initial_channel=_PERSON, response_url_enabled=checks.boolean),
    "multi_channels_select": _select(initial_channels=_PEOPLE, **_MOST),
    "overflow": checks.record(
        {**_TYPE, "options": checks.items(_option(url=True), 5)}, {"action_id": _ID, "confirm": CONFIRM}
    ),
    "radio_buttons": checks.record(
        {**_TYPE, "options": checks.items(_option(mrkdwn=True), 10)},
        {**_CHOICE, "initial_option": _option(mrkdwn=True)},
        also=_initial_is_offered,
    ),
    "checkboxes": checks.record(
        {**_TYPE, "options": checks.items(_option(mrkdwn=True), 10)},
        {**_CHOICE, "initial_options": checks.items(_option(mrkdwn=True), 10)},
        also=_initial_is_offered,
    ),
    "datepicker": checks.record(_TYPE, {**_WITH_CONFIRM, "initial_date": _DATE}),
    "timepicker": checks.record(
        _TYPE, {**_WITH_CONFIRM, "initial_time": _TIME, "timezone": checks.string(60)}
    ),
    "datetimepicker": checks.record(
        _TYPE, {**_CHOICE, "initial_date_time": checks.integer(1_000_000_000, 9_999_999_999)}
    ),
    "plain_text_input": checks.record(
        _TYPE,
        {
            **_PLACEHOLDER,
            **_DISPATCH,
            **_INITIAL,
            "multiline": checks.boolean,
            "min_length": checks.integer(0, 3000),
            "max_length": checks.integer(1, 3000),
        },
    ),
    "number_input": checks.record(
        {**_TYPE, "is_decimal_allowed": checks.boolean},
        {
            **_PLACEHOLDER,
            **_DISPATCH,
            "initial_value": checks.string(40),
            "min_value": checks.string(40),
            "max_value": checks.string(40),
        },
    ),
    "email_text_input": checks.record(_TYPE, {**_PLACEHOLDER, **_DISPATCH, **_INITIAL}),
    "url_text_input": checks.record(_TYPE, {**_PLACEHOLDER, **_DISPATCH, **_INITIAL}),
    "image": IMAGE_ELEMENT,
}

# Which elements live where.
TYPED = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
PRESSED = frozenset(ELEMENTS) - TYPED - {"image"}
ACCESSORIES = PRESSED | {"image"}
# A multi-select is not offered in an actions block.
IN_ACTIONS = frozenset(kind for kind in PRESSED if not kind.startswith("multi_"))
IN_INPUTS = TYPED | (PRESSED - {"button", "overflow"})


def _text_or_fields(report: checks.Report, value: dict[str, Any], place: str) -> None:
    if "text" not in value and "fields" not in value:
        report.fault("must provide text or fields", place)


_IN_CONTEXT: dict[str, checks.Check] = {
    "image": IMAGE_ELEMENT,
    "plain_text": checks.text(3000, mrkdwn=True),
    "mrkdwn": checks.text(3000, mrkdwn=True),
}
_BLOCK = {"block_id": _ID}

BLOCKS: dict[str, checks.Check] = {
    "section": checks.record(
        _TYPE,
        {
            **_BLOCK,
            "text": checks.text(3000, mrkdwn=True),
            "fields": checks.items(checks.text(2000, mrkdwn=True), 10),
            "accessory": checks.kinds(ELEMENTS, allowed=ACCESSORIES),
            "expand": checks.boolean,
        },
        also=_text_or_fields,
    ),
    "header": checks.record({**_TYPE, "text": checks.text(150)}, {**_BLOCK, "level": checks.integer(1, 4)}),
    "divider": checks.record(_TYPE, _BLOCK),
    "rich_text": checks.record({**_TYPE, "elements": richrules.ELEMENTS}, _BLOCK),
    "context": checks.record({**_TYPE, "elements": checks.items(checks.kinds(_IN_CONTEXT), 10)}, _BLOCK),
    "actions": checks.record(
        {**_TYPE, "elements": checks.items(checks.kinds(ELEMENTS, allowed=IN_ACTIONS), 25)}, _BLOCK
    ),
    "image": checks.record(
        {**_TYPE, "image_url": checks.string(3000), "alt_text": checks.string(2000)},
        {**_BLOCK, "title": checks.text(2000)},
    ),
    "input": checks.record(
        {**_TYPE, "label": checks.text(2000), "element": checks.kinds(ELEMENTS, allowed=IN_INPUTS)},
        {**_BLOCK, "hint": checks.text(2000), "optional": checks.boolean, "dispatch_action": checks.boolean},
    ),
}
