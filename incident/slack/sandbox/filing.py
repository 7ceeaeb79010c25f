"""The two addresses of files outside the Web API: where bytes are posted, and where they are fetched with the
token."""

import flask
import werkzeug

from incident.slack.sandbox import arguments, files, identity, refusals, table, webapi
from incident.slack.sandbox import workspace as workspaces

# By these names the faults page and the control API reach the two addresses.
UPLOAD, DOWNLOAD = "files.upload_bytes", "files.download"


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes `/upload/v1/<ticket>` and `/files-pri/<team>-<file>/<name>`."""
    routes = flask.Blueprint("filing", __name__)

    @routes.post("/upload/v1/<ticket>")
    def upload(ticket: str) -> flask.Response:
        return webapi.with_faults(workspace, UPLOAD, lambda: _receive(workspace, ticket))

    @routes.get("/files-pri/<team>-<file>/<path:name>")
    def download(team: str, file: str, name: str) -> flask.Response:
        return webapi.with_faults(workspace, DOWNLOAD, lambda: _send(workspace, file))

    return routes


def _receive(workspace: workspaces.Workspace, ticket: str) -> flask.Response:
    if flask.request.mimetype == "multipart/form-data":
        content = b"".join(posted.read() for posted in flask.request.files.values())
    else:
        content = flask.request.get_data()
    try:
        with workspace.store.writing() as db:
            files.receive(db, ticket, content)
    except refusals.Refusal as refusal:
        return flask.Response(refusal.error, 404 if refusal.error == "not_found" else 400)
    return flask.Response(f"OK - {len(content)}", mimetype="text/plain")


def _send(workspace: workspaces.Workspace, file: str) -> flask.Response:
    """The bytes; without a token that may read files, the way to a sign-in page, which many a program
    has taken for the file."""
    if arguments.token(flask.request) != workspace.token:
        return _to_sign_in()
    try:
        table.must_hold(workspace.scopes, ("files:read",))
        with workspace.store.reading() as db:
            row = files.find(db, file, viewer=identity.BOT_USER)
            content, kind, name = row["body"], row["kind"], row["name"]
    except refusals.Refusal as refusal:
        if refusal.error == "missing_scope":
            return _to_sign_in()
        return flask.Response("not found", 404)
    response = flask.Response(content, mimetype=kind)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _to_sign_in() -> flask.Response:
    found: werkzeug.Response = flask.redirect(flask.url_for("pages.people"), 302)
    return flask.Response(found.response, 302, found.headers)
