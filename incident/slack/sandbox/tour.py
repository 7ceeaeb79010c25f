"""A tour given by whoever mounts the workspace: steps with words, each noticing by itself when it was
done."""

import datetime
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from incident.slack.sandbox import channels, identity, stamps, storage

Text = Callable[[str], str]
_STARTED, _ENDED = ":started", ":ended"
_READ = (
    "SELECT 1 FROM messages x JOIN channels c ON c.id = x.channel"
    " JOIN members m ON m.channel = c.id AND m.read_at >= x.at WHERE x.author = ? AND m.person != ?"
)


class Look:
    """What a step may look at: when the tour began, and what people have read in the workspace since."""

    def __init__(self, db: sqlite3.Connection, started: int) -> None:
        self._db = db
        self.at = datetime.datetime.fromtimestamp(started / 1e6, datetime.UTC)

    def read_directly(self, text: str) -> bool:
        """Whether somebody has read a direct message of the app with this text in it."""
        return self._any(f"{_READ} AND c.kind = 'im' AND x.body LIKE ?", f"%{text}%")

    def read_in(self, channel: str) -> bool:
        """Whether somebody has read what the app wrote in a channel, by its name."""
        return self._any(f"{_READ} AND c.name = ?", channel)

    def _any(self, question: str, value: str) -> bool:
        return (
            self._db.execute(question, (identity.BOT_USER, identity.BOT_USER, value)).fetchone() is not None
        )


class Step(Protocol):
    """One step. Words are functions of "en" or "zh"; `act` does something for the visitor; `go` leads
    them to a `person`'s messages with the app, to a `channel` by name, or to a `url`."""

    @property
    def key(self) -> str: ...
    @property
    def title(self) -> Text: ...
    @property
    def text(self) -> Text: ...
    @property
    def done(self) -> Callable[[Look], bool]: ...
    @property
    def act(self) -> Callable[[Look], None] | None: ...
    @property
    def act_label(self) -> Text: ...
    @property
    def go(self) -> Callable[[Look], dict[str, str]] | None: ...
    @property
    def go_label(self) -> Text: ...


def place(store: storage.Store, steps: Sequence[Step]) -> int | None:
    """Which step is next (their number once all are done); None where there is no tour or it was ended.
    What was done meanwhile is noted; the first look begins the tour."""
    if not steps:
        return None
    with store.reading() as db:
        known = _known(db)
        done = [] if _STARTED not in known or _ENDED in known else _newly_done(db, known, steps)
    if _STARTED not in known:
        note(store, _STARTED)
    if _ENDED in known:
        return None
    if done:
        note(store, *done)
    left = [index for index, step in enumerate(steps) if step.key not in known and step.key not in done]
    return left[0] if left else len(steps)


def note(store: storage.Store, *keys: str) -> None:
    """Notes steps as done, or passed over."""
    with store.writing() as db:
        db.executemany("INSERT OR IGNORE INTO tour VALUES (?, ?)", [(key, stamps.now()) for key in keys])


def end(store: storage.Store) -> None:
    """The visitor wants no tour, or no more of it."""
    note(store, _ENDED)


def restart(store: storage.Store) -> None:
    """Begins anew: only what happens from now on counts."""
    with store.writing() as db:
        db.execute("DELETE FROM tour")
        db.execute("INSERT INTO tour VALUES (?, ?)", (_STARTED, stamps.now()))


def act(store: storage.Store, step: Step) -> None:
    """Does for the visitor what the step offers to do."""
    if step.act is not None:
        with store.reading() as db:
            look = _look(db, _known(db))
            step.act(look)


def scene(db: sqlite3.Connection, steps: Sequence[Step], at: int, *, language: str) -> dict[str, Any]:
    """What the page shows of the tour at step number `at`."""
    if at >= len(steps):
        return {"at": at, "of": len(steps), "step": None}
    step, look = steps[at], _look(db, _known(db))
    target = step.go(look) if step.go is not None else {}
    return {
        "at": at,
        "of": len(steps),
        "step": step.key,
        "title": step.title(language),
        "text": step.text(language),
        "act": step.act_label(language) if step.act is not None else "",
        "go": step.go_label(language) if target else "",
        "target": _target(db, target),
    }


def _newly_done(db: sqlite3.Connection, known: dict[str, int], steps: Sequence[Step]) -> list[str]:
    """The steps done in turn from the first that was not; a later one waits for those before it."""
    look, found = _look(db, known), []
    for step in steps:
        if step.key in known:
            continue
        if not step.done(look):
            break
        found.append(step.key)
    return found


def _target(db: sqlite3.Connection, target: dict[str, str]) -> dict[str, str]:
    """The target with the id of its channel, where it is one."""
    if "channel" in target:
        row = channels.find_by_name(db, target["channel"])
        return {"channel": row["id"]} if row is not None else {}
    if "person" in target:
        pair = ",".join(sorted({target["person"], identity.BOT_USER}))
        row = db.execute("SELECT id FROM channels WHERE pair = ?", (pair,)).fetchone()
        return {**target, "channel": row["id"]} if row is not None else target
    return target


def _known(db: sqlite3.Connection) -> dict[str, int]:
    return {row["key"]: row["at"] for row in db.execute("SELECT key, at FROM tour")}


def _look(db: sqlite3.Connection, known: dict[str, int]) -> Look:
    return Look(db, known.get(_STARTED, stamps.now()))
