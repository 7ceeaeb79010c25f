"""A drill on PostgreSQL: two beats at once deliver an inject once, and it is played to its report."""

import threading

from flask import Flask

from incident import drills
from incident.db import unit_of_work
from incident.drills import rating, report, results
from tests import builders
from tests.drilling import answer, beat, begun, injects, minutes, states


def test_a_drill_is_played_to_its_report_and_two_beats_at_once_deliver_once(app: Flask) -> None:
    drill = begun()
    start = threading.Barrier(2)
    house, by = builders.house(), builders.acting("lin")

    def sweep() -> None:
        with app.app_context():
            start.wait(10)
            drills.beat.run(at=builders.NOW, house=house)

    threads = [threading.Thread(target=sweep) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(20)
    assert injects(drill)[1].times == 1
    beat(10)
    answer(drill, 2, "li", 11, choice=1)
    beat(20)
    assert injects(drill)[2].met is True and states(drill)[:4] == "ddsp"
    with unit_of_work():
        drills.pause(drill.id, by=by, at=builders.NOW + minutes(21))
    with unit_of_work():
        drills.resume(drill.id, by=by, at=builders.NOW + minutes(31))
    assert injects(drill)[4].due_at == builders.NOW + minutes(40)
    with unit_of_work():
        locked, tang, at = drills.locked(drill.id), builders.acting("tang"), builders.NOW + minutes(42)
        rating.rate(locked, "o1", "M", note="先删后取证", by=tang, at=at)
        rating.rate(locked, "o1", "P", by=tang, at=at)
        drills.stop(drill.id, by=by, at=at)
    assert results.held()[0].ratings == {"o1": "P"}
    assert report.gather(drills.locked(drill.id), zone=house.zone).measured.in_time == (1, 2)
