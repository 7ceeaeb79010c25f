"""The pages: pick a person, read channels as Slack draws them. What is done on them is in `doing`; all of it
works without script."""

from collections.abc import Callable

import flask
import werkzeug

from incident.slack.sandbox import acts, doing, drawing, dressing, files, guard, personas, refusals, words
from incident.slack.sandbox import tour as tours
from incident.slack.sandbox import workspace as workspaces

# Shown in the page; any other file is handed over as a download.
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes of the pages: `/` and everything below `/as/<person>/`."""
    routes = flask.Blueprint("pages", __name__)
    routes.before_request(guard.same_site)
    routes.after_request(dressing.headers)
    dressing.register(routes)

    @routes.get("/")
    def people() -> doing.Answer:
        language = drawing.stranger_language()
        with workspace.store.reading() as db:
            everyone = personas.everyone(db)
        say = words.speaker(language)
        return flask.render_template("people.html", people=everyone, say=say, language=language)

    @routes.post("/people")
    def change_person() -> doing.Answer:
        doing.change_person(workspace, flask.request.form)
        return flask.redirect(flask.url_for("pages.people"), 303)

    @routes.errorhandler(refusals.Refusal)
    def refused(refusal: refusals.Refusal) -> tuple[str, int]:
        return drawing.refused(refusal.error), 404 if refusal.error.endswith("not_found") else 409

    @routes.errorhandler(ValueError)
    def wrong(error: ValueError) -> tuple[str, int]:
        return drawing.refused(str(error)), 400

    _reading(routes, workspace)
    doing.register(routes, workspace)
    return routes


def _reading(routes: flask.Blueprint, workspace: workspaces.Workspace) -> None:
    @routes.get("/as/<person>/")
    def start(person: str) -> doing.Answer:
        return _unless_unchanged(workspace, lambda: drawing.page(workspace, person, "start.html"))

    @routes.get("/as/<person>/home")
    def home(person: str) -> doing.Answer:
        if not flask.request.headers.get("X-Live"):
            acts.open_home(workspace, user=person)
        return _unless_unchanged(workspace, lambda: drawing.page(workspace, person, "home.html"))

    @routes.get("/as/<person>/c/<channel>")
    def channel(person: str, channel: str) -> doing.Answer:
        if not flask.request.headers.get("X-Live"):
            acts.open_messages(workspace, user=person, channel=channel)
        return _unless_unchanged(
            workspace, lambda: drawing.page(workspace, person, "channel.html", channel=channel)
        )

    @routes.get("/as/<person>/f/<file>")
    def file(person: str, file: str) -> doing.Answer:
        with workspace.store.reading() as db:
            drawing.viewer_of(db, person)
            row = files.find(db, file, viewer=person)
            content, kind, name = row["body"], row["kind"], row["name"]
        response = flask.Response(content, mimetype=kind)
        if kind not in _PICTURES:
            response.headers.set("Content-Disposition", "attachment", filename=name)
        return response


def _unless_unchanged(workspace: workspaces.Workspace, draw: Callable[[], str]) -> werkzeug.Response:
    """The page with the workspace's version as its ETag: a page that polls is drawn only when something
    happened."""
    step = tours.place(workspace.store, workspace.tour)
    tag = f"v{workspace.store.version()}-{step}"
    if flask.request.if_none_match.contains(tag):
        return flask.Response(status=304, headers={"ETag": f'"{tag}"'})
    response = flask.Response(draw(), mimetype="text/html")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache, private"
    return response
