"""Who leads: of all processes of the service one holds the lock of the scheduler, the others stand by."""

from contextlib import suppress
from pathlib import Path
from typing import IO

from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from incident.db import db, is_sqlite
from incident.settings import Settings

LEADER_LOCK = 0x1C1D_E47  # PostgreSQL advisory lock of the one scheduler


class Leadership:
    """Holds the one scheduler's lock: an advisory lock on PostgreSQL, a locked file beside SQLite."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def hold(self) -> bool:
        """Take the lead or confirm that it is still held; False while another process has it."""
        with self._app.app_context():
            return self._hold_file() if is_sqlite() else self._hold_lock()

    def _hold_lock(self) -> bool:
        try:
            if self._connection is None:
                self._connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
                taken = self._connection.scalar(
                    text("SELECT pg_try_advisory_lock(:key)"), {"key": LEADER_LOCK}
                )
                if not taken:
                    self.release()
                return bool(taken)
            self._connection.scalar(text("SELECT 1"))  # a broken connection has lost the lock
            return True
        except db_errors():
            self.release()
            return False

    def _hold_file(self) -> bool:
        import fcntl

        if self._file is not None:
            return True
        file = Path(self._settings.var_dir, "scheduler.lock").open("a+")  # noqa: SIM115 - held until release
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Give the lead up."""
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            with suppress(*db_errors()):
                self._connection.invalidate()  # closing the real connection frees the lock
                self._connection.close()
            self._connection = None


def db_errors() -> tuple[type[Exception], ...]:
    """What a lost database looks like."""
    return (SQLAlchemyError,)  # not DBAPIError alone: a pool without a free connection raises TimeoutError
