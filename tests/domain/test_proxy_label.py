"""The label “malicious proxy”: two people, encrypted grounds, reversible, unseen outside, no right less."""

import json
from datetime import timedelta

import pytest

from incident import errors, timeline
from incident.coordination import approvals, options, proxy_label, standing_aside
from incident.db import db, unit_of_work
from incident.models.records import AuditEntry
from incident.models.resolutions import LabelState, OptionState
from tests import builders
from tests.builders import NOW
from tests.resolving import an_option

LATER = NOW + timedelta(hours=1)
GROUNDS = "与另外五件投诉措辞一致，13900139000 拒绝本人接听"


@pytest.fixture
def received(app):
    return builders.a_complaint()


def proposed(received, *, by="li"):
    with unit_of_work():
        return proxy_label.propose(
            received.incident, received.complaint, grounds=GROUNDS, by=builders.acting(by), at=NOW
        )


def yes(received, label, who):
    with unit_of_work():
        return proxy_label.approve(received.incident, label, by=builders.acting(who), at=LATER)


def test_two_different_people_put_it_in_force(received):
    label = proposed(received)
    assert yes(received, label, "zhao").state == LabelState.PROPOSED
    assert not proxy_label.in_force(received.complaint.id)
    with pytest.raises(errors.Forbidden, match="different person"):
        yes(received, label, "zhao")
    assert yes(received, label, "smith").state == LabelState.IN_FORCE  # COM, by the table
    assert proxy_label.in_force(received.complaint.id)


def test_the_proposer_and_people_without_the_role_cannot_approve_and_are_told_who_may(received):
    label = proposed(received, by="zhao")
    for who in ("zhao", "chen"):
        with pytest.raises(errors.Forbidden) as fault:
            yes(received, label, who)
        assert "杨帆" in str(fault.value.reasons[0])
    with unit_of_work():
        standing_aside.name_person(
            received.incident,
            builders.person("wang"),
            reason="投诉对象",
            by=builders.acting("zhao"),
            at=NOW,
        )
    with pytest.raises(errors.Forbidden, match="stands aside"):
        yes(received, label, "wang")


def test_it_is_lifted_with_a_reason_and_may_be_proposed_anew(received):
    label = proposed(received)
    with pytest.raises(errors.Refused, match="already"):
        proposed(received, by="chen")
    yes(received, label, "zhao")
    yes(received, label, "wang")
    with pytest.raises(errors.Invalid), unit_of_work():
        proxy_label.lift(received.incident, label, reason=" ", by=builders.acting("zhao"), at=LATER)
    with unit_of_work():
        proxy_label.lift(
            received.incident, label, reason="本人到场核实", by=builders.acting("zhao"), at=LATER
        )
    assert label.state == LabelState.LIFTED and not proxy_label.in_force(received.complaint.id)
    assert proposed(received).id != label.id


def test_a_refused_label_is_not_approved_afterwards(received):
    label = proposed(received)
    with unit_of_work():
        proxy_label.refuse(received.incident, label, reason="证据不足", by=builders.acting("zhao"), at=LATER)
    with pytest.raises(errors.Conflict, match="refused"):
        yes(received, label, "wang")


def test_the_grounds_are_encrypted_and_stand_in_no_record_that_others_read(received):
    label = proposed(received)
    yes(received, label, "zhao")
    raw = db.session.connection().exec_driver_sql("SELECT words FROM proxy_labels").scalar_one()
    assert "措辞".encode() not in bytes(raw)
    assert "13900139000" not in label.told("grounds")
    written = json.dumps([each.data for each in timeline.of(received.incident.id)], ensure_ascii=False)
    kinds = {each.kind for each in timeline.of(received.incident.id)}
    assert "措辞" not in written and not any("label" in kind for kind in kinds)
    audited = [each for each in db.session.query(AuditEntry) if each.action.startswith("complaints.label")]
    assert [each.action for each in audited] == ["complaints.label_proposed", "complaints.label_approved"]
    assert all("措辞" not in json.dumps(each.data, ensure_ascii=False) for each in audited)


def test_the_customer_has_every_right_as_before(received):
    label = proposed(received)
    for who in ("zhao", "wang"):
        yes(received, label, who)
    option = an_option(received.incident, state="offered", complaint_id=received.complaint.id)
    with unit_of_work():
        options.accept(received.incident, option, by=builders.acting("li"), at=LATER)
    assert option.state == OptionState.ACCEPTED
    assert options.agreed(received.incident.id, received.complaint.id) == [option]
    assert approvals.given([option.id])
