"""The one table of what people can say, press and do in Slack: words, shortcuts, events, and their scopes.

The handlers are looked up by these names, the help and the manifest are drawn from them; a test notices a row
without a handler and a handler without a row.
"""

from dataclasses import dataclass
from typing import Literal

from incident.errors import N_
from incident.slack.word_table import COMMAND, COMMAND_HELP, WORDS, Word

__all__ = [
    "COMMAND",
    "COMMAND_HELP",
    "EVENTS",
    "SCOPES",
    "SHORTCUTS",
    "WORDS",
    "Event",
    "Scope",
    "Shortcut",
    "Word",
    "reasons",
    "scopes",
]


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


SHORTCUTS: dict[str, Shortcut] = {
    each.callback_id: each
    for each in (
        Shortcut(
            "report_emergency",
            "global",
            "Report an emergency 紧急上报",
            "Declare an incident from anywhere · 在任何地方上报应急事件",
        ),
        Shortcut(
            "message_to_timeline",
            "message",
            "Add to timeline 记入时间线",
            "Keep this message on the incident's timeline · 把这条消息记入事件时间线",
        ),
        Shortcut(
            "message_to_task",
            "message",
            "Make a task 建任务",
            "Make a task of this message · 由这条消息建立任务",
        ),
        Shortcut(
            "message_to_evidence",
            "message",
            "Log as evidence 登记证据",
            "Keep the text and the files with their hash · 保存文字与附件并记录哈希",
            ("commands", "files:read"),
        ),
    )
}

# what people do to a channel by hand, and what the app does then
TO_CHANNELS: dict[str, str] = {
    "rename": N_("knowing a channel's new name"),
    "archive": N_("replacing the channel of an open incident that was archived by hand"),
    "unarchive": N_("noting that a channel was taken out of the archive by hand"),
    "deleted": N_("replacing the channel of an open incident that was deleted by hand"),
    "left": N_("replacing the channel of an open incident that the app was taken out of"),
}

EVENTS: dict[str, Event] = {
    each.type: each
    for each in (
        Event("app_home_opened", N_("drawing the App Home afresh whenever it is opened")),
        Event(
            "reaction_added",
            N_("keeping what a message says when somebody reacts to it in an incident's channel"),
            ("reactions:read",),
        ),
        Event("member_joined_channel", N_("welcoming who joins an incident's channel"), ("groups:read",)),
        *(
            Event(f"{kind}_{what}", about, (scope,))
            for what, about in TO_CHANNELS.items()
            for kind, scope in (("channel", "channels:read"), ("group", "groups:read"))
        ),
        *(
            Event(name, N_("saying at once on the board that the app must be installed again"))
            for name in ("app_uninstalled", "tokens_revoked")
        ),
    )
}

# What the calls to the Web API need; those of words, shortcuts and events stand with them.
SCOPES: dict[str, Scope] = {
    each.name: each
    for each in (
        Scope("commands", N_("`/incident` and the shortcuts")),
        Scope("chat:write", N_("the card, alerts, the announcement and their updates")),
        Scope("channels:join", N_("joining the response channel, to announce in it")),
        Scope("groups:write", N_("the private channel of each incident, its topic and its members")),
        Scope("groups:read", N_("finding a private channel again after an answer got lost")),
        Scope(
            "groups:history",
            N_("finding a card again after an answer got lost, and reading a message that got a reaction"),
        ),
        Scope("channels:manage", N_("making the response channel where it is missing")),
        Scope("channels:read", N_("finding the response channel by its name")),
        Scope("channels:history", N_("finding the announcement again after an answer got lost")),
        Scope("im:write", N_("direct messages to the people who are alerted")),
        Scope("im:history", N_("finding an alert again after an answer got lost")),
        Scope("pins:write", N_("pinning the card")),
        Scope("bookmarks:write", N_("the bookmark to the board")),
        Scope("bookmarks:read", N_("finding the bookmark again after an answer got lost")),
        Scope("users:read", N_("a reader's language where they chose none, and whether they are a guest")),
        Scope("users:read.email", N_("linking somebody to the account with their address")),
        Scope("reactions:read", N_("hearing of reactions in an incident's channel")),
        Scope("files:read", N_("keeping a file of a message as evidence")),
    )
}


def scopes() -> tuple[str, ...]:
    """Every scope that the app asks for, sorted."""
    asked = [each.scopes for table in (WORDS, SHORTCUTS, EVENTS) for each in table.values()]
    return tuple(sorted({*SCOPES, *(scope for scopes in asked for scope in scopes)}))


def reasons() -> list[tuple[str, str]]:
    """Every scope with what needs it, as a message id."""
    found = {name: each.about for name, each in SCOPES.items()}
    for event in EVENTS.values():
        for scope in event.scopes:
            found.setdefault(scope, event.about)
    return sorted(found.items())
