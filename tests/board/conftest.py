"""What the page tests share as fixtures."""

import pytest
import time_machine

from tests.board.incident_pages import SOON
from tests.board.pages import Visitor


@pytest.fixture
def zhao(app):
    with time_machine.travel(SOON, tick=False):
        yield Visitor(app, "zhao")
