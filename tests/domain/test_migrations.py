"""The migrations on SQLite: up, down, up again, and the same tables as the code knows."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import inspect, text

from app import create_app
from incident.cli.prepare import prepare
from incident.coordination import tasks
from incident.db import db
from incident.lifecycle import common
from tests import builders
from tests.conftest import dispose, make_settings


@pytest.fixture
def empty_app(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without tables."""
    app = create_app(make_settings(tmp_path))
    yield app
    dispose(app)


def triggers() -> set[str]:
    return set(db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")))


def test_up_down_and_up_again_give_what_the_models_say(empty_app: Flask) -> None:
    with empty_app.app_context():
        flask_migrate.upgrade()
        db.session.remove()
        flask_migrate.downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        flask_migrate.upgrade()
        assert len(triggers()) == 12
        db.session.remove()
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), db.metadata) == []


def test_a_database_with_incidents_in_it_is_brought_down_and_up_again(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    number, count = incident.number, len(tasks.of(incident.id))
    db.session.remove()
    flask_migrate.downgrade(revision="0014")  # below it tables are written anew to which others refer
    flask_migrate.upgrade()
    db.session.remove()
    again = common.by_number(number)
    assert (again.plan_key, len(tasks.of(again.id))) == ("improper_collection", count)
    assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_preparing_again_changes_nothing(empty_app: Flask) -> None:
    first, again = prepare(empty_app), prepare(empty_app)
    assert first.faults == [] and len(first.loaded) > 20
    assert again.loaded == {} and again.unchanged == len(first.loaded)
