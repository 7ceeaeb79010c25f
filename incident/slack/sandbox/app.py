"""The sandbox as a Flask application: the one place that joins its parts."""

from collections.abc import Sequence
from pathlib import Path

import flask

from incident.slack.sandbox import (
    channels,
    control,
    events,
    filing,
    pages,
    personas,
    replies,
    sockets,
    storage,
    trying,
    webapi,
)
from incident.slack.sandbox import methods as _methods  # registers every Web API method  # noqa: F401
from incident.slack.sandbox import tour as tours
from incident.slack.sandbox import workspace as workspaces


def create_sandbox(
    *,
    database: Path,
    events_url: str,
    signing_secret: str = "sandbox-signing-secret",  # noqa: S107 - known and harmless
    token: str = "xoxb-sandbox",  # noqa: S107
    app_token: str = "xapp-sandbox",  # noqa: S107
    rate_limits: bool = True,
    people: Sequence[personas.Persona] = (),
    app_scopes: Sequence[str] = workspaces.DEFAULT_SCOPES,
    commands: Sequence[str] = ("/incident",),
    subscriptions: Sequence[str] = (),
    shortcuts: Sequence[workspaces.Shortcut] = (),
    hints: workspaces.Hints = lambda _language: (),
    tour: Sequence[tours.Step] = (),
    retry_delays: Sequence[float] = workspaces.RETRY_DELAYS,
    patience: float = workspaces.PATIENCE,
) -> flask.Flask:
    """A workspace to be mounted at `/sandbox`: Web API under `/api/`, pages at `/`, control under
    `/control/`.

    `database` is its own SQLite file; `events_url` is where the app takes commands, interactions and
    those events named in `subscriptions` ("app_home_opened", "message.channels" …). `people` are members
    from the first start on which they are named. `shortcuts` are the app's own, as its manifest names
    them; `hints` gives, in "en" or "zh", the words of its commands for the composer. `tour` is shown until it
    is done or ended. What goes to the app goes over Socket Mode while it holds a connection, opened with
    `app_token`, and over HTTP else."""
    workspace = workspaces.Workspace(
        store=storage.Store(database),
        events_url=events_url,
        signing_secret=signing_secret,
        token=token,
        rate_limits=rate_limits,
        scopes=frozenset(app_scopes),
        commands=tuple(commands),
        subscriptions=frozenset(subscriptions),
        shortcuts=tuple(shortcuts),
        hints=hints,
        tour=tuple(tour),
        app_token=app_token,
        hub=sockets.Hub(),
        retry_delays=tuple(retry_delays),
        patience=patience,
    )
    with workspace.store.writing() as db:
        channels.ensure_general(db)
        personas.add_missing(db, [personas.BOT, *people])
    app = flask.Flask(__name__, static_folder="static", template_folder="templates")
    app.extensions["sandbox"] = workspace
    app.register_blueprint(webapi.blueprint(workspace))
    app.register_blueprint(filing.blueprint(workspace))
    app.register_blueprint(replies.blueprint(workspace))
    app.register_blueprint(control.blueprint(workspace))
    app.register_blueprint(trying.blueprint(workspace))
    app.register_blueprint(pages.blueprint(workspace))
    _send_events(app, workspace)
    return app


def _send_events(app: flask.Flask, workspace: workspaces.Workspace) -> None:
    sender = events.Sender(workspace)
    app.extensions["sandbox_sender"] = sender
    app.after_request(sender.heed)
