"""Reminders: one message a person over all incidents, at decent hours, once, and no flood after a stop."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from incident.alerting import checks, outbox
from incident.coordination import reminders, tasks
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.incidents import Incident, Task
from incident.vocabulary import Level
from incident.watches import task_watch
from tests import builders
from tests.races import at_once

ZONE = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 11, 4, 11, 0, tzinfo=ZONE)  # a Wednesday


def give(
    incident: Incident, who: str, *, remind_at: datetime, due_at: datetime = DUE, count: int = 1
) -> list[Task]:
    """Some tasks of an incident, given to somebody; the others remind nobody."""
    found = [task for task in tasks.of(incident.id) if not task.after]
    with unit_of_work():
        db.session.execute(update(Task).where(Task.incident_id == incident.id).values(remind_at=None))
        for task in found[:count]:
            task.assignee_id, task.due_at, task.remind_at = builders.person(who).id, due_at, remind_at
    return found[:count]


def sweep(at: datetime) -> int:
    return task_watch.sweep(at=at, house=builders.house())


def sent() -> list[tuple[int, list[int]]]:
    """(person, tasks) of every reminder of tasks so far."""
    rows = db.session.scalars(
        select(Delivery).where(Delivery.step == "remind").order_by(Delivery.id),
        execution_options={"populate_existing": True},
    )
    return [
        (row.payload["person_id"], row.payload["tasks"]) for row in rows if row.payload["about"] == "tasks"
    ]


def arrived() -> None:
    """Slack took what waited."""
    with unit_of_work():
        db.session.execute(update(Delivery).values(state="done"))


def serious(**given: object) -> Incident:
    return builders.an_incident(signals=["self_harm_threat"], **given)


def lesser() -> Incident:
    incident = builders.an_incident()
    assert incident.level not in reminders.AT_ANY_HOUR
    return incident


def test_all_that_is_due_for_somebody_is_one_message_over_all_incidents(app: Flask) -> None:
    at = DUE - timedelta(hours=1)
    mine = [task for incident in (lesser(), lesser()) for task in give(incident, "li", remind_at=at, count=2)]
    [other] = give(lesser(), "wu", remind_at=at + timedelta(minutes=10))
    assert sweep(at - timedelta(seconds=1)) == 0
    assert [sweep(at) for _ in range(3)] == [1, 0, 0]
    assert sent() == [(builders.person("li").id, [task.id for task in mine])]
    assert {task.remind_at for task in mine} == {DUE - timedelta(minutes=10)}
    assert other.remind_at == at + timedelta(minutes=10)  # nothing of theirs was due: soon starts no message


def test_what_is_due_soon_joins_the_message(app: Flask) -> None:
    at = DUE - timedelta(hours=1)
    first, second = give(lesser(), "li", remind_at=at, count=2)
    with unit_of_work():
        second.remind_at = at + task_watch.GATHER
    sweep(at)
    assert [ids for _person, ids in sent()] == [[first.id, second.id]]


@pytest.mark.parametrize("late", [datetime(2026, 11, 4, 23, 0), datetime(2026, 11, 7, 11, 0)])
def test_at_night_and_on_free_days_only_the_gravest_levels_remind(app: Flask, late: datetime) -> None:
    at = late.replace(tzinfo=ZONE)
    [quiet] = give(lesser(), "li", remind_at=at, due_at=at)
    [loud] = give(serious(), "li", remind_at=at, due_at=at)
    assert sweep(at) == 1
    assert [ids for _person, ids in sent()] == [[loud.id]]
    morning = reminders.allowed_from(at, Level.SIGNIFICANT, builders.house().calendar)
    assert quiet.remind_at == morning and morning.hour == 9
    arrived()
    sweep(morning)
    assert any(quiet.id in ids for _person, ids in sent())


def test_after_a_stop_there_is_one_message_and_not_a_flood(app: Flask) -> None:
    found = give(lesser(), "li", remind_at=DUE - timedelta(days=1), count=3)
    back = datetime(2026, 11, 26, 10, 0, tzinfo=ZONE)
    assert [sweep(back + timedelta(seconds=5 * n)) for n in range(4)] == [1, 0, 0, 0]
    assert sent() == [(builders.person("li").id, [task.id for task in found])]
    assert all(task.remind_at is not None and task.remind_at > back for task in found)


def test_while_slack_is_down_later_reminders_join_the_one_that_waits(app: Flask) -> None:
    [first] = give(lesser(), "li", remind_at=DUE - timedelta(hours=1))
    sweep(DUE - timedelta(hours=1))
    [second] = give(lesser(), "li", remind_at=DUE)
    sweep(DUE)
    assert sent() == [(builders.person("li").id, [first.id, second.id])]
    arrived()
    sweep(DUE + timedelta(days=1))
    assert len(sent()) == 2


def test_two_sweeps_at_once_send_one_message(app: Flask) -> None:
    give(lesser(), "li", remind_at=DUE, count=3)
    results = at_once(app, [lambda: sweep(DUE), lambda: sweep(DUE)])
    assert sorted(map(int, results)) == [0, 1] and len(sent()) == 1  # type: ignore[call-overload]


def test_a_task_without_an_owner_is_told_to_the_lead_of_its_department(app: Flask) -> None:
    [task] = give(lesser(), "li", remind_at=DUE)
    with unit_of_work():
        task.assignee_id = None
    lead = db.session.execute(
        text("SELECT lead_id FROM incident_departments WHERE incident_id = :id AND code = :code"),
        {"id": task.incident_id, "code": task.department_code},
    ).scalar_one()
    assert sweep(DUE) == 1 and sent() == [(lead, [task.id])]


def test_nobody_is_reminded_of_what_is_finished_waits_or_belongs_to_a_closed_incident(app: Flask) -> None:
    [done] = give(lesser(), "li", remind_at=DUE)
    incident = lesser()
    [closed] = give(incident, "li", remind_at=DUE)
    waiting = next(task for task in tasks.of(done.incident_id) if task.after and done.key not in task.after)
    with unit_of_work():
        done.status, waiting.remind_at, waiting.assignee_id = "done", DUE, done.assignee_id
        incident.status = "cancelled"
    assert sweep(DUE) == 0
    assert [task.remind_at for task in (done, closed, waiting)] == [None, None, None]


def test_a_reminder_is_checked_once_more_before_it_goes_out(app: Flask) -> None:
    first, second = give(lesser(), "li", remind_at=DUE, count=2)
    sweep(DUE)
    delivery = db.session.scalars(select(Delivery).where(Delivery.step == "remind")).one()
    with unit_of_work():
        first.status = "done"
    assert [task.id for task in checks.tasks(delivery, at=DUE)] == [second.id]
    with unit_of_work():
        second.assignee_id = builders.person("wu").id
    assert checks.needless(delivery, None) is not None


def test_looking_costs_an_index_and_nothing_else(app: Flask) -> None:
    builders.an_incident()
    plan = db.session.execute(
        text("EXPLAIN QUERY PLAN SELECT id FROM tasks WHERE remind_at <= '2026-11-04' ORDER BY remind_at")
    ).all()
    assert "ix_tasks_remind" in str(plan) and outbox.anything_due(at=builders.NOW)
