"""The workspace's own SQLite file, shared by every process that serves it and safe against a killed one."""

import collections
import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

_SCHEMA = Path(__file__).with_name("schema.sql")
_BUSY_MS = 20_000
# Columns younger than the first workspaces, added to a file that was made without them.
_LATER = (("people", "team", "TEXT NOT NULL DEFAULT 'T0SANDBOX'"),)


class Store:
    """Connections to one SQLite file. Safe for threads and, because a fork starts its own pool, for
    processes."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._idle: collections.deque[sqlite3.Connection] = collections.deque()
        self._pid = os.getpid()
        # Threads of one process queue here rather than in SQLite's busy loop, which sleeps between its tries.
        self._turn = threading.Lock()
        with self._borrowed() as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_SCHEMA.read_text(encoding="utf-8"))
            for table, column, kind in _LATER:
                if column not in {row["name"] for row in db.execute(f"PRAGMA table_info({table})")}:
                    db.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One write transaction: kept when the block ends, undone when it raises."""
        with self._turn, self._borrowed() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("UPDATE switches SET value = value + 1 WHERE name = 'version'")
            db.execute("COMMIT")

    def version(self) -> int:
        """A number that grows with every write, so that a page can ask cheaply whether anything is new."""
        with self._borrowed() as db:
            return int(db.execute("SELECT value FROM switches WHERE name = 'version'").fetchone()[0])

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent look at the file; writes nothing."""
        with self._borrowed() as db:
            db.execute("BEGIN")
            try:
                yield db
            finally:
                db.execute("ROLLBACK")

    def close(self) -> None:
        """Closes the idle connections; the next use opens new ones."""
        while self._idle:
            self._idle.pop().close()

    @contextlib.contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        if self._pid != os.getpid():
            self._idle, self._pid, self._turn = collections.deque(), os.getpid(), threading.Lock()
        try:
            db = self._idle.pop()
        except IndexError:
            db = self._open()
        try:
            yield db
        finally:
            self._idle.append(db)

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, cached_statements=256)
        db.row_factory = sqlite3.Row
        db.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        # A killed process loses nothing with OFF; only a power cut could, and this is a practice workspace.
        db.execute("PRAGMA synchronous=OFF")
        return db
