"""What the tests of the API share."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from tests import builders
from tests.api.calling import Api


@pytest.fixture
def at_work() -> Iterator[None]:
    """A Tuesday morning in Shanghai, with the clock running."""
    with time_machine.travel(builders.NOW, tick=True):
        yield


@pytest.fixture
def api(at_work: None, app: Flask) -> Api:
    """The API with the standard people."""
    return Api(app)
