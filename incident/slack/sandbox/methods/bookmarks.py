"""bookmarks.*: the links across the top of a channel."""

import json
import re
import sqlite3
import time
from typing import Any

from incident.slack.sandbox import calls, channels, identity, refusals

_ME = identity.BOT_USER
BOOKMARK_LIMIT = 100
_EMOJI = re.compile(r":[^\s:]+:")


@calls.answers("bookmarks.add")
def add(call: calls.Call) -> dict[str, Any]:
    """Adds a link."""
    channel = _channel(call)
    if call.text("type") != "link":
        raise refusals.Refusal("invalid_bookmark_type")
    _check(call, link_required=True)
    already = listed(call.db, channel)
    if len(already) >= BOOKMARK_LIMIT:
        raise refusals.Refusal("too_many_bookmarks")
    bookmark = {
        "id": identity.new("Bk"),
        "channel_id": channel,
        "title": call.text("title"),
        "link": call.text("link"),
        "emoji": call.text("emoji"),
        "icon_url": None,
        "type": "link",
        "entity_id": None,
        "date_created": int(time.time()),
        "date_updated": 0,
        "rank": f"{len(already):04d}",
        "last_updated_by_user_id": _ME,
        "last_updated_by_team_id": identity.TEAM,
        "shortcut_id": None,
        "app_id": identity.APP,
    }
    call.db.execute("INSERT INTO bookmarks VALUES (?, ?, ?)", (bookmark["id"], channel, json.dumps(bookmark)))
    return {"bookmark": bookmark}


@calls.answers("bookmarks.edit")
def edit(call: calls.Call) -> dict[str, Any]:
    """Changes title, link or emoji."""
    bookmark = _find(call)
    _check(call, link_required=False)
    for field in ("title", "link", "emoji"):
        if field in call.args:
            bookmark[field] = call.text(field)
    bookmark["date_updated"] = int(time.time())
    call.db.execute("UPDATE bookmarks SET body = ? WHERE id = ?", (json.dumps(bookmark), bookmark["id"]))
    return {"bookmark": bookmark}


@calls.answers("bookmarks.list")
def list_(call: calls.Call) -> dict[str, Any]:
    """The links of a channel in their order."""
    channel = channels.find(call.db, call.text("channel_id"), viewer=_ME)["id"]
    return {"bookmarks": listed(call.db, channel)}


@calls.answers("bookmarks.remove")
def remove(call: calls.Call) -> dict[str, Any]:
    """Removes a link."""
    call.db.execute("DELETE FROM bookmarks WHERE id = ?", (_find(call)["id"],))
    return {}


def listed(db: sqlite3.Connection, channel: str) -> list[dict[str, Any]]:
    """Slack's bookmark objects of a channel."""
    rows = db.execute("SELECT body FROM bookmarks WHERE channel = ? ORDER BY rowid", (channel,))
    return [json.loads(row["body"]) for row in rows]


def _channel(call: calls.Call) -> str:
    row = channels.find(call.db, call.text("channel_id"), viewer=_ME)
    if row["archived"] or not channels.is_member(call.db, row["id"], _ME):
        raise refusals.Refusal("access_denied")
    return str(row["id"])


def _check(call: calls.Call, *, link_required: bool) -> None:
    link = call.text("link")
    if (link or link_required) and not link.startswith(("http://", "https://")):
        raise refusals.Refusal("invalid_link")
    if call.text("emoji") and not _EMOJI.fullmatch(call.text("emoji")):
        raise refusals.Refusal("invalid_emoji")


def _find(call: calls.Call) -> dict[str, Any]:
    channel = _channel(call)
    row = call.db.execute(
        "SELECT body FROM bookmarks WHERE id = ? AND channel = ?", (call.text("bookmark_id"), channel)
    ).fetchone()
    if row is None:
        raise refusals.Refusal("not_found")
    bookmark: dict[str, Any] = json.loads(row["body"])
    return bookmark
