"""pins.*: messages kept in sight."""

import json
import sqlite3
import time
from typing import Any

from incident.slack.sandbox import calls, channels, identity, messages, refusals, stamps

_ME = identity.BOT_USER
# Not in Slack's reference; the client stops at a hundred.
PIN_LIMIT = 100


@calls.answers("pins.add")
def add(call: calls.Call) -> dict[str, Any]:
    """Pins a message."""
    channel, message = _pinnable(call)
    already = call.db.execute("SELECT at FROM pins WHERE channel = ?", (channel,)).fetchall()
    if message["at"] in {row["at"] for row in already}:
        raise refusals.Refusal("already_pinned")
    if len(already) >= PIN_LIMIT:
        raise refusals.Refusal("too_many_pins")
    call.db.execute("INSERT INTO pins VALUES (?, ?, ?, ?)", (channel, message["at"], _ME, int(time.time())))
    return {}


@calls.answers("pins.remove")
def remove(call: calls.Call) -> dict[str, Any]:
    """Unpins a message."""
    channel, message = _pinnable(call)
    gone = call.db.execute("DELETE FROM pins WHERE channel = ? AND at = ?", (channel, message["at"]))
    if gone.rowcount == 0:
        raise refusals.Refusal("no_pin")
    return {}


@calls.answers("pins.list")
def list_(call: calls.Call) -> dict[str, Any]:
    """The pinned messages of a channel, the newest pin first."""
    channel = channels.find(call.db, call.text("channel"), viewer=_ME)["id"]
    return {"items": listed(call.db, channel)}


def listed(db: sqlite3.Connection, channel: str) -> list[dict[str, Any]]:
    """Slack's pin items of a channel."""
    rows = db.execute(
        "SELECT p.person, p.created_s, m.body FROM pins p"
        " JOIN messages m ON m.channel = p.channel AND m.at = p.at"
        " WHERE p.channel = ? ORDER BY p.created_s DESC, p.at DESC",
        (channel,),
    )
    items = []
    for row in rows:
        body = json.loads(row["body"])
        body |= {"permalink": messages.permalink(channel, body["ts"]), "pinned_to": [channel]}
        items.append(
            {
                "type": "message",
                "channel": channel,
                "created": row["created_s"],
                "created_by": row["person"],
                "message": body,
            }
        )
    return items


def _pinnable(call: calls.Call) -> tuple[str, sqlite3.Row]:
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    channels.must_be_member(call.db, row, _ME)
    if not call.text("timestamp"):
        raise refusals.Refusal("no_item_specified")
    if stamps.parse(call.text("timestamp")) is None:
        raise refusals.Refusal("bad_timestamp")
    return row["id"], messages.find(call.db, row["id"], call.text("timestamp"))
