"""Putting a page together: whose eyes, which channel and thread, the modal before them."""

import sqlite3
from typing import Any

import flask

from incident.slack.sandbox import (
    channels,
    emoji,
    flow,
    personas,
    refusals,
    scenes,
    stamps,
    surfaces,
    viewer,
    words,
)
from incident.slack.sandbox import tour as tours
from incident.slack.sandbox import workspace as workspaces


def page(
    workspace: workspaces.Workspace, person: str, template: str, *, channel: str | None = None, **more: Any
) -> str:
    """One page as this person sees it. The address may ask for more: `thread` to stand beside the channel,
    `before` for older messages, `edit` for a message of one's own, `emoji` for a message to react to."""
    asked = flask.request.args
    step = tours.place(workspace.store, workspace.tour)
    with workspace.store.reading() as db:
        eyes = viewer_of(db, person)
        row = channels.find(db, channel, viewer=person) if channel else None
        unread = scenes.unread_in(db, channel, person) if channel else 0
        modal, home = surfaces.top_modal(db, person), surfaces.home(db, person)
        new_after = _new_after(db, channel, person) if channel else 0
        seen: dict[str, Any] = {
            "me": personas.find(db, person),
            "viewer": eyes,
            "say": eyes.say,
            "language": eyes.language,
            "rail": scenes.rail(db, eyes),
            "channel": flow.channel(db, row, eyes, before=asked.get("before", ""), new_after=new_after)
            if row
            else None,
            "thread": flow.thread(db, row, eyes, asked["thread"]) if row and asked.get("thread") else None,
            "modal": scenes.modal(db, modal) if modal else None,
            "home": scenes.modal(db, home) if home else None,
            "everyone": personas.everyone(db),
            "app_profile": personas.find(db, personas.BOT.id),
            "shortcuts": workspace.shortcuts,
            "hints": workspace.hints(eyes.language),
            "tour": tours.scene(db, workspace.tour, step, language=eyes.language)
            if step is not None
            else None,
            "tour_offered": bool(workspace.tour) and step is None,
            "new_after_ts": stamps.text(new_after),
            "back": channel or "home",
            "trouble": asked.get("trouble", ""),
            "picking": asked.get("emoji", ""),
            "emoji_names": emoji.names() if asked.get("emoji") else [],
            "editing": asked.get("edit", ""),
        }
    if channel and unread:
        with workspace.store.writing() as db:
            scenes.mark_read(db, channel, person)
    return flask.render_template(template, **{**seen, **more})


def viewer_of(db: sqlite3.Connection, person: str) -> viewer.Viewer:
    """The eyes of somebody a visitor can be. Refuses `user_not_found`."""
    row = personas.find(db, person)
    if row is None or row["deleted"] or row["is_bot"]:
        raise refusals.Refusal("user_not_found")
    return viewer.look(db, row, language=flask.request.args.get("lang"))


def refused(reason: str) -> str:
    """The page that says no."""
    language = stranger_language()
    return flask.render_template("refused.html", error=reason, say=words.speaker(language), language=language)


def stranger_language() -> str:
    """For pages of nobody in particular: what the address or the browser asks for."""
    wanted = flask.request.args.get("lang") or flask.request.accept_languages.best_match(words.LANGUAGES)
    return wanted if wanted in words.LANGUAGES else "en"


def _new_after(db: sqlite3.Connection, channel: str, person: str) -> int:
    """From where messages are new: what the open page says of itself when it asks again, else what was
    read."""
    said = stamps.parse(flask.request.headers.get("X-New-After", ""))
    return said if said is not None else scenes.read_until(db, channel, person)
