"""chat.scheduleMessage and its neighbours: messages for later. What is due is posted by `scheduled`."""

import json
import time
from typing import Any

from incident.slack.sandbox import calls, channels, identity, paging, refusals
from incident.slack.sandbox.methods import chat

_ME = identity.BOT_USER
FARTHEST_SECONDS = 120 * 86_400
# At most so many for one channel within the same five minutes.
# docs.slack.dev/reference/methods/chat.scheduleMessage
PER_WINDOW, WINDOW_SECONDS = 30, 300


@calls.answers("chat.scheduleMessage")
def schedule(call: calls.Call) -> dict[str, Any]:
    """A message for later. One with metadata is taken and never posted, as Slack's notice says."""
    post_at, now = int(call.args["post_at"]), int(time.time())
    if post_at <= now:
        raise refusals.Refusal("time_in_past")
    if post_at > now + FARTHEST_SECONDS:
        raise refusals.Refusal("time_too_far")
    row, body, thread = chat.composed(call)
    window = post_at - post_at % WINDOW_SECONDS
    waiting = call.db.execute(
        "SELECT count(*) FROM scheduled WHERE channel = ? AND post_s >= ? AND post_s < ?",
        (row["id"], window, window + WINDOW_SECONDS),
    ).fetchone()[0]
    if waiting >= PER_WINDOW:
        raise refusals.Refusal("restricted_too_many")
    made = identity.new("Q")
    call.db.execute(
        "INSERT INTO scheduled (id, channel, thread, broadcast, post_s, created_s, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (made, row["id"], thread, call.flag("reply_broadcast"), post_at, now, json.dumps(body)),
    )
    shown = {"type": "delayed_message", **body}
    return {"channel": row["id"], "scheduled_message_id": made, "post_at": post_at, "message": shown}


@calls.answers("chat.deleteScheduledMessage")
def delete(call: calls.Call) -> dict[str, Any]:
    """Takes a waiting message back."""
    channels.find(call.db, call.text("channel"), viewer=_ME)
    gone = call.db.execute(
        "DELETE FROM scheduled WHERE id = ? AND channel = ? AND post_s > ?",
        (call.text("scheduled_message_id"), call.text("channel"), int(time.time())),
    )
    if gone.rowcount == 0:
        raise refusals.Refusal("invalid_scheduled_message_id")
    return {}


@calls.answers("chat.scheduledMessages.list")
def list_(call: calls.Call) -> dict[str, Any]:
    """The app's waiting messages, the soonest first."""
    bounds = {name: int(call.text(name) or default) for name, default in (("oldest", 0), ("latest", 1 << 40))}
    rows = call.db.execute(
        "SELECT * FROM scheduled WHERE (? = '' OR channel = ?) AND post_s BETWEEN ? AND ?"
        " ORDER BY post_s, id",
        (call.text("channel"), call.text("channel"), bounds["oldest"], bounds["latest"]),
    ).fetchall()
    limit = call.number("limit", default=100, highest=1000)
    some, rest = paging.page(rows, cursor=call.text("cursor"), limit=limit)
    waiting = [
        {
            "id": row["id"],
            "channel_id": row["channel"],
            "post_at": row["post_s"],
            "date_created": row["created_s"],
            "text": json.loads(row["body"]).get("text", ""),
        }
        for row in some
    ]
    return {"scheduled_messages": waiting, "response_metadata": rest}
