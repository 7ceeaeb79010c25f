"""Names of form fields for Block Kit inputs, and reading them back into the values of a surface."""

import datetime
import urllib.parse
import zoneinfo
from typing import Any

import werkzeug.datastructures

from incident.slack.sandbox import blockcheck, choices

_PREFIX = "v:"


def place(block_id: str, action_id: str) -> str:
    """Both ids in one word; either may hold any character."""
    return f"{urllib.parse.quote(block_id, safe='')}:{urllib.parse.quote(action_id, safe='')}"


def field(block: dict[str, Any], element: dict[str, Any]) -> str:
    """The form field of an element."""
    return _PREFIX + place(block["block_id"], element["action_id"])


def ids(word: str) -> tuple[str, str]:
    """The block and action id of a `place`."""
    block, _, action = word.partition(":")
    return urllib.parse.unquote(block), urllib.parse.unquote(action)


def values(
    blocks: list[dict[str, Any]],
    form: "werkzeug.datastructures.MultiDict[str, str]",
    *,
    tz: zoneinfo.ZoneInfo,
) -> dict[str, dict[str, Any]]:
    """Raw values by block and action id, for every input the form could have shown: an unticked box is no
    value.
    `tz` reads the date-times, which browsers send without a zone."""
    found: dict[str, dict[str, Any]] = {}
    for block in blocks:
        for element in blockcheck.elements(block):
            kind = choices.FIELD.get(element["type"])
            if kind is None or element["type"] == "overflow":
                continue
            given = form.getlist(field(block, element))
            raw: Any = given if kind.endswith("s") else "".join(given[:1])
            if kind == "selected_date_time" and raw:
                raw = str(int(datetime.datetime.fromisoformat(raw).replace(tzinfo=tz).timestamp()))
            found.setdefault(block["block_id"], {})[element["action_id"]] = raw
    return found
