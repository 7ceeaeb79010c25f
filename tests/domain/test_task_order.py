"""What tasks wait for: never a circle, nothing starts too early, and everything opens in the end."""

import itertools
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from incident import errors
from incident.coordination import dependencies, tasks
from incident.db import db, unit_of_work
from incident.models.incidents import Incident, Task
from incident.playbooks import library
from tests import builders
from tests.races import at_once

LATER = builders.NOW + timedelta(minutes=10)
KEYS = [f"t{number}" for number in range(8)]
EDGES = st.lists(st.tuples(st.sampled_from(KEYS), st.lists(st.sampled_from(KEYS), max_size=4)), max_size=24)


def accepted(wishes: list[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """The order that comes of wishes, each taken unless it closes a circle."""
    after: dict[str, list[str]] = {key: [] for key in KEYS}
    for key, wanted in wishes:
        if not dependencies.circle({**after, key: wanted}, key):
            after[key] = wanted
    return after


@given(EDGES)
def test_whatever_is_wished_for_no_task_ever_waits_for_itself(wishes: list[tuple[str, list[str]]]) -> None:
    after = accepted(wishes)

    def reaches(start: str) -> set[str]:
        """Slow and obvious: everything that a task waits for, however far away."""
        seen = set(after[start])
        while more := {there for here in seen for there in after[here]} - seen:
            seen |= more
        return seen

    assert all(key not in reaches(key) for key in KEYS)


@given(EDGES)
def test_a_circle_that_is_named_is_one(wishes: list[tuple[str, list[str]]]) -> None:
    after: dict[str, list[str]] = {key: [] for key in KEYS}
    for key, wanted in wishes:
        after[key] = wanted
        way = dependencies.circle(after, key)
        if way:
            assert way[0] == way[-1] == key
            assert all(there in after[here] for here, there in itertools.pairwise(way))
            return


@given(EDGES, st.randoms(use_true_random=False))
def test_every_task_opens_in_the_end_in_whatever_order_people_finish(
    wishes: list[tuple[str, list[str]]], chance: st.DataObject
) -> None:
    made = [SimpleNamespace(key=key, after=after, finished=False) for key, after in accepted(wishes).items()]
    order = dependencies.order(made)  # type: ignore[arg-type]
    left = list(made)
    while left:
        ready = [each for each in left if not order.waits_for(each)]  # type: ignore[arg-type]
        assert ready, "nothing can be started, and nothing ever will be"
        chosen = chance.choice(ready)  # type: ignore[attr-defined]
        assert all(each.finished for each in order.after(chosen))
        chosen.finished = True
        left.remove(chosen)


def a_pair(incident: Incident) -> tuple[Task, Task]:
    """A task of the plan that waits, and the only one it waits for."""
    order = dependencies.of(incident.id)
    task = next(each for each in order.by_key.values() if len(order.waits_for(each)) == 1)
    return task, order.waits_for(task)[0]


def test_an_incident_opens_with_the_order_of_its_plan(app: Flask) -> None:
    incident = builders.an_incident()
    steps = library.version(incident.plan_version_id).plan.steps
    found = {task.key: task for task in tasks.of(incident.id)}
    assert {step.key: step.after for step in steps} == {key: task.after for key, task in found.items()}
    assert any(step.after for step in steps)
    assert all((task.remind_at is None) == bool(task.after) for task in found.values())


@pytest.mark.parametrize("to", ["doing", "done"])
def test_a_waiting_task_is_neither_started_nor_finished_and_says_what_it_waits_for(
    app: Flask, to: str
) -> None:
    incident, by = builders.an_incident(), builders.acting("li")
    task, first = a_pair(incident)
    with pytest.raises(errors.Refused) as refused, unit_of_work():
        tasks.change(task, incident, by=by, at=LATER, status=to)
    [reason] = refused.value.reasons
    assert reason.loc == ("after", first.id)
    assert reason.href == f"/incidents/{incident.number}#task-{first.id}"
    with unit_of_work():
        tasks.change(first, incident, by=by, at=LATER, status="dropped", note="不需要")
    with unit_of_work():
        tasks.change(task, incident, by=by, at=LATER, status=to)
    assert task.status == to


def test_the_owner_of_a_task_that_opens_is_told_and_waits_again_when_it_is_taken_back(app: Flask) -> None:
    incident = builders.an_incident()
    task, first = a_pair(incident)
    with unit_of_work():
        task.assignee_id = builders.person("chen").id
        tasks.change(first, incident, by=builders.acting("li"), at=LATER, status="done")
    assert task.remind_at == LATER
    with unit_of_work():
        tasks.change(first, incident, by=builders.acting("li"), at=LATER, status="doing", note="更正")
    assert task.remind_at is None and dependencies.of(incident.id).waits_for(task) == [first]


def test_a_circle_is_refused_and_named(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("zhao")
    task, first = a_pair(incident)
    with pytest.raises(errors.Invalid) as refused, unit_of_work():
        dependencies.wait_for(first, incident, [task], by=by, at=LATER)
    assert refused.value.values["circle"]["en"] == f"{first.title_en} → {task.title_en} → {first.title_en}"
    with pytest.raises(errors.Invalid, match="wait for itself"), unit_of_work():
        dependencies.wait_for(first, incident, [first], by=by, at=LATER)
    assert first.after == []


def test_a_task_is_made_to_wait_and_let_go_again(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("zhao")
    one, two = [task for task in tasks.of(incident.id) if not task.after][:2]
    with unit_of_work():
        dependencies.wait_for(two, incident, [one], by=by, at=LATER)
    assert two.after == [one.key] and two.remind_at is None
    with unit_of_work():
        dependencies.wait_for(two, incident, [], by=by, at=LATER)
    assert two.after == [] and two.remind_at is not None
    with unit_of_work():
        tasks.change(two, incident, by=by, at=LATER, status="doing")
    with pytest.raises(errors.Refused, match="put it back first"), unit_of_work():
        dependencies.wait_for(two, incident, [one], by=by, at=LATER)
    with pytest.raises(errors.Invalid):
        dependencies.find(incident, [one.id, 999_999])


def test_of_two_who_close_a_circle_from_both_ends_one_is_refused(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("zhao")
    ids = [task.id for task in tasks.of(incident.id) if not task.after][:2]

    def waiting(who: int, whom: int) -> list[str]:
        with unit_of_work():
            here = db.session.get_one(Incident, incident.id, with_for_update=True, populate_existing=True)
            task, other = (
                db.session.get_one(Task, each, populate_existing=True) for each in (ids[who], ids[whom])
            )
            return dependencies.wait_for(task, here, [other], by=by, at=LATER).after

    results = at_once(app, [lambda: waiting(0, 1), lambda: waiting(1, 0)])
    assert sorted(isinstance(each, errors.Invalid) for each in results) == [False, True]


def test_a_task_added_by_hand_has_an_owner_an_order_and_a_list(app: Flask) -> None:
    incident, by = builders.an_incident(), builders.acting("zhao")
    first = tasks.of(incident.id)[0]
    given = {"department": first.department_code, "due_at": LATER, "by": by, "at": builders.NOW}
    with unit_of_work():
        task = tasks.add(incident, title="调取录音", after=[first.id], zone=builders.house().zone, **given)
    assert task.assignee_id is not None and task.after == [first.key] and task.remind_at is None
    with unit_of_work():
        mine = tasks.add(incident, title="回访", assignee=builders.person("wu"), **given)
    assert mine.assignee_id == builders.person("wu").id and mine.remind_at == builders.NOW
