"""What a page shows one person: the channel list, a channel's messages, the modal before them."""

import json
import sqlite3
from typing import Any

from incident.slack.sandbox import channels, identity, messages, stamps, surfaces
from incident.slack.sandbox import viewer as eyes
from incident.slack.sandbox.methods import bookmarks, pins

# A page shows the last so many messages.
SHOWN = 100
_FAR = 10**17
_SYSTEM = {
    "channel_join": "has_joined",
    "channel_leave": "has_left",
    "channel_topic": "set_topic",
    "channel_purpose": "set_purpose",
    "channel_name": "renamed",
    "channel_archive": "archived_it",
    "channel_unarchive": "unarchived_it",
}
_FILLING = {"channel_topic": "topic", "channel_purpose": "purpose", "channel_name": "name"}


def rail(db: sqlite3.Connection, viewer: eyes.Viewer) -> dict[str, list[dict[str, Any]]]:
    """The channel list: joined channels, direct messages (each with its unread count) and other public
    channels."""
    unread = _unread(db, viewer.id)
    joined: list[dict[str, Any]] = []
    direct: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    rows = db.execute(
        "SELECT c.*, m.person IS NOT NULL AS mine FROM channels c"
        " LEFT JOIN members m ON m.channel = c.id AND m.person = ?"
        " WHERE m.person IS NOT NULL OR c.kind = 'public' ORDER BY c.archived, c.name",
        (viewer.id,),
    ).fetchall()
    for row in rows:
        entry = {
            "id": row["id"],
            "name": title(row, viewer),
            "private": row["kind"] == "private",
            "archived": bool(row["archived"]),
            "unread": unread.get(row["id"], 0),
        }
        place = others if not row["mine"] else direct if row["kind"] in {"im", "mpim"} else joined
        place.append(entry)
    return {"joined": joined, "direct": direct, "others": others}


def title(row: sqlite3.Row, viewer: eyes.Viewer) -> str:
    """A conversation's name as this person sees it."""
    if row["kind"] == "im":
        return viewer.people.get(channels.partner(row, viewer=viewer.id), "?")
    if row["kind"] == "mpim":
        others = [person for person in row["pair"].split(",") if person != viewer.id]
        return "、".join(viewer.people.get(person, "?") for person in others)
    return str(row["name"])


def channel(
    db: sqlite3.Connection, row: sqlite3.Row, viewer: eyes.Viewer, *, before: str = ""
) -> dict[str, Any]:
    """One channel with its last messages (those before a `ts` when given), oldest first, replies below their
    parents; `older` is the `ts` from which an earlier page goes on, "" at the beginning."""
    seen = db.execute(
        "SELECT * FROM (SELECT * FROM messages WHERE channel = ? AND in_channel = 1"
        " AND (audience IS NULL OR audience = ?) AND at < ? ORDER BY at DESC LIMIT ?) ORDER BY at",
        (row["id"], viewer.id, stamps.parse(before) or _FAR, SHOWN + 1),
    ).fetchall()
    older = stamps.text(seen[1]["at"]) if len(seen) > SHOWN else ""
    seen = seen[-SHOWN:]
    return {
        "id": row["id"],
        "title": title(row, viewer),
        "older": older,
        "kind": row["kind"],
        "archived": bool(row["archived"]),
        "topic": json.loads(row["topic"]).get("value", ""),
        "purpose": json.loads(row["purpose"]).get("value", ""),
        "member": channels.is_member(db, row["id"], viewer.id),
        "members": [viewer.people.get(person, "?") for person in channels.members(db, row["id"])],
        "bookmarks": bookmarks.listed(db, row["id"]),
        "pins": pins.listed(db, row["id"]),
        "messages": [_message(db, row["id"], one, viewer) for one in _bodies(db, row["id"], seen)],
    }


def modal(row: sqlite3.Row) -> dict[str, Any]:
    """A modal with what was typed and what was refused."""
    return {
        "view": surfaces.describe(row),
        "state": json.loads(row["state"]),
        "errors": json.loads(row["errors"]),
        "notice": row["notice"],
    }


def mark_read(db: sqlite3.Connection, channel_id: str, person: str) -> None:
    """Notes that a member has seen everything there is."""
    db.execute(
        "UPDATE members SET read_at = (SELECT last_at FROM channels WHERE id = ?)"
        " WHERE channel = ? AND person = ?",
        (channel_id, channel_id, person),
    )


def unread_in(db: sqlite3.Connection, channel_id: str, person: str) -> int:
    """How many messages of a channel a member has not seen."""
    return _unread(db, person).get(channel_id, 0)


def _unread(db: sqlite3.Connection, person: str) -> dict[str, int]:
    rows = db.execute(
        "SELECT m.channel, count(x.at) AS n FROM members m JOIN messages x ON x.channel = m.channel"
        " AND x.at > max(m.read_at, m.joined_at) AND x.author != m.person"
        " AND (x.audience IS NULL OR x.audience = m.person) WHERE m.person = ? GROUP BY m.channel",
        (person,),
    )
    return {row["channel"]: row["n"] for row in rows}


def _bodies(db: sqlite3.Connection, channel_id: str, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    bodies = messages.decorate(db, channel_id, rows, with_metadata=False)
    for row, body in zip(rows, bodies, strict=True):
        body["whispered"] = row["audience"] is not None
    return bodies


def _message(
    db: sqlite3.Connection, channel_id: str, body: dict[str, Any], viewer: eyes.Viewer
) -> dict[str, Any]:
    moment = viewer.moment(stamps.parse(body["ts"]) or 0)
    author = body.get("username") or viewer.people.get(body["user"], "?")
    return {
        **body,
        "author": author,
        "app": body["user"] in {identity.BOT_USER, identity.SLACKBOT},
        "initial": author[:1].upper(),
        "hue": sum(body["user"].encode()) % 6,
        "clock": viewer.clock(moment),
        "date": viewer.date(moment, style="date_pretty"),
        "iso": moment.isoformat(),
        "blocks": messages.blocks(body),
        "system": _system(body, viewer),
        "replies": _replies(db, channel_id, body, viewer) if body.get("reply_count") else [],
    }


def _replies(
    db: sqlite3.Connection, channel_id: str, body: dict[str, Any], viewer: eyes.Viewer
) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND thread = ?"
        " AND (audience IS NULL OR audience = ?) ORDER BY at",
        (channel_id, stamps.parse(body["ts"]), viewer.id),
    ).fetchall()
    return [_message(db, channel_id, one, viewer) for one in _bodies(db, channel_id, rows)]


def _system(body: dict[str, Any], viewer: eyes.Viewer) -> str:
    subtype = body.get("subtype", "")
    if subtype not in _SYSTEM:
        return ""
    if subtype == "channel_leave" and "removed" in body["text"]:
        return viewer.say("was_removed")
    filling = _FILLING.get(subtype)
    return viewer.say(_SYSTEM[subtype], *([body[filling]] if filling else []))
