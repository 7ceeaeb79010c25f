"""The pages: pick a person, read channels as Slack draws them, type, press, fill modals. All of it works
without script."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

import flask
import werkzeug

from incident.slack.sandbox import (
    acts,
    channels,
    choices,
    dressing,
    guard,
    hands,
    interactions,
    messages,
    personas,
    refusals,
    scenes,
    surfaces,
    typed,
    viewer,
    words,
)
from incident.slack.sandbox import workspace as workspaces

Answer = werkzeug.Response | str


def blueprint(workspace: workspaces.Workspace) -> flask.Blueprint:
    """Routes of the pages: `/` and everything below `/as/<person>/`."""
    routes = flask.Blueprint("pages", __name__)
    routes.before_request(guard.same_site)
    routes.after_request(dressing.headers)
    dressing.register(routes)

    @routes.get("/")
    def people() -> Answer:
        language = _stranger_language()
        with workspace.store.reading() as db:
            everyone = personas.everyone(db)
        return flask.render_template(
            "people.html", people=everyone, say=words.speaker(language), language=language
        )

    @routes.errorhandler(refusals.Refusal)
    def refused(refusal: refusals.Refusal) -> tuple[str, int]:
        return _refused(refusal.error), 404 if refusal.error.endswith("not_found") else 409

    @routes.errorhandler(ValueError)
    def wrong(error: ValueError) -> tuple[str, int]:
        return _refused(str(error)), 400

    _reading(routes, workspace)
    _acting(routes, workspace)
    return routes


def _reading(routes: flask.Blueprint, workspace: workspaces.Workspace) -> None:
    @routes.get("/as/<person>/")
    def start(person: str) -> Answer:
        return _unless_unchanged(workspace, lambda: _page(workspace, person, "start.html"))

    @routes.get("/as/<person>/home")
    def home(person: str) -> Answer:
        if not flask.request.headers.get("X-Live"):
            acts.open_home(workspace, user=person)
        return _unless_unchanged(workspace, lambda: _page(workspace, person, "home.html"))

    @routes.get("/as/<person>/c/<channel>")
    def channel(person: str, channel: str) -> Answer:
        return _unless_unchanged(workspace, lambda: _page(workspace, person, "channel.html", channel=channel))


def _acting(routes: flask.Blueprint, workspace: workspaces.Workspace) -> None:
    @routes.post("/as/<person>/c/<channel>/say")
    def say(person: str, channel: str) -> Answer:
        _say(workspace, person, channel)
        return _back(person, channel)

    @routes.post("/as/<person>/c/<channel>/<any(join, leave, react):act>")
    def act(person: str, channel: str, act: str) -> Answer:
        form = flask.request.form
        if act == "react":
            acts.react(workspace, user=person, channel=channel, ts=form["ts"], name=form.get("name", "eyes"))
        else:
            {"join": hands.join, "leave": hands.leave}[act](workspace, user=person, channel=channel)
        return _back(person, channel)

    @routes.post("/as/<person>/c/<channel>/press")
    def press(person: str, channel: str) -> Answer:
        ts = flask.request.form["ts"]
        with workspace.store.reading() as db:
            blocks = _blocks_of(db, channel, ts, person)
        return _press(workspace, person, blocks, back=channel, channel=channel, ts=ts)

    @routes.post("/as/<person>/views/<view_id>")
    def view(person: str, view_id: str) -> Answer:
        return _in_view(workspace, person, view_id)


def _say(workspace: workspaces.Workspace, person: str, channel: str) -> None:
    """A command when it begins with a stroke, else a message; nothing when nothing was typed."""
    text, thread = flask.request.form.get("text", "").strip(), flask.request.form.get("thread_ts", "")
    if text.startswith("/"):
        root = flask.request.url_root
        interactions.command(workspace, root=root, user=person, channel=channel, text=text)
    elif text:
        acts.say(workspace, user=person, channel=channel, text=text, thread_ts=thread)


def _in_view(workspace: workspaces.Workspace, person: str, view_id: str) -> Answer:
    """Submit, close or press within a modal or App Home; `back` is the page it stands on."""
    form = flask.request.form
    back, do = form.get("back", ""), form.get("do", "")
    with workspace.store.reading() as db:
        row = surfaces.find(db, view_id)
        blocks = json.loads(row["body"])["blocks"]
        given = typed.values(blocks, form, tz=_viewer(db, person).tz)
    if do == "submit":
        interactions.submit(workspace, user=person, view_id=view_id, values=given)
        return _back(person, back)
    if do == "close":
        interactions.close(workspace, user=person, view_id=view_id)
        return _back(person, back)
    return _press(workspace, person, blocks, back=back, view_id=view_id, values=given)


def _press(
    workspace: workspaces.Workspace, person: str, blocks: list[dict[str, Any]], *, back: str, **where: Any
) -> Answer:
    form = flask.request.form
    word, _, overflow = form.get("press", "").partition("=")
    block_id, action_id = typed.ids(word)
    block, element = _pressed(blocks, block_id, action_id)
    if "confirm" in element and form.get("confirmed") != "1":
        return _ask(workspace, person, element, back)
    value: Any = overflow or None
    if element["type"] in choices.FIELD and element["type"] != "overflow":
        with workspace.store.reading() as db:
            value = typed.values([block], form, tz=_viewer(db, person).tz)[block_id][action_id]
    told = interactions.press(
        workspace,
        root=flask.request.url_root,
        user=person,
        block_id=block_id,
        action_id=action_id,
        value=value,
        **where,
    )
    trouble = told["trouble"] or ("" if 200 <= told["status"] < 300 else f"HTTP {told['status']}")
    return _back(person, back, trouble=trouble)


def _pressed(
    blocks: list[dict[str, Any]], block_id: str, action_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        for element in dressing.elements(block):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return block, element
    raise refusals.Refusal("action_not_found")


def _ask(workspace: workspaces.Workspace, person: str, element: dict[str, Any], back: str) -> Answer:
    """The app's confirmation, with everything the form held, before the press is sent."""
    asked = {
        "element": element,
        "fields": [(name, value) for name, value in flask.request.form.items(multi=True)],
        "action": flask.request.path,
    }
    template = "home.html" if back == "home" else "channel.html"
    channel = None if back == "home" else back
    return _page(workspace, person, template, channel=channel, asked=asked)


def _blocks_of(db: sqlite3.Connection, channel: str, ts: str, person: str) -> list[dict[str, Any]]:
    channels.find(db, channel, viewer=person)
    return messages.blocks(json.loads(messages.seen(db, channel, ts, person=person)["body"]))


def _page(
    workspace: workspaces.Workspace, person: str, template: str, *, channel: str | None = None, **more: Any
) -> str:
    with workspace.store.reading() as db:
        eyes = _viewer(db, person)
        row = channels.find(db, channel, viewer=person) if channel else None
        unread = scenes.unread_in(db, channel, person) if channel else 0
        modal, home = surfaces.top_modal(db, person), surfaces.home(db, person)
        seen: dict[str, Any] = {
            "me": personas.find(db, person),
            "viewer": eyes,
            "say": eyes.say,
            "language": eyes.language,
            "rail": scenes.rail(db, eyes),
            "channel": scenes.channel(db, row, eyes, before=flask.request.args.get("before", ""))
            if row
            else None,
            "modal": scenes.modal(modal) if modal else None,
            "home": scenes.modal(home) if home else None,
            "everyone": personas.everyone(db),
            "back": channel or "home",
            "trouble": flask.request.args.get("trouble", ""),
        }
    if channel and unread:
        with workspace.store.writing() as db:
            scenes.mark_read(db, channel, person)
    return flask.render_template(template, **{**seen, **more})


def _refused(reason: str) -> str:
    language = _stranger_language()
    return flask.render_template("refused.html", error=reason, say=words.speaker(language), language=language)


def _stranger_language() -> str:
    """For pages of nobody in particular: what the address or the browser asks for."""
    wanted = flask.request.args.get("lang") or flask.request.accept_languages.best_match(words.LANGUAGES)
    return wanted if wanted in words.LANGUAGES else "en"


def _viewer(db: sqlite3.Connection, person: str) -> viewer.Viewer:
    row = personas.find(db, person)
    if row is None or row["deleted"] or row["is_bot"]:
        raise refusals.Refusal("user_not_found")
    return viewer.look(db, row, language=flask.request.args.get("lang"))


def _back(person: str, where: str, *, trouble: str = "") -> werkzeug.Response:
    more: dict[str, Any] = {"trouble": trouble} if trouble else {}
    if where in {"", "home"}:
        return flask.redirect(flask.url_for("pages.home", person=person, **more), 303)
    return flask.redirect(flask.url_for("pages.channel", person=person, channel=where, **more), 303)


def _unless_unchanged(workspace: workspaces.Workspace, draw: Callable[[], str]) -> werkzeug.Response:
    """The page with the workspace's version as its ETag: a page that polls is drawn only when something
    happened."""
    tag = f"v{workspace.store.version()}"
    if flask.request.if_none_match.contains(tag):
        return flask.Response(status=304, headers={"ETag": f'"{tag}"'})
    response = flask.Response(draw(), mimetype="text/html")
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache, private"
    return response
