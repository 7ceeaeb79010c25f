"""Of two people who act at once on an option, a label or an assessment, one does and the other is told."""

from collections.abc import Callable

import pytest
from flask import Flask

from tests.resolution_races import RACES


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
def test_of_those_who_act_at_once_one_does_and_the_others_are_told(
    app: Flask, race: Callable[[Flask], None]
) -> None:
    race(app)
