"""A person uses the app: commands, buttons and modals, each a signed request to the app as Slack sends it."""

import json
import sqlite3
import time
from typing import Any

from incident.slack.sandbox import (
    channels,
    choices,
    identity,
    messages,
    outbound,
    pressing,
    refusals,
    replies,
    surfaces,
    wording,
)
from incident.slack.sandbox import workspace as workspaces

Result = dict[str, Any]


def command(workspace: workspaces.Workspace, *, root: str, user: str, channel: str, text: str) -> Result:
    """Types a slash command. `root` is this app's own address, for the response_url. Refuses
    `channel_not_found`;
    a command the app does not have is answered by Slackbot and not sent."""
    word, _, rest = text.strip().partition(" ")
    with workspace.store.writing() as db:
        row = channels.find(db, channel, viewer=user)
        if word not in workspace.commands:
            return {"sent": False, "shown": _slackbot(db, channel, user, f"{word} is not a valid command.")}
        url, key = replies.new_url(db, root, channel=channel, person=user)
        fields = {
            **pressing.common(db, user),
            "channel_id": channel,
            "channel_name": _shown_name(row),
            "command": word,
            "text": wording.encode(db, rest.strip(), labels=True),
            "response_url": url,
            "trigger_id": surfaces.new_trigger(db, user),
        }
    answer = outbound.form(workspace, fields)
    return _told(answer, shown=_show_answer(workspace, answer, key=key, word=word))


def press(
    workspace: workspaces.Workspace,
    *,
    root: str,
    user: str,
    action_id: str,
    channel: str = "",
    ts: str = "",
    view_id: str = "",
    block_id: str = "",
    value: Any = None,
    values: dict[str, Any] | None = None,
) -> Result:
    """Presses a button or chooses in a menu, on a message (`channel`, `ts`) or in a view (`view_id`);
    `values` is what
    else stands in the view's inputs. Refuses what is not there; ValueError for a choice not on offer."""
    with workspace.store.writing() as db:
        if view_id:
            surface = pressing.in_view(db, user, view_id, values or {})
        else:
            surface = pressing.on_message(db, user, channel, ts, root=root, values=values or {})
        payload = pressing.block_actions(
            db, surface, user, action_id=action_id, block_id=block_id, value=value
        )
    return send(workspace, payload)


def submit(workspace: workspaces.Workspace, *, user: str, view_id: str, values: dict[str, Any]) -> Result:
    """Submits a modal. What Slack's client would not accept is not sent: `sent` False and `errors` by
    block. Else the
    app's `response_action` is carried out. Refuses `not_found`; ValueError for an input that is not there."""
    with workspace.store.writing() as db:
        row = pressing.own_view(db, user, view_id)
        blocks = json.loads(row["body"])["blocks"]
        state = choices.merge(blocks, json.loads(row["state"]), values)
        wrong = choices.complaints(blocks, state)
        _keep(db, view_id, state=state, errors={block: {"word": word} for block, word in wrong.items()})
        if wrong:
            return {"sent": False, "errors": wrong}
        payload = {
            "type": "view_submission",
            **pressing.who(db, user),
            "trigger_id": surfaces.new_trigger(db, user, view=view_id),
            "view": surfaces.describe(surfaces.find(db, view_id)),
            "response_urls": [],
        }
    answer = _send(workspace, payload)
    with workspace.store.writing() as db:
        return _told(answer, outcome=_act_on(db, view_id, user, answer))


def close(workspace: workspaces.Workspace, *, user: str, view_id: str, clear: bool = False) -> Result:
    """Closes a modal, or with `clear` its whole stack; the app hears of it only if the view asked for
    that."""
    with workspace.store.writing() as db:
        row = pressing.own_view(db, user, view_id)
        payload = {
            "type": "view_closed",
            **pressing.who(db, user),
            "view": surfaces.describe(row),
            "is_cleared": clear,
        }
        surfaces.close(db, row, whole_stack=clear)
    if not payload["view"]["notify_on_close"]:
        return {"sent": False}
    return send(workspace, payload)


def send(workspace: workspaces.Workspace, payload: dict[str, Any]) -> Result:
    """Sends an interaction and tells what came of it."""
    return _told(_send(workspace, payload))


def _send(workspace: workspaces.Workspace, payload: dict[str, Any]) -> outbound.Answer:
    return outbound.form(workspace, {"payload": json.dumps(payload, ensure_ascii=False)})


def _told(answer: outbound.Answer, **more: Any) -> Result:
    return {"sent": True, "status": answer.status, "body": answer.text(), "trouble": answer.trouble, **more}


def _show_answer(
    workspace: workspaces.Workspace, answer: outbound.Answer, *, key: str, word: str
) -> dict[str, Any] | None:
    with workspace.store.writing() as db:
        row = db.execute("SELECT * FROM response_urls WHERE key = ?", (key,)).fetchone()
        if not answer.ok:
            reason = "operation_timeout" if answer.trouble == "http_timeout" else "dispatch_failed"
            return _slackbot(db, row["channel"], row["person"], f'{word} failed with the error "{reason}"')
        content = answer.json() or ({"text": answer.text()} if answer.text().strip() else {})
        if not content:
            return None
        try:
            return replies.say(db, row, content)
        except refusals.Refusal as refusal:
            reason = f'{word} failed with the error "invalid_command_response" ({refusal.error})'
            return _slackbot(db, row["channel"], row["person"], reason)


def _slackbot(db: sqlite3.Connection, channel: str, person: str, text: str) -> dict[str, Any]:
    body = {"user": identity.SLACKBOT, "username": "Slackbot", "text": wording.escape(text)}
    return messages.write(db, channel, body, author=identity.SLACKBOT, audience=person)


def _shown_name(row: sqlite3.Row) -> str:
    if row["kind"] == "im":
        return "directmessage"
    return str(row["name"]) if row["kind"] == "public" else "privategroup"


def _keep(
    db: sqlite3.Connection,
    view_id: str,
    *,
    state: choices.State,
    errors: dict[str, dict[str, str]],
    notice: str = "",
) -> None:
    db.execute(
        "UPDATE views SET state = ?, errors = ?, notice = ? WHERE id = ?",
        (json.dumps(state, ensure_ascii=False), json.dumps(errors, ensure_ascii=False), notice, view_id),
    )


def _act_on(db: sqlite3.Connection, view_id: str, user: str, answer: outbound.Answer) -> str:
    """Carries out what the app answered to a submission; the word for what happened."""
    row = db.execute("SELECT * FROM views WHERE id = ?", (view_id,)).fetchone()
    content = answer.json() if answer.body.strip() else {"response_action": "close"}
    action = (content or {}).get("response_action")
    try:
        if answer.ok and content is not None and pressing.respond(db, row, user, content):
            return str(action)
    except refusals.Refusal as refusal:
        return _trouble(db, view_id, refusal.error)
    return _trouble(db, view_id, answer.trouble or f"http_{answer.status}")


def _trouble(db: sqlite3.Connection, view_id: str, reason: str) -> str:
    db.execute("UPDATE views SET notice = ? WHERE id = ?", (f"{reason} ({int(time.time())})", view_id))
    return "trouble"
