"""Reminders of tasks on PostgreSQL: two schedulers at once, and two people at once on a task."""

import pytest
from flask import Flask
from sqlalchemy import select, update

from incident import errors
from incident.coordination import checklists, tasks
from incident.coordination.checklists import Wanted
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.incidents import Incident, Task
from incident.watches import task_watch
from tests import builders
from tests.races import at_once

pytestmark = pytest.mark.xdist_group("postgres")  # one server is enough


def test_two_sweeps_at_once_send_one_message_to_each(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        db.session.execute(update(Task).where(Task.remind_at.is_not(None)).values(remind_at=builders.NOW))
    house = builders.house()
    at_once(app, [lambda: task_watch.sweep(at=builders.NOW, house=house)] * 3)
    sent = [
        row.payload["person_id"]
        for row in db.session.scalars(select(Delivery).where(Delivery.step == "remind"))
        if row.payload["about"] == "tasks"
    ]
    assert sent and len(sent) == len(set(sent))
    left = select(Task.id).where(Task.incident_id == incident.id, Task.remind_at <= builders.NOW)
    assert db.session.scalars(left).all() == []


def test_of_two_who_tick_the_same_item_only_the_first_does(app: Flask) -> None:
    incident = builders.an_incident()
    task, people = tasks.of(incident.id)[0], [builders.acting("li"), builders.acting("wu")]
    with unit_of_work():
        checklists.change(task, incident, [Wanted(text="甲")], by=people[0], at=builders.NOW)
    item = task.checklist[0]["id"]

    def tick(who: int) -> object:
        with unit_of_work():
            here = db.session.get_one(Incident, incident.id, with_for_update=True, populate_existing=True)
            found = db.session.get_one(Task, task.id, populate_existing=True)
            return checklists.tick(found, here, item, done=True, by=people[who], at=builders.NOW)

    results = at_once(app, [lambda: tick(0), lambda: tick(1)])
    assert sorted(isinstance(each, errors.Conflict) for each in results) == [False, True]
