"""Tasks in Slack: the word in both languages, and the reminder with its buttons."""

import json
from datetime import timedelta

from sqlalchemy import select, update

from incident import clock
from incident.db import db, unit_of_work
from incident.models.incidents import Task
from incident.models.people import Person
from incident.watches import task_watch
from tests.slack import world as worlds


def told(world, text, **where):
    answer = world.command(text, **where)
    assert (answer["sent"], answer["status"]) == (True, 200)
    return json.dumps(answer["shown"], ensure_ascii=False)


def tasks_of(world, number):
    query = select(Task).where(Task.incident_id == world.row(number).id).order_by(Task.position, Task.id)
    return list(db.session.scalars(query, execution_options={"populate_existing": True}))


def test_the_tasks_are_listed_moved_blocked_and_added_by_word(world):
    number = world.incident()
    with world.app.app_context():
        found = tasks_of(world, number)
        place = next(n for n, task in enumerate(found, start=1) if not task.after)
        waiting = next(n for n, task in enumerate(found, start=1) if task.after)
    listed = told(world, f"task {number}")
    assert found[0].title_en in listed and "waits" in listed
    assert "waits for other tasks" in told(world, f"task {number} done {waiting}")
    assert told(world, f"task {number} block {place}") == "null"  # a form asks for the reason
    assert world.slack()["views"][-1]["callback_id"] == "form_block"
    assert "blocked" in told(world, f"task {number} block {place} no access @u0bo")
    with world.app.app_context():
        task = tasks_of(world, number)[place - 1]
        assert task.note == "no access Bo"
        assert task.unblocker_id == db.session.scalar(select(Person.id).where(Person.name == "Bo"))
    assert "办理中" in told(world, f"任务 {number} 开始{place}", user="U0LINA")
    assert "完成" in told(world, f"待办 {number} 完成 {place}", user="U0LINA")
    told(world, f"任务 {number} 添加 联系 13800138000", user="U0LINA")
    with world.app.app_context():
        found = tasks_of(world, number)
        assert found[place - 1].status == "done" and "13800138000" not in found[-1].title_zh
    assert "by its number in the list" in told(world, f"task {number} done 99")
    assert "comes list" in told(world, f"task {number} dance")


def reminded(world, number, *, count=2):
    """Ada is reminded of some tasks; (channel, ts, blocks) of the message."""
    with world.app.app_context():
        at = clock.now()
        ids = [task.id for task in tasks_of(world, number) if not task.after][:count]
        with unit_of_work():
            ada = db.session.scalar(select(Person.id).where(Person.name == "Ada"))
            db.session.execute(update(Task).values(remind_at=None))
            given = {"assignee_id": ada, "remind_at": at, "due_at": at - timedelta(minutes=5)}
            db.session.execute(update(Task).where(Task.id.in_(ids)).values(**given))
        assert task_watch.sweep(at=at, house=world.house) == 1
    world.settle()
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and "U0ADA" in room["members"]:
            return room["id"], room["messages"][-1]
    raise AssertionError("no reminder")


def test_a_reminder_names_number_and_title_and_is_put_off_by_its_buttons(world):
    number = world.incident(level=1)
    channel, message = reminded(world, number)
    words = worlds.words_of(message)
    with world.app.app_context():
        first, second = [task for task in tasks_of(world, number) if not task.after][:2]
    assert number in words and first.title_en in words and second.title_en in words and "overdue" in words
    for action, task in (("task_snooze_hour", first), ("task_stop", second)):
        press = {"user": "U0ADA", "channel": channel, "ts": message["ts"], "action_id": action}
        assert world.control("press", press)["status"] == 200
        [shown] = [each for each in world.direct("U0ADA") if each["ts"] == message["ts"]]
        kinds = [block["type"] for block in shown["blocks"]]
        assert f"“{task.title_en}”" in worlds.words_of(shown)  # what was done stands where its buttons stood
    assert kinds == ["section", "section", "context", "section", "context", "actions"]
    with world.app.app_context():
        snoozed, stopped = db.session.get_one(Task, first.id), db.session.get_one(Task, second.id)
        assert snoozed.remind_at > clock.now() + timedelta(minutes=59)
        assert stopped.reminders_stopped and stopped.remind_at is None


def test_a_task_is_done_or_blocked_by_the_buttons_of_its_reminder(world):
    number = world.incident(level=1)
    channel, message = reminded(world, number)
    with world.app.app_context():
        first, second = [task.id for task in tasks_of(world, number) if not task.after][:2]
    where = {"user": "U0ADA", "channel": channel, "ts": message["ts"]}
    world.control("press", {**where, "action_id": "task_done"})
    world.control("press", {**where, "action_id": "task_blocked"})
    view = world.slack()["views"][-1]
    assert view["callback_id"] == "form_block"
    values = {"note": {"value": "no access"}, "unblocker": {"value": "U0BO"}}
    answer = world.control("submit", {"user": "U0ADA", "view_id": view["id"], "values": values})
    assert answer["outcome"] == "update"
    with world.app.app_context():
        rows = [db.session.get_one(Task, id_) for id_ in (first, second)]
        assert [row.status for row in rows] == ["done", "blocked"]
        assert rows[1].note == "no access" and rows[1].unblocker_id is not None
    assert "Ada: " in worlds.words_of(world.direct("U0ADA")[-1])


def test_what_was_done_before_the_reminder_went_out_is_not_in_it(world):
    number = world.incident(level=1)
    with world.app.app_context():
        ids = [task.id for task in tasks_of(world, number) if not task.after][:2]
    world.fault("offline")
    with world.app.app_context(), unit_of_work():
        ada = db.session.scalar(select(Person.id).where(Person.name == "Ada"))
        at = clock.now()
        db.session.execute(update(Task).values(remind_at=None))
        db.session.execute(update(Task).where(Task.id.in_(ids)).values(assignee_id=ada, remind_at=at))
    with world.app.app_context():
        task_watch.sweep(at=clock.now(), house=world.house)
        with unit_of_work():
            db.session.execute(update(Task).where(Task.id == ids[0]).values(status="done"))
        titles = {task.id: task.title_en for task in tasks_of(world, number)}
    world.heal()
    world.settle()
    words = " ".join(worlds.words_of(each) for each in world.direct("U0ADA"))
    assert titles[ids[1]] in words and titles[ids[0]] not in words
