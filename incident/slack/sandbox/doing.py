"""What is done on the pages, each by an ordinary form that leads back to where it stood."""

import json
import sqlite3
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

import flask
import werkzeug

from incident.slack.sandbox import (
    acts,
    channels,
    choices,
    drawing,
    dressing,
    hands,
    identity,
    interactions,
    messages,
    personas,
    refusals,
    shortcuts,
    surfaces,
    typed,
)
from incident.slack.sandbox import tour as tours
from incident.slack.sandbox import workspace as workspaces

Answer = werkzeug.Response | str
Act = Callable[[workspaces.Workspace, str, str], Any]


def _words(workspace: workspaces.Workspace, person: str, channel: str) -> dict[str, Any] | None:
    """A command when it begins with a stroke, else a message or a file; nothing when nothing was given."""
    form, posted = flask.request.form, flask.request.files.get("file")
    text, thread = form.get("text", "").strip(), form.get("thread_ts", "")
    where = {"user": person, "channel": channel, "text": text}
    if posted is not None and posted.filename:
        acts.share(workspace, **where, thread_ts=thread, name=posted.filename, content=posted.read())
    elif text.startswith("/"):
        return interactions.command(workspace, root=flask.request.url_root, **where)
    elif text:
        acts.say(workspace, **where, thread_ts=thread)
    return None


def _shortcut(workspace: workspaces.Workspace, person: str, channel: str) -> dict[str, Any]:
    form = flask.request.form
    message = {"channel": channel, "ts": form["ts"]} if form.get("ts") else {}
    root, callback = flask.request.url_root, form["callback_id"]
    return shortcuts.use(workspace, root=root, user=person, callback_id=callback, **message)


def _by_form(act: Callable[..., Any], *fields: str) -> Act:
    """An act that takes these fields of the form."""

    def run(workspace: workspaces.Workspace, person: str, channel: str) -> None:
        given = {name: flask.request.form[name].strip() for name in fields}
        act(workspace, user=person, channel=channel, **given)

    return run


ACTS: dict[str, Act] = {
    "say": _words,
    "shortcut": _shortcut,
    "react": _by_form(acts.react, "ts", "name"),
    "pin": _by_form(acts.pin, "ts"),
    "edit": _by_form(acts.edit, "ts", "text"),
    "take_back": _by_form(acts.take_back, "ts"),
    "dismiss": _by_form(acts.dismiss, "ts"),
    "join": _by_form(hands.join),
    "leave": _by_form(hands.leave),
    "invite": _by_form(hands.invite, "person"),
    "remove": _by_form(hands.remove, "person"),
    "rename": _by_form(hands.rename, "name"),
    "topic": _by_form(hands.topic, "text"),
    "archive": _by_form(hands.archive),
    "unarchive": _by_form(hands.unarchive),
    "delete": _by_form(hands.delete),
}


def register(routes: flask.Blueprint, workspace: workspaces.Workspace) -> None:
    """Routes that change something, all by POST."""

    @routes.post("/as/<person>/create")
    def create(person: str) -> Answer:
        form = flask.request.form
        made = hands.create(workspace, user=person, name=form["name"].strip(), private="private" in form)
        return back(person, made)

    @routes.post("/as/<person>/direct")
    def direct(person: str) -> Answer:
        return back(person, hands.direct(workspace, user=person, person=flask.request.form["person"]))

    @routes.post("/as/<person>/c/<channel>/<act>")
    def act(person: str, channel: str, act: str) -> Answer:
        return (
            _press_on_message(workspace, person, channel)
            if act == "press"
            else _do(workspace, person, channel, act)
        )

    @routes.post("/as/<person>/tour")
    def tour(person: str) -> Answer:
        _guide(workspace, flask.request.form)
        return back(person, flask.request.form.get("back", ""))

    @routes.post("/as/<person>/shortcut")
    def shortcut(person: str) -> Answer:
        told = _shortcut(workspace, person, "")
        return back(person, flask.request.form.get("back", ""), trouble=_trouble(told))

    @routes.post("/as/<person>/views/<view_id>")
    def view(person: str, view_id: str) -> Answer:
        return _in_view(workspace, person, view_id)


def _do(workspace: workspaces.Workspace, person: str, channel: str, act: str) -> Answer:
    if act not in ACTS:
        flask.abort(404)
    told = ACTS[act](workspace, person, channel)
    where = "home" if act in {"delete", "leave"} else channel
    return back(person, where, trouble=_trouble(told) if act == "shortcut" else "")


def change_person(workspace: workspaces.Workspace, form: Mapping[str, str]) -> None:
    """Adds somebody, or changes whoever has the same member name."""
    fields = ("name", "real_name", "email", "locale", "tz")
    given: dict[str, Any] = {field: form[field].strip() for field in fields}
    if not all(given.values()):
        raise ValueError("every field of a person is needed")
    zoneinfo.ZoneInfo(given["tz"])
    kind = form.get("kind", "member")
    with workspace.store.writing() as db:
        row = db.execute("SELECT id FROM people WHERE name = ? AND is_bot = 0", (given["name"],)).fetchone()
        person = personas.Persona(
            id=row["id"] if row is not None else identity.new("U"),
            is_guest=kind == "guest",
            deleted=kind == "gone",
            team="T0ELSEWHERE" if kind == "stranger" else identity.TEAM,
            **given,
        )
        personas.changed(db, workspace, [person])


def _guide(workspace: workspaces.Workspace, form: Mapping[str, str]) -> None:
    """Does what a button of the tour says."""
    do, store = form.get("do"), workspace.store
    step = next((one for one in workspace.tour if one.key == form.get("step")), None)
    if do == "end":
        tours.end(store)
    elif do == "restart":
        tours.restart(store)
    elif do == "act" and step is not None:
        tours.act(store, step)
    elif do == "next" and step is not None:
        tours.note(store, step.key)


def back(person: str, where: str, *, trouble: str = "") -> werkzeug.Response:
    """To the page an act was done on: App Home, or a channel with the thread that stood open."""
    more: dict[str, Any] = {"trouble": trouble} if trouble else {}
    if where in {"", "home"}:
        return flask.redirect(flask.url_for("pages.home", person=person, **more), 303)
    if thread := flask.request.form.get("thread"):
        more["thread"] = thread
    return flask.redirect(flask.url_for("pages.channel", person=person, channel=where, **more), 303)


def _in_view(workspace: workspaces.Workspace, person: str, view_id: str) -> Answer:
    """Submit, close or press within a modal or App Home; `back` is the page it stands on."""
    form = flask.request.form
    where, do = form.get("back", ""), form.get("do", "")
    with workspace.store.reading() as db:
        row = surfaces.find(db, view_id)
        blocks = json.loads(row["body"])["blocks"]
        given = typed.values(blocks, form, tz=drawing.viewer_of(db, person).tz)
    if do == "submit":
        interactions.submit(workspace, user=person, view_id=view_id, values=given)
        return back(person, where)
    if do in {"close", "clear"}:
        interactions.close(workspace, user=person, view_id=view_id, clear=do == "clear")
        return back(person, where)
    return _press(workspace, person, blocks, back_to=where, view_id=view_id, values=given)


def _press_on_message(workspace: workspaces.Workspace, person: str, channel: str) -> Answer:
    ts = flask.request.form["ts"]
    with workspace.store.reading() as db:
        blocks = _blocks_of(db, channel, ts, person)
        values = typed.values(blocks, flask.request.form, tz=drawing.viewer_of(db, person).tz)
    return _press(workspace, person, blocks, back_to=channel, channel=channel, ts=ts, values=values)


def _press(
    workspace: workspaces.Workspace, person: str, blocks: list[dict[str, Any]], *, back_to: str, **where: Any
) -> Answer:
    form = flask.request.form
    word, _, overflow = form.get("press", "").partition("=")
    block_id, action_id = typed.ids(word)
    block, element = _pressed(blocks, block_id, action_id)
    if "confirm" in element and form.get("confirmed") != "1":
        return _ask(workspace, person, element, back_to)
    value: Any = overflow or None
    if element["type"] in choices.FIELD and element["type"] != "overflow":
        with workspace.store.reading() as db:
            value = typed.values([block], form, tz=drawing.viewer_of(db, person).tz)[block_id][action_id]
    told = interactions.press(
        workspace,
        root=flask.request.url_root,
        user=person,
        block_id=block_id,
        action_id=action_id,
        value=value,
        **where,
    )
    return back(person, back_to, trouble=_trouble(told))


def _trouble(told: dict[str, Any] | None) -> str:
    """What went wrong with the app's answer, "" when nothing did."""
    if told is None or not told["sent"]:
        return ""
    return told["trouble"] or ("" if 200 <= told["status"] < 300 else f"HTTP {told['status']}")


def _pressed(
    blocks: list[dict[str, Any]], block_id: str, action_id: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in blocks:
        for element in dressing.elements(block):
            if (block["block_id"], element["action_id"]) == (block_id, action_id):
                return block, element
    raise refusals.Refusal("action_not_found")


def _ask(workspace: workspaces.Workspace, person: str, element: dict[str, Any], back_to: str) -> Answer:
    """The app's confirmation, with everything the form held, before the press is sent."""
    asked = {
        "element": element,
        "fields": [(name, value) for name, value in flask.request.form.items(multi=True)],
        "action": flask.request.path,
    }
    template = "home.html" if back_to in {"", "home"} else "channel.html"
    channel = None if template == "home.html" else back_to
    return drawing.page(workspace, person, template, channel=channel, asked=asked)


def _blocks_of(db: sqlite3.Connection, channel: str, ts: str, person: str) -> list[dict[str, Any]]:
    channels.find(db, channel, viewer=person)
    return messages.blocks(json.loads(messages.seen(db, channel, ts, person=person)["body"]))
