"""What the tests of the API share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from app import create_app
from tests import builders
from tests.api.calling import Api
from tests.conftest import dispose, make_settings


@pytest.fixture
def at_work() -> Iterator[None]:
    """A Tuesday morning in Shanghai, with the clock running."""
    with time_machine.travel(builders.NOW, tick=True):
        yield


@pytest.fixture(scope="module")
def still(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One API for all tests of a module that change nothing."""
    folder = tmp_path_factory.mktemp("still") / "var"
    shutil.copytree(template, folder)
    app = create_app(make_settings(folder))
    with time_machine.travel(builders.NOW, tick=True), app.app_context():
        builders.standard_people()
        yield Api(app)
    dispose(app)


@pytest.fixture
def api(at_work: None, app: Flask) -> Api:
    """The API with the standard people."""
    return Api(app)
