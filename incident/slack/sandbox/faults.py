"""Faults somebody ordered through the control API: the ways in which Slack and the network between fail."""

import dataclasses
import re
import sqlite3
from typing import Any

from incident.slack.sandbox import events, identity, storage
from incident.slack.sandbox import workspace as workspaces

_KIND = re.compile(
    r"error:[a-z_]+|429(:\d+)?|500|503|slow:\d+(\.\d+)?|drop_before|drop_after|offline|revoked|account_inactive|uninstalled"
)


# States of the token: the error every call then meets. An app that is taken out of the workspace has no
# account.
DEAD_TOKENS = {
    "revoked": "token_revoked",
    "account_inactive": "account_inactive",
    "uninstalled": "account_inactive",
}

_TOLD: dict[str, dict[str, Any]] = {
    "revoked": {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [identity.BOT_USER]}},
    "uninstalled": {"type": "app_uninstalled"},
}


@dataclasses.dataclass(frozen=True)
class Fault:
    """One fault about to happen: `kind` before the colon, `detail` after it."""

    kind: str
    detail: str


def order(
    db: sqlite3.Connection, workspace: workspaces.Workspace, *, method: str, kind: str, times: int | None
) -> int:
    """Arms a fault for `method` (a name, "chat.*" or "*"), `times` times or until cleared; the app hears of a
    lost token as Slack tells it. ValueError when unknown."""
    if not _KIND.fullmatch(kind):
        raise ValueError(f"unknown kind of fault: {kind}")
    if times is not None and times < 1:
        raise ValueError("times must be at least 1")
    # "offline" and "revoked" are states of the whole workspace, whatever method they were ordered with.
    scope = "*" if kind in {"offline", *DEAD_TOKENS} else method
    if kind in _TOLD:
        events.emit(db, workspace, _TOLD[kind])
    row = db.execute("INSERT INTO faults (method, kind, times) VALUES (?, ?, ?)", (scope, kind, times))
    return row.lastrowid or 0


def clear(db: sqlite3.Connection, *, fault: int | None = None) -> None:
    """Takes back one fault, or all of them."""
    db.execute("DELETE FROM faults WHERE id = ? OR ? IS NULL", (fault, fault))


def switch_limits(db: sqlite3.Connection, *, on: bool) -> None:
    """Turns the rate limits off or on again, with full buckets."""
    db.execute("INSERT OR REPLACE INTO switches (name, value) VALUES ('rate_limits_off', ?)", (not on,))
    db.execute("DELETE FROM buckets")


def armed(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every fault that will still happen; `times` None means until cleared."""
    return [dict(row) for row in db.execute("SELECT id, method, kind, times FROM faults ORDER BY id")]


def take(store: storage.Store, method: str) -> Fault | None:
    """The fault this call meets, counted down; None on a good day. Looks before it locks: most days are
    good."""
    with store.reading() as db:
        if _first(db, method) is None:
            return None
    with store.writing() as db:
        row = _first(db, method)
        if row is None:
            return None
        db.execute("UPDATE faults SET times = times - 1 WHERE id = ? AND times IS NOT NULL", (row["id"],))
        db.execute("DELETE FROM faults WHERE times < 1")
    kind, _, detail = row["kind"].partition(":")
    return Fault(kind, detail)


def _first(db: sqlite3.Connection, method: str) -> sqlite3.Row | None:
    family = method.partition(".")[0] + ".*"
    row: sqlite3.Row | None = db.execute(
        "SELECT * FROM faults WHERE method IN (?, ?, '*') ORDER BY id LIMIT 1", (method, family)
    ).fetchone()
    return row
