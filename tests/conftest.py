"""The fixtures that most tests share: a migrated database, the application, and a server with the sandbox."""

import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from incident import calendars, i18n
from incident.alerting.delivery import Sender
from incident.cli import serve
from incident.cli.prepare import prepare
from incident.db import unit_of_work
from incident.settings import Settings
from tests import builders, unsaved  # noqa: F401 - it guards every test

MEMORY = Path("/dev/shm")
ROOMY = 2**30  # bytes; a container's memory disk often has less

# The same examples at every run, so that a change is judged by what it changed; new ones are looked for with
# `make test ARGS=--hypothesis-profile=default`.
hypothesis.settings.register_profile("steady", derandomize=True)
hypothesis.settings.load_profile("steady")
i18n.compile_catalogues()  # tests without an application read sentences too


def pytest_configure() -> None:
    """Keep the tests' databases in memory where there is room: each commit is written through to the disk."""
    if roomy(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def roomy(folder: Path) -> bool:
    """Whether a folder is there with room to spare."""
    return folder.is_dir() and shutil.disk_usage(folder).free > ROOMY


def make_settings(var_dir: Path, **given: Any) -> Settings:
    """Settings for a test: nothing from the machine's environment or from a .env file."""
    return Settings.load(_env_file=None, app_env="test", var_dir=var_dir, log_level="WARNING", **given)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database made by the migrations, with plans and calendars, and with the secrets."""
    folder = tmp_path_factory.mktemp("template")
    app = create_app(make_settings(folder))
    prepare(app)
    with app.app_context(), unit_of_work():  # whatever year it is when the tests run
        calendars.seed(range(builders.NOW.year, builders.NOW.year + 2))
    dispose(app)
    return folder


@pytest.fixture(scope="session")
def peopled(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the standard people: adding them anew cost more than most tests."""
    folder = tmp_path_factory.mktemp("peopled") / "var"
    shutil.copytree(template, folder)
    app = create_app(make_settings(folder))
    with app.app_context():
        builders.standard_people()
    dispose(app)
    return folder


def dispose(app: Flask) -> None:
    """Close the application's connections; an open one at the end of a test is a warning, and so an error."""
    from incident.db import db

    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def make_app(
    tmp_path: Path, template: Path, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Flask]]:
    """Makes applications on a copy of the template database, `people` with the standard people in it;
    settings may be given."""
    made: list[Flask] = []

    def make(*, people: bool = False, **given: Any) -> Flask:
        folder = tmp_path / "var"
        if not folder.exists():
            shutil.copytree(request.getfixturevalue("peopled") if people else template, folder)
        made.append(create_app(make_settings(folder, **given)))
        return made[-1]

    yield make
    for app in made:
        dispose(app)


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The application with the standard people, inside its context."""
    app = make_app(people=True)
    with app.app_context():
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript, signed out."""
    return app.test_client()


@dataclass
class Served:
    """A running service: its application, address and sender (not started: a test sends when it wants to)."""

    app: Flask
    url: str
    settings: Settings
    sender: Sender

    def deliver(self) -> int:
        """Send everything that is due now; returns how many steps were taken."""
        return self.sender.run_until_quiet()


@pytest.fixture
def served(make_app: Callable[..., Flask]) -> Iterator[Served]:
    """The application with its sandbox on a real port, with the standard people."""
    port = free_port()
    app = make_app(people=True, port=port, slack_rate_limits=False)
    server: BaseWSGIServer = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        yield Served(app, f"http://127.0.0.1:{port}", settings, serve.sender(app, settings))
    server.shutdown()
    thread.join(10)
    server.server_close()
