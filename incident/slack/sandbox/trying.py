"""The page on which failures are ordered and looked at: what is armed, the last calls, the last events."""

import json
import sqlite3
from typing import Any

import flask
import werkzeug

from incident.slack.sandbox import drawing, dressing, faults, filing, guard, identity, table, viewer, words
from incident.slack.sandbox import workspace as workspaces

# The kinds of failure on offer: the word of the kind, and whether it goes by seconds.
KINDS = (
    ("429", True),
    ("slow", True),
    ("500", False),
    ("503", False),
    ("drop_before", False),
    ("drop_after", False),
    ("offline", False),
    ("revoked", False),
    ("uninstalled", False),
)
_SECONDS = frozenset(kind for kind, timed in KINDS if timed)
_CALLS, _EVENTS = 40, 15


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes `/faults`, for this machine and this site only, as the control API."""
    routes = flask.Blueprint("trying", __name__, url_prefix="/faults")
    routes.before_request(guard.same_machine_and_site)
    routes.after_request(dressing.headers)

    @routes.errorhandler(ValueError)
    def wrong(error: ValueError) -> tuple[str, int]:
        return drawing.refused(str(error)), 400

    @routes.get("/")
    def page() -> str:
        language = drawing.stranger_language()
        with workspace.store.reading() as db:
            seen = {
                "armed": faults.armed(db),
                "calls": _calls(db),
                "events": _events(db),
                "limits_off": _limits_off(db),
            }
        return flask.render_template(
            "faults.html",
            **seen,
            kinds=KINDS,
            methods=_methods(),
            subscriptions=sorted(workspace.subscriptions),
            say=words.speaker(language),
            language=language,
        )

    @routes.post("/")
    def order() -> werkzeug.Response:
        form = flask.request.form
        kind, times = form["kind"], form.get("times", "").strip()
        if kind in _SECONDS:
            kind = f"{kind}:{form.get('seconds', '').strip() or '1'}"
        with workspace.store.writing() as db:
            method = form.get("method", "*")
            faults.order(db, workspace, method=method, kind=kind, times=int(times) if times else None)
        return _again()

    @routes.post("/clear")
    def clear() -> werkzeug.Response:
        with workspace.store.writing() as db:
            faults.clear(db, fault=flask.request.form.get("fault", type=int))
        return _again()

    @routes.post("/limits")
    def limits() -> werkzeug.Response:
        with workspace.store.writing() as db:
            faults.switch_limits(db, on=flask.request.form["on"] == "1")
        return _again()

    return routes


def _again() -> werkzeug.Response:
    return flask.redirect(flask.url_for("trying.page", lang=flask.request.args.get("lang")), 303)


def _methods() -> list[str]:
    """All methods, each family and both addresses of files, as one may order a fault for them."""
    names = [*table.methods(), filing.UPLOAD, filing.DOWNLOAD]
    return ["*", *sorted({f"{name.partition('.')[0]}.*" for name in names}), *sorted(names)]


def _calls(db: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM calls ORDER BY id DESC LIMIT ?", (_CALLS,)).fetchall()
    return [{**dict(row), "clock": viewer.utc_clock(row["at"])} for row in rows]


def _events(db: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM outgoing ORDER BY rowid DESC LIMIT ?", (_EVENTS,)).fetchall()
    found = []
    for row in rows:
        event = json.loads(row["body"])["event"]
        found.append({**dict(row), "type": event["type"], "user": event.get("user", identity.BOT_USER)})
    return found


def _limits_off(db: sqlite3.Connection) -> bool:
    row = db.execute("SELECT value FROM switches WHERE name = 'rate_limits_off'").fetchone()
    return row is not None and bool(row["value"])
