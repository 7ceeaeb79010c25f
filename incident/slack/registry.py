"""The one table of what people can say, press and do in Slack: words, shortcuts, events, and their scopes."""

from dataclasses import dataclass
from typing import Literal

from incident.errors import N_
from incident.slack.words import WORDS

__all__ = ["COMMAND", "COMMAND_HELP", "EVENTS", "SCOPES", "SHORTCUTS", "WORDS", "scopes"]
COMMAND = "/incident"
COMMAND_HELP = "Open, find and work on incidents · 应急事件"  # one text for everybody, in the manifest


@dataclass(frozen=True)
class Shortcut:
    """A global shortcut, or one on a message; `name` is one text for everybody, at most 24 characters."""

    callback_id: str
    kind: Literal["global", "message"]
    name: str
    description: str
    scopes: tuple[str, ...] = ("commands",)


@dataclass(frozen=True)
class Event:
    """An event that the app listens to, why, and the scopes that Slack asks for it."""

    type: str
    about: str
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scope:
    """A right of the bot, and what needs it."""

    name: str
    about: str


SHORTCUTS: dict[str, Shortcut] = {}

EVENTS: dict[str, Event] = {}

# What the calls to the Web API need; those of words, shortcuts and events stand with them.
SCOPES: dict[str, Scope] = {
    each.name: each
    for each in (
        Scope("commands", N_("`/incident` and the shortcuts")),
        Scope("chat:write", N_("the card, alerts, the announcement and their updates")),
        Scope("channels:join", N_("joining the response channel, to announce in it")),
        Scope("groups:write", N_("the private channel of each incident, its topic and its members")),
        Scope("groups:read", N_("finding a private channel again after an answer got lost")),
        Scope("groups:history", N_("finding a card again after an answer got lost")),
        Scope("channels:manage", N_("making the response channel where it is missing")),
        Scope("channels:read", N_("finding the response channel by its name")),
        Scope("channels:history", N_("finding the announcement again after an answer got lost")),
        Scope("im:write", N_("direct messages to the people who are alerted")),
        Scope("im:history", N_("finding an alert again after an answer got lost")),
        Scope("pins:write", N_("pinning the card")),
        Scope("bookmarks:write", N_("the bookmark to the board")),
        Scope("bookmarks:read", N_("finding the bookmark again after an answer got lost")),
        Scope("users:read", N_("a reader's language where they chose none")),
    )
}


def scopes() -> tuple[str, ...]:
    """Every scope that the app asks for, sorted."""
    with_shortcuts = {scope for each in SHORTCUTS.values() for scope in each.scopes}
    with_events = {scope for each in EVENTS.values() for scope in each.scopes}
    return tuple(sorted({*SCOPES, *with_shortcuts, *with_events}))


def reasons() -> list[tuple[str, str]]:
    """Every scope with what needs it, as a message id."""
    found = {name: each.about for name, each in SCOPES.items()}
    for event in EVENTS.values():
        for scope in event.scopes:
            found.setdefault(scope, event.about)
    return sorted(found.items())
