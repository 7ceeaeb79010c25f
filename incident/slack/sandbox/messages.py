"""Messages: their timestamps, threads, pins and reactions, and how history shows them."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from incident.slack.sandbox import files, identity, refusals, stamps

TEXT_LENGTH = 40_000
_REPLY_FIELDS = ("reply_count", "reply_users", "reply_users_count", "latest_reply")


def next_stamp(db: sqlite3.Connection, channel: str) -> int:
    """A `ts` (microseconds) no other message of the channel has, later than all of them."""
    row = db.execute(
        "UPDATE channels SET last_at = max(?, last_at + 1) WHERE id = ? RETURNING last_at",
        (stamps.now(), channel),
    ).fetchone()
    return int(row["last_at"])


def write(
    db: sqlite3.Connection,
    channel: str,
    body: dict[str, Any],
    *,
    author: str,
    thread: int | None = None,
    broadcast: bool = False,
    audience: str | None = None,
) -> dict[str, Any]:
    """Stores a message and returns it with its `ts`. `audience` makes it ephemeral: for that person alone."""
    at = next_stamp(db, channel)
    body = {"type": "message", **body, "ts": stamps.text(at)}
    if thread is not None:
        body["thread_ts"] = stamps.text(thread)
    db.execute(
        "INSERT INTO messages (channel, at, author, thread, in_channel, audience, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (channel, at, author, thread, thread is None or broadcast, audience, _dump(body)),
    )
    if thread is not None and audience is None:
        count_replies(db, channel, thread)
    return body


def system(
    db: sqlite3.Connection, channel: str, *, subtype: str, author: str, text: str, **more: Any
) -> None:
    """The grey lines Slack writes itself: joined, topic set, renamed, archived."""
    write(db, channel, {"subtype": subtype, "user": author, "text": text, **more}, author=author)


def find(db: sqlite3.Connection, channel: str, ts: str, *, error: str = "message_not_found") -> sqlite3.Row:
    """The row of a message everybody in the channel can see."""
    at = stamps.parse(ts)
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND at = ? AND audience IS NULL", (channel, at)
    ).fetchone()
    if row is None:
        raise refusals.Refusal(error)
    return row


def seen(db: sqlite3.Connection, channel: str, ts: str, *, person: str) -> sqlite3.Row:
    """The row of a message this person sees: one for everybody, or ephemeral and theirs."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND at = ? AND (audience IS NULL OR audience = ?)",
        (channel, stamps.parse(ts), person),
    ).fetchone()
    if row is None:
        raise refusals.Refusal("message_not_found")
    return row


def blocks(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A message's blocks, those of its attachments too."""
    inner = [block for attachment in body.get("attachments", []) for block in attachment.get("blocks", [])]
    return list(body.get("blocks", [])) + inner


def replace(db: sqlite3.Connection, row: sqlite3.Row, body: dict[str, Any]) -> None:
    """Writes a message anew under its old `ts`."""
    db.execute(
        "UPDATE messages SET body = ? WHERE channel = ? AND at = ?", (_dump(body), row["channel"], row["at"])
    )


def delete(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Removes a message with its pin and reactions, and corrects its thread's count."""
    key = (row["channel"], row["at"])
    db.execute("DELETE FROM messages WHERE channel = ? AND at = ?", key)
    db.execute("DELETE FROM pins WHERE channel = ? AND at = ?", key)
    db.execute("DELETE FROM reactions WHERE channel = ? AND at = ?", key)
    if row["thread"] is not None:
        count_replies(db, row["channel"], row["thread"])


def count_replies(db: sqlite3.Connection, channel: str, thread: int) -> None:
    """Brings the numbers shown under a thread's first message up to date."""
    row = db.execute("SELECT * FROM messages WHERE channel = ? AND at = ?", (channel, thread)).fetchone()
    if row is None:
        return
    replies = db.execute(
        "SELECT author, at FROM messages WHERE channel = ? AND thread = ? AND audience IS NULL ORDER BY at",
        (channel, thread),
    ).fetchall()
    body = {name: value for name, value in json.loads(row["body"]).items() if name not in _REPLY_FIELDS}
    if replies:
        people = list(dict.fromkeys(reply["author"] for reply in replies))
        body |= {
            "thread_ts": body["ts"],
            "reply_count": len(replies),
            "reply_users": people,
            "reply_users_count": len(people),
            "latest_reply": stamps.text(replies[-1]["at"]),
        }
    replace(db, row, body)


def decorate(
    db: sqlite3.Connection, channel: str, rows: Sequence[sqlite3.Row], *, with_metadata: bool
) -> list[dict[str, Any]]:
    """Bodies as history returns them: with pins and reactions, and metadata only where it was asked for."""
    pinned = {row["at"] for row in db.execute("SELECT at FROM pins WHERE channel = ?", (channel,))}
    reacted = reactions(db, channel)
    bodies = []
    for row in rows:
        body = files.fill(db, json.loads(row["body"]))
        if not with_metadata:
            body.pop("metadata", None)
        if row["at"] in pinned:
            body["pinned_to"] = [channel]
        if row["at"] in reacted:
            body["reactions"] = reacted[row["at"]]
        bodies.append(body)
    return bodies


def reactions(db: sqlite3.Connection, channel: str, at: int | None = None) -> dict[int, list[dict[str, Any]]]:
    """Reactions of a channel, or of one message, by the message's time."""
    found: dict[int, dict[str, list[str]]] = {}
    rows = db.execute(
        "SELECT at, name, person FROM reactions WHERE channel = ? AND (? IS NULL OR at = ?)",
        (channel, at, at),
    )
    for row in rows:
        found.setdefault(row["at"], {}).setdefault(row["name"], []).append(row["person"])
    return {
        moment: [{"name": name, "users": people, "count": len(people)} for name, people in names.items()]
        for moment, names in found.items()
    }


def permalink(channel: str, ts: str) -> str:
    """A link to a message; it leads nowhere outside the sandbox, as Slack's does outside Slack."""
    return f"https://{identity.DOMAIN}.slack.com/archives/{channel}/p{ts.replace('.', '')}"


def _dump(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))
