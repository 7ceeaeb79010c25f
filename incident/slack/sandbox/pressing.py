"""What stands in the payloads of interactions: who pressed what where, and what a modal does with the
app's answer."""

import dataclasses
import json
import sqlite3
from typing import Any

from incident.slack.sandbox import (
    blockcheck,
    channels,
    choices,
    identity,
    messages,
    personas,
    refusals,
    replies,
    stamps,
    surfaces,
)


@dataclasses.dataclass(frozen=True)
class Surface:
    """Where something is pressed: its blocks, the fields it adds to the payload, the view when it is one."""

    blocks: list[dict[str, Any]]
    fields: dict[str, Any]
    typed: choices.State
    view_id: str | None = None


def common(db: sqlite3.Connection, user: str) -> dict[str, str]:
    """The flat fields of a command. Refuses a person the workspace does not have."""
    person = _person(db, user)
    return {
        "token": "sandbox",
        "team_id": person["team"],
        "team_domain": identity.DOMAIN if person["team"] == identity.TEAM else person["team"].lower(),
        "user_id": user,
        "user_name": person["name"],
        "api_app_id": identity.APP,
        "is_enterprise_install": "false",
    }


def who(db: sqlite3.Connection, user: str) -> dict[str, Any]:
    """The nested fields every interaction has."""
    person = _person(db, user)
    name = person["name"]
    return {
        "user": {"id": user, "username": name, "name": name, "team_id": person["team"]},
        "team": {"id": identity.TEAM, "domain": identity.DOMAIN},
        "api_app_id": identity.APP,
        "token": "sandbox",
        "enterprise": None,
        "is_enterprise_install": False,
    }


def on_message(
    db: sqlite3.Connection, user: str, channel: str, ts: str, *, root: str, values: dict[str, Any]
) -> Surface:
    """A message the person can see, ephemeral ones of their own too; `values` is what they chose in it."""
    place = channels.find(db, channel, viewer=user)
    row = messages.seen(db, channel, ts, person=user)
    ephemeral = row["audience"] is not None
    url, _ = replies.new_url(db, root, channel=channel, person=user, message=row["at"])
    fields: dict[str, Any] = {
        "container": {"type": "message", "message_ts": ts, "channel_id": channel, "is_ephemeral": ephemeral},
        "channel": {"id": channel, "name": place["name"] or "directmessage"},
        "response_url": url,
    }
    if not ephemeral:
        fields["message"] = messages.decorate(db, channel, [row], with_metadata=True)[0]
    blocks = messages.blocks(json.loads(row["body"]))
    return Surface(blocks, fields, choices.merge(blocks, {}, values))


def in_view(db: sqlite3.Connection, user: str, view_id: str, values: dict[str, Any]) -> Surface:
    """An open modal or the App Home, with what stands in its inputs kept as its state."""
    row = own_view(db, user, view_id)
    blocks = json.loads(row["body"])["blocks"]
    state = choices.merge(blocks, json.loads(row["state"]), values)
    db.execute("UPDATE views SET state = ? WHERE id = ?", (json.dumps(state, ensure_ascii=False), view_id))
    return Surface(blocks, {"container": {"type": "view", "view_id": view_id}}, state, view_id)


def own_view(db: sqlite3.Connection, user: str, view_id: str) -> sqlite3.Row:
    """An open view of this person's."""
    row = surfaces.find(db, view_id)
    if row["person"] != user:
        raise refusals.Refusal("not_found")
    return row


def block_actions(
    db: sqlite3.Connection, surface: Surface, user: str, *, action_id: str, block_id: str, value: Any
) -> dict[str, Any]:
    """The payload for one press. Refuses `action_not_found`; ValueError for a choice not on offer."""
    block, element = _element(surface.blocks, action_id, block_id)
    chosen = choices.value_of(element, value)
    state = choices.state(surface.blocks, surface.typed)
    if element["type"] in choices.FIELD and element["type"] != "overflow":
        state[block["block_id"]][action_id] = {"type": element["type"], **chosen}
    action: dict[str, Any] = {
        **{
            name: element[name]
            for name in ("type", "action_id", "text", "style", "placeholder")
            if name in element
        },
        "block_id": block["block_id"],
        **chosen,
        "action_ts": stamps.text(stamps.now()),
    }
    fields = dict(surface.fields)
    if surface.view_id:
        kept = json.dumps(state, ensure_ascii=False)
        db.execute("UPDATE views SET state = ? WHERE id = ?", (kept, surface.view_id))
        fields["view"] = surfaces.describe(surfaces.find(db, surface.view_id))
    else:
        fields["state"] = {"values": state}
    trigger = surfaces.new_trigger(db, user, view=surface.view_id)
    return {"type": "block_actions", **who(db, user), **fields, "trigger_id": trigger, "actions": [action]}


def respond(db: sqlite3.Connection, row: sqlite3.Row, user: str, content: dict[str, Any]) -> bool:
    """Does to a modal what the app's answer says: errors, update, push, clear, or close. False for an
    answer Slack
    would not understand; refuses a view Slack would refuse."""
    action = content.get("response_action")
    if action == "errors":
        return _show_errors(db, row, content.get("errors"))
    if action == "update":
        surfaces.replace(db, row, blockcheck.check_view(content.get("view"), kinds=("modal",)))
    elif action == "push":
        if surfaces.depth(db, row["root"]) >= surfaces.STACK:
            raise refusals.Refusal("push_limit_reached")
        view = blockcheck.check_view(content.get("view"), kinds=("modal",))
        surfaces.show(db, view, person=user, below=row)
    elif action in {"clear", "close"}:
        surfaces.close(db, row, whole_stack=action == "clear")
    else:
        return False
    return True


def _show_errors(db: sqlite3.Connection, row: sqlite3.Row, errors: Any) -> bool:
    """Errors stand at input blocks; one for a block that is none makes Slack show trouble instead."""
    inputs = {block["block_id"] for block in json.loads(row["body"])["blocks"] if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        return False
    shown = {block: {"text": str(text)} for block, text in errors.items()}
    db.execute(
        "UPDATE views SET errors = ?, notice = '' WHERE id = ?",
        (json.dumps(shown, ensure_ascii=False), row["id"]),
    )
    return True


def _element(
    blocks: list[dict[str, Any]], action_id: str, block_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        for element in blockcheck.elements(block):
            if element["action_id"] == action_id and block_id in ("", block["block_id"]):
                return block, element
    raise refusals.Refusal("action_not_found")


def _person(db: sqlite3.Connection, user: str) -> sqlite3.Row:
    row = personas.find(db, user)
    if row is None or row["deleted"]:
        raise refusals.Refusal("user_not_found")
    return row
