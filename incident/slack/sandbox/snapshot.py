"""Everything the workspace holds, as one JSON object, for tests to look at."""

import json
import sqlite3
from typing import Any

from incident.slack.sandbox import channels, faults, files, identity, messages, surfaces
from incident.slack.sandbox.methods import bookmarks, pins


def everything(db: sqlite3.Connection, *, calls: int) -> dict[str, Any]:
    """People, channels with all in them, views, faults, events and the last `calls` Web API calls with
    counts."""
    return {
        "people": [dict(row) for row in db.execute("SELECT * FROM people ORDER BY id")],
        "channels": [
            _channel(db, row) for row in db.execute("SELECT * FROM channels ORDER BY rowid").fetchall()
        ],
        "views": [_view(row) for row in db.execute("SELECT * FROM views ORDER BY opened_at")],
        "files": [
            files.describe(db, row)
            for row in db.execute("SELECT * FROM files WHERE finished AND NOT deleted")
        ],
        "faults": faults.armed(db),
        "events": [_event(row) for row in db.execute("SELECT * FROM outgoing ORDER BY rowid")],
        "calls": _calls(db, calls),
        "counts": _counts(db),
    }


def _channel(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    channel = row["id"]
    said = db.execute("SELECT * FROM messages WHERE channel = ? AND audience IS NULL ORDER BY at", (channel,))
    whispered = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND audience IS NOT NULL ORDER BY at", (channel,)
    )
    return {
        **channels.describe(db, row, viewer=identity.BOT_USER),
        "kind": row["kind"],
        "members": channels.members(db, channel),
        "messages": messages.decorate(db, channel, said.fetchall(), with_metadata=True),
        "ephemeral": [{"for": one["audience"], **json.loads(one["body"])} for one in whispered],
        "pins": pins.listed(db, channel),
        "bookmarks": bookmarks.listed(db, channel),
    }


def _view(row: sqlite3.Row) -> dict[str, Any]:
    seen = {"open": bool(row["open"]), "user": row["person"], "errors": json.loads(row["errors"])}
    return {**surfaces.describe(row), **seen, "notice": row["notice"]}


def _event(row: sqlite3.Row) -> dict[str, Any]:
    body = json.loads(row["body"])
    return {"id": row["id"], "state": row["state"], "attempts": row["attempt"], "event": body["event"]}


def _calls(db: sqlite3.Connection, most: int) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM (SELECT * FROM calls ORDER BY id DESC LIMIT ?) ORDER BY id", (most,))
    return [{**dict(row), "ok": bool(row["ok"]), "args": json.loads(row["args"])} for row in rows]


def _counts(db: sqlite3.Connection) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for row in db.execute("SELECT method, error, count(*) AS n FROM calls GROUP BY method, error"):
        counts.setdefault(row["method"], {})[row["error"] or "ok"] = row["n"]
    return counts
