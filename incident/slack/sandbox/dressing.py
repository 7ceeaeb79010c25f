"""What templates need: filters for text, names of fields, the language carried along, and strict headers."""

import datetime
import re
from typing import Any

import flask
import markupsafe

from incident.slack.sandbox import blockcheck, choices, emoji, mrkdwn, rich, typed, wording
from incident.slack.sandbox import viewer as eyes

_BARS = frozenset({"good", "warning", "danger"})
_HEX = re.compile(r"#?[0-9a-fA-F]{6}")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " img-src 'self' http: https: data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


def register(routes: flask.Blueprint) -> None:
    """Adds the filters and functions of the templates, and keeps `?lang=` in every address made."""
    routes.add_app_template_filter(text_object, "text_object")
    routes.add_app_template_filter(mrkdwn.render, "mrkdwn")
    routes.add_app_template_filter(emoji.one, "emoji")
    routes.add_app_template_filter(size, "file_size")
    routes.add_app_template_filter(bar, "bar")
    routes.add_app_template_filter(wording.decode, "as_typed")
    routes.add_app_template_filter(names, "names")
    routes.add_app_template_filter(eyes.hue, "hue")
    routes.add_app_template_filter(rich.render, "rich")
    routes.add_app_template_global(typed.field, "field")
    routes.add_app_template_global(typed.place, "place")
    routes.add_app_template_global(current, "current")
    routes.add_app_template_global(local_minutes, "local_minutes")

    @routes.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if b"lang=" in flask.request.query_string and endpoint.startswith(("pages.", "trying.")):
            values.setdefault("lang", flask.request.args.get("lang"))


def names(people: list[str], viewer: eyes.Viewer) -> str:
    """People by name, one after another."""
    return viewer.say("and_so_on").join(viewer.people.get(person, "?") for person in people)


def bar(color: str | None) -> str:
    """The nearest of the few colours of an attachment's bar: good, warning, danger or plain."""
    if color in _BARS or not _HEX.fullmatch(color or ""):
        return color if color in _BARS else "plain"
    red, green, blue = (int(str(color).lstrip("#")[place : place + 2], 16) for place in (0, 2, 4))
    if max(red, green, blue) - min(red, green, blue) < 40 or blue >= max(red, green):
        return "plain"
    if green > red:
        return "good"
    return "warning" if green > 100 else "danger"


def size(count: int) -> str:
    """A file's size as people read it."""
    if count < 1024:
        return f"{count} B"
    return f"{count / 1024:.1f} KB" if count < 1024**2 else f"{count / 1024**2:.1f} MB"


def headers(response: flask.Response) -> flask.Response:
    """No script or style but our own files, no other site's frames or forms."""
    response.headers.update(_HEADERS)
    return response


def text_object(text: dict[str, Any], viewer: eyes.Viewer) -> markupsafe.Markup:
    """A text object → HTML."""
    return mrkdwn.render(text["text"], viewer) if text["type"] == "mrkdwn" else mrkdwn.plain(text["text"])


def elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The elements of a block that can be pressed or filled."""
    return blockcheck.elements(block)


def current(block: dict[str, Any], element: dict[str, Any], state: choices.State) -> Any:
    """What an element shows: an option's value (or several), a person, a date, a text; as plain strings."""
    kind = choices.FIELD[element["type"]]
    known = state.get(block["block_id"], {}).get(element["action_id"]) or choices.initial(element)
    value = known[kind]
    if kind == "selected_option":
        return value["value"] if value else ""
    if kind == "selected_options":
        return [option["value"] for option in value or []]
    return value if isinstance(value, list) else "" if value is None else str(value)


def local_minutes(unix: str, viewer: eyes.Viewer) -> str:
    """Unix seconds as a browser's date-time field wants them, on the reader's clock; "" for none."""
    if not unix:
        return ""
    return datetime.datetime.fromtimestamp(int(unix), viewer.tz).strftime("%Y-%m-%dT%H:%M")
