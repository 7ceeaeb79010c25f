"""Conversations: finding them with the eyes of one member, their names, their members and how Slack
describes them."""

import json
import re
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from incident.slack.sandbox import identity, refusals, stamps

NAME_LENGTH = 80
TOPIC_LENGTH = 250
_NAME = re.compile(r"[a-z0-9_-]+")
_PUNCTUATION = re.compile(r"[_-]+")


def find(db: sqlite3.Connection, channel: str, *, viewer: str) -> sqlite3.Row:
    """The channel's row. Refuses with `channel_not_found` what does not exist and what `viewer` may not
    know of."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM channels WHERE id = ?", (channel,)).fetchone()
    if row is None or not (row["kind"] == "public" or is_member(db, channel, viewer)):
        raise refusals.Refusal("channel_not_found")
    return row


def find_by_name(db: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    """The channel of a name, archived or not, whoever asks."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM channels WHERE name = ?", (name,)).fetchone()
    return row


def is_member(db: sqlite3.Connection, channel: str, person: str) -> bool:
    """Whether a person is in a channel."""
    found = db.execute("SELECT 1 FROM members WHERE channel = ? AND person = ?", (channel, person)).fetchone()
    return found is not None


def members(db: sqlite3.Connection, channel: str) -> list[str]:
    """Ids of the members in the order they joined."""
    rows = db.execute("SELECT person FROM members WHERE channel = ? ORDER BY joined_at, person", (channel,))
    return [row["person"] for row in rows]


def must_be_open(row: sqlite3.Row, *, error: str = "is_archived") -> None:
    """Refuses an archived channel."""
    if row["archived"]:
        raise refusals.Refusal(error)


def must_be_named(row: sqlite3.Row) -> None:
    """Refuses a direct message where only a channel will do."""
    if row["kind"] in {"im", "mpim"}:
        raise refusals.Refusal("method_not_supported_for_channel_type")


def must_be_member(db: sqlite3.Connection, row: sqlite3.Row, person: str) -> None:
    """Refuses with `not_in_channel` a person outside the channel."""
    if not is_member(db, row["id"], person):
        raise refusals.Refusal("not_in_channel")


def check_name(name: str) -> None:
    """Slack's rules for a channel name, always strict (`validate` is long gone)."""
    if not name:
        raise refusals.Refusal("invalid_name_required")
    if len(name) > NAME_LENGTH:
        raise refusals.Refusal("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise refusals.Refusal("invalid_name_specials")
    if _PUNCTUATION.fullmatch(name):
        raise refusals.Refusal("invalid_name_punctuation")


def create(db: sqlite3.Connection, name: str, *, kind: str, creator: str) -> str:
    """Makes a public or private channel with its creator in it and returns its id; `name_taken` counts
    archived ones."""
    check_name(name)
    if find_by_name(db, name) is not None:
        raise refusals.Refusal("name_taken")
    channel = identity.new("C")
    _insert(db, channel, name=name, kind=kind, pair=None, creator=creator)
    join(db, channel, creator)
    return channel


def ensure_general(db: sqlite3.Connection) -> None:
    """#general, where every full member is, exists from the start."""
    if find_by_name(db, "general") is None:
        _insert(db, identity.GENERAL, name="general", kind="public", pair=None, creator=identity.SLACKBOT)


def open_direct(db: sqlite3.Connection, people: Sequence[str], *, creator: str) -> tuple[str, bool]:
    """The direct message among these people (two: im, more: mpim): its id and whether it was there
    already."""
    pair = ",".join(sorted(set(people)))
    row = db.execute("SELECT id FROM channels WHERE pair = ?", (pair,)).fetchone()
    if row is not None:
        return row["id"], True
    kind = "im" if len(set(people)) <= 2 else "mpim"
    channel = identity.new("D" if kind == "im" else "G")
    _insert(db, channel, name=None, kind=kind, pair=pair, creator=creator)
    for person in people:
        join(db, channel, person)
    return channel, False


def join(db: sqlite3.Connection, channel: str, person: str) -> bool:
    """Adds a member; False when already there."""
    row = db.execute(
        "INSERT OR IGNORE INTO members (channel, person, joined_at) VALUES (?, ?, ?)",
        (channel, person, stamps.now()),
    )
    return row.rowcount == 1


def leave(db: sqlite3.Connection, channel: str, person: str) -> bool:
    """Removes a member; False when not there."""
    row = db.execute("DELETE FROM members WHERE channel = ? AND person = ?", (channel, person))
    return row.rowcount == 1


def set_text(db: sqlite3.Connection, channel: str, *, field: str, value: str, person: str) -> None:
    """Sets `topic` or `purpose`; refuses more than 250 characters with `too_long`."""
    if len(value) > TOPIC_LENGTH:
        raise refusals.Refusal("too_long")
    note = json.dumps({"value": value, "creator": person, "last_set": int(time.time())}, ensure_ascii=False)
    statement = {
        "topic": "UPDATE channels SET topic = ? WHERE id = ?",
        "purpose": "UPDATE channels SET purpose = ? WHERE id = ?",
    }[field]
    db.execute(statement, (note, channel))


def describe(db: sqlite3.Connection, row: sqlite3.Row, *, viewer: str) -> dict[str, Any]:
    """Slack's conversation object as `viewer` sees it."""
    if row["kind"] == "im":
        return _describe_im(row, viewer=viewer)
    kind, empty = row["kind"], {"value": "", "creator": "", "last_set": 0}
    return {
        "id": row["id"],
        "name": row["name"] or "mpdm-" + row["pair"].lower().replace(",", "--") + "-1",
        "name_normalized": row["name"] or "",
        "is_channel": kind == "public",
        "is_group": kind == "private",
        "is_im": False,
        "is_mpim": kind == "mpim",
        "is_private": kind != "public",
        "is_archived": bool(row["archived"]),
        "is_general": row["id"] == identity.GENERAL,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
        "is_member": is_member(db, row["id"], viewer),
        "created": row["created_s"],
        "creator": row["creator"],
        "context_team_id": identity.TEAM,
        "unlinked": 0,
        "topic": {**empty, **json.loads(row["topic"])},
        "purpose": {**empty, **json.loads(row["purpose"])},
        "previous_names": json.loads(row["previous_names"]),
    }


def partner(row: sqlite3.Row, *, viewer: str) -> str:
    """The other person of a direct message; oneself when alone in it."""
    others = [person for person in row["pair"].split(",") if person != viewer]
    return others[0] if others else viewer


def _describe_im(row: sqlite3.Row, *, viewer: str) -> dict[str, Any]:
    return {
        "id": row["id"],
        "created": row["created_s"],
        "is_im": True,
        "is_org_shared": False,
        "is_archived": bool(row["archived"]),
        "user": partner(row, viewer=viewer),
        "is_user_deleted": False,
        "is_open": True,
        "priority": 0,
    }


def _insert(
    db: sqlite3.Connection, channel: str, *, name: str | None, kind: str, pair: str | None, creator: str
) -> None:
    db.execute(
        "INSERT INTO channels (id, name, kind, pair, creator, created_s) VALUES (?, ?, ?, ?, ?, ?)",
        (channel, name, kind, pair, creator, int(time.time())),
    )
