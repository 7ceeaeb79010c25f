"""The control API, for tests, demonstrations and the faults page: from this machine and this site only."""

from typing import Any

import flask

from incident.slack.sandbox import faults, guard, refusals, snapshot, verbs
from incident.slack.sandbox import workspace as workspaces

Answer = dict[str, Any]


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
        if verb not in verbs.VERBS:
            flask.abort(404)
        given = flask.request.get_json(silent=True)
        if not isinstance(given, dict):
            raise ValueError("the body must be a JSON object")
        return {"ok": True, **verbs.VERBS[verb](workspace, given)}

    return routes
