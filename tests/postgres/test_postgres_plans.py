"""Two approved changes of one plan published at once, by a server of many writers: one is, one is told."""

import pytest
from flask import Flask

from incident import errors
from incident.db import unit_of_work
from incident.plan_changes import deciding, moves, proposing
from incident.playbooks import library, loading
from tests import builders
from tests.races import at_once

pytestmark = pytest.mark.xdist_group("postgres")  # one server is enough
KEY = "fee_dispute"


def approved(app: Flask, due: str) -> int:
    content = loading.plain(library.current(KEY).plan)
    content["steps"][2]["due"] = due
    with app.app_context():
        with unit_of_work():
            made = proposing.begin(
                KEY, reason="r", content=content, submit=True, by=builders.acting("li"), at=builders.NOW
            )
        with unit_of_work():
            deciding.approve(moves.find(made.id, lock=True), by=builders.acting("wang"), at=builders.NOW)
        return made.id


def test_of_two_that_publish_at_once_one_does_and_the_other_is_told(app: Flask) -> None:
    ids = [approved(app, due) for due in ("2h", "3h")]

    def publish(change_id: int) -> int | None:
        with unit_of_work():
            change = moves.find(change_id, lock=True)
            deciding.publish(change, note="sooner", by=builders.acting("zhao"), at=builders.NOW)
            return change.published_version

    found = at_once(app, [lambda id_=id_: publish(id_) for id_ in ids])
    assert 2 in found
    (refused,) = [each for each in found if each != 2]
    assert isinstance(refused, errors.Conflict)
    assert loading.newest(KEY) == 2
