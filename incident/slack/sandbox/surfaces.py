"""Views: modals and App Home, the triggers that open them and the stack they stand in."""

import json
import secrets
import sqlite3
from typing import Any

from incident.slack.sandbox import identity, refusals, stamps

# A trigger lives three seconds from the click and opens one thing. docs.slack.dev/interactivity
TRIGGER_MICROSECONDS = 3_000_000
STACK = 3
_REMEMBERED = 3600 * 1_000_000


def new_trigger(db: sqlite3.Connection, person: str, *, view: str | None = None) -> str:
    """A fresh trigger_id for what a person just did, within a view or outside."""
    # Kept a while after their time, so that a late exchange is told "expired" and not "invalid".
    db.execute("DELETE FROM triggers WHERE expires_at < ?", (stamps.now() - _REMEMBERED,))
    trigger = f"{stamps.now()}.{secrets.randbelow(10**9):09d}.{secrets.token_hex(16)}"
    db.execute(
        "INSERT INTO triggers (id, person, view, expires_at) VALUES (?, ?, ?, ?)",
        (trigger, person, view, stamps.now() + TRIGGER_MICROSECONDS),
    )
    return trigger


def exchange(db: sqlite3.Connection, trigger: str) -> sqlite3.Row:
    """Uses a trigger up. Refuses `invalid_trigger_id`, `exchanged_trigger_id`, `expired_trigger_id`."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM triggers WHERE id = ?", (trigger,)).fetchone()
    if row is None:
        raise refusals.Refusal("invalid_trigger_id")
    if row["used"]:
        raise refusals.Refusal("exchanged_trigger_id")
    if row["expires_at"] < stamps.now():
        raise refusals.Refusal("expired_trigger_id")
    db.execute("UPDATE triggers SET used = 1 WHERE id = ?", (trigger,))
    return row


def show(
    db: sqlite3.Connection, view: dict[str, Any], *, person: str, below: sqlite3.Row | None = None
) -> sqlite3.Row:
    """Puts a view before a person, on top of `below` when given."""
    external = view.get("external_id") or None
    if external and db.execute("SELECT 1 FROM views WHERE external_id = ?", (external,)).fetchone():
        raise refusals.Refusal("duplicate_external_id")
    view_id, now = identity.new("V"), stamps.now()
    db.execute(
        "INSERT INTO views (id, person, type, external_id, root, previous, opened_at, hash, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            view_id,
            person,
            view["type"],
            external,
            below["root"] if below else view_id,
            below["id"] if below else None,
            now,
            new_hash(),
            json.dumps(view, ensure_ascii=False),
        ),
    )
    return find(db, view_id)


def find(db: sqlite3.Connection, view_id: str, *, open_only: bool = True) -> sqlite3.Row:
    """The row of a view. Refuses `not_found`, also for one that is closed unless `open_only` is off."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM views WHERE id = ? AND (open = 1 OR ? = 0)", (view_id, open_only)
    ).fetchone()
    if row is None:
        raise refusals.Refusal("not_found")
    return row


def replace(db: sqlite3.Connection, row: sqlite3.Row, view: dict[str, Any]) -> sqlite3.Row:
    """New content for a view. What was typed stays where block_id and action_id stay, as in Slack."""
    ids = {block["block_id"] for block in view["blocks"]}
    state = {block: actions for block, actions in json.loads(row["state"]).items() if block in ids}
    db.execute(
        "UPDATE views SET body = ?, hash = ?, state = ?, errors = '{}', notice = '' WHERE id = ?",
        (json.dumps(view, ensure_ascii=False), new_hash(), json.dumps(state, ensure_ascii=False), row["id"]),
    )
    return find(db, row["id"])


def close(db: sqlite3.Connection, row: sqlite3.Row, *, whole_stack: bool = False) -> None:
    """Takes a view away; the one below is seen again unless the whole stack goes."""
    if whole_stack:
        db.execute(
            "UPDATE views SET open = 0, external_id = NULL WHERE root = ? AND person = ?",
            (row["root"], row["person"]),
        )
    else:
        db.execute("UPDATE views SET open = 0, external_id = NULL WHERE id = ?", (row["id"],))


def top_modal(db: sqlite3.Connection, person: str) -> sqlite3.Row | None:
    """The modal a person has before them, or None."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM views WHERE person = ? AND type = 'modal' AND open = 1"
        " ORDER BY opened_at DESC LIMIT 1",
        (person,),
    ).fetchone()
    return row


def home(db: sqlite3.Connection, person: str) -> sqlite3.Row | None:
    """What the app published on a person's App Home, or None."""
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM views WHERE person = ? AND type = 'home' AND open = 1", (person,)
    ).fetchone()
    return row


def depth(db: sqlite3.Connection, root: str) -> int:
    """How many views of a stack are open."""
    return int(db.execute("SELECT count(*) FROM views WHERE root = ? AND open = 1", (root,)).fetchone()[0])


def describe(row: sqlite3.Row) -> dict[str, Any]:
    """Slack's view object."""
    body = json.loads(row["body"])
    defaults: dict[str, Any] = {
        "title": None,
        "close": None,
        "submit": None,
        "private_metadata": "",
        "callback_id": "",
    }
    return {
        **defaults,
        "clear_on_close": False,
        "notify_on_close": False,
        **body,
        "id": row["id"],
        "team_id": identity.TEAM,
        "state": {"values": json.loads(row["state"])},
        "hash": row["hash"],
        "external_id": body.get("external_id", ""),
        "previous_view_id": row["previous"],
        "root_view_id": row["root"],
        "app_id": identity.APP,
        "app_installed_team_id": identity.TEAM,
        "bot_id": identity.BOT,
    }


def new_hash() -> str:
    """A fresh `hash`, which changes with every change of a view."""
    return f"{stamps.now() // 1_000_000}.{secrets.token_hex(4)}"
