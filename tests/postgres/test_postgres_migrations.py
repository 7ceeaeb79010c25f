"""The migrations on PostgreSQL: up, down, up again, and the same tables as the code knows."""

import threading
import time

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from incident.db import db

MIGRATION_LOCK = 7276543  # as in migrations/env.py
pytestmark = pytest.mark.xdist_group("postgres")


def test_up_down_and_up_again_give_what_the_models_say(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        flask_migrate.upgrade()
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_whoever_migrates_waits_for_another_who_does(empty_app: Flask) -> None:
    finished = threading.Event()

    def upgrade() -> None:
        with empty_app.app_context():
            flask_migrate.upgrade()
        finished.set()

    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    with empty_app.app_context(), db.engine.connect() as other:
        other = other.execution_options(isolation_level="AUTOCOMMIT")
        other.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        thread = threading.Thread(target=upgrade)
        thread.start()
        until = time.monotonic() + 8
        while other.scalar(waiting) == 0:
            assert time.monotonic() < until, "it did not wait"
            time.sleep(0.02)
        assert not finished.is_set()
        other.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
        assert finished.wait(30)
        thread.join(10)
        assert "incidents" in inspect(db.engine).get_table_names()
