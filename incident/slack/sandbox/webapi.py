"""The Web API over HTTP: token, rate, scope and arguments are checked in Slack's order, then the method
runs."""

import json
import re
import sqlite3
import time
from collections.abc import Callable
from typing import Any

import flask

from incident.slack.sandbox import arguments, calls, cutting, faults, limits, refusals, table
from incident.slack.sandbox import workspace as workspaces

_HTML_500 = "<!doctype html><title>Server error</title><p>There was an error processing your request."

# Families replaced by conversations.* in 2021, and the one-step upload closed in 2025.
_RETIRED = re.compile(r"(channels|groups|im|mpim)\.|files\.upload$|rtm\.start$")


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes `/api/<method>`."""
    routes = flask.Blueprint("api", __name__)

    @routes.route("/api/<path:method>", methods=["GET", "POST"])
    def call(method: str) -> flask.Response:
        return with_faults(workspace, method, lambda: _answer(workspace, method))

    return routes


def with_faults(
    workspace: workspaces.Workspace, method: str, answer: Callable[[], flask.Response]
) -> flask.Response:
    """The answer, unless a fault was ordered for `method`: then that."""
    fault = faults.take(workspace.store, method)
    if fault is None:
        return answer()
    if fault.kind in {"drop_before", "offline"}:
        return cutting.cut(flask.request.environ)
    if fault.kind == "drop_after":
        answer()
        return cutting.cut(flask.request.environ)
    if fault.kind == "slow":
        time.sleep(float(fault.detail))
        return answer()
    if fault.kind in {"500", "503"}:
        return flask.Response(_HTML_500, int(fault.kind), mimetype="text/html")
    if fault.kind == "429":
        return _too_many(int(fault.detail or 1))
    return _respond(refusals.Refusal(faults.DEAD_TOKENS.get(fault.kind, fault.detail)).body())


def _answer(workspace: workspaces.Workspace, name: str) -> flask.Response:
    method = table.methods().get(name)
    if method is None:
        error = "method_deprecated" if _RETIRED.match(name) else "unknown_method"
        return _respond({"ok": False, "error": error, "req_method": name})
    try:
        raw, warnings = arguments.read(flask.request, method)
        if name != "api.test":
            _authenticate(workspace, name)
        with workspace.store.writing() as db:
            answer = _respond(_run(db, workspace, method, raw, warnings), warnings)
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(workspace.scopes))
        return answer
    except refusals.Refusal as refusal:
        return _respond(refusal.body())
    except refusals.RateLimited as limited:
        return _too_many(limited.seconds)


def _authenticate(workspace: workspaces.Workspace, method: str) -> None:
    """The bot's token, or the app's own where connections are opened; the one for the other is told apart."""
    token = arguments.token(flask.request)
    if not token:
        raise refusals.Refusal("not_authed")
    if token not in {workspace.token, workspace.app_token}:
        raise refusals.Refusal("invalid_auth")
    if (token == workspace.app_token) != (method == "apps.connections.open"):
        raise refusals.Refusal("not_allowed_token_type")


def _run(
    db: sqlite3.Connection,
    workspace: workspaces.Workspace,
    method: table.Method,
    raw: dict[str, Any],
    warnings: list[str],
) -> dict[str, Any]:
    if workspace.rate_limits and not _limits_off(db):
        limits.spend(db, method.name, tier=method.tier, channel=str(raw.get("channel", "")))
    args: dict[str, Any] = {name: value for name, value in raw.items() if name != "token"}
    db.execute("SAVEPOINT method")
    try:
        table.must_hold(workspace.scopes, method.scopes)
        args = arguments.check(method, raw)
        call = calls.Call(method=method, args=args, db=db, workspace=workspace, warnings=warnings)
        body = {"ok": True, **calls.handler(method.name)(call)}
    except refusals.Refusal as refusal:
        # What a refused method had begun is undone; that it was called, and what it cost, is kept.
        db.execute("ROLLBACK TO method")
        calls.log(db, method.name, args, error=refusal.error)
        return refusal.body()
    db.execute("RELEASE method")
    calls.log(db, method.name, args, error=None)
    return body


def _limits_off(db: sqlite3.Connection) -> bool:
    row = db.execute("SELECT value FROM switches WHERE name = 'rate_limits_off'").fetchone()
    return row is not None and bool(row["value"])


def _respond(body: dict[str, Any], warnings: list[str] | None = None) -> flask.Response:
    if warnings and body["ok"]:
        body["warning"] = ",".join(warnings)
        body.setdefault("response_metadata", {})["warnings"] = warnings
    return flask.Response(
        json.dumps(body, ensure_ascii=False, separators=(",", ":")),
        content_type="application/json; charset=utf-8",
    )


def _too_many(seconds: int) -> flask.Response:
    response = _respond({"ok": False, "error": "ratelimited"})
    response.status_code = 429
    response.headers["Retry-After"] = str(seconds)
    return response
