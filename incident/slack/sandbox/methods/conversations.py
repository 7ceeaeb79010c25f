"""conversations.*: making channels, naming them, their topic and their end."""

import json
from typing import Any

from incident.slack.sandbox import calls, channels, events, identity, messages, refusals
from incident.slack.sandbox.methods import users

_ME = identity.BOT_USER


@calls.answers("conversations.create")
def create(call: calls.Call) -> dict[str, Any]:
    """A new channel with the app as its first member."""
    kind = "private" if call.flag("is_private") else "public"
    call.must_cover(kind)
    channel = channels.create(call.db, call.text("name"), kind=kind, creator=_ME)
    return _described(call, channel)


@calls.answers("conversations.info")
def info(call: calls.Call) -> dict[str, Any]:
    """One conversation."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    call.must_cover(row["kind"])
    described = channels.describe(call.db, row, viewer=_ME)
    if call.flag("include_num_members"):
        described["num_members"] = len(channels.members(call.db, row["id"]))
    return {"channel": described}


@calls.answers("conversations.list")
def list_(call: calls.Call) -> dict[str, Any]:
    """All public channels and, of the others, those the app is in."""
    rows = call.db.execute(
        "SELECT * FROM channels c WHERE kind = 'public' OR EXISTS"
        " (SELECT 1 FROM members m WHERE m.channel = c.id AND m.person = ?) ORDER BY c.rowid",
        (_ME,),
    ).fetchall()
    return users.listing(call, rows)


@calls.answers("conversations.rename")
def rename(call: calls.Call) -> dict[str, Any]:
    """A new name under the same rules; the old one is remembered and free again."""
    row, name = _mine(call), call.text("name")
    channels.check_name(name)
    taken = channels.find_by_name(call.db, name)
    if taken is not None and taken["id"] != row["id"]:
        raise refusals.Refusal("name_taken")
    earlier = json.dumps([row["name"], *json.loads(row["previous_names"])])
    call.db.execute(
        "UPDATE channels SET name = ?, previous_names = ? WHERE id = ?", (name, earlier, row["id"])
    )
    text = f'has renamed the channel from "{row["name"]}" to "{name}"'
    messages.system(
        call.db, row["id"], subtype="channel_name", author=_ME, text=text, old_name=row["name"], name=name
    )
    renamed = {"id": row["id"], "name": name, "created": row["created_s"]}
    events.emit(call.db, call.workspace, {"type": "channel_rename", "channel": renamed})
    return _described(call, row["id"])


@calls.answers("conversations.setTopic")
def set_topic(call: calls.Call) -> dict[str, Any]:
    """The line under the channel's name."""
    return _set_text(call, "topic")


@calls.answers("conversations.setPurpose")
def set_purpose(call: calls.Call) -> dict[str, Any]:
    """What the channel is for."""
    return _set_text(call, "purpose") | {"purpose": call.text("purpose")}


@calls.answers("conversations.archive")
def archive(call: calls.Call) -> dict[str, Any]:
    """Closes a channel; it keeps its messages and its name."""
    row = _channel(call)
    channels.must_be_open(row, error="already_archived")
    if row["id"] == identity.GENERAL:
        raise refusals.Refusal("cant_archive_general")
    channels.must_be_member(call.db, row, _ME)
    messages.system(call.db, row["id"], subtype="channel_archive", author=_ME, text="archived the channel")
    call.db.execute("UPDATE channels SET archived = 1 WHERE id = ?", (row["id"],))
    events.emit(call.db, call.workspace, {"type": "channel_archive", "channel": row["id"], "user": _ME})
    return {}


@calls.answers("conversations.unarchive")
def unarchive(call: calls.Call) -> dict[str, Any]:
    """Reopens an archived channel."""
    row = _channel(call)
    if not row["archived"]:
        raise refusals.Refusal("not_archived")
    call.db.execute("UPDATE channels SET archived = 0 WHERE id = ?", (row["id"],))
    messages.system(
        call.db, row["id"], subtype="channel_unarchive", author=_ME, text="un-archived the channel"
    )
    return {}


def _channel(call: calls.Call) -> Any:
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    channels.must_be_named(row)
    call.must_cover(row["kind"])
    return row


def _mine(call: calls.Call) -> Any:
    row = _channel(call)
    channels.must_be_open(row)
    channels.must_be_member(call.db, row, _ME)
    return row


def _set_text(call: calls.Call, field: str) -> dict[str, Any]:
    row, value = _mine(call), call.text(field)
    channels.set_text(call.db, row["id"], field=field, value=value, person=_ME)
    text = f"set the channel {field}: {value}"
    messages.system(call.db, row["id"], subtype=f"channel_{field}", author=_ME, text=text, **{field: value})
    return _described(call, row["id"])


def _described(call: calls.Call, channel: str) -> dict[str, Any]:
    row = channels.find(call.db, channel, viewer=_ME)
    return {"channel": channels.describe(call.db, row, viewer=_ME)}
