"""What a page shows one person: the channel list, the modal before them, and how much is unread."""

import json
import sqlite3
from typing import Any

from incident.slack.sandbox import channels, identity, stamps, surfaces
from incident.slack.sandbox import viewer as eyes


def rail(db: sqlite3.Connection, viewer: eyes.Viewer) -> dict[str, Any]:
    """The channel list: joined channels, direct messages (each with its unread count), other public channels,
    and the app's own direct message apart."""
    unread = _unread(db, viewer.id)
    joined: list[dict[str, Any]] = []
    direct: list[dict[str, Any]] = []
    others: list[dict[str, Any]] = []
    found: dict[str, Any] = {"app": None, "unread": sum(unread.values())}
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
        if with_app(row):
            found["app"] = entry
            continue
        place = others if not row["mine"] else direct if row["kind"] in {"im", "mpim"} else joined
        place.append(entry)
    return {**found, "joined": joined, "direct": direct, "others": others}


def with_app(row: sqlite3.Row) -> bool:
    """Whether a conversation is somebody's direct message with the app."""
    return row["kind"] == "im" and identity.BOT_USER in row["pair"].split(",")


def title(row: sqlite3.Row, viewer: eyes.Viewer) -> str:
    """A conversation's name as this person sees it."""
    if row["kind"] == "im":
        return viewer.people.get(channels.partner(row, viewer=viewer.id), "?")
    if row["kind"] == "mpim":
        others = [person for person in row["pair"].split(",") if person != viewer.id]
        return viewer.say("and_so_on").join(viewer.people.get(person, "?") for person in others)
    return str(row["name"])


def modal(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """A modal or App Home with what was typed and what was refused; `below` is the title one goes back to."""
    below = db.execute("SELECT body FROM views WHERE id = ? AND open = 1", (row["previous"],)).fetchone()
    return {
        "view": surfaces.describe(row),
        "state": json.loads(row["state"]),
        "errors": json.loads(row["errors"]),
        "notice": row["notice"],
        "below": json.loads(below["body"])["title"]["text"] if below else "",
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


def read_until(db: sqlite3.Connection, channel_id: str, person: str) -> int:
    """The moment (microseconds) up to which a member has read, or since which they are there; for others
    everything is old."""
    row = db.execute(
        "SELECT max(read_at, joined_at) AS at FROM members WHERE channel = ? AND person = ?",
        (channel_id, person),
    ).fetchone()
    return int(row["at"]) if row else stamps.now()


def _unread(db: sqlite3.Connection, person: str) -> dict[str, int]:
    rows = db.execute(
        "SELECT m.channel, count(x.at) AS n FROM members m JOIN messages x ON x.channel = m.channel"
        " AND x.at > max(m.read_at, m.joined_at) AND x.author != m.person"
        " AND (x.audience IS NULL OR x.audience = m.person) WHERE m.person = ? GROUP BY m.channel",
        (person,),
    )
    return {row["channel"]: row["n"] for row in rows}
