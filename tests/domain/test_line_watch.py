"""Who is asked when a department neither accepts nor reports, and when nobody is."""

from datetime import timedelta

import pytest
from flask import Flask

from incident import errors
from incident.coordination import departments, tasks
from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.people import Person
from tests import builders
from tests.lining import LATER, S, do, kinds, now, set_head, sweep, told


def test_the_first_task_taken_up_accepts_and_starts_its_line(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    task = tasks.of(incident.id)[0]
    with unit_of_work():
        tasks.change(task, incident, by=builders.acting("li"), at=LATER, status="doing")
    line = now(incident, task.department_code)
    assert (line.state, line.accepted_at) == (S.WORKING, LATER)
    assert line.accepted_by_id == builders.person("li").id and "department_accepted" in kinds(incident)
    sweep(LATER + timedelta(seconds=2))
    line = now(incident, task.department_code)
    assert line.next_update_at is not None and line.next_update_at > LATER
    assert told(incident, "silent") == []


def test_not_accepted_in_time_the_head_hears_of_it_then_the_commander_each_once(app: Flask) -> None:
    set_head("COL", "wang")
    incident = builders.an_incident()
    line = now(incident, "COL")
    others = [each.code for each in departments.lines(incident.id) if each.code != "COL"]
    for code in others:
        do(incident, "stand_down", code, at=builders.NOW)
    due = line.accept_by
    assert sweep(due - timedelta(seconds=1)) == 0
    assert sweep(due) == 1 and sweep(due) == 0
    assert told(incident, "unaccepted") == [builders.person("wang").name]
    again = now(incident, "COL").escalate_at
    assert again == due + (due - builders.NOW)
    assert sweep(again) == 1 and sweep(again + timedelta(days=1)) == 0
    commander = db.session.get_one(Person, incident.commander_id)
    assert told(incident, "unaccepted") == [builders.person("wang").name, commander.name]
    assert kinds(incident).count("department_unaccepted") == 2


def test_a_line_that_was_accepted_is_not_asked_for_and_a_silent_one_is(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    for line in departments.lines(incident.id):
        if line.code != "COL":
            do(incident, "stand_down", line.code)
    do(incident, "accept", "COL")
    assert sweep(now(incident, "COL").accept_by) == 0
    with unit_of_work():
        departments.line(incident, "COL").lead_id = builders.person("li").id
    due = now(incident, "COL").next_update_at
    assert sweep(due) == 1
    assert told(incident, "silent") == [builders.person("li").name]
    do(incident, "report", "COL", at=due + timedelta(minutes=1))
    line = now(incident, "COL")
    assert line.rung == 0 and line.next_update_at > due and line.report == "已联系"
    assert sweep(line.next_update_at) == 1
    assert sweep(now(incident, "COL").escalate_at) == 1
    assert len(told(incident, "silent")) == 3 and now(incident, "COL").escalate_at is None


def test_at_three_nobody_is_reminded_at_night(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    for line in departments.lines(incident.id):
        if line.code != "COL":
            do(incident, "stand_down", line.code)
    friday = builders.NOW + timedelta(days=3, hours=7)  # 16:30: four hours later it is night
    do(incident, "accept", "COL", at=friday)
    line = now(incident, "COL")
    assert line.next_update_at == friday + timedelta(hours=4)
    monday = builders.NOW + timedelta(days=6) - timedelta(minutes=30)  # 09:00
    assert line.escalate_at == monday
    with unit_of_work():  # as after a stop of the service: due before, looked at in the night
        line.escalate_at = friday
    assert sweep(friday + timedelta(hours=5)) == 0
    assert now(incident, "COL").escalate_at == monday and told(incident, "silent") == []
    assert sweep(monday) == 1


def test_a_graver_level_brings_what_is_due_forward(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        acts.change_level(
            incident, 1, reason="升级", by=builders.acting("zhao"), at=LATER, house=builders.house()
        )
    assert now(incident, "COL").accept_by == LATER + timedelta(minutes=5)
    assert now(incident, "COL").escalate_at == LATER + timedelta(minutes=5)


def test_nothing_is_done_on_a_line_once_the_incident_has_ended(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        acts.cancel(incident, reason="误报", by=builders.acting("zhao"), at=LATER)
    with pytest.raises(errors.Refused, match="no longer open"):
        do(incident, "accept", "COL")
    assert sweep(LATER + timedelta(days=1)) == 0
    assert {line.escalate_at for line in departments.lines(incident.id)} == {None}


def test_of_a_drill_only_its_participants_are_told(app: Flask) -> None:
    set_head("COL", "wang")
    incident = builders.an_incident()
    with unit_of_work():
        incident.drill = True  # a drill nobody takes part in: there is nobody to tell
    assert sweep(builders.NOW + timedelta(days=1)) == 0
    assert told(incident, "unaccepted") == []
    assert {line.escalate_at for line in departments.lines(incident.id)} == {None}
    with pytest.raises(errors.Refused, match="does not take part"):
        do(incident, "hand_over_lead", "COL", to=builders.person("wang"))
