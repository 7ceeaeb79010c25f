"""Events to the app: queued in the workspace's file, sent by one background thread, retried on Slack's
schedule."""

import json
import sqlite3
import threading
import time
from typing import Any

import flask

from incident.slack.sandbox import channels, identity, outbound, scheduled, stamps
from incident.slack.sandbox import workspace as workspaces

_REST = 0.2
# A claimed event whose sender died is sent again after this long, in seconds.
_CLAIM = 30.0


# The scope without which Slack keeps an event to itself, by the name an app subscribes to; any one of
# several.
_SCOPES: dict[str, tuple[str, ...]] = {
    "app_mention": ("app_mentions:read",),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "file_shared": ("files:read",),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
}
_FAMILIES = {
    "reaction": ("reactions:read",),
    "pin": ("pins:read",),
    "member": ("channels:read", "groups:read"),
    "channel": ("channels:read",),
    "group": ("groups:read",),
}


def emit(
    db: sqlite3.Connection, workspace: workspaces.Workspace, event: dict[str, Any], *, within: str = ""
) -> None:
    """Queues an event in the open transaction, if the app subscribed to its type, holds the scope it needs
    and, for one `within` a channel, is a member there."""
    name = subscribed_as(event)
    needed = _SCOPES.get(name) or _FAMILIES.get(name.partition("_")[0], ())
    if name not in workspace.subscriptions or (needed and workspace.scopes.isdisjoint(needed)):
        return
    if within and not channels.is_member(db, within, identity.BOT_USER):
        return
    now = stamps.now()
    envelope = {
        "token": "sandbox",
        "team_id": identity.TEAM,
        "api_app_id": identity.APP,
        "event": {**event, "event_ts": stamps.text(now)},
        "type": "event_callback",
        "event_id": identity.new("Ev"),
        "event_time": now // 1_000_000,
        "authorizations": [
            {"enterprise_id": None, "team_id": identity.TEAM, "user_id": identity.BOT_USER, "is_bot": True}
        ],
        "is_ext_shared_channel": False,
    }
    db.execute(
        "INSERT INTO outgoing (id, body, due_at) VALUES (?, ?, ?)",
        (envelope["event_id"], json.dumps(envelope, ensure_ascii=False), now),
    )


def say(
    db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, body: dict[str, Any]
) -> None:
    """Tells the app what was said (changed, taken back) in a channel it is in."""
    kind = {"public": "channel", "private": "group"}.get(row["kind"], row["kind"])
    emit(db, workspace, {**body, "channel": row["id"], "channel_type": kind}, within=row["id"])


def subscribed_as(event: dict[str, Any]) -> str:
    """The name an app subscribes to: messages by their kind of channel ("message.channels"), others by
    type."""
    if event["type"] == "message":
        kinds = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
        return "message." + kinds[event["channel_type"]]
    return str(event["type"])


class Sender:
    """The background thread of one process, there only while something is left to send. Several processes may
    have one; each event is claimed by one."""

    def __init__(self, workspace: workspaces.Workspace) -> None:
        self._workspace = workspace
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping, self._wake = threading.Event(), threading.Event()

    def heed(self, response: flask.Response) -> flask.Response:
        """After each request: wakes the thread, or starts it when there is something to send. (A server that
        forks has it in each worker that needs it.)"""
        with self._lock:
            if not (self._thread is not None and self._thread.is_alive()) and self._left():
                self._stopping.clear()
                self._thread = threading.Thread(target=self._work, name="sandbox-events", daemon=True)
                self._thread.start()
        self._wake.set()
        return response

    def stop(self) -> None:
        """Ends the thread and waits for it; what is queued stays queued."""
        self._stopping.set()
        self._wake.set()
        thread = self._thread
        if thread is not None:
            thread.join()
            self._thread = None

    def _work(self) -> None:
        while not self._stopping.is_set():
            scheduled.post_due(self._workspace.store)
            if self.send_one():
                continue
            with self._lock:
                if not self._left():
                    self._thread = None
                    return
            self._wake.wait(_REST)
            self._wake.clear()

    def _left(self) -> bool:
        with self._workspace.store.reading() as db:
            waiting = db.execute("SELECT 1 FROM outgoing WHERE state = 'waiting' LIMIT 1").fetchone()
            later = db.execute("SELECT 1 FROM scheduled LIMIT 1").fetchone()
        return waiting is not None or later is not None

    def send_one(self) -> bool:
        """Sends the next due event; False when none is due."""
        now = stamps.now()
        with self._workspace.store.reading() as db:
            due = db.execute(
                "SELECT 1 FROM outgoing WHERE state = 'waiting' AND due_at <= ? LIMIT 1", (now,)
            ).fetchone()
        if due is None:
            return False
        with self._workspace.store.writing() as db:
            row = db.execute(
                "UPDATE outgoing SET due_at = ?, attempt = attempt + 1 WHERE id ="
                " (SELECT id FROM outgoing WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at LIMIT 1)"
                " RETURNING *",
                (now + int(_CLAIM * 1e6), now),
            ).fetchone()
        if row is None:
            return False
        self._settle(row, self._deliver(row))
        return True

    def _deliver(self, row: sqlite3.Row) -> outbound.Answer:
        return outbound.event(self._workspace, row["body"], attempt=row["attempt"], reason=row["reason"])

    def _settle(self, row: sqlite3.Row, answer: outbound.Answer) -> None:
        delays = self._workspace.retry_delays
        state, due, reason = "delivered", row["due_at"], ""
        if not answer.ok:
            reason = answer.trouble or "http_error"
            wanted = answer.headers.get("x-slack-no-retry") != "1" and row["attempt"] <= len(delays)
            state = "waiting" if wanted else "given_up"
            due = stamps.now() + int((delays[row["attempt"] - 1] if wanted else 0) * 1e6)
        with self._workspace.store.writing() as db:
            db.execute(
                "UPDATE outgoing SET state = ?, due_at = ?, reason = ? WHERE id = ?",
                (state, due, reason, row["id"]),
            )


def wait_until_quiet(workspace: workspaces.Workspace, *, seconds: float) -> bool:
    """Whether every queued event was delivered or given up within so many seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with workspace.store.reading() as db:
            if db.execute("SELECT 1 FROM outgoing WHERE state = 'waiting' LIMIT 1").fetchone() is None:
                return True
        time.sleep(_REST / 4)
    return False
