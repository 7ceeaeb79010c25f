"""What the app says back: the body of an answer to a command, and the response_url it may use five times."""

import json
import secrets
import sqlite3
from typing import Any

import flask

from incident.slack.sandbox import identity, messages, refusals, stamps, storage
from incident.slack.sandbox import workspace as workspaces
from incident.slack.sandbox.methods import chat

# Five answers within thirty minutes. docs.slack.dev/interactivity/handling-user-interaction
USES = 5
LIFE_MICROSECONDS = 30 * 60 * 1_000_000


def new_url(
    db: sqlite3.Connection, root: str, *, channel: str, person: str, message: int | None = None
) -> tuple[str, str]:
    """A fresh response_url below `root` (this app's own address) and its key. `message` is what it may
    replace."""
    db.execute("DELETE FROM response_urls WHERE expires_at < ?", (stamps.now(),))
    key = secrets.token_urlsafe(18)
    db.execute(
        "INSERT INTO response_urls (key, channel, person, message, expires_at) VALUES (?, ?, ?, ?, ?)",
        (key, channel, person, message, stamps.now() + LIFE_MICROSECONDS),
    )
    return f"{root.rstrip('/')}/respond/{key}", key


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Route `/respond/<key>`."""
    routes = flask.Blueprint("respond", __name__)

    @routes.post("/respond/<key>")
    def respond(key: str) -> tuple[dict[str, Any], int]:
        content = flask.request.get_json(silent=True)
        if not isinstance(content, dict):
            return {"ok": False, "error": "invalid_payload"}, 400
        try:
            use(workspace.store, key, content)
        except refusals.Refusal as refusal:
            return refusal.body(), 404 if refusal.error in {"used_url", "expired_url"} else 400
        return {"ok": True}, 200

    return routes


def use(store: storage.Store, key: str, content: dict[str, Any]) -> None:
    """Spends one use of a response_url. Refuses `expired_url`, `used_url` and content Slack would refuse."""
    with store.writing() as db:
        row = db.execute("SELECT * FROM response_urls WHERE key = ?", (key,)).fetchone()
        if row is None or row["expires_at"] < stamps.now():
            raise refusals.Refusal("expired_url")
        if row["uses"] >= USES:
            raise refusals.Refusal("used_url")
        db.execute("UPDATE response_urls SET uses = uses + 1 WHERE key = ?", (key,))
        say(db, row, content)


def say(db: sqlite3.Connection, row: sqlite3.Row, content: dict[str, Any]) -> dict[str, Any] | None:
    """Shows an answer where its response_url belongs: to the person alone unless `response_type` is
    in_channel;
    `replace_original` and `delete_original` act on the message it came from. Returns what is shown, None
    for nothing."""
    original = _original(db, row)
    if content.get("delete_original"):
        if original is not None:
            messages.delete(db, original)
        return None
    body = chat.content_of(content, [])
    if not body:
        raise refusals.Refusal("no_text")
    body = {"user": identity.BOT_USER, "bot_id": identity.BOT, "app_id": identity.APP, "text": "", **body}
    if content.get("replace_original") and original is not None:
        return _replaced(db, original, body)
    audience = None if content.get("response_type") == "in_channel" else row["person"]
    thread = stamps.parse(str(content.get("thread_ts", "")))
    stored = messages.write(
        db, row["channel"], body, author=identity.BOT_USER, audience=audience, thread=thread
    )
    if row["message"] is None:
        at = stamps.parse(stored["ts"])
        db.execute("UPDATE response_urls SET message = ? WHERE key = ?", (at, row["key"]))
    return stored


def _original(db: sqlite3.Connection, row: sqlite3.Row) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND at = ?", (row["channel"], row["message"])
    ).fetchone()
    return found


def _replaced(db: sqlite3.Connection, original: sqlite3.Row, body: dict[str, Any]) -> dict[str, Any]:
    kept = json.loads(original["body"])
    fixed = {name: kept[name] for name in ("type", "ts", "thread_ts", "metadata") if name in kept}
    body = {**fixed, **body}
    if original["audience"] is None:
        body["edited"] = {"user": identity.BOT_USER, "ts": stamps.text(stamps.now())}
    messages.replace(db, original, body)
    return body
