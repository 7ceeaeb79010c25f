"""What the control API can do: act as people, change people, order faults, wait."""

import base64
import json
from collections.abc import Callable
from typing import Any

import flask

from incident.slack.sandbox import (
    acts,
    events,
    faults,
    hands,
    identity,
    interactions,
    personas,
    shortcuts,
    stamps,
)
from incident.slack.sandbox import workspace as workspaces

Answer = dict[str, Any]
Verb = Callable[[workspaces.Workspace, Answer], Answer]


def _add_people(workspace: workspaces.Workspace, given: Answer) -> Answer:
    people = [personas.Persona(**person) for person in given["people"]]
    with workspace.store.writing() as db:
        personas.changed(db, workspace, people)
    return {"people": [person.id for person in people]}


def _add_usergroup(workspace: workspaces.Workspace, given: Answer) -> Answer:
    made = given.get("id") or identity.new("S")
    with workspace.store.writing() as db:
        db.execute(
            "INSERT INTO usergroups (id, handle, name, people) VALUES (?, ?, ?, json(?))",
            (made, given["handle"], given["name"], json.dumps(given.get("people", []))),
        )
    return {"usergroup": made}


def _order_fault(workspace: workspaces.Workspace, given: Answer) -> Answer:
    with workspace.store.writing() as db:
        return {"fault": faults.order(db, workspace, **{"method": "*", "times": None, **given})}


def _switch_limits(workspace: workspaces.Workspace, given: Answer) -> Answer:
    with workspace.store.writing() as db:
        faults.switch_limits(db, on=bool(given["on"]))
    return {}


def _share(workspace: workspaces.Workspace, given: Answer) -> Answer:
    """The bytes come as text, or in base64."""
    encoded = given.pop("content_base64", None)
    content = base64.b64decode(encoded) if encoded is not None else given.pop("content").encode()
    return {"message": acts.share(workspace, content=content, **given)}


def _wait(workspace: workspaces.Workspace, given: Answer) -> Answer:
    """Waits until every event was delivered or given up."""
    seconds = float(given.get("seconds", 5))
    return {"quiet": events.wait_until_quiet(workspace, seconds=seconds), "at": stamps.now()}


def _disconnect(workspace: workspaces.Workspace, given: Answer) -> Answer:
    """Ends the connections of Socket Mode, as Slack does every few hours."""
    workspace.hub.disconnect(given.get("reason", "refresh_requested"))
    return {}


def _silent(act: Callable[..., Any]) -> Verb:
    """An act of which there is nothing to tell."""

    def verb(workspace: workspaces.Workspace, given: Answer) -> Answer:
        act(workspace, **given)
        return {}

    return verb


def _telling(name: str, act: Callable[..., Any]) -> Verb:
    """An act whose result is told under a name."""
    return lambda workspace, given: {name: act(workspace, **given)}


def _answered(act: Callable[..., Answer]) -> Verb:
    """An interaction with a response_url at this server."""
    return lambda workspace, given: act(workspace, root=flask.request.url_root, **given)


VERBS: dict[str, Verb] = {
    "people": _add_people,
    "usergroups": _add_usergroup,
    "faults": _order_fault,
    "rate_limits": _switch_limits,
    "wait": _wait,
    "disconnect": _disconnect,
    "command": _answered(interactions.command),
    "press": _answered(interactions.press),
    "shortcut": _answered(shortcuts.use),
    "submit": lambda workspace, given: interactions.submit(workspace, **{"values": {}, **given}),
    "close": lambda workspace, given: interactions.close(workspace, **given),
    "say": _telling("message", acts.say),
    "share": _share,
    "edit": _silent(acts.edit),
    "take_back": _silent(acts.take_back),
    "react": _silent(acts.react),
    "pin": _silent(acts.pin),
    "home": _telling("channel", acts.open_home),
    "create": _telling("channel", hands.create),
    "join": _silent(hands.join),
    "leave": _silent(hands.leave),
    "invite": _silent(hands.invite),
    "remove": _silent(hands.remove),
    "rename": _silent(hands.rename),
    "topic": _silent(hands.topic),
    "archive": _silent(hands.archive),
    "unarchive": _silent(hands.unarchive),
    "delete": _silent(hands.delete),
}
