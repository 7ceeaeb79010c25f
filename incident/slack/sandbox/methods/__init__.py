"""The methods of the Web API, a file for each family; importing this package registers them all."""

from incident.slack.sandbox.methods import (
    basics,
    bookmarks,
    chat,
    conversations,
    files,
    history,
    membership,
    neighbours,
    pins,
    reactions,
    scheduled,
    users,
    views,
)

__all__ = [
    "basics",
    "bookmarks",
    "chat",
    "conversations",
    "files",
    "history",
    "membership",
    "neighbours",
    "pins",
    "reactions",
    "scheduled",
    "users",
    "views",
]
