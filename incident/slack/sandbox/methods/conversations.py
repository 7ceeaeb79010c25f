"""conversations.*: making channels, naming them, their topic and their end."""

from typing import Any

from incident.slack.sandbox import calls, channels, governing, identity
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
    """A new name for a channel the app is in."""
    row = _mine(call)
    governing.rename(call.db, call.workspace, row, call.text("name"), by=_ME)
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
    if not row["archived"]:
        channels.must_be_member(call.db, row, _ME)
    governing.archive(call.db, call.workspace, row, by=_ME)
    return {}


@calls.answers("conversations.unarchive")
def unarchive(call: calls.Call) -> dict[str, Any]:
    """Reopens an archived channel."""
    governing.unarchive(call.db, call.workspace, _channel(call), by=_ME)
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
    row = _mine(call)
    governing.set_text(call.db, row, field=field, value=call.text(field), by=_ME)
    return _described(call, row["id"])


def _described(call: calls.Call, channel: str) -> dict[str, Any]:
    row = channels.find(call.db, channel, viewer=_ME)
    return {"channel": channels.describe(call.db, row, viewer=_ME)}
