"""The control API, for tests, demonstrations and the faults page: from this machine and this site only."""

from collections.abc import Callable
from typing import Any

import flask

from incident.slack.sandbox import (
    acts,
    events,
    faults,
    guard,
    identity,
    interactions,
    personas,
    refusals,
    snapshot,
    stamps,
)
from incident.slack.sandbox import workspace as workspaces

Answer = dict[str, Any]
Verb = Callable[[workspaces.Workspace, dict[str, Any]], Answer]


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes below `/control`."""
    routes = flask.Blueprint("control", __name__, url_prefix="/control")
    routes.before_request(guard.same_machine_and_site)

    @routes.errorhandler(refusals.Refusal)
    def refused(refusal: refusals.Refusal) -> tuple[Answer, int]:
        return refusal.body(), 409

    @routes.errorhandler(ValueError)
    @routes.errorhandler(TypeError)
    @routes.errorhandler(KeyError)
    def wrong(error: Exception) -> tuple[Answer, int]:
        return {"ok": False, "error": "invalid_request", "detail": str(error)}, 400

    @routes.get("/state")
    def state() -> Answer:
        with workspace.store.reading() as db:
            return snapshot.everything(db, calls=flask.request.args.get("calls", default=1000, type=int))

    @routes.delete("/faults")
    def clear_faults() -> Answer:
        with workspace.store.writing() as db:
            faults.clear(db, fault=flask.request.args.get("id", type=int))
        return {"ok": True}

    @routes.post("/<verb>")
    def act(verb: str) -> Answer:
        if verb not in _VERBS:
            flask.abort(404)
        given = flask.request.get_json(silent=True)
        if not isinstance(given, dict):
            raise ValueError("the body must be a JSON object")
        return {"ok": True, **_VERBS[verb](workspace, given)}

    return routes


def _add_people(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    people = [personas.Persona(**person) for person in given["people"]]
    with workspace.store.writing() as db:
        personas.upsert(db, people)
    return {"people": [person.id for person in people]}


def _add_usergroup(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    with workspace.store.writing() as db:
        db.execute(
            "INSERT INTO usergroups (id, handle, name, people) VALUES (?, ?, ?, json(?))",
            (identity.new("S"), given["handle"], given["name"], flask.json.dumps(given.get("people", []))),
        )
    return {}


def _order_fault(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    with workspace.store.writing() as db:
        return {"fault": faults.order(db, **{"method": "*", "times": None, **given})}


def _switch_limits(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    with workspace.store.writing() as db:
        off = 0 if given["on"] else 1
        db.execute("INSERT OR REPLACE INTO switches (name, value) VALUES ('rate_limits_off', ?)", (off,))
        db.execute("DELETE FROM buckets")
    return {}


def _command(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return interactions.command(workspace, root=flask.request.url_root, **given)


def _press(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return interactions.press(workspace, root=flask.request.url_root, **given)


def _submit(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return interactions.submit(workspace, **{"values": {}, **given})


def _close(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return interactions.close(workspace, **given)


def _say(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return {"message": acts.say(workspace, **given)}


def _join(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    acts.join(workspace, **given)
    return {}


def _leave(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    acts.leave(workspace, **given)
    return {}


def _react(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    acts.react(workspace, **given)
    return {}


def _open_home(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    return {"channel": acts.open_home(workspace, **given)}


def _wait(workspace: workspaces.Workspace, given: dict[str, Any]) -> Answer:
    """Waits until every event was delivered or given up."""
    return {
        "quiet": events.wait_until_quiet(workspace, seconds=float(given.get("seconds", 5))),
        "at": stamps.now(),
    }


_VERBS: dict[str, Verb] = {
    "people": _add_people,
    "usergroups": _add_usergroup,
    "faults": _order_fault,
    "rate_limits": _switch_limits,
    "command": _command,
    "press": _press,
    "submit": _submit,
    "close": _close,
    "say": _say,
    "join": _join,
    "leave": _leave,
    "react": _react,
    "home": _open_home,
    "wait": _wait,
}
