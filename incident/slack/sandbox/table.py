"""The table of methods (methods.toml), read once: who may call what, how often and with which arguments."""

import dataclasses
import functools
import tomllib
from pathlib import Path
from typing import Any

from incident.slack.sandbox import refusals

_FILE = Path(__file__).with_name("methods.toml")
# Which family of scopes speaks for which kind of conversation.
_FAMILY = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}


@dataclasses.dataclass(frozen=True)
class Method:
    """One row of the table."""

    name: str
    tier: str
    scopes: tuple[str, ...]
    required: tuple[str, ...]
    json: bool
    args: dict[str, str]

    def scopes_for(self, kind: str) -> tuple[str, ...]:
        """Those scopes that speak for one kind of conversation: public, private, im or mpim."""
        family = _FAMILY[kind]
        return tuple(scope for scope in self.scopes if scope.partition(":")[0] == family)


@functools.cache
def methods() -> dict[str, Method]:
    """Every method this workspace answers, by name."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {name: _method(name, row) for name, row in rows.items()}


def _method(name: str, row: dict[str, Any]) -> Method:
    return Method(name, row["tier"], tuple(row["scopes"]), tuple(row["required"]), row["json"], row["args"])


def must_hold(granted: frozenset[str], needed: tuple[str, ...]) -> None:
    """Refuses with `missing_scope` unless one of `needed` was granted; nothing needed is always fine."""
    if needed and granted.isdisjoint(needed):
        raise refusals.Refusal("missing_scope", needed=",".join(needed), provided=",".join(sorted(granted)))
