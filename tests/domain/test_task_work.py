"""Work on a task: its list, who can unblock it, who was first, and when it reminds whom."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from incident import errors, timeline
from incident.calendars import WorkingCalendar
from incident.coordination import checklists, reminders, tasks
from incident.coordination.checklists import Wanted
from incident.db import db, unit_of_work
from incident.models.incidents import Incident, Task
from incident.vocabulary import Level
from tests import builders
from tests.races import at_once

LATER = builders.NOW + timedelta(minutes=10)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkingCalendar(SHANGHAI, {})


def a_task(incident: Incident) -> Task:
    return next(task for task in tasks.of(incident.id) if not task.after)


def locked(incident: Incident, task: Task) -> tuple[Task, Incident]:
    """Both as they are now, the incident held until the end of the unit of work."""
    here = db.session.get_one(Incident, incident.id, with_for_update=True, populate_existing=True)
    return db.session.get_one(Task, task.id, populate_existing=True), here


def test_a_list_is_filled_ticked_and_emptied_with_who_and_when(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("li")
    task = a_task(incident)
    with unit_of_work():
        checklists.change(
            task, incident, [Wanted(text="打给 13800138000"), Wanted(text="存档", must=True)], by=by, at=LATER
        )
    call, file = task.checklist
    assert "13800138000" not in str(task.checklist) + str([e.data for e in timeline.of(incident.id)])
    with pytest.raises(errors.Refused) as refused, unit_of_work():
        tasks.change(task, incident, by=by, at=LATER, status="done")
    assert refused.value.reasons[0].loc == ("checklist", file["id"])
    with unit_of_work():
        checklists.tick(task, incident, file["id"], done=True, by=by, at=LATER)
        checklists.remove(task, incident, call["id"], by=by, at=LATER)
    assert [(item["text"], item["done_by"]) for item in task.checklist] == [("存档", by.label)]
    assert checklists.done(task) == 1
    with unit_of_work():
        checklists.change(task, incident, [Wanted(id=file["id"], text="归档", done=False)], by=by, at=LATER)
    assert task.checklist[0]["text"] == "归档" and task.checklist[0]["done_at"] is None
    for wrong in (Wanted(text=" "), Wanted(text="长" * 201)):
        with pytest.raises(errors.Invalid), unit_of_work():
            checklists.change(task, incident, [wrong], by=by, at=LATER)
    with unit_of_work():
        checklists.tick(task, incident, file["id"], done=True, by=by, at=LATER)
        tasks.change(task, incident, by=by, at=LATER, status="done")
    with pytest.raises(errors.Refused, match="stays as it is"), unit_of_work():
        checklists.add(task, incident, "再来", by=by, at=LATER)


def test_two_tick_different_items_and_both_count_but_of_one_item_only_the_first(app: Flask) -> None:
    incident = builders.an_incident()
    task, people = a_task(incident), [builders.acting("li"), builders.acting("wu")]
    with unit_of_work():
        checklists.change(task, incident, [Wanted(text="甲"), Wanted(text="乙")], by=people[0], at=LATER)
    ids = [item["id"] for item in task.checklist]

    def tick(who: int, item: int) -> object:
        with unit_of_work():
            found, here = locked(incident, task)
            return checklists.tick(found, here, ids[item], done=True, by=people[who], at=LATER)

    results = at_once(app, [lambda: tick(0, 0), lambda: tick(1, 1)])
    assert not any(isinstance(each, Exception) for each in results)
    db.session.refresh(task)
    assert checklists.done(task) == 2
    with unit_of_work():
        for id_ in ids:
            checklists.tick(task, incident, id_, done=False, by=people[0], at=LATER)
    results = at_once(app, [lambda: tick(0, 0), lambda: tick(1, 0)])
    [lost] = [each for each in results if isinstance(each, errors.Conflict)]
    assert "ticked" in str(lost)


def test_of_two_who_take_a_task_up_or_finish_it_the_second_hears_who_has_it(app: Flask) -> None:
    incident, people = builders.an_incident(), [builders.acting("li"), builders.acting("wu")]
    task = a_task(incident)
    with unit_of_work():
        task.assignee_id = None

    def move(who: int, to: str) -> object:
        with unit_of_work():
            found, here = locked(incident, task)
            return tasks.change(found, here, by=people[who], at=LATER, status=to).assignee_id

    for to in ("doing", "done"):
        results = at_once(app, [lambda to=to: move(0, to), lambda to=to: move(1, to)])
        lost = [each for each in results if isinstance(each, errors.Conflict)]
        assert len(lost) == 1, results
    db.session.refresh(task)
    winner = db.session.get_one(Task, task.id).assignee_id
    assert winner in {each.id for each in people}
    owner = next(each.name for each in people if each.id == winner)
    assert owner in str(lost[0])


def test_whoever_can_unblock_a_task_is_told_instead_of_its_owner(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("li")
    task, wu = a_task(incident), builders.person("wu")
    with pytest.raises(errors.Refused, match="not blocked"), unit_of_work():
        tasks.change(task, incident, by=by, at=LATER, unblocker=wu)
    with unit_of_work():
        tasks.change(task, incident, by=by, at=LATER, status="blocked", note="等授权", unblocker=wu)
    assert (task.reminded_id, task.remind_at) == (wu.id, LATER)
    assert timeline.of(incident.id)[-1].kind == "unblocking_asked"
    with unit_of_work():
        tasks.change(task, incident, by=builders.acting("wu"), at=LATER, status="doing")
    assert task.unblocker_id is None and task.reminded_id == task.assignee_id


def test_a_stop_lasts_until_the_owner_or_the_due_time_changes(app: Flask) -> None:
    incident = builders.an_incident()
    task, li, wu = a_task(incident), builders.acting("li"), builders.acting("wu")
    with unit_of_work():
        tasks.change(task, incident, by=wu, at=LATER, assignee=builders.person("li"))
    with pytest.raises(errors.Forbidden, match="李娜"), unit_of_work():
        reminders.stop(task, incident, by=wu, at=LATER)
    with unit_of_work():
        reminders.stop(task, incident, by=li, at=LATER)
    with pytest.raises(errors.Refused, match="already"), unit_of_work():
        reminders.stop(task, incident, by=li, at=LATER)
    assert (task.remind_at, task.reminders_stopped) == (None, True)
    with unit_of_work():
        tasks.change(task, incident, by=li, at=LATER, status="doing", note="在办")
    assert task.remind_at is None
    with unit_of_work():
        tasks.change(task, incident, by=li, at=LATER, due_at=LATER + timedelta(days=2))
    assert task.remind_at == LATER + timedelta(days=1)
    with unit_of_work():
        reminders.stop(task, incident, by=li, at=LATER)
        tasks.change(task, incident, by=li, at=LATER, assignee=builders.person("wu"))
    assert task.remind_at == LATER and not task.reminders_stopped


def test_a_snooze_is_for_a_time_ahead_and_not_for_ever(app: Flask) -> None:
    incident = builders.an_incident()
    task, li = a_task(incident), builders.acting("li")
    with unit_of_work():
        tasks.change(task, incident, by=li, at=LATER, assignee=builders.person("li"))
    for until in (LATER, LATER + timedelta(days=15)):
        with pytest.raises(errors.Invalid), unit_of_work():
            reminders.snooze(task, incident, until=until, by=li, at=LATER)
    morning = reminders.next_morning(LATER, SHANGHAI)
    with unit_of_work():
        reminders.snooze(task, incident, until=morning, by=li, at=LATER)
    assert task.remind_at == morning == datetime(2026, 11, 4, 9, tzinfo=SHANGHAI)


MOMENTS = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31)).map(
    lambda naive: naive.replace(tzinfo=SHANGHAI)
)


@given(MOMENTS, st.sampled_from(list(Level)))
def test_no_reminder_of_a_lesser_level_comes_at_night_or_on_a_free_day(
    moment: datetime, level: Level
) -> None:
    when = reminders.allowed_from(moment, level, CALENDAR)
    assert when >= moment
    if level in reminders.AT_ANY_HOUR:
        assert when == moment
    else:
        assert CALENDAR.is_working(when.date())
        assert reminders.MORNING <= when.time() < reminders.EVENING
        assert when == moment or when.time() == reminders.MORNING


@given(
    MOMENTS,
    st.timedeltas(min_value=timedelta(minutes=1), max_value=timedelta(days=40)),
    st.sampled_from(Level),
)
def test_reminders_go_on_before_and_after_the_due_time_and_never_stand_still(
    due: datetime, apart: timedelta, level: Level
) -> None:
    for after in (due - apart, due, due + apart):
        following = reminders.following(due, level, after=after)
        assert following > after
        assert following - after <= max(reminders.AFTER[level], due - after)
