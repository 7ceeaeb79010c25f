"""Recusal: whom a complaint is about owns, approves and closes nothing, and hands back what they held."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import duty, errors, i18n, recusal, timeline
from incident.alerting import escalation, membership, outbox
from incident.coordination import departments, roles, standing_aside, tasks
from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.alerts import Delivery
from incident.models.conduct import ComplainedAbout
from incident.models.incidents import Incident
from incident.surges import members
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(minutes=5)


def name(incident: Incident, who: str, *, by: str = "yang") -> ComplainedAbout:
    with unit_of_work():
        return standing_aside.name_person(
            incident, builders.person(who), reason="录音中的人", by=builders.acting(by), at=LATER
        )


def holders(incident: Incident, who: str) -> dict[str, list[str]]:
    person = builders.person(who)
    return {
        "roles": [each.role for each in roles.of(incident.id) if each.person_id == person.id],
        "lines": [each.code for each in departments.lines(incident.id) if each.lead_id == person.id],
        "tasks": [each.key for each in tasks.of(incident.id) if each.assignee_id == person.id],
    }


def test_whoever_is_complained_about_hands_back_what_they_held_and_somebody_is_told(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    before = holders(incident, "chen")
    assert before["lines"] == ["COL"] and before["tasks"]
    name(incident, "chen")
    assert holders(incident, "chen") == {"roles": [], "lines": [], "tasks": []}
    kinds = [event.kind for event in timeline.of(incident.id)]
    assert {"complained_about", "lead_vacated", "tasks_vacated"} <= set(kinds)
    told = db.session.scalars(
        select(Delivery).where(Delivery.incident_id == incident.id, Delivery.step == "remind")
    ).all()
    assert told and {each.payload["about"] for each in told} == {"vacant"}
    assert builders.person("chen").id not in {each.payload["person_id"] for each in told}


def test_a_commander_who_is_complained_about_commands_no_longer(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    assert incident.commander_id == builders.person("wang").id
    name(incident, "wang")
    assert incident.commander_id is None
    assert any(
        event.kind == "role_vacated" and event.data["role"] == "commander"
        for event in timeline.of(incident.id)
    )


ACTS: dict[str, Callable[[Incident], object]] = {
    "role": lambda found: roles.assign(
        found, "deputy", builders.person("chen"), by=builders.acting("zhao"), at=LATER
    ),
    "task": lambda found: tasks.change(
        tasks.of(found.id)[0], found, assignee=builders.person("chen"), by=builders.acting("zhao"), at=LATER
    ),
    "take": lambda found: tasks.change(
        next(each for each in tasks.of(found.id) if each.assignee_id is None),
        found,
        status="doing",
        by=builders.acting("chen"),
        at=LATER,
    ),
    "sign off": lambda found: departments.sign_off(
        found, "COL", statement="已停催", by=builders.acting("chen"), at=LATER
    ),
    "close": lambda found: acts.close(
        found, summary="完", by=builders.acting("chen"), at=LATER, house=builders.house()
    ),
}


@pytest.mark.parametrize("act", list(ACTS))
def test_they_are_refused_with_the_rule_its_reference_and_its_source(app: Flask, act: str) -> None:
    incident = builders.an_incident(stage="verify")
    name(incident, "chen")
    chen = builders.person("chen")
    with unit_of_work():
        incident.commander_id = chen.id  # as if it had slipped through: closing asks again
    with pytest.raises(errors.Forbidden) as refused, unit_of_work():
        ACTS[act](incident)
    said = i18n.say(refused.value.reason, "en")
    assert "complaint_recusal 2020-3" in said and "陈刚" in said
    basis = i18n.say(refused.value.reasons[0], "en")
    assert "CBIRC Order 2020 No. 3" in basis and "source: " in basis
    assert "回避" in i18n.say(refused.value.reasons[0], "zh_CN")


def test_an_alert_is_not_answered_by_whoever_is_complained_about(app: Flask) -> None:
    incident = builders.an_incident()
    name(incident, "zhao")
    with pytest.raises(errors.Forbidden), unit_of_work():
        acts.acknowledge(incident, by=builders.acting("zhao"), at=LATER)


def test_people_of_the_agency_complained_about_stand_aside_however_it_is_written(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        builders.person("he").agency = "诚信 催收（ＡＢＣ）"
        standing_aside.name_agency(
            incident, "诚信催收（abc）", reason="", by=builders.acting("wang"), at=LATER
        )
    assert holders(incident, "he") == {"roles": [], "lines": [], "tasks": []}
    with pytest.raises(errors.Forbidden, match="agency"):
        recusal.must_not_be(incident, builders.acting("he"))
    recusal.must_not_be(incident, builders.acting("li"))


def test_the_agency_that_the_complaint_itself_names_counts_too(app: Flask) -> None:
    incident = builders.an_incident(agency="诚信催收")
    with unit_of_work():
        builders.person("he").agency = "诚信催收"
    with pytest.raises(errors.Forbidden):
        recusal.must_not_be(incident, builders.person("he"))


def test_the_agencys_people_on_duty_are_passed_over_when_the_incident_opens(app: Flask) -> None:
    with unit_of_work():
        builders.person("he").agency = "诚信催收"
        builders.person("wang").agency = "诚信催收有限公司"
    duty.changed()
    incident = builders.an_incident(agency="诚信 催收")
    for who in ("he", "wang"):
        assert holders(incident, who) == {"roles": [], "lines": [], "tasks": []}
    assert incident.commander_id == builders.person("smith").id  # the backup of the commander's department
    told = {each.payload["person_id"] for each in outbox.of(incident.id) if "person_id" in each.payload}
    assert told.isdisjoint({builders.person("he").id, builders.person("wang").id})
    [said] = [each for each in timeline.of(incident.id) if each.kind == "stood_aside"]
    assert "何莉" in said.data["people"] and "王磊" in said.data["people"]


def test_a_complaint_that_joins_and_names_another_agency_takes_its_people_off_at_once(app: Flask) -> None:
    incident = builders.an_incident(stage="verify", agency="别的公司")
    with unit_of_work():
        builders.person("he").agency = "诚信催收有限公司"
        builders.person("wang").agency = "诚信催收"
    before = holders(incident, "he")
    assert before["lines"] == ["OUT"] and incident.commander_id == builders.person("wang").id
    for ref in ("J-1", "J-2"):
        joins = builders.a_complaint(source_ref=ref, agency="诚信 催收", escalated=False).complaint
        with unit_of_work():
            members.add(
                incident,
                joins,
                reason="同一原因",
                by=builders.acting("zhao"),
                at=LATER,
                house=builders.house(),
            )
    for who in ("he", "wang"):
        assert holders(incident, who) == {"roles": [], "lines": [], "tasks": []}
    assert incident.commander_id is None
    assert [each.kind for each in timeline.of(incident.id)].count("stood_aside") == 1, "the first names it"


def test_whoever_stands_aside_is_neither_alerted_nor_invited_any_more(app: Flask) -> None:
    incident = builders.an_incident()
    row = name(incident, "zhao")
    zone = builders.house().zone
    group = escalation.group_of(incident, at=LATER, zone=zone)
    zhao = builders.person("zhao").id
    assert zhao not in {each.id for each in (*group.commander, *group.heads, *group.everyone)}
    assert zhao not in {each.id for each in membership.responders(incident, at=LATER, zone=zone)}
    with unit_of_work():
        standing_aside.lift(incident, row.id, reason="认错人", by=builders.acting("wang"), at=LATER)
    assert zhao in {each.id for each in membership.responders(incident, at=LATER, zone=zone)}


def test_somebody_outside_is_named_without_their_name_on_the_timeline(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        row = standing_aside.name_outsider(
            incident, "张三丰", reason="客户指认", by=builders.acting("wang"), at=LATER
        )
    told = str([event.data for event in timeline.of(incident.id)])
    assert "张三丰" not in told and "外部人员" in told
    assert row.private["name"] == "张三丰"
    stored = db.session.connection().exec_driver_sql("SELECT private FROM complained_about").scalar()
    assert "张三丰".encode() not in bytes(stored)


def test_somebody_declares_an_interest_of_their_own(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        standing_aside.declare_interest(incident, reason="客户是我的亲属", by=builders.acting("li"), at=LATER)
    with pytest.raises(errors.Forbidden, match="declared an interest"):
        roles.assign(incident, "scribe", builders.person("li"), by=builders.acting("zhao"), at=LATER)
    with pytest.raises(errors.Invalid):
        standing_aside.declare_interest(incident, reason=" ", by=builders.acting("wu"), at=LATER)


def test_a_wrong_naming_is_taken_back_with_a_reason_but_not_by_whom_it_is_about(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    row = name(incident, "zhao")
    with pytest.raises(errors.Forbidden), unit_of_work():
        standing_aside.lift(incident, row.id, reason="不是我", by=builders.acting("zhao"), at=LATER)
    with unit_of_work():
        standing_aside.lift(incident, row.id, reason="认错人", by=builders.acting("wang"), at=LATER)
    recusal.must_not_be(incident, builders.person("zhao"))
    with pytest.raises(errors.Refused, match="already"):
        standing_aside.lift(incident, row.id, reason="又", by=builders.acting("wang"), at=LATER)


def test_naming_twice_is_refused_and_services_never_stand_aside(app: Flask) -> None:
    incident = builders.an_incident()
    name(incident, "chen")
    with pytest.raises(errors.Refused, match="already"):
        name(incident, "chen")
    recusal.must_not_be(incident, builders.BY)
