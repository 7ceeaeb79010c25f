"""Reading a call's arguments as Slack does (query, form or JSON body) and refusing what the method does
not know."""

import json
from typing import Any

import flask

from incident.slack.sandbox import refusals, table

# Taken by every method: the token, and the team that Slack's own framework (Bolt) adds to each of its calls.
_EVERYWHERE = frozenset({"token", "team_id"})
_TRUE = {"1", "true", "True"}
_FALSE = {"0", "false", "False", ""}
# Where Slack names the missing argument by an error of its own.
_MISSING = {
    ("conversations.create", "name"): "invalid_name_required",
    ("conversations.rename", "name"): "invalid_name_required",
    ("conversations.invite", "users"): "no_user",
    ("reactions.add", "timestamp"): "no_item_specified",
    ("reactions.add", "channel"): "no_item_specified",
}


def read(request: flask.Request, method: table.Method) -> tuple[dict[str, Any], list[str]]:
    """The raw arguments and the warnings they earned; a JSON body is not looked at where Slack does not
    read one."""
    found: dict[str, Any] = request.args.to_dict()
    warnings: list[str] = []
    if request.mimetype == "application/json":
        if method.json:
            found |= _json_object(request.get_data())
        if "charset" not in request.content_type:
            warnings.append("missing_charset")
    else:
        found |= request.form.to_dict()
    return found, warnings


def token(request: flask.Request) -> str | None:
    """The token of a request, from its header or, as in old clients, from its form; None without."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Bearer" and value:
        return value.strip()
    return request.values.get("token")


def check(method: table.Method, raw: dict[str, Any]) -> dict[str, Any]:
    """Typed arguments. Refuses unknown ones, missing ones and values of the wrong type."""
    raw = {name: value for name, value in raw.items() if name not in _EVERYWHERE and value is not None}
    faults = [f"[ERROR] unknown argument: {name}" for name in sorted(set(raw) - set(method.args))]
    typed: dict[str, Any] = {}
    for name, value in raw.items():
        if name in method.args:
            fault = _convert(typed, name, value, kind=method.args[name])
            faults += [fault] if fault else []
    if faults:
        raise refusals.Refusal("invalid_arguments", messages=faults)
    for name in method.required:
        if typed.get(name) in (None, ""):
            _refuse_missing(method.name, name)
    return typed


def _refuse_missing(method: str, name: str) -> None:
    if error := _MISSING.get((method, name)):
        raise refusals.Refusal(error)
    raise refusals.Refusal("invalid_arguments", messages=[f"[ERROR] missing required field: {name}"])


def _convert(typed: dict[str, Any], name: str, value: Any, *, kind: str) -> str | None:
    try:
        typed[name] = _CONVERTERS[kind](value)
    except ValueError as wrong:
        return f"[ERROR] {wrong} [json-pointer:/{name}]"
    return None


def _string(value: Any) -> str:
    if isinstance(value, (dict, list)):
        raise ValueError("must be a string")
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _bool(value: Any) -> bool:
    word = _string(value)
    if word not in _TRUE | _FALSE:
        raise ValueError("must be a boolean")
    return word in _TRUE


def _number(value: Any) -> int:
    try:
        return int(_string(value))
    except ValueError:
        raise ValueError("must be an integer") from None


def _json(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        # Kept as it came: each method has its own word for it (invalid_blocks_format,
        # invalid_metadata_format …).
        return value


_CONVERTERS = {"string": _string, "bool": _bool, "number": _number, "json": _json}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise refusals.Refusal("invalid_json") from None
    if not isinstance(value, dict):
        raise refusals.Refusal("json_not_object")
    return value
