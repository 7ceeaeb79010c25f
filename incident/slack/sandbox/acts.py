"""What people do without the app: speak, join, leave, react, look at App Home. The app may hear of it as
events."""

import json
import secrets
import sqlite3
from typing import Any

from incident.slack.sandbox import channels, events, identity, messages, refusals, surfaces, wording
from incident.slack.sandbox import workspace as workspaces
from incident.slack.sandbox.methods import reactions

_KINDS = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def say(
    workspace: workspaces.Workspace, *, user: str, channel: str, text: str, thread_ts: str = ""
) -> dict[str, Any]:
    """A message typed by a person who is in the channel. Returns it as stored."""
    if not text.strip():
        raise refusals.Refusal("no_text")
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_open(row)
        channels.must_be_member(db, row, user)
        thread = None
        if thread_ts:
            parent = messages.find(db, channel, thread_ts, error="thread_not_found")
            thread = parent["thread"] or parent["at"]
        body = {
            "user": user,
            "client_msg_id": secrets.token_hex(16),
            "team": identity.TEAM,
            "text": wording.encode(db, text.strip()[: messages.TEXT_LENGTH], labels=False),
        }
        stored = messages.write(db, channel, body, author=user, thread=thread)
        heard = {**stored, "channel": channel, "channel_type": _KINDS[row["kind"]]}
        events.emit(db, workspace, heard)
        if f"<@{identity.BOT_USER}>" in body["text"]:
            events.emit(db, workspace, {**stored, "type": "app_mention", "channel": channel})
    return stored


def join(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person joins a public channel; nothing happens when they are in it."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_open(row)
        if channels.join(db, channel, user):
            text = f"<@{user}> has joined the channel"
            messages.system(db, channel, subtype="channel_join", author=user, text=text)
            events.emit(db, workspace, _moved("member_joined_channel", row, user))


def leave(workspace: workspaces.Workspace, *, user: str, channel: str) -> None:
    """A person leaves a channel."""
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        channels.must_be_named(row)
        if channels.leave(db, channel, user):
            text = f"<@{user}> has left the channel"
            messages.system(db, channel, subtype="channel_leave", author=user, text=text)
            events.emit(db, workspace, _moved("member_left_channel", row, user))


def react(workspace: workspaces.Workspace, *, user: str, channel: str, ts: str, name: str) -> None:
    """A person reacts to a message; again takes it back."""
    with workspace.store.writing() as db:
        channels.find(db, channel, viewer=user)
        message = messages.find(db, channel, ts)
        kind = "reaction_added"
        if not reactions.react(db, message, name, person=user):
            kind = "reaction_removed"
            key = (channel, message["at"], name, user)
            db.execute("DELETE FROM reactions WHERE channel = ? AND at = ? AND name = ? AND person = ?", key)
        item = {"type": "message", "channel": channel, "ts": ts}
        who = {"user": user, "item_user": json.loads(message["body"])["user"]}
        events.emit(db, workspace, {"type": kind, "reaction": name, "item": item, **who})


def open_home(workspace: workspaces.Workspace, *, user: str) -> str:
    """A person opens the app's Home tab; returns their direct message with the app."""
    with workspace.store.writing() as db:
        channel, _ = channels.open_direct(db, [user, identity.BOT_USER], creator=user)
        home = surfaces.home(db, user)
        event: dict[str, Any] = {"type": "app_home_opened", "user": user, "channel": channel, "tab": "home"}
        if home is not None:
            event["view"] = surfaces.describe(home)
        events.emit(db, workspace, event)
    return channel


def _moved(event: str, channel: sqlite3.Row, user: str) -> dict[str, Any]:
    kind = "C" if channel["kind"] == "public" else "G"
    return {
        "type": event,
        "user": user,
        "channel": channel["id"],
        "channel_type": kind,
        "team": identity.TEAM,
    }
