"""What changes a channel itself, whether the app or a person does it: its name, its end, its members; each
leaves a grey line and is told to the app as Slack tells it."""

import json
import sqlite3
from typing import Any

from incident.slack.sandbox import channels, events, identity, messages, refusals
from incident.slack.sandbox import workspace as workspaces


def rename(
    db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, name: str, *, by: str
) -> None:
    """A new name under the same rules; the old one is remembered and free again. Refuses `name_taken`."""
    channels.check_name(name)
    taken = channels.find_by_name(db, name)
    if taken is not None and taken["id"] != row["id"]:
        raise refusals.Refusal("name_taken")
    earlier = json.dumps([row["name"], *json.loads(row["previous_names"])])
    db.execute("UPDATE channels SET name = ?, previous_names = ? WHERE id = ?", (name, earlier, row["id"]))
    text = f'has renamed the channel from "{row["name"]}" to "{name}"'
    messages.system(
        db, row["id"], subtype="channel_name", author=by, text=text, old_name=row["name"], name=name
    )
    renamed = {"id": row["id"], "name": name, "created": row["created_s"]}
    _tell(db, workspace, row, "rename", channel=renamed)


def archive(db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, *, by: str) -> None:
    """Closes a channel; it keeps its messages and its name. Refuses `already_archived`,
    `cant_archive_general`."""
    channels.must_be_open(row, error="already_archived")
    if row["id"] == identity.GENERAL:
        raise refusals.Refusal("cant_archive_general")
    messages.system(db, row["id"], subtype="channel_archive", author=by, text="archived the channel")
    db.execute("UPDATE channels SET archived = 1 WHERE id = ?", (row["id"],))
    _tell(db, workspace, row, "archive", channel=row["id"], user=by)


def unarchive(db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, *, by: str) -> None:
    """Reopens an archived channel. Refuses `not_archived`."""
    if not row["archived"]:
        raise refusals.Refusal("not_archived")
    db.execute("UPDATE channels SET archived = 0 WHERE id = ?", (row["id"],))
    messages.system(db, row["id"], subtype="channel_unarchive", author=by, text="un-archived the channel")
    _tell(db, workspace, row, "unarchive", channel=row["id"], user=by)


def delete(db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, *, by: str) -> None:
    """Removes a channel with all that was said in it; its name is free again. Only people can, never an
    app."""
    if row["id"] == identity.GENERAL:
        raise refusals.Refusal("cant_delete_general")
    _tell(db, workspace, row, "deleted", channel=row["id"], actor_id=by)
    for table in ("messages", "members", "pins", "bookmarks", "reactions", "scheduled"):
        db.execute(f"DELETE FROM {table} WHERE channel = ?", (row["id"],))  # noqa: S608 - our own names
    db.execute("DELETE FROM channels WHERE id = ?", (row["id"],))


def set_text(db: sqlite3.Connection, row: sqlite3.Row, *, field: str, value: str, by: str) -> None:
    """Sets `topic` or `purpose`; refuses more than 250 characters with `too_long`."""
    channels.set_text(db, row["id"], field=field, value=value, person=by)
    text = f"set the channel {field}: {value}"
    messages.system(db, row["id"], subtype=f"channel_{field}", author=by, text=text, **{field: value})


def add(
    db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, user: str, *, by: str
) -> bool:
    """Makes somebody a member, by themselves or as `by`'s guest; False when they are in it already."""
    if not channels.join(db, row["id"], user):
        return False
    more = {} if user == by else {"inviter": by}
    text = f"<@{user}> has joined the channel"
    messages.system(db, row["id"], subtype="channel_join", author=user, text=text, **more)
    events.emit(db, workspace, _moved("member_joined_channel", row, user) | more, within=row["id"])
    return True


def remove(
    db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, user: str, *, by: str
) -> bool:
    """Takes somebody out, or lets them go when they are `by` themselves; False when they are not in it."""
    if not channels.is_member(db, row["id"], user):
        return False
    events.emit(db, workspace, _moved("member_left_channel", row, user), within=row["id"])
    if user == identity.BOT_USER:
        prefix = "channel" if row["kind"] == "public" else "group"
        events.emit(db, workspace, {"type": f"{prefix}_left", "channel": row["id"], "actor_id": by})
    channels.leave(db, row["id"], user)
    text = f"<@{user}> has left the channel" if user == by else f"<@{user}> was removed"
    messages.system(db, row["id"], subtype="channel_leave", author=user, text=text)
    return True


def _moved(event: str, row: sqlite3.Row, user: str) -> dict[str, Any]:
    kind = "C" if row["kind"] == "public" else "G"
    where = {"channel": row["id"], "channel_type": kind}
    return {"type": event, "user": user, **where, "team": identity.TEAM}


def _tell(
    db: sqlite3.Connection, workspace: workspaces.Workspace, row: sqlite3.Row, what: str, **fields: Any
) -> None:
    """`channel_…` for public channels, whoever is in them; `group_…` for private ones the app is in."""
    if row["kind"] == "public":
        events.emit(db, workspace, {"type": f"channel_{what}", **fields})
    else:
        events.emit(db, workspace, {"type": f"group_{what}", **fields}, within=row["id"])
