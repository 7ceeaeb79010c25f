"""Many complaints, one cause: proposed, opened by itself, joined, counted, re-graded, taken apart again."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, notices, timeline
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.lifecycle import acts, common, merging
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Clock, Incident
from incident.surges import grouping, members, proposals, tally
from tests import builders, crowds

NOW = builders.NOW


def groups() -> list[Surge]:
    return list(db.session.scalars(select(Surge).order_by(Surge.id)))


def sweep(minutes: float = 0.1) -> None:
    tally.sweep(at=NOW + timedelta(minutes=minutes), house=builders.house())
    db.session.expire_all()


def pages(incident: Incident) -> list[Delivery]:
    return [each for each in outbox.of(incident.id) if each.step == "page"]


def parent() -> Incident:
    [surge] = groups()
    return db.session.get_one(Incident, surge.incident_id)


def test_three_customers_with_near_equal_words_are_proposed_as_a_group(app: Flask) -> None:
    crowds.arrive(3)
    [surge] = groups()
    assert (surge.state, surge.rule, surge.customers) == (SurgeState.PROPOSED, "wording", 3)
    [notice] = [each for each in notices.current() if each.key == f"surge/{surge.id}"]
    assert notice.values["customers"] == 3 and "表述高度相似" in notice.values["cause"]["zh"]
    told = db.session.scalars(select(Delivery).where(Delivery.step == "propose_group")).all()
    assert [each.payload["surge_id"] for each in told] == [surge.id]


def test_one_customer_who_writes_ten_times_is_no_group(app: Flask) -> None:
    for number in range(10):
        builders.a_complaint(narrative=crowds.said(number), customer={"phone": "+86 138-0013-8000"})
    assert groups() == []


def test_complaints_of_another_type_or_with_other_words_do_not_count(app: Flask) -> None:
    crowds.arrive(2)
    crowds.arrive(1, complaint_type="fee_dispute", start=2)
    builders.a_complaint(
        narrative="账单多收了年费，客服一直不退款，请尽快核实处理。", customer={"phone": "13900000077"}
    )
    assert groups() == []


def test_complaints_outside_the_window_do_not_count(app: Flask) -> None:
    crowds.arrive(2)
    crowds.arrive(1, start=2, at=NOW + timedelta(minutes=31))
    assert groups() == []


def test_people_confirm_a_group_and_its_unanswered_incidents_become_one(app: Flask) -> None:
    received = crowds.arrive(3)
    own = [each.incident.id for each in received]
    with unit_of_work():
        found = grouping.confirm(
            grouping.find(groups()[0].id, lock=True),
            by=builders.acting("zhao"),
            at=NOW,
            house=builders.house(),
        )
    db.session.expire_all()
    assert found.affected_customers == 3 and found.is_open
    assert [db.session.get_one(Incident, id_).status for id_ in own] == ["merged"] * 3
    assert {each.incident_id for each in db.session.scalars(select(Complaint))} == {found.id}
    assert pages(found), "the parent is alerted"
    assert [each.key for each in notices.current() if each.key.startswith("surge/")] == []
    with pytest.raises(errors.Conflict), unit_of_work():
        grouping.confirm(groups()[0], by=builders.acting("chen"), at=NOW, house=builders.house())


def test_a_dismissed_group_is_not_proposed_again_and_nothing_is_grouped(app: Flask) -> None:
    crowds.arrive(3)
    with unit_of_work():
        proposals.dismiss(groups()[0], by=builders.acting("zhao"), at=NOW)
    received = crowds.arrive(6, start=3)
    assert [each.state for each in groups()] == [SurgeState.DISMISSED]
    assert len({each.incident.id for each in received}) == 6
    sweep(minutes=4 * 60 + 1)
    assert [(each.state, each.open_key) for each in groups()] == [(SurgeState.ENDED, None)]


def test_an_answered_incident_stays_with_whoever_works_on_it_and_is_linked(app: Flask) -> None:
    first = crowds.arrive(1)[0].incident
    with unit_of_work():
        acts.acknowledge(first, by=builders.acting("zhao"), at=NOW)
    crowds.arrive(4, start=1)
    db.session.expire_all()
    assert first.is_open and first.merged_into_id is None
    assert "linked" in [each.kind for each in timeline.of(first.id)]
    assert db.session.get_one(Complaint, 1).surge_id == groups()[0].id


def test_whoever_threatens_their_life_has_an_incident_of_their_own_too(app: Flask) -> None:
    crowds.arrive(5)
    found = crowds.arrive(1, start=5, signals=["self_harm_threat"])[0]
    assert found.incident.id != parent().id and found.incident.level == 1
    assert found.complaint.surge_id == groups()[0].id
    sweep()
    assert parent().affected_customers == 6 and parent().level != 1
    assert "linked" in [each.kind for each in timeline.of(parent().id)]


def test_the_level_is_raised_once_at_twenty_and_at_a_hundred(app: Flask) -> None:
    crowds.arrive(19)
    sweep()
    assert parent().level > 2
    crowds.arrive(1, start=19)
    sweep()
    assert (parent().level, parent().affected_customers) == (2, 20)
    with unit_of_work():
        acts.change_level(
            common.by_number(parent().number), 3, reason="核实后降级", by=builders.acting("admin"),
            at=NOW, house=builders.house(),
        )  # fmt: skip
    crowds.arrive(2, start=20)
    sweep()
    assert parent().level == 3, "whoever lowered it is not overruled"
    crowds.arrive(78, start=22)
    sweep()
    assert (parent().level, parent().affected_customers) == (1, 100)


def test_joins_are_told_once_a_minute_with_their_number(app: Flask) -> None:
    crowds.arrive(5)
    for minute in (0.2, 0.4, 0.6, 1.1, 1.3):
        crowds.arrive(2, start=int(minute * 100))
        sweep(minute)
    told = [each.data for each in timeline.of(parent().id) if each.kind == "surge_joined"]
    assert told == [{"count": 8, "customers": 13}]
    sweep(2.2)
    told = [each.data for each in timeline.of(parent().id) if each.kind == "surge_joined"]
    assert told[1:] == [{"count": 2, "customers": 15}]


def test_each_customer_keeps_the_due_date_of_their_own_complaint(app: Flask) -> None:
    crowds.arrive(5)
    late = crowds.arrive(1, start=5, received_at=(NOW - timedelta(days=3)).isoformat())[0].complaint
    sweep()
    rows = {each.id: each for each in db.session.scalars(select(Complaint))}
    assert all(each.due_at is not None for each in rows.values())
    assert rows[late.id].due_at == rows[1].due_at - timedelta(days=3)
    running = db.session.scalars(
        select(Clock).where(Clock.incident_id == parent().id, Clock.kind == "statutory")
    )
    assert min(each.due_at for each in running if each.started_at == late.received_at) == late.due_at


def test_a_wrong_member_gets_its_own_incident_back(app: Flask) -> None:
    received = crowds.arrive(5)
    first, last = received[0], received[4]
    own = first.incident.id
    with unit_of_work():
        members.remove(
            common.by_number(parent().number), first.complaint.id, reason="另一件事",
            by=builders.acting("zhao"), at=NOW, house=builders.house(),
        )  # fmt: skip
    db.session.expire_all()
    assert db.session.get_one(Complaint, first.complaint.id).incident_id == own
    assert db.session.get_one(Incident, own).is_open and parent().affected_customers == 4
    with unit_of_work():
        members.remove(
            common.by_number(parent().number), last.complaint.id, reason="也不是",
            by=builders.acting("zhao"), at=NOW, house=builders.house(),
        )  # fmt: skip
    opened = db.session.get_one(Incident, db.session.get_one(Complaint, last.complaint.id).incident_id)
    assert opened.is_open and opened.id != parent().id, "it never had one, and was escalated"


def test_undoing_a_group_loses_nothing(app: Flask) -> None:
    received = crowds.arrive(40)
    before = {each.complaint.id: each.complaint.content_hash for each in received}
    crowds.arrive(3, start=40, escalated=False)
    found = parent()
    with unit_of_work():
        members.undo(
            common.by_number(found.number, lock=True), reason="不是同一件事", by=builders.acting("admin"),
            at=NOW, house=builders.house(),
        )  # fmt: skip
    sweep()
    rows = {each.id: each for each in db.session.scalars(select(Complaint))}
    assert len(rows) == 43 and all(rows[id_].content_hash == hash_ for id_, hash_ in before.items())
    assert {each.surge_id for each in rows.values()} == {None}
    own = [rows[id_].incident_id for id_ in before]
    assert None not in own and len(set(own)) == 40
    assert all(db.session.get_one(Incident, id_).is_open for id_ in own)
    assert [rows[id_].incident_id for id_ in (41, 42, 43)] == [None] * 3
    assert db.session.get_one(Incident, found.id).status == "cancelled"
    assert crowds.arrive(1, start=43)[0].incident.id not in own, "the cause is held back for a while"
    assert len(groups()) == 1


def test_a_complaint_is_added_by_hand_and_makes_an_incident_a_parent(app: Flask) -> None:
    incident = builders.an_incident()
    other = builders.a_complaint(
        narrative="对账单金额不对", customer={"phone": "13900000099"}, escalated=False
    ).complaint
    with unit_of_work():
        members.add(
            common.by_number(incident.number, lock=True), other, reason="同一批次",
            by=builders.acting("zhao"), at=NOW, house=builders.house(),
        )  # fmt: skip
    db.session.expire_all()
    assert db.session.get_one(Complaint, other.id).incident_id == incident.id
    assert db.session.get_one(Incident, incident.id).affected_customers == 2
    with unit_of_work():
        members.undo(
            common.by_number(incident.number, lock=True), reason="搞错了", by=builders.acting("admin"),
            at=NOW, house=builders.house(),
        )  # fmt: skip
    db.session.expire_all()
    assert db.session.get_one(Incident, incident.id).is_open
    assert merging.group_of(incident.id) is None


def test_the_same_agency_makes_a_group_whatever_the_words(app: Flask) -> None:
    for number in range(6):
        spoken = crowds.UNLIKE[number % len(crowds.UNLIKE)]
        agency = ("宏达催收有限公司", "宏达催收（有限公司）")[number % 2]
        builders.a_complaint(agency=agency, **crowds.somebody(number), narrative=spoken)
    [surge] = groups()
    assert (surge.rule, surge.state, surge.customers) == ("agency", SurgeState.PROPOSED, 6)


def test_no_personal_text_stands_in_the_group(app: Flask) -> None:
    crowds.arrive(5, summary="张三 13912345678 投诉")
    [surge] = groups()
    stored: dict[str, Any] = {each.key: getattr(surge, each.key) for each in Surge.__table__.columns}
    assert "139" not in str(stored["cause"]) and "催收" not in str(stored["open_key"])


@pytest.mark.parametrize("count", [25])
def test_twenty_five_people_in_ten_minutes_are_one_incident_at_two_with_one_alert(
    app: Flask, count: int
) -> None:
    for number in range(count):
        at = NOW + timedelta(seconds=24 * number)
        crowds.arrive(1, start=number, at=at)
        tally.sweep(at=at + timedelta(seconds=2), house=builders.house())
    db.session.expire_all()
    found = parent()
    still_open = db.session.scalars(select(Incident).where(Incident.status == "open")).all()
    assert [each.id for each in still_open] == [found.id]
    assert (found.level, found.affected_customers) == (2, 25)
    first = [each for each in pages(found) if "raised" not in each.payload]
    assert len(first) == 1, "one alert for the group"
    assert db.session.query(Complaint).filter(Complaint.incident_id == found.id).count() == 25
    joined = [each for each in timeline.of(found.id) if each.kind == "surge_joined"]
    assert 1 <= len(joined) <= 10


def test_an_old_file_that_is_read_in_is_no_crowd(app: Flask) -> None:
    for number in range(8):
        received = NOW - timedelta(days=30 - number)
        crowds.arrive(1, start=number, received_at=received.isoformat(), escalated=False)
    assert groups() == []
