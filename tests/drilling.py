"""Drills in tests: begun at NOW, moved on by beats so many minutes later, answered by people."""

from datetime import datetime, timedelta
from typing import Any

from incident import drills
from incident.db import db, unit_of_work
from incident.drills import answering, playing
from incident.models.drills import Drill
from incident.models.exercises import DrillInject
from tests import builders

PLAYERS = [
    "zhao@demo.example",
    "jiang@demo.example",
    "he@demo.example",
    "sun@demo.example",
    "li@demo.example",
]
STAFF = {"director": ["lin@demo.example"], "evaluator": ["tang@demo.example"]}


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def begun(*, at: datetime = builders.NOW, **given: Any) -> Drill:
    """A drill of the leaked list, started at NOW if not said: the first inject waits for the next beat."""
    facts = {"plan_key": "privacy_leak", "scenario": "list_in_chat_group", "participants": PLAYERS}
    with unit_of_work():
        (drill,) = drills.schedule(
            drills.Wanted(**{**facts, "staff": STAFF, **given}),
            starts_at=builders.NOW + minutes(1),
            by=builders.acting("lin"),
            at=builders.NOW,
            house=builders.house(),
        )
        return drills.begin(drill.id, by=builders.acting("lin"), at=at, house=builders.house())


def beat(after: float) -> int:
    """The beat so many minutes after the start."""
    return drills.beat.run(at=builders.NOW + minutes(after), house=builders.house())


def injects(drill: Drill) -> dict[int, DrillInject]:
    db.session.expire_all()
    return {row.number: row for row in playing.of(drill)}


def answer(drill: Drill, number: int, who: str, after: float, **said: Any) -> None:
    with unit_of_work():
        answering.respond(
            drills.locked(drill.id), number, by=builders.acting(who), at=builders.NOW + minutes(after), **said
        )


def states(drill: Drill) -> str:
    return "".join(str(row.state)[0] for row in injects(drill).values())
