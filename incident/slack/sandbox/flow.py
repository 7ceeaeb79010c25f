"""A channel as one person reads it: its head, its messages in order, a thread."""

import datetime
import itertools
import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from incident.slack.sandbox import channels, identity, messages, personas, scenes, stamps
from incident.slack.sandbox import viewer as eyes
from incident.slack.sandbox.methods import bookmarks, pins

# A page shows the last so many messages.
SHOWN = 100
_FAR = 10**17
# A message of the same author within so long stands below the one before, without name or picture.
TOGETHER = datetime.timedelta(minutes=5)
_NAMED = 3
_SYSTEM = {
    "channel_join": "has_joined",
    "channel_leave": "has_left",
    "channel_topic": "set_topic",
    "channel_purpose": "set_purpose",
    "channel_name": "renamed",
    "channel_archive": "archived_it",
    "channel_unarchive": "unarchived_it",
}
_FILLING = {"channel_topic": "topic", "channel_purpose": "purpose", "channel_name": "name"}


def channel(
    db: sqlite3.Connection, row: sqlite3.Row, viewer: eyes.Viewer, *, before: str = "", new_after: int = _FAR
) -> dict[str, Any]:
    """One channel with its last messages (those before a `ts` when given), oldest first; `older` is the `ts`
    from which an earlier page goes on, "" at the beginning. The first message after `new_after`
    (microseconds) is marked as new."""
    seen = db.execute(
        "SELECT * FROM (SELECT * FROM messages WHERE channel = ? AND in_channel = 1"
        " AND (audience IS NULL OR audience = ?) AND at < ? ORDER BY at DESC LIMIT ?) ORDER BY at",
        (row["id"], viewer.id, stamps.parse(before) or _FAR, SHOWN + 1),
    ).fetchall()
    older = stamps.text(seen[1]["at"]) if len(seen) > SHOWN else ""
    drawn = _folded([_message(body, viewer) for body in _bodies(db, row["id"], seen[-SHOWN:])], viewer)
    _mark_new(drawn, viewer, new_after)
    members = channels.members(db, row["id"])
    return {
        "id": row["id"],
        "title": scenes.title(row, viewer),
        "older": older,
        "kind": row["kind"],
        "with_app": scenes.with_app(row),
        "archived": bool(row["archived"]),
        "general": row["id"] == identity.GENERAL,
        "topic": json.loads(row["topic"]).get("value", ""),
        "purpose": json.loads(row["purpose"]).get("value", ""),
        "member": viewer.id in members,
        "members": [{"id": person, "name": viewer.people.get(person, "?")} for person in members],
        "outside": _outside(db, set(members)),
        "bookmarks": bookmarks.listed(db, row["id"]),
        "pins": pins.listed(db, row["id"]),
        "messages": drawn,
    }


def thread(db: sqlite3.Connection, row: sqlite3.Row, viewer: eyes.Viewer, ts: str) -> dict[str, Any]:
    """A thread: its first message and every reply. Refuses `thread_not_found`."""
    parent = messages.find(db, row["id"], ts, error="thread_not_found")
    at = parent["thread"] or parent["at"]
    rows = db.execute(
        "SELECT * FROM messages WHERE channel = ? AND (at = ? OR thread = ?)"
        " AND (audience IS NULL OR audience = ?) ORDER BY at",
        (row["id"], at, at, viewer.id),
    ).fetchall()
    drawn = [_message(body, viewer) for body in _bodies(db, row["id"], rows)]
    return {"ts": stamps.text(at), "messages": _folded(drawn, viewer)}


def _bodies(db: sqlite3.Connection, channel_id: str, rows: list[sqlite3.Row]) -> list[dict[str, Any]]:
    bodies = messages.decorate(db, channel_id, rows, with_metadata=False)
    for row, body in zip(rows, bodies, strict=True):
        body["whispered"] = row["audience"] is not None
    return bodies


def _message(body: dict[str, Any], viewer: eyes.Viewer) -> dict[str, Any]:
    moment = viewer.moment(stamps.parse(body["ts"]) or 0)
    author = body.get("username") or viewer.people.get(body["user"], "?")
    latest = body.get("latest_reply")
    return {
        **body,
        "author": author,
        "app": body["user"] in {identity.BOT_USER, identity.SLACKBOT},
        "mine": body["user"] == viewer.id,
        "initial": author[:1].upper(),
        "hue": eyes.hue(body["user"]),
        "moment": moment,
        "clock": viewer.clock(moment),
        "date": viewer.date(moment, style="date_pretty"),
        "iso": moment.isoformat(),
        "system": _system(body, viewer),
        "answered": _when(viewer, stamps.parse(latest) or 0) if latest else "",
        "files": body.get("files", []),
        "new": False,
        "follows": False,
    }


def _folded(drawn: list[dict[str, Any]], viewer: eyes.Viewer) -> list[dict[str, Any]]:
    """People who came one after another stand in one line; a message soon after the same author's
    follows it."""
    kept = list(_joined(drawn, viewer))
    for above, one in itertools.pairwise(kept):
        alike = above["user"] == one["user"] and above["author"] == one["author"]
        plain = not (above["system"] or one["system"] or one["whispered"] or above["whispered"])
        same_day = above["date"] == one["date"]
        one["follows"] = alike and plain and same_day and one["moment"] - above["moment"] < TOGETHER
    return kept


def _joined(drawn: list[dict[str, Any]], viewer: eyes.Viewer) -> Iterator[dict[str, Any]]:
    def coming(one: dict[str, Any]) -> bool:
        return one.get("subtype") == "channel_join"

    for joins, group in itertools.groupby(drawn, key=coming):
        several = list(group)
        if not joins or len(several) == 1:
            yield from several
            continue
        names = [one["author"] for one in several]
        rest = len(names) - _NAMED
        words = viewer.say("and_so_on").join(names[: _NAMED if rest > 1 else None])
        text = viewer.say("several_joined", words, rest) if rest > 1 else viewer.say("all_joined", words)
        yield {**several[-1], "author": "", "system": text}


def _mark_new(drawn: list[dict[str, Any]], viewer: eyes.Viewer, new_after: int) -> None:
    for one in drawn:
        if (stamps.parse(one["ts"]) or 0) > new_after and not one["mine"]:
            one["new"], one["follows"] = True, False
            return


def _outside(db: sqlite3.Connection, members: set[str]) -> list[sqlite3.Row]:
    """People who could be invited, the app among them when it is not there."""
    app = personas.find(db, identity.BOT_USER)
    everyone = [*personas.everyone(db), *([app] if app is not None else [])]
    return [row for row in everyone if row["id"] not in members]


def _when(viewer: eyes.Viewer, at: int) -> str:
    moment = viewer.moment(at)
    return f"{viewer.date(moment, style='date_short_pretty')} {viewer.clock(moment)}"


def _system(body: dict[str, Any], viewer: eyes.Viewer) -> str:
    subtype = body.get("subtype", "")
    if subtype not in _SYSTEM:
        return ""
    if subtype == "channel_leave" and "removed" in body["text"]:
        return viewer.say("was_removed")
    filling = _FILLING.get(subtype)
    return viewer.say(_SYSTEM[subtype], *([body[filling]] if filling else []))
