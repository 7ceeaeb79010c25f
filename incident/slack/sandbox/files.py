"""Files: their bytes in the workspace's file, where they were shared, and how Slack describes them."""

import json
import mimetypes
import sqlite3
import time
from typing import Any

import flask

from incident.slack.sandbox import identity, refusals, stamps

# Slack takes a gigabyte; a practice workspace keeps its bytes in one SQLite file and takes less.
LARGEST = 50_000_000
_TEXT = frozenset({"txt", "csv", "log", "json", "md"})
_PRETTY = {"png": "PNG", "jpg": "JPEG", "gif": "GIF", "pdf": "PDF", "txt": "Plain Text", "csv": "CSV"}
_LONGEST_NAME = 255


def reserve(db: sqlite3.Connection, *, owner: str, name: str, size: int, alt: str = "") -> tuple[str, str]:
    """A file whose bytes are still to come: its id and the ticket of its upload address."""
    file, ticket = identity.new("F"), identity.new("") + identity.new("")
    name = name.replace("/", "_")[:_LONGEST_NAME]
    db.execute(
        "INSERT INTO files (id, owner, name, title, kind, alt, size, ticket, created_s)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (file, owner, name, name, _kind(name), alt, size, ticket, int(time.time())),
    )
    return file, ticket


def receive(db: sqlite3.Connection, ticket: str, content: bytes) -> None:
    """The bytes of a reserved file. Refuses `not_found` for a used or unknown ticket, `invalid_length`."""
    row = db.execute("SELECT * FROM files WHERE ticket = ?", (ticket,)).fetchone()
    if row is None or row["finished"]:
        raise refusals.Refusal("not_found")
    if len(content) != row["size"]:
        raise refusals.Refusal("invalid_length")
    db.execute("UPDATE files SET body = ? WHERE id = ?", (content, row["id"]))


def finish(db: sqlite3.Connection, file: str, *, owner: str, title: str) -> None:
    """An uploaded file becomes one that can be seen. Refuses `file_not_found`, `access_denied`."""
    row = db.execute("SELECT owner, body FROM files WHERE id = ? AND deleted = 0", (file,)).fetchone()
    if row is None or row["body"] is None:
        raise refusals.Refusal("file_not_found")
    if row["owner"] != owner:
        raise refusals.Refusal("access_denied")
    db.execute(
        "UPDATE files SET finished = 1, ticket = NULL, title = coalesce(nullif(?, ''), title) WHERE id = ?",
        (title, file),
    )


def keep(db: sqlite3.Connection, *, owner: str, name: str, content: bytes) -> str:
    """A whole file at once, as a person's client uploads it; returns its id. Refuses one that is empty or too
    large."""
    if not content:
        raise refusals.Refusal("no_file_data")
    if len(content) > LARGEST:
        raise refusals.Refusal("file_upload_size_restricted")
    file, ticket = reserve(db, owner=owner, name=name, size=len(content))
    receive(db, ticket, content)
    finish(db, file, owner=owner, title="")
    return file


def find(db: sqlite3.Connection, file: str, *, viewer: str) -> sqlite3.Row:
    """A file this member may see: their own, or shared where they are. Refuses `file_not_found`,
    `file_deleted`."""
    row: sqlite3.Row | None = db.execute("SELECT * FROM files WHERE id = ?", (file,)).fetchone()
    if row is None or not row["finished"]:
        raise refusals.Refusal("file_not_found")
    if row["deleted"]:
        raise refusals.Refusal("file_deleted")
    if row["owner"] != viewer and not _seen(db, row, viewer):
        raise refusals.Refusal("file_not_found")
    return row


def listed(db: sqlite3.Connection, *, viewer: str) -> list[sqlite3.Row]:
    """Every file this member may see, the newest first."""
    rows = db.execute("SELECT * FROM files WHERE finished = 1 AND deleted = 0 ORDER BY rowid DESC").fetchall()
    return [row for row in rows if row["owner"] == viewer or _seen(db, row, viewer)]


def delete(db: sqlite3.Connection, row: sqlite3.Row) -> None:
    """Forgets a file's bytes; its messages show that it is gone."""
    db.execute("UPDATE files SET deleted = 1, body = NULL WHERE id = ?", (row["id"],))


def note_share(db: sqlite3.Connection, file: str, channel: str, ts: str) -> None:
    """Notes where a file was shared."""
    row = db.execute("SELECT shared FROM files WHERE id = ?", (file,)).fetchone()
    shared = [*json.loads(row["shared"]), [channel, stamps.parse(ts)]]
    db.execute("UPDATE files SET shared = ? WHERE id = ?", (json.dumps(shared), file))


def fill(db: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
    """A message with its files described as they are now."""
    if "files" not in body:
        return body
    described = []
    for one in body["files"]:
        row = db.execute("SELECT * FROM files WHERE id = ?", (one["id"],)).fetchone()
        gone = row is None or row["deleted"]
        described.append({"id": one["id"], "mode": "tombstone"} if gone else describe(db, row))
    return {**body, "files": described}


def describe(db: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Any]:
    """Slack's file object, with addresses at the server that is asked."""
    ending = row["name"].rpartition(".")[2].lower() if "." in row["name"] else ""
    address = f"{flask.request.url_root}files-pri/{identity.TEAM}-{row['id']}"
    shares, places = _shares(db, row)
    return {
        "id": row["id"],
        "created": row["created_s"],
        "timestamp": row["created_s"],
        "name": row["name"],
        "title": row["title"],
        "mimetype": row["kind"],
        "filetype": {"txt": "text", "jpeg": "jpg"}.get(ending, ending) or "binary",
        "pretty_type": _PRETTY.get(ending, ending.upper() or "Binary"),
        "user": row["owner"],
        "user_team": identity.TEAM,
        "editable": ending in _TEXT,
        "size": row["size"],
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": bool(places["channels"]),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{row['name']}",
        "url_private_download": f"{address}/download/{row['name']}",
        "permalink": f"https://{identity.DOMAIN}.slack.com/files/{row['owner']}/{row['id']}/{row['name']}",
        "has_rich_preview": False,
        "file_access": "visible",
        "alt_txt": row["alt"],
        "shares": shares,
        **places,
    }


def _shares(db: sqlite3.Connection, row: sqlite3.Row) -> tuple[dict[str, Any], dict[str, list[str]]]:
    shares: dict[str, dict[str, list[dict[str, str]]]] = {}
    places: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    for channel, at in json.loads(row["shared"]):
        found = db.execute("SELECT kind, name FROM channels WHERE id = ?", (channel,)).fetchone()
        if found is None:
            continue
        group = "public" if found["kind"] == "public" else "private"
        mention = {"ts": stamps.text(at), "channel_name": found["name"] or "", "team_id": identity.TEAM}
        shares.setdefault(group, {}).setdefault(channel, []).append(mention)
        place = {"public": "channels", "im": "ims"}.get(found["kind"], "groups")
        if channel not in places[place]:
            places[place].append(channel)
    return shares, places


def _seen(db: sqlite3.Connection, row: sqlite3.Row, viewer: str) -> bool:
    places = [channel for channel, _at in json.loads(row["shared"])]
    marks = ",".join("?" * len(places))
    found = db.execute(
        f"SELECT 1 FROM channels c WHERE c.id IN ({marks}) AND (c.kind = 'public' OR EXISTS"  # noqa: S608
        " (SELECT 1 FROM members m WHERE m.channel = c.id AND m.person = ?)) LIMIT 1",
        (*places, viewer),
    ).fetchone()
    return found is not None


def _kind(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
