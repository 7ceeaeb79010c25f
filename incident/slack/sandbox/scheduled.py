"""Messages for later: kept in the workspace's file and posted when their time has come."""

import json
import sqlite3
import time

from incident.slack.sandbox import channels, identity, messages, storage


def post_due(store: storage.Store) -> None:
    """Posts every message whose time has come. One written with metadata is dropped, as Slack's own notice on
    chat.scheduleMessage says; so is one whose channel is gone, archived or without the app."""
    now = int(time.time())
    with store.reading() as db:
        if db.execute("SELECT 1 FROM scheduled WHERE post_s <= ? LIMIT 1", (now,)).fetchone() is None:
            return
    with store.writing() as db:
        due = db.execute("DELETE FROM scheduled WHERE post_s <= ? RETURNING *", (now,)).fetchall()
        for row in sorted(due, key=lambda one: one["post_s"]):
            _post(db, row)


def _post(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    body = json.loads(row["body"])
    channel = db.execute("SELECT * FROM channels WHERE id = ?", (row["channel"],)).fetchone()
    if channel is None or channel["archived"] or "metadata" in body:
        return
    if channel["kind"] != "public" and not channels.is_member(db, row["channel"], identity.BOT_USER):
        return
    messages.write(
        db,
        row["channel"],
        body,
        author=identity.BOT_USER,
        thread=row["thread"],
        broadcast=bool(row["broadcast"]),
    )
