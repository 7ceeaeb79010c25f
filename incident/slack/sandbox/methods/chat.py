"""chat.*: saying something, saying it differently, taking it back."""

import json
import sqlite3
from typing import Any

from incident.slack.sandbox import (
    blockcheck,
    calls,
    channels,
    events,
    identity,
    messages,
    personas,
    refusals,
    stamps,
    table,
)

_ME = identity.BOT_USER
UPDATE_LENGTH = 4000
METADATA_BYTES = 16_000
_CUSTOM = ("username", "icon_emoji", "icon_url")


@calls.answers("chat.postMessage")
def post_message(call: calls.Call) -> dict[str, Any]:
    """A message for everybody in a conversation."""
    row, body, thread = composed(call)
    broadcast = call.flag("reply_broadcast")
    stored = messages.write(call.db, row["id"], body, author=_ME, thread=thread, broadcast=broadcast)
    events.say(call.db, call.workspace, row, stored)
    return {"channel": row["id"], "ts": stored["ts"], "message": stored}


@calls.answers("chat.meMessage")
def me_message(call: calls.Call) -> dict[str, Any]:
    """A message about oneself, in the third person."""
    row, body, _ = composed(call)
    stored = messages.write(call.db, row["id"], {**body, "subtype": "me_message"}, author=_ME)
    events.say(call.db, call.workspace, row, stored)
    return {"channel": row["id"], "ts": stored["ts"]}


@calls.answers("chat.postEphemeral")
def post_ephemeral(call: calls.Call) -> dict[str, Any]:
    """A message only one member sees, until the page is next loaded afresh; it is no part of history."""
    row, user = _target(call), call.text("user")
    channels.must_be_open(row)
    channels.must_be_member(call.db, row, _ME)
    if not channels.is_member(call.db, row["id"], user):
        raise refusals.Refusal("user_not_in_channel")
    body = _content(call)
    if not _says_something(body):
        raise refusals.Refusal("no_text")
    thread = _thread(call.db, row["id"], call.text("thread_ts"))
    stored = messages.write(call.db, row["id"], _signed(call, body), author=_ME, thread=thread, audience=user)
    return {"message_ts": stored["ts"]}


@calls.answers("chat.update")
def update(call: calls.Call) -> dict[str, Any]:
    """The app's own message, said differently. Fields not given stay; an empty list or object removes
    them."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    message = _own(call, row, error="cant_update_message")
    channels.must_be_open(row, error="is_inactive")
    if len(call.text("text")) > UPDATE_LENGTH:
        raise refusals.Refusal("msg_too_long")
    kept: dict[str, Any] = json.loads(message["body"])
    changes = _content(call)
    if not changes:
        raise refusals.Refusal("no_text")
    body = {name: value for name, value in {**kept, **changes}.items() if value not in ([], {})}
    if not _says_something(body):
        raise refusals.Refusal("no_text")
    body["edited"] = {"user": _ME, "ts": stamps.text(stamps.now())}
    messages.replace(call.db, message, body)
    return {"channel": row["id"], "ts": body["ts"], "text": body["text"], "message": body}


@calls.answers("chat.delete")
def delete(call: calls.Call) -> dict[str, Any]:
    """Takes back one of the app's own messages."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    message = _own(call, row, error="cant_delete_message")
    messages.delete(call.db, message)
    return {"channel": row["id"], "ts": call.text("ts")}


def composed(call: calls.Call) -> tuple[sqlite3.Row, dict[str, Any], int | None]:
    """Where a message goes, what it is and the thread it answers in, each refused as chat.postMessage
    does."""
    row = _target(call)
    channels.must_be_open(row)
    if "chat:write.public" not in call.workspace.scopes or row["kind"] != "public":
        channels.must_be_member(call.db, row, _ME)
    body = _content(call)
    if not _says_something(body):
        raise refusals.Refusal("no_text")
    return row, _signed(call, body), _thread(call.db, row["id"], call.text("thread_ts"))


def content_of(raw: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """Checked text, blocks, attachments and metadata of a message; text over 40,000 characters is cut,
    with a warning."""
    body: dict[str, Any] = {}
    if "text" in raw:
        body["text"] = str(raw["text"])[: messages.TEXT_LENGTH]
        if len(str(raw["text"])) > messages.TEXT_LENGTH:
            warnings.append("message_truncated")
    if raw.get("blocks") not in (None, ""):
        body["blocks"] = blockcheck.check_message(raw["blocks"])
    if raw.get("attachments") not in (None, ""):
        body["attachments"] = _attachments(raw["attachments"])
    if raw.get("metadata") not in (None, ""):
        body["metadata"] = _metadata(raw["metadata"])
    return body


def _content(call: calls.Call) -> dict[str, Any]:
    raw = dict(call.args)
    if "markdown_text" in raw:
        if "text" in raw or "blocks" in raw:
            raise refusals.Refusal("markdown_text_conflict")
        raw["text"] = raw["markdown_text"]
    return content_of(raw, call.warnings)


def _signed(call: calls.Call, body: dict[str, Any]) -> dict[str, Any]:
    """With the app as its author; another name or picture needs its own scope."""
    signed: dict[str, Any] = {
        "user": _ME,
        "bot_id": identity.BOT,
        "app_id": identity.APP,
        "team": identity.TEAM,
        "text": "",
        **body,
    }
    custom: dict[str, Any] = {name: call.text(name) for name in _CUSTOM if name in call.args}
    if custom:
        table.must_hold(call.workspace.scopes, ("chat:write.customize",))
        signed |= custom
    return signed


def _says_something(body: dict[str, Any]) -> bool:
    return any(body.get(name) for name in ("text", "blocks", "attachments"))


def _target(call: calls.Call) -> sqlite3.Row:
    """The conversation meant: by id, by name, or, by a person's id, the direct message with them."""
    wanted = call.text("channel")
    if wanted.startswith("U") and personas.find(call.db, wanted) is not None:
        wanted, _ = channels.open_direct(call.db, [_ME, wanted], creator=_ME)
    named = channels.find_by_name(call.db, wanted.removeprefix("#"))
    return channels.find(call.db, named["id"] if named else wanted, viewer=_ME)


def _own(call: calls.Call, row: sqlite3.Row, *, error: str) -> sqlite3.Row:
    message = messages.find(call.db, row["id"], call.text("ts"))
    if message["author"] != _ME or "subtype" in json.loads(message["body"]):
        raise refusals.Refusal(error)
    return message


def _thread(db: sqlite3.Connection, channel: str, ts: str) -> int | None:
    if not ts:
        return None
    parent = messages.find(db, channel, ts, error="thread_not_found")
    return int(parent["thread"] or parent["at"])


def _attachments(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise refusals.Refusal("invalid_attachments")
    if len(value) > 100:
        raise refusals.Refusal("too_many_attachments")
    kept = []
    for number, item in enumerate(value, start=1):
        blocks = {"blocks": blockcheck.check_message(item["blocks"])} if "blocks" in item else {}
        kept.append({**item, **blocks, "id": number})
    return kept


def _metadata(value: Any) -> dict[str, Any]:
    if value == {}:
        return {}
    if not isinstance(value, dict) or set(value) != {"event_type", "event_payload"}:
        raise refusals.Refusal("invalid_metadata_format")
    if not isinstance(value["event_type"], str) or not isinstance(value["event_payload"], dict):
        raise refusals.Refusal("invalid_metadata_schema")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise refusals.Refusal("metadata_too_large")
    return value
