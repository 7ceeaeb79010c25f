"""Department lines: their moves, their times, and two who act at once."""

from datetime import timedelta
from itertools import product

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, timeline
from incident.coordination import departments, tasks
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from tests import builders
from tests.lining import LATER, S, calendar, do, kinds, now, told


def test_a_line_moves_only_as_the_table_says(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    verbs = {"hand_over": "hand_over_lead"}
    acts_ = ["accept", "report", "block", "unblock", "sign_off", "stand_down", "hand_over", "call_out"]
    with unit_of_work() as session:
        for task in tasks.of(incident.id):
            task.must = False
        session.flush()
    for state, act in product(S, acts_):
        with unit_of_work():
            line = departments.line(incident, "COL")
            line.state, line.accepted_by_id, line.lead_id = state, None, builders.person("li").id
        to = departments.MOVES.get((state, act))
        given = {"to": builders.person("wang")} if act == "hand_over" else {}
        if to is None:
            with pytest.raises(errors.Refused):
                do(incident, verbs.get(act, act), "COL", **given)
        else:
            do(incident, verbs.get(act, act), "COL", **given)
        assert now(incident, "COL").state == (to or state), (state, act)


@pytest.mark.parametrize(
    ("level", "minutes", "next_minutes"), [(1, 5, 30), (2, 15, 60), (3, 30, 240), (4, 120, None)]
)
def test_when_a_line_accepts_and_reports_comes_from_the_level(
    app: Flask, level: int, minutes: int, next_minutes: int | None
) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        incident.level = level
    line = do(incident, "call_out", "PR", at=builders.NOW)
    assert line.accept_by == builders.NOW + timedelta(minutes=minutes)
    do(incident, "accept", "PR")
    due = now(incident, "PR").next_update_at
    if next_minutes is None:  # a working day: by the end of tomorrow, a Wednesday
        assert due == calendar().add(LATER, 1, "working_days")
    else:
        assert due == LATER + timedelta(minutes=next_minutes)


def test_at_four_a_line_called_out_in_the_evening_has_until_the_next_working_morning(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        incident.level = 4
    evening = builders.NOW + timedelta(hours=8)  # 17:30 in Shanghai: half an hour is left of the day
    line = do(incident, "call_out", "PR", at=evening)
    assert line.accept_by == evening + timedelta(hours=15, minutes=30 + 90)


def test_the_opening_calls_each_lead_once_and_not_whoever_is_alerted_anyway(app: Flask) -> None:
    incident = builders.an_incident()
    paged = db.session.scalars(
        select(Delivery).where(Delivery.incident_id == incident.id, Delivery.step == "page")
    ).one()
    lines = departments.lines(incident.id)
    assert all(line.accept_by == line.escalate_at for line in lines)
    leads = [line.lead_id for line in lines if line.lead_id not in (None, paged.payload["person_id"])]
    assert len(told(incident, "called")) == len(leads) > 0


def test_calling_out_names_the_lead_on_duty_tells_and_invites(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    line = do(incident, "call_out", "PR")
    assert line.lead_id is not None and line.part == "support" and line.state == S.CALLED
    event = next(each for each in timeline.of(incident.id) if each.kind == "department_called_out")
    assert event.data["department"] == "PR"
    assert told(incident, "called")[-1] == event.data["lead"]
    with pytest.raises(errors.Conflict, match="already"):
        do(incident, "call_out", "PR", who="chen")
    with pytest.raises(errors.Invalid) as unknown:
        do(incident, "call_out", "XX")
    assert unknown.value.reasons[0].loc == ("department",)


def test_a_blocked_line_says_why_tells_the_commander_and_does_not_sign_off(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    do(incident, "block", "COL", reason="等待 13800138000 的录音")
    line = now(incident, "COL")
    assert line.state == S.BLOCKED and line.accepted_at and "13800138000" not in line.reason
    assert len(told(incident, "blocked")) == 1
    with pytest.raises(errors.Refused, match="not possible"):
        do(incident, "sign_off", "COL")
    do(incident, "unblock", "COL")
    assert (now(incident, "COL").state, now(incident, "COL").reason) == (S.WORKING, None)


def test_a_stood_down_line_does_not_keep_the_incident_from_closing_and_can_be_called_again(
    app: Flask,
) -> None:
    incident = builders.an_incident(stage="verify")
    blocking = {reason.values["department"] for reason in departments.still_open(incident.id)}
    assert blocking
    for code in blocking:
        do(incident, "stand_down", code)
    assert departments.still_open(incident.id) == []
    code = min(blocking)
    do(incident, "call_out", code, part="responsible", at=LATER + timedelta(minutes=1))
    assert [reason.values["department"] for reason in departments.still_open(incident.id)] == [code]


def test_the_lead_changes_hands_with_a_reason_and_to_somebody_active(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    do(incident, "hand_over_lead", "COL", to=builders.person("wang"))
    assert now(incident, "COL").lead_id == builders.person("wang").id
    assert told(incident, "lead") == [builders.person("wang").name]
    with pytest.raises(errors.Conflict, match="already"):
        do(incident, "hand_over_lead", "COL", to=builders.person("wang"), who="chen")
    with pytest.raises(errors.Invalid):
        do(incident, "hand_over_lead", "COL", to=builders.person("zhao"), reason=" ")
    with unit_of_work():
        builders.person("wu").active = False
    with pytest.raises(errors.Refused):
        do(incident, "hand_over_lead", "COL", to=builders.person("wu"))


@pytest.mark.parametrize("act", ["accept", "block", "sign_off", "stand_down", "call_out"])
def test_of_two_who_do_the_same_the_second_is_told_how_it_stands(app: Flask, act: str) -> None:
    incident = builders.an_incident(stage="verify")
    code = "PR" if act == "call_out" else "COL"
    with unit_of_work():
        for task in tasks.of(incident.id):
            task.must = False
    do(incident, act, code, who="li")
    with pytest.raises(errors.Conflict) as second:
        do(incident, act, code, who="chen")
    assert second.value.values["line_state"] == now(incident, code).state
    assert kinds(incident).count("department_called_out") == (act == "call_out")


def test_who_accepted_first_is_named_and_accepting_twice_oneself_does_nothing(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    do(incident, "accept", "COL", who="li")
    before = kinds(incident)
    do(incident, "accept", "COL", who="li")
    assert kinds(incident) == before
    with pytest.raises(errors.Conflict, match=builders.person("li").name):
        do(incident, "accept", "COL", who="chen")
