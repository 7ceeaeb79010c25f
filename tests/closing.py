"""What the closing gate asks beside tasks, departments and the step, done here for every test."""

from datetime import datetime

from sqlalchemy import select

from incident import clocks
from incident.coordination import departments, tasks
from incident.db import db, unit_of_work
from incident.lifecycle import informing
from incident.models.incidents import Incident
from tests import builders


def everything(incident: Incident, *, at: datetime, but: str | None = None) -> None:
    """Finish every must-do task (but one), tell the customers, sign every department off, and the rest."""
    builders.a_finding(incident, at=at)
    by = builders.acting("zhao")
    if but != tasks.FEEDBACK:
        builders.told(incident, at=at)
    for task in tasks.of(incident.id):
        if task.key not in (but, tasks.FEEDBACK) and task.must:
            with unit_of_work():
                tasks.change(task, incident, by=by, at=at, status="done")
    for line in departments.lines(incident.id):
        with unit_of_work():
            departments.sign_off(incident, line.code, statement="已完成", by=by, at=at)
    builders.lift_hold(incident, at=at)
    satisfy(incident.number, at=at)


def satisfy(number: str, *, at: datetime) -> None:
    """Do it all, through the verbs, as 赵敏; each part of the case adds what its gate asks."""
    by = builders.acting("zhao")
    with unit_of_work():
        incident = db.session.scalars(select(Incident).where(Incident.number == number)).one()
        informing.review_data(incident, note="已检视", by=by, at=at)
        settle_clocks(incident, at=at)


def settle_clocks(incident: Incident, *, at: datetime) -> None:
    """Void the legal clocks that no act of the test has met."""
    for each in clocks.running(incident.id):
        if each.kind == "statutory":
            clocks.void(incident, each.id, reason="不适用", by=builders.acting("zhao"), at=at)
