"""Shortcuts: the app's entries in the menus of a message and of the composer, as signed requests."""

import sqlite3

from incident.slack.sandbox import (
    channels,
    interactions,
    messages,
    pressing,
    refusals,
    replies,
    stamps,
    surfaces,
)
from incident.slack.sandbox import workspace as workspaces


def use(
    workspace: workspaces.Workspace,
    *,
    root: str,
    user: str,
    callback_id: str,
    channel: str = "",
    ts: str = "",
) -> interactions.Result:
    """Chooses a shortcut, on a message where it is one of messages. `root` is this app's own address, for the
    response_url. Refuses `shortcut_not_found`, and `message_not_found` for what this person does not see."""
    kind = "message" if ts else "global"
    if not any((one.kind, one.callback_id) == (kind, callback_id) for one in workspace.shortcuts):
        raise refusals.Refusal("shortcut_not_found")
    with workspace.store.writing() as db:
        payload: dict[str, object] = {
            "type": "message_action" if ts else "shortcut",
            **pressing.who(db, user),
            "callback_id": callback_id,
            "action_ts": stamps.text(stamps.now()),
            "trigger_id": surfaces.new_trigger(db, user),
        }
        if ts:
            payload |= _on_message(db, user, channel, ts, root)
    return interactions.send(workspace, payload)


def _on_message(db: sqlite3.Connection, user: str, channel: str, ts: str, root: str) -> dict[str, object]:
    place = channels.find(db, channel, viewer=user)
    row = messages.find(db, channel, ts)
    url, _ = replies.new_url(db, root, channel=channel, person=user)
    return {
        "channel": {"id": channel, "name": place["name"] or "directmessage"},
        "message_ts": ts,
        "message": messages.decorate(db, channel, [row], with_metadata=True)[0],
        "response_url": url,
    }
