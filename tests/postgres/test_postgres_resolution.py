"""The same races over options, labels and assessments with a server of many writers."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.resolution_races import RACES

pytestmark = pytest.mark.xdist_group("postgres")  # one server is enough


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_of_those_who_act_at_once_one_does_and_the_others_are_told(
    app: Flask, race: Callable[[Flask], None]
) -> None:
    race(app)
