"""conversations.history, conversations.replies, chat.getPermalink: reading what was said."""

import sqlite3
from typing import Any

from incident.slack.sandbox import calls, channels, identity, messages, paging, refusals, stamps

_ME = identity.BOT_USER
_FAR = 10**17


@calls.answers("conversations.history")
def history(call: calls.Call) -> dict[str, Any]:
    """The channel's main flow, newest first."""
    row = _readable(call)
    low, high = _window(call)
    # The cursor is the time of the next message to show, so that new ones do not shift the pages.
    start = paging.decode(call.text("cursor")) or _FAR
    limit = call.number("limit", default=100, highest=1000)
    found = call.db.execute(
        "SELECT * FROM messages WHERE channel = ? AND audience IS NULL AND in_channel = 1"
        " AND at > ? AND at < ? AND at <= ? ORDER BY at DESC LIMIT ?",
        (row["id"], low, high, start, limit + 1),
    ).fetchall()
    return _page(call, row["id"], found, limit) | {"pin_count": _pin_count(call.db, row["id"])}


@calls.answers("conversations.replies")
def replies(call: calls.Call) -> dict[str, Any]:
    """A thread, its first message first."""
    row = _readable(call)
    parent = messages.find(call.db, row["id"], call.text("ts"), error="thread_not_found")
    thread = parent["thread"] or parent["at"]
    low, high = _window(call)
    start = paging.decode(call.text("cursor"))
    limit = call.number("limit", default=1000, highest=1000)
    found = call.db.execute(
        "SELECT * FROM messages WHERE channel = ? AND audience IS NULL AND at >= ?"
        " AND (at = ? OR (thread = ? AND at > ? AND at < ?)) ORDER BY at LIMIT ?",
        (row["id"], start, thread, thread, low, high, limit + 1),
    ).fetchall()
    return _page(call, row["id"], found, limit)


@calls.answers("chat.getPermalink")
def permalink(call: calls.Call) -> dict[str, Any]:
    """The address of a message."""
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    messages.find(call.db, row["id"], call.text("message_ts"))
    return {"channel": row["id"], "permalink": messages.permalink(row["id"], call.text("message_ts"))}


def _readable(call: calls.Call) -> sqlite3.Row:
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    call.must_cover(row["kind"])
    channels.must_be_member(call.db, row, _ME)
    return row


def _window(call: calls.Call) -> tuple[int, int]:
    """Open bounds in microseconds; `inclusive` moves each given bound by one."""
    bounds = {}
    for name, default in (("oldest", 0), ("latest", _FAR)):
        value = call.text(name)
        at = stamps.parse(value) if value else default
        if at is None:
            raise refusals.Refusal(f"invalid_ts_{name}")
        bounds[name] = at
    wider = 1 if call.flag("inclusive") else 0
    return bounds["oldest"] - wider, bounds["latest"] + wider


def _page(call: calls.Call, channel: str, found: list[sqlite3.Row], limit: int) -> dict[str, Any]:
    """The first `limit` of what was found; one more than that says there is a next page."""
    with_metadata = call.flag("include_all_metadata")
    bodies = messages.decorate(call.db, channel, found[:limit], with_metadata=with_metadata)
    if len(found) <= limit:
        return {"messages": bodies, "has_more": False}
    rest = {"next_cursor": paging.encode(found[limit]["at"])}
    return {"messages": bodies, "has_more": True, "response_metadata": rest}


def _pin_count(db: sqlite3.Connection, channel: str) -> int:
    return int(db.execute("SELECT count(*) FROM pins WHERE channel = ?", (channel,)).fetchone()[0])
