"""What one workspace is made of: its file, the app installed in it and the switches set at its start."""

import dataclasses
from collections.abc import Callable, Sequence

from incident.slack.sandbox import sockets, storage
from incident.slack.sandbox import tour as tours

# What the product's own manifest asks for, and nothing more.
DEFAULT_SCOPES = (
    "app_mentions:read",
    "bookmarks:read",
    "bookmarks:write",
    "channels:history",
    "channels:join",
    "channels:manage",
    "channels:read",
    "chat:write",
    "chat:write.public",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "groups:write",
    "im:history",
    "im:read",
    "im:write",
    "mpim:history",
    "mpim:read",
    "mpim:write",
    "pins:read",
    "pins:write",
    "reactions:read",
    "reactions:write",
    "team:read",
    "usergroups:read",
    "users:read",
    "users:read.email",
)

# Slack's schedule for an event the app did not take: at once, after a minute, after five.
# docs.slack.dev/apis/events-api
RETRY_DELAYS = (0.0, 60.0, 300.0)
# Slack's deadline for an answer to a command, an interaction or an event, in seconds.
PATIENCE = 3.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Shortcut:
    """One shortcut of the app: `kind` "global", or "message" for the menu of a message; `name` as people
    read it."""

    kind: str
    callback_id: str
    name: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Hint:
    """What the composer offers while a command is typed: `typed` to be put there, `shown` as its usage, and
    what it does."""

    typed: str
    shown: str
    does: str


Hints = Callable[[str], Sequence[Hint]]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Workspace:
    """One workspace with one app in it. `events_url` is where the app takes commands, interactions and
    events."""

    store: storage.Store
    events_url: str
    signing_secret: str
    token: str
    rate_limits: bool
    scopes: frozenset[str]
    commands: Sequence[str]
    subscriptions: frozenset[str]
    shortcuts: Sequence[Shortcut]
    hints: Hints
    tour: Sequence[tours.Step]
    app_token: str
    hub: sockets.Hub
    retry_delays: Sequence[float]
    patience: float
