"""Tasks, department lines and roles: what moves, who signs off, who holds what."""

from datetime import timedelta
from itertools import cycle, permutations

import pytest
from flask import Flask

from incident import errors, timeline
from incident.coordination import departments, roles, tasks
from incident.db import unit_of_work
from incident.vocabulary import TaskStatus
from tests import builders

LATER = builders.NOW + timedelta(minutes=10)


def test_a_task_moves_only_as_the_table_says(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("li")
    free = [
        task for task in tasks.of(incident.id) if task.key != tasks.FEEDBACK
    ]  # that one follows the letters
    for task, (start, to) in zip(cycle(free), permutations(TaskStatus, 2), strict=False):
        with unit_of_work():
            task.status, task.after = start, []
        needs_note = tasks.MOVES.get((start, to))
        if needs_note is None:
            with pytest.raises(errors.Refused), unit_of_work():
                tasks.change(task, incident, by=by, at=LATER, status=to, note="原因")
            continue
        if needs_note:
            with pytest.raises(errors.Invalid), unit_of_work():
                tasks.change(task, incident, by=by, at=LATER, status=to)
        with unit_of_work():
            tasks.change(task, incident, by=by, at=LATER, status=to, note="原因")
        assert task.status == to and (task.done_at is not None) == (to == TaskStatus.DONE)


def test_an_unknown_task_status_is_invalid_and_no_fault_of_ours(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid) as refused:
        tasks.change(tasks.of(incident.id)[0], incident, by=builders.BY, at=LATER, status="finished")
    assert refused.value.reasons[0].loc == ("status",)


def test_a_department_signs_off_when_its_work_is_done_and_its_words_hold_no_number(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    by = builders.acting("chen")
    line = next(each for each in departments.lines(incident.id) if each.part == "responsible")
    with pytest.raises(errors.Refused) as refused:
        departments.sign_off(incident, line.code, statement="完成", by=by, at=LATER)
    for reason in refused.value.reasons:
        task = next(each for each in tasks.of(incident.id) if each.id == reason.loc[1])
        with unit_of_work():
            tasks.change(task, incident, by=by, at=LATER, status="done")
    with unit_of_work():
        departments.sign_off(incident, line.code, statement="已致电 13800138000 道歉", by=by, at=LATER)
    assert line.statement is not None and "13800138000" not in line.statement
    assert "13800138000" not in str([event.data for event in timeline.of(incident.id)])
    with pytest.raises(errors.Refused, match="already"):
        departments.sign_off(incident, line.code, statement="再次", by=by, at=LATER)


def test_the_first_task_taken_up_sets_its_department_working(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    task = tasks.of(incident.id)[0]
    with unit_of_work():
        tasks.change(task, incident, by=builders.acting("li"), at=LATER, status="doing")
    assert departments.line(incident, task.department_code).state == "working"


def test_a_role_changes_hands_and_the_commander_with_it(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        roles.assign(incident, "commander", builders.person("wang"), by=builders.acting("zhao"), at=LATER)
    assert incident.commander_id == builders.person("wang").id
    with unit_of_work():
        builders.person("wu").active = False
    with pytest.raises(errors.Refused):
        roles.assign(incident, "scribe", builders.person("wu"), by=builders.acting("zhao"), at=LATER)
