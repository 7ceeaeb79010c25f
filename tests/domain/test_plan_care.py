"""Plans are looked through on their day, and what keeps coming back says where to look."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from incident import errors, timeline
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.incidents import Task
from incident.plan_changes import care, patterns
from incident.training import months
from incident.vocabulary import TaskStatus
from tests import builders

KEY = "improper_collection"


def sweep(at):
    return care.sweep(at=at, calendar=builders.house().calendar)


def reminded():
    rows = db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:plan-care-%")))
    return [(row.payload["key_of_plan"], row.payload["person_id"]) for row in rows]


def test_every_plan_has_a_day_and_its_owner_is_reminded_until_it_is_looked_through(app):
    assert sweep(builders.NOW) == 19 and sweep(builders.NOW) == 0
    by, calendar = builders.acting("zhao"), builders.house().calendar
    head = care.owner(care.of(KEY))
    assert head is not None and head.department_code == "COL"  # the first responsible department's
    with unit_of_work():
        care.entrust(
            KEY,
            owner_id=builders.person("wang").id,
            review_by=date(2027, 1, 4),
            every_months=6,
            by=by,
            at=builders.NOW,
            calendar=calendar,
        )
    morning = datetime(2026, 12, 7, 1, 10, tzinfo=UTC)  # a Monday: a month before is a Saturday
    assert sweep(morning - timedelta(minutes=1)) == 0 and sweep(morning) == 1
    assert sweep(morning + timedelta(days=7)) == 1
    assert reminded() == [(KEY, builders.person("wang").id)] * 2
    with unit_of_work():
        care.reviewed(KEY, note="Still right.", by=by, at=morning, calendar=calendar)
    assert care.of(KEY).review_by == date(2027, 6, 7) and sweep(morning + timedelta(days=14)) == 0


def test_a_month_later_is_never_a_day_that_does_not_exist():
    assert months.after(date(2028, 2, 29), 12) == date(2029, 2, 28)
    assert months.after(date(2026, 10, 31), 4) == date(2027, 2, 28)
    assert months.after(date(2026, 12, 15), 1) == date(2027, 1, 15)


def test_who_may_not_approve_plans_may_not_hand_them_out(app):
    with pytest.raises(errors.Forbidden):
        care.entrust(
            KEY,
            owner_id=None,
            review_by=date(2027, 1, 1),
            every_months=12,
            by=builders.acting("li"),
            at=builders.NOW,
            calendar=builders.house().calendar,
        )


def test_what_keeps_coming_back_is_found_and_twice_is_not_enough(app):
    made = [builders.an_incident() for _ in range(3)]
    later = builders.NOW + timedelta(days=3)
    for number, incident in enumerate(made):
        builders.a_finding(incident)
        with unit_of_work() as session:
            tasks = session.scalars(
                select(Task).where(Task.incident_id == incident.id).order_by(Task.position)
            ).all()
            for task in tasks:
                task.status, task.done_at = TaskStatus.DONE, task.due_at  # in time
            tasks[1].done_at = tasks[1].due_at + timedelta(minutes=1)
            if number < 2:
                tasks[2].done_at = tasks[2].due_at + timedelta(hours=1)
            timeline.record(
                incident.id, "department_blocked", by="test", at=later, department="OUT", reason="r"
            )
            late = tasks[1].key
    found = {(each.kind, each.subject): each for each in patterns.found(at=later)}
    assert found.keys() == {("late_step", late), ("blocked_department", "OUT"), ("same_violation", "insult")}
    assert (found["late_step", late].count, found["late_step", late].of) == (3, 3)
    assert {each.plan_key for each in found.values()} == {KEY}
    kinds = {each.kind for each in patterns.found(at=later + timedelta(days=40))}
    assert kinds == {"late_step", "blocked_department"}  # the violations are older than 30 days
