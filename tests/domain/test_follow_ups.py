"""Follow-ups: planned by themselves, reminded of until done, and the score and effect that come of them."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors
from incident.coordination import decisions, follow_ups, satisfaction
from incident.db import db, unit_of_work
from incident.lifecycle import acts, common
from incident.models.alerts import Delivery
from incident.models.decisions import FollowUp, Satisfaction
from incident.models.incidents import Incident
from incident.watches import aftercare
from tests import builders
from tests.domain.test_acts import at_once, done_with

LATER = builders.NOW + timedelta(minutes=10)


def rows(incident: Incident, kind: str) -> list[FollowUp]:
    return [each for each in follow_ups.of(incident.id) if each.kind == kind]


def reminders() -> list[Delivery]:
    return list(db.session.scalars(select(Delivery).where(Delivery.step == "remind").order_by(Delivery.id)))


def closed() -> Incident:
    incident = builders.an_incident(stage="follow_up")
    done_with(incident)
    with unit_of_work():
        acts.close(incident, summary="完", by=builders.acting("zhao"), at=LATER, house=builders.house())
    return incident


def test_a_threat_to_oneself_gets_three_welfare_checks_once_somebody_answers(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="self_harm_threat", acknowledged_by="zhao")
    planned = rows(incident, "welfare_check")
    assert [each.due_at - incident.opened_at for each in planned] == [
        timedelta(hours=24),
        timedelta(hours=72),
        timedelta(days=7),
    ]
    with unit_of_work():
        follow_ups.plan_welfare(incident, by=builders.BY, at=LATER)
    assert len(rows(incident, "welfare_check")) == 3
    assert rows(builders.an_incident(acknowledged_by="zhao"), "welfare_check") == []


def test_welfare_checks_remind_by_the_hour_and_call_backs_on_working_mornings(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="self_harm_threat", acknowledged_by="zhao")
    house = builders.house()
    due = incident.opened_at + timedelta(hours=24)
    assert aftercare.remind(at=due - timedelta(hours=1), house=house) == 0
    at = due - timedelta(minutes=29)
    assert [aftercare.remind(at=at, house=house) for _ in range(3)] == [1, 0, 0]
    assert aftercare.remind(at=at + timedelta(hours=1), house=house) == 1
    assert [each.payload["about"] for each in reminders()] == ["follow_up", "follow_up"]
    with unit_of_work():
        row = rows(incident, "welfare_check")[0]
        follow_ups.record(incident, row, note="客户平稳", by=builders.acting("li"), at=at)
    assert aftercare.remind(at=at + timedelta(hours=5), house=house) == 0
    call = FollowUp(kind="call_back")
    friday = builders.NOW + timedelta(days=3, hours=8)
    assert aftercare.again(call, at=friday, calendar=house.calendar).astimezone(house.zone).isoweekday() == 1


def test_sending_plans_the_call_back_and_closing_plans_the_effect_check(app: Flask) -> None:
    incident = closed()
    [call_back], [effect] = rows(incident, "call_back"), rows(incident, "effect_check")
    assert call_back.due_at >= LATER + follow_ups.CALL_BACK_LEAST
    days = (effect.due_at - LATER).days
    assert 30 <= days <= 40 and effect.owner_id == incident.commander_id
    listed = aftercare.upcoming()
    assert [(row["what"], row["subject"]) for row in listed] == [
        ("call_back", incident.number),
        ("effect_check", incident.number),
    ]
    assert aftercare.remind(at=effect.due_at + timedelta(days=60), house=builders.house()) == 2


def test_a_dropped_call_back_keeps_the_incident_from_closing(app: Flask) -> None:
    incident = builders.an_incident(stage="follow_up")
    done_with(incident)
    with unit_of_work():
        [row] = rows(incident, "call_back")
        follow_ups.record(
            incident, row, note="客户要求不再来电", dropped=True, by=builders.acting("li"), at=LATER
        )
    assert [reason.loc[0] for reason in acts.missing_for_close(incident)] == ["follow_ups"]


def test_an_effect_check_says_yes_or_no_with_its_reason_also_after_closing(app: Flask) -> None:
    incident = closed()
    [effect] = rows(incident, "effect_check")
    with pytest.raises(errors.Invalid):
        follow_ups.record(incident, effect, note="仍有来电", by=builders.acting("zhao"), at=LATER)
    with unit_of_work():
        follow_ups.record(
            incident, effect, note="仍有来电", effective=False, by=builders.acting("zhao"), at=LATER
        )
    assert effect.effective is False and effect.state == "done" and effect.remind_at is None


def test_two_who_write_the_same_thing_down_are_one(app: Flask) -> None:
    incident = closed()
    number, [row] = incident.number, rows(incident, "call_back")
    row_id = row.id
    db.session.remove()

    def record(who: str) -> bool:
        with unit_of_work():
            found = common.by_number(number, lock=True)
            follow_ups.record(
                found, follow_ups.find(found, row_id), note=who, by=builders.acting(who), at=LATER
            )
        return True

    def rate(who: str) -> bool:
        with unit_of_work():
            found = common.by_number(number, lock=True)
            case = decisions.case_of(found, None)
            satisfaction.rate(found, case, 4, comment="电话13800138000", by=builders.acting(who), at=LATER)
        return True

    for act in (record, rate):
        results = at_once(app, [lambda act=act: act("li"), lambda act=act: act("chen")])  # type: ignore[misc]
        assert sum(each is True for each in results) == 1
        assert any(isinstance(each, errors.Conflict) for each in results), results
    kept = db.session.scalars(select(Satisfaction)).one()
    assert kept.content["comment"] == "电话13800138000"
    with pytest.raises(errors.Invalid):
        found = common.by_number(number)
        satisfaction.rate(found, decisions.case_of(found, None), 6, by=builders.acting("li"), at=LATER)
