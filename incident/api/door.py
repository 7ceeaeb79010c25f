"""The way of every request: who calls, what was sent, the act in its transaction, the answer."""

from contextlib import nullcontext
from datetime import datetime
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import Any

from flask import Response, current_app, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from incident import attachments, clock, errors, faults
from incident.accounts import Actor
from incident.api import caller, kept, parts, problems, strictjson
from incident.api.registry import PARTS, Answer, Ask, Call
from incident.db import unit_of_work
from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.settings import Settings

# Calls that a process works on at once; the others wait before they have begun. More threads than this only
# take the interpreter from one another, and from the one that holds the writer's lock: with 32 clients four
# gave 150 openings a second where sixteen gave 110. No call waits for another call, so none waits forever.
AT_ONCE = 4
_turns = BoundedSemaphore(AT_ONCE)


def serve(call: Call, **path: Any) -> Response:
    """Answer one request; refusals are raised and become problems in the blueprint's handlers."""
    with nullcontext() if call.own_units else _turns:  # a bulk import has long work, and gives others room
        return _serve(call, path)


def _serve(call: Call, path: dict[str, Any]) -> Response:
    by = caller.identify()
    by.must(call.needs)
    _no_control(path.values())
    if call.content_types == PARTS:
        with parts.received(call, checked) as sent:
            return send(_write(call, _ask(call, by, clock.now(), sent), sent.fingerprint, path))
    raw, at = _raw(call), clock.now()
    ask = _ask(call, by, at, _body(call, raw, at) if call.method != "GET" else None)
    if call.method == "GET":
        return send(call.handler(ask, **path))
    return send(_write(call, ask, raw, path))


def _ask(call: Call, by: Actor, at: datetime, body: Any) -> Ask:
    settings: Settings = current_app.extensions["settings"]
    house: House = current_app.extensions["house"]
    return Ask(by=by, at=at, house=house, url=settings.url, body=body, query=_query(call.query))


def _write(call: Call, ask: Ask, raw: bytes, path: dict[str, Any]) -> Answer:
    header = request.headers.get("Idempotency-Key")
    if header is not None:
        found = kept.key(header, caller=ask.by.label, request=(request.method, request.full_path, raw))
        return kept.once(found, ask, lambda: call.handler(ask, **path), own_units=call.own_units)
    if call.own_units:
        return call.handler(ask, **path)
    with unit_of_work():
        return call.handler(ask, **path)


def send(answer: Answer) -> Response:
    """The answer over HTTP; answers hold what only the caller may see, so nobody in between keeps them."""
    if answer.file is not None:
        return attachments.send(answer.file)
    response = problems.as_json(answer.content(), answer.status)
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(answer.headers)
    return response


def _no_control(values: Any) -> None:
    """PostgreSQL refuses NUL in texts; nothing that has one names anything."""
    if any(isinstance(value, str) and not value.isprintable() for value in values):
        raise errors.NotFound(N_("There is no such address."))


def _raw(call: Call) -> bytes:
    if call.method == "GET":
        return b""
    request.max_content_length = call.limit
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise errors.TooLarge(
            N_("The body is larger than %(mib)s MiB."), mib=call.limit // (1024 * 1024)
        ) from None
    if raw or not call.body_optional:
        _content_type(call)
    return raw


def _content_type(call: Call) -> None:
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype not in call.content_types or charset not in ("utf-8", "utf8"):
        raise problems.Unsupported(
            N_("Send %(types)s in UTF-8."),
            types=", ".join(call.content_types),
            reasons=[Reason(N_("This header is wrong or missing."), loc=("header", "Content-Type"))],
        )


def _body(call: Call, raw: bytes, at: Any) -> Any:
    if call.content_types != ("application/json",):
        return raw
    value = strictjson.read(raw) if raw or not call.body_optional else {}
    if call.read is not None:
        return call.read(value, at)
    return checked(call.body or Nothing, value)


class Nothing(BaseModel, extra="forbid"):
    """The body of a call that reads none."""


def checked(model: type[BaseModel], value: Any, *, below: tuple[str, ...] = ()) -> Any:
    """A value checked against a model; raises Invalid with every fault by its place."""
    try:
        return model.model_validate(value)
    except ValidationError as fault:
        raise errors.Invalid(
            N_("The request is not valid."), reasons=faults.reasons(fault, below=below)
        ) from None


def _query(model: type[BaseModel] | None) -> Any:
    """The query string: a list field takes a repeated or a comma-separated parameter."""
    given: dict[str, Any] = {}
    fields = (model or Nothing).model_fields
    for name, values in request.args.lists():
        if name in fields and (fields[name].json_schema_extra or {}) == {"many": True}:
            given[name] = [part for value in values for part in value.split(",") if part]
        elif len(values) > 1:
            raise errors.Invalid(
                N_("The request is not valid."),
                reasons=[Reason(N_("This parameter is given twice."), loc=("query", name[:80]))],
            )
        else:
            given[name] = values[0]
    return checked(model or Nothing, given, below=("query",))


OK, CREATED = int(HTTPStatus.OK), int(HTTPStatus.CREATED)
