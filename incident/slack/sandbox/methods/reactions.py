"""reactions.*: emoji under messages."""

import json
import re
import sqlite3
from typing import Any

from incident.slack.sandbox import calls, channels, identity, messages, refusals, stamps

_ME = identity.BOT_USER
_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")


@calls.answers("reactions.add")
def add(call: calls.Call) -> dict[str, Any]:
    """Reacts to a message."""
    channel, message = _message(call)
    channels.must_be_open(channel)
    if not react(call.db, message, call.text("name"), person=_ME):
        raise refusals.Refusal("already_reacted")
    return {}


@calls.answers("reactions.remove")
def remove(call: calls.Call) -> dict[str, Any]:
    """Takes a reaction back."""
    _, message = _message(call)
    key = (message["channel"], message["at"], call.text("name"), _ME)
    gone = call.db.execute(
        "DELETE FROM reactions WHERE channel = ? AND at = ? AND name = ? AND person = ?", key
    )
    if gone.rowcount == 0:
        raise refusals.Refusal("no_reaction")
    return {}


@calls.answers("reactions.get")
def get(call: calls.Call) -> dict[str, Any]:
    """A message with its reactions."""
    channel, message = _message(call)
    body = json.loads(message["body"])
    body["reactions"] = messages.reactions(call.db, channel["id"], message["at"]).get(message["at"], [])
    body["permalink"] = messages.permalink(channel["id"], body["ts"])
    return {"type": "message", "channel": channel["id"], "message": body}


def react(db: sqlite3.Connection, message: sqlite3.Row, name: str, *, person: str) -> bool:
    """Adds one person's reaction; False when it is there already. Refuses an `invalid_name`."""
    if not _NAME.fullmatch(name):
        raise refusals.Refusal("invalid_name")
    key = (message["channel"], message["at"], name, person)
    return db.execute("INSERT OR IGNORE INTO reactions VALUES (?, ?, ?, ?)", key).rowcount == 1


def _message(call: calls.Call) -> tuple[sqlite3.Row, sqlite3.Row]:
    if not (call.text("channel") and call.text("timestamp")):
        raise refusals.Refusal("no_item_specified")
    row = channels.find(call.db, call.text("channel"), viewer=_ME)
    if stamps.parse(call.text("timestamp")) is None:
        raise refusals.Refusal("bad_timestamp")
    channels.must_be_member(call.db, row, _ME)
    return row, messages.find(call.db, row["id"], call.text("timestamp"))
