"""What people do with messages: speak, share a file, edit, take back, react, pin, look at App Home. The
app may hear of it as events."""

import json
import secrets
import sqlite3
import time
from typing import Any

from incident.slack.sandbox import (
    channels,
    events,
    files,
    identity,
    messages,
    refusals,
    stamps,
    surfaces,
    wording,
)
from incident.slack.sandbox import workspace as workspaces
from incident.slack.sandbox.methods import reactions


def say(
    workspace: workspaces.Workspace, *, user: str, channel: str, text: str, thread_ts: str = ""
) -> dict[str, Any]:
    """A message typed by a person who is in the channel. Returns it as stored."""
    if not text.strip():
        raise refusals.Refusal("no_text")
    with workspace.store.writing() as db:
        return _say(db, workspace, user, channel, text, thread_ts)


def share(
    workspace: workspaces.Workspace,
    *,
    user: str,
    channel: str,
    name: str,
    content: bytes,
    text: str = "",
    thread_ts: str = "",
) -> dict[str, Any]:
    """A file put into a channel by a person, with or without words. Returns the message as stored."""
    with workspace.store.writing() as db:
        file = files.keep(db, owner=user, name=name, content=content)
        stored = _say(db, workspace, user, channel, text, thread_ts, file=file)
        files.note_share(db, file, channel, stored["ts"])
        told = {"file_id": file, "file": {"id": file}, "user_id": user, "channel_id": channel}
        events.emit(db, workspace, {"type": "file_shared", **told}, within=channel)
    return stored


def edit(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str, text: str) -> None:
    """A person words their own message anew."""
    with workspace.store.writing() as db:
        row, message = _own(db, user, channel, ts)
        before = json.loads(message["body"])
        moment = stamps.text(stamps.now())
        words = wording.encode(db, text.strip()[: messages.TEXT_LENGTH], labels=False)
        after = {**before, "text": words, "edited": {"user": user, "ts": moment}}
        messages.replace(db, message, after)
        change = {"message": after, "previous_message": before, "hidden": True, "ts": moment}
        events.say(db, workspace, row, {"type": "message", "subtype": "message_changed", **change})


def take_back(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str) -> None:
    """A person deletes their own message."""
    with workspace.store.writing() as db:
        row, message = _own(db, user, channel, ts)
        before = json.loads(message["body"])
        messages.delete(db, message)
        change = {
            "deleted_ts": ts,
            "previous_message": before,
            "hidden": True,
            "ts": stamps.text(stamps.now()),
        }
        events.say(db, workspace, row, {"type": "message", "subtype": "message_deleted", **change})


def dismiss(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str) -> None:
    """A person puts away a message that only they see; nobody hears of it."""
    with workspace.store.writing() as db:
        channels.find(db, channel, viewer=user)
        message = messages.seen(db, channel, ts, person=user)
        if message["audience"] != user:
            raise refusals.Refusal("cant_delete_message")
        messages.delete(db, message)


def react(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str, name: str) -> None:
    """A person reacts to a message; again takes it back."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_open(row)
        message = messages.find(db, channel, ts)
        kind = "reaction_added"
        if not reactions.react(db, message, name, person=user):
            kind = "reaction_removed"
            key = (channel, message["at"], name, user)
            db.execute("DELETE FROM reactions WHERE channel = ? AND at = ? AND name = ? AND person = ?", key)
        item = {"type": "message", "channel": channel, "ts": ts}
        who = {"user": user, "item_user": json.loads(message["body"])["user"]}
        events.emit(db, workspace, {"type": kind, "reaction": name, "item": item, **who}, within=channel)


def pin(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str) -> None:
    """A person pins a message; again unpins it."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_open(row)
        channels.must_be_member(db, row, user)
        message = messages.find(db, channel, ts)
        kind = "pin_removed"
        if (
            db.execute("DELETE FROM pins WHERE channel = ? AND at = ?", (channel, message["at"])).rowcount
            == 0
        ):
            kind = "pin_added"
            db.execute(
                "INSERT INTO pins VALUES (?, ?, ?, ?)", (channel, message["at"], user, int(time.time()))
            )
        item = {"type": "message", "channel": channel, "message": json.loads(message["body"])}
        told = {"user": user, "channel_id": channel, "item": item}
        events.emit(db, workspace, {"type": kind, **told}, within=channel)


def open_home(workspace: workspaces.Workspace, *, user: str, tab: str = "home") -> str:
    """A person opens the app's Home or Messages tab; returns their direct message with the app."""
    with workspace.store.writing() as db:
        channel, _ = channels.open_direct(db, [user, identity.BOT_USER], creator=user)
        home = surfaces.home(db, user)
        event: dict[str, Any] = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
        if home is not None and tab == "home":
            event["view"] = surfaces.describe(home)
        events.emit(db, workspace, event)
    return channel


def open_messages(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person opens a channel: the app hears of it when it is their direct message with it."""
    pair = ",".join(sorted((user, identity.BOT_USER)))
    with workspace.store.reading() as db:
        found = db.execute("SELECT 1 FROM channels WHERE id = ? AND pair = ?", (channel, pair)).fetchone()
    if found is not None:
        open_home(workspace, user=user, tab="messages")


def _say(
    db: sqlite3.Connection,
    workspace: workspaces.Workspace,
    user: str,
    channel: str,
    text: str,
    thread_ts: str,
    *,
    file: str = "",
) -> dict[str, Any]:
    row = channels.find(db, channel, viewer=user)
    channels.must_be_open(row)
    channels.must_be_member(db, row, user)
    thread = None
    if thread_ts:
        parent = messages.find(db, channel, thread_ts, error="thread_not_found")
        thread = parent["thread"] or parent["at"]
    body: dict[str, Any] = {
        "user": user,
        "client_msg_id": secrets.token_hex(16),
        "team": identity.TEAM,
        "text": wording.encode(db, text.strip()[: messages.TEXT_LENGTH], labels=False),
    }
    if file:
        body |= {"subtype": "file_share", "files": [{"id": file}], "upload": True}
    stored = messages.write(db, channel, body, author=user, thread=thread)
    stored = files.fill(db, stored)
    events.say(db, workspace, row, stored)
    if f"<@{identity.BOT_USER}>" in body["text"]:
        events.emit(db, workspace, {**stored, "type": "app_mention", "channel": channel}, within=channel)
    return stored


def _own(db: sqlite3.Connection, user: str, channel: str, ts: str) -> tuple[sqlite3.Row, sqlite3.Row]:
    row = channels.find(db, channel, viewer=user)
    channels.must_be_open(row)
    message = messages.find(db, channel, ts)
    if message["author"] != user:
        raise refusals.Refusal("cant_update_message")
    return row, message
