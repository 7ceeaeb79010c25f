"""Decision letters: drafted, four eyes, frozen, sent with proof, withdrawn; and two people at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from incident import accounts, errors
from incident.coordination import decisions, drafting, finding, letters, sending, tasks, telling
from incident.coordination.telling import Case
from incident.db import db, unit_of_work
from incident.lifecycle import acts, common
from incident.models.conduct import ComplainedAbout
from incident.models.decisions import Letter, LetterState
from incident.models.incidents import Clock, Incident
from tests import builders
from tests.domain.test_acts import at_once

LATER = builders.NOW + timedelta(hours=2)
TEXT = "尊敬的{name}：经核查，投诉成立，我行致歉。"


def case(incident: Incident) -> Case:
    return decisions.case_of(incident, None)


def written(incident: Incident, body: str = TEXT, *, by: str = "li", **more: Any) -> Letter:
    with unit_of_work():
        return decisions.write(
            incident, case(incident), body, locale="zh_CN", by=builders.acting(by), at=LATER, **more
        )


def submitted(incident: Incident, body: str = TEXT) -> None:
    if finding.current(incident.id) is None:
        builders.a_finding(incident)
    written(incident, body)
    with unit_of_work():
        decisions.submit(incident, case(incident), by=builders.acting("li"), at=LATER)


def approved(incident: Incident) -> None:
    submitted(incident)
    with unit_of_work():
        decisions.approve(incident, case(incident), by=builders.acting("zhao"), at=LATER)


def send(incident: Incident, *, by: str = "li", proof: str = "EMS 1") -> Letter:
    how = sending.Sending("letter", proof, LATER)
    return sending.sent(
        incident, case(incident), how, by=builders.acting(by), at=LATER, calendar=builders.house().calendar
    )


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_draft_takes_what_the_case_knows_and_leaves_the_rest_open(app: Flask, locale: str) -> None:
    incident = builders.an_incident(acknowledged_by="zhao", demand="停止致电单位 13800138000")
    house = builders.house()
    drafted = drafting.draft(
        incident,
        case(incident),
        locale=locale,
        rule_set=house.rule_set,
        zone=house.zone,
        by=builders.BY,
        at=LATER,
    )
    assert incident.number in drafted and "12378" in drafted and "30" in drafted
    assert "{name}" in drafted and "王小明" not in drafted and "13800138000" not in drafted
    assert letters.places(drafted), "the facts found are for a person to write"
    assert "发出前" not in drafted and "Compliance checks" not in drafted


def test_a_letter_with_places_left_cannot_be_submitted(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    written(incident, "尊敬的{name}：一、查明事实：【逐项写明】")
    with pytest.raises(errors.Refused) as refused:
        decisions.submit(incident, case(incident), by=builders.acting("li"), at=LATER)
    assert [reason.values["place"] for reason in refused.value.reasons] == ["逐项写明"]


def test_neither_a_writer_nor_the_complained_about_nor_a_service_approves(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    written(incident, "第一版{name}", by="zhao")
    submitted(incident)
    chief, service = builders.acting("zhao"), accounts.system("robot")
    for by in (chief, service, builders.acting("chen")):
        with pytest.raises(errors.Forbidden):
            decisions.approve(incident, case(incident), by=by, at=LATER)
    with unit_of_work():
        db.session.add(
            ComplainedAbout(
                incident_id=incident.id,
                kind="person",
                person_id=builders.person("yang").id,
                private={"name": "", "reason": ""},
                named_at=LATER,
                named_by="x",
            )
        )
    with pytest.raises(errors.Forbidden) as refused:
        decisions.approve(incident, case(incident), by=builders.acting("yang"), at=LATER)
    assert refused.value.values["rule"] == "complaint_recusal"


def test_nothing_is_approved_before_it_is_recorded_what_was_found(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    written(incident)
    with unit_of_work():
        decisions.submit(incident, case(incident), by=builders.acting("li"), at=LATER)
    with pytest.raises(errors.Refused) as refused:
        decisions.approve(incident, case(incident), by=builders.acting("zhao"), at=LATER)
    assert refused.value.reasons[0].href == f"/incidents/{incident.number}/evidence#finding"


def test_a_threat_is_warned_of_and_stands_only_with_a_reason(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    submitted(incident, "尊敬的{name}：请按期还款，否则后果自负。")
    with pytest.raises(errors.Invalid) as refused:
        decisions.approve(incident, case(incident), by=builders.acting("zhao"), at=LATER)
    assert refused.value.reasons[0].loc == ("note",)
    with unit_of_work():
        found = decisions.approve(
            incident, case(incident), note="引用客户原话", by=builders.acting("zhao"), at=LATER
        )
    assert found.state == LetterState.APPROVED and found.decided_note == "引用客户原话"


def test_what_was_approved_is_frozen_and_a_change_is_a_new_version(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    approved(incident)
    written(incident, "另一版{name}")
    [old, new] = db.session.scalars(select(Letter).order_by(Letter.version))
    assert (old.body, old.state, new.state) == (TEXT, LetterState.SUPERSEDED, LetterState.DRAFT)
    with pytest.raises(errors.Conflict):
        send(incident)
    stored = db.session.execute(text("SELECT content FROM letters")).scalars().all()
    assert all("尊敬".encode() not in bytes(each) for each in stored), "encrypted at rest"


def test_the_step_and_the_clock_follow_the_letters(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao", stage="feedback")
    step = tasks.keyed(incident.id, tasks.FEEDBACK)
    assert step is not None
    approved(incident)
    with unit_of_work():
        send(incident)
    assert step.status == "done" and telling.missing(incident) == []
    found = {
        each.rule: each for each in db.session.scalars(select(Clock).where(Clock.incident_id == incident.id))
    }
    assert found["decision"].state == found["complaint_decision"].state == "met"
    assert found["complaint_decision"].proof == {"kind": "document", "value": "EMS 1"}


def test_a_group_is_told_when_each_of_its_customers_is(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    other = builders.a_complaint(escalated=False).complaint
    with unit_of_work():
        other.incident_id = incident.id
    with pytest.raises(errors.Invalid):
        case(incident)
    assert [reason.loc[1] for reason in telling.missing(incident)] == [
        each.complaint.id for each in telling.cases(incident.id) if each.complaint
    ]
    with unit_of_work():
        sending.withdraw(
            incident,
            decisions.case_of(incident, other.id),
            proof="撤诉申请书",
            received_at=LATER,
            by=builders.acting("li"),
            at=LATER,
        )
    assert len(telling.missing(incident)) == 1
    first = telling.cases(incident.id)[0]
    assert first.complaint is not None and not first.told
    builders.told(incident, at=LATER)
    assert telling.missing(incident) == []


def test_a_withdrawn_complaint_needs_no_letter_and_takes_none(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao", stage="follow_up")
    with unit_of_work():
        sending.withdraw(
            incident,
            case(incident),
            proof="客户来函",
            received_at=LATER - timedelta(hours=1),
            by=builders.acting("li"),
            at=LATER,
        )
    assert "decision" not in {reason.loc[0] for reason in acts.missing_for_close(incident) if reason.loc}
    with pytest.raises(errors.Refused):
        written(incident)
    law = select(Clock).where(Clock.incident_id == incident.id, Clock.rule == "complaint_decision")
    found = db.session.scalars(law).one()
    assert (found.state, found.void_reason) == ("void", "客户来函"), "nothing was owed any more"
    ends = select(Clock).where(Clock.incident_id == incident.id, Clock.rule == "complaint_withdrawal")
    ending = db.session.scalars(ends).one()
    assert (ending.state, ending.started_at) == ("running", LATER - timedelta(hours=1))
    day = LATER.astimezone(builders.house().zone).date()
    assert ending.due_at == builders.house().calendar.end_of(day)


Act = Callable[[Incident, str], object]
RACES: dict[str, tuple[Callable[[Incident], object], tuple[str, str], Act]] = {
    "write": (
        lambda incident: None,
        ("li", "chen"),
        lambda incident, who: decisions.write(
            incident, case(incident), TEXT, locale="zh_CN", seen=0, by=builders.acting(who), at=LATER
        ),
    ),
    "submit": (
        written,
        ("li", "chen"),
        lambda incident, who: decisions.submit(incident, case(incident), by=builders.acting(who), at=LATER),
    ),
    "approve": (
        submitted,
        ("zhao", "yang"),
        lambda incident, who: decisions.approve(incident, case(incident), by=builders.acting(who), at=LATER),
    ),
    "return": (
        submitted,
        ("zhao", "yang"),
        lambda incident, who: decisions.send_back(
            incident, case(incident), reason="补充依据", by=builders.acting(who), at=LATER
        ),
    ),
    "send": (approved, ("li", "chen"), lambda incident, who: send(incident, by=who)),
    "withdraw": (
        lambda incident: None,
        ("li", "chen"),
        lambda incident, who: sending.withdraw(
            incident, case(incident), proof="来函", received_at=LATER, by=builders.acting(who), at=LATER
        ),
    ),
}


@pytest.mark.parametrize("name", list(RACES))
def test_of_two_who_press_at_once_one_acts_and_one_is_told(app: Flask, name: str) -> None:
    prepare, people, act = RACES[name]
    incident = builders.an_incident(acknowledged_by="zhao")
    prepare(incident)
    number = incident.number
    db.session.remove()

    def press(who: str) -> bool:
        with unit_of_work():
            act(common.by_number(number, lock=True), who)
        return True

    results = at_once(app, [lambda who=who: press(who) for who in people])  # type: ignore[misc]
    assert sum(each is True for each in results) == 1, results
    refused = next(each for each in results if each is not True)
    assert isinstance(refused, errors.Refused), results


def test_compare_and_set_stops_the_second_even_without_a_lock(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    submitted(incident)
    letter = case(incident).present
    assert letter is not None
    with unit_of_work() as session:
        session.execute(text("UPDATE letters SET state = 'returned' WHERE id = :id"), {"id": letter.id})
        with pytest.raises(errors.Conflict):
            decisions.turn(letter, LetterState.APPROVED, approved_at=LATER)
