"""One Web API call: what a method is given, the register of methods, and the log of every call accepted."""

import dataclasses
import functools
import hashlib
import json
import sqlite3
from collections.abc import Callable
from typing import Any

from incident.slack.sandbox import refusals, stamps, table, workspace

Handler = Callable[["Call"], dict[str, Any]]
_HANDLERS: dict[str, Handler] = {}
_LONGEST_LOGGED = 200
# A workspace that runs for months keeps its last so many calls.
LOG_LENGTH = 200_000


@dataclasses.dataclass(frozen=True, kw_only=True)
class Call:
    """One accepted call: typed arguments and the open write transaction it runs in."""

    method: table.Method
    args: dict[str, Any]
    db: sqlite3.Connection
    workspace: workspace.Workspace
    warnings: list[str]

    def text(self, name: str) -> str:
        """A string argument, "" when absent."""
        return str(self.args.get(name, ""))

    def flag(self, name: str) -> bool:
        """A boolean argument, False when absent."""
        return bool(self.args.get(name, False))

    def number(self, name: str, *, default: int, highest: int) -> int:
        """An integer argument between 1 and `highest`; refuses others with `invalid_limit`."""
        value = int(self.args.get(name) or default)
        if not 1 <= value <= highest:
            raise refusals.Refusal("invalid_limit")
        return value

    def must_cover(self, kind: str) -> None:
        """Refuses with `missing_scope` when the app's scopes do not reach this kind of conversation."""
        table.must_hold(self.workspace.scopes, self.method.scopes_for(kind))


def answers(name: str) -> Callable[[Handler], Handler]:
    """Registers the function that answers a Web API method."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[name] = handler
        return handler

    return register


@functools.cache
def handler(name: str) -> Handler:
    """The function that answers a method of the table."""
    return _HANDLERS[name]


def registered() -> frozenset[str]:
    """The names of all methods with a handler."""
    return frozenset(_HANDLERS)


def log(db: sqlite3.Connection, method: str, args: dict[str, Any], *, error: str | None) -> None:
    """Notes a call with its arguments (long ones cut) and a digest of them in full."""
    whole = json.dumps(args, sort_keys=True, ensure_ascii=False)
    digest = hashlib.sha256(whole.encode()).hexdigest()[:16]
    short = (
        whole
        if len(whole) <= _LONGEST_LOGGED
        else json.dumps({k: _cut(v) for k, v in args.items()}, ensure_ascii=False)
    )
    row = db.execute(
        "INSERT INTO calls (method, at, ok, error, args, digest) VALUES (?, ?, ?, ?, ?, ?)",
        (method, stamps.now(), error is None, error, short, digest),
    )
    if (row.lastrowid or 0) % 1000 == 0:
        db.execute("DELETE FROM calls WHERE id <= ?", ((row.lastrowid or 0) - LOG_LENGTH,))


def _cut(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and len(value) > _LONGEST_LOGGED:
        return value[:_LONGEST_LOGGED] + "…"
    return value
