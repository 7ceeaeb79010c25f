"""Who may approve an option: the table, the proposer, two different people, and whoever must stand aside."""

from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from incident import errors
from incident.coordination import approvals, options, standing_aside
from incident.db import db, unit_of_work
from incident.models.resolutions import OptionApproval, OptionState
from tests import builders
from tests.builders import NOW
from tests.resolving import LATER, an_option


def test_the_proposer_cannot_approve_and_is_told_who_may(app):
    incident = builders.an_incident()
    option = an_option(incident, by="zhao")
    with pytest.raises(errors.Forbidden) as fault, unit_of_work():
        approvals.approve(incident, option, by=builders.acting("zhao"), at=NOW)
    assert "proposes" in str(fault.value)
    [who] = fault.value.reasons
    assert "王磊" in str(who) and "杨帆" in str(who) and "赵敏" not in str(who)


def test_whoever_wrote_it_cannot_approve_it_after_somebody_else_proposed_it(app):
    incident = builders.an_incident()
    option = an_option(incident, by="wang", state="draft")
    with unit_of_work():
        options.propose(incident, option, by=builders.acting("li"), at=NOW)
    for who in ("wang", "li"):
        with pytest.raises(errors.Forbidden), unit_of_work():
            approvals.approve(incident, option, by=builders.acting(who), at=NOW)


@pytest.mark.parametrize(
    ("kind", "amount", "who", "may"),
    [
        ("waiver", "500.00", "brown", True),
        ("waiver", "500.01", "brown", False),
        ("waiver", "100.00", "feng", False),
        ("compensation", "10000.00", "zhao", True),
        ("compensation", "10000.01", "zhao", False),
        ("compensation", "10000.01", "yang", True),
        ("explain", None, "feng", True),
        ("compensation", "10.00", "lin", False),
    ],
)
def test_the_table_says_who_may_approve_up_to_which_amount(app, kind, amount, who, may):
    incident = builders.an_incident()
    option = an_option(
        incident, kind=kind, amount=Decimal(amount) if amount else None, currency="CNY" if amount else None
    )

    def approve():
        with unit_of_work():
            approvals.approve(incident, option, by=builders.acting(who), at=NOW)

    if may:
        approve()
        assert [each.person_id for each in approvals.given([option.id])] == [builders.person(who).id]
    else:
        with pytest.raises(errors.Forbidden) as fault:
            approve()
        assert fault.value.reasons, "the refusal names who may"


def test_above_the_limit_two_different_people_must_approve(app):
    incident = builders.an_incident()
    option = an_option(incident, amount=Decimal("15000.00"))
    assert option.approvals_needed == 2
    with unit_of_work():
        approvals.approve(incident, option, by=builders.acting("zhao"), at=NOW)
    assert option.state == OptionState.PROPOSED
    with pytest.raises(errors.Forbidden, match="different person"), unit_of_work():
        approvals.approve(incident, option, by=builders.acting("zhao"), at=NOW)
    with unit_of_work():
        approvals.approve(incident, option, by=builders.acting("wang"), at=LATER)
    assert option.state == OptionState.APPROVED


def test_in_another_currency_only_people_without_a_limit_approve_and_two_of_them(app):
    incident = builders.an_incident()
    option = an_option(incident, amount=Decimal("10.00"), currency="USD")
    assert option.approvals_needed == 2
    assert [each.name for each in approvals.who_may(incident, option)] == ["杨帆", "秦岚", "沈毅"]


def test_the_database_itself_refuses_the_proposers_yes(app):
    incident = builders.an_incident()
    option = an_option(incident)
    li = builders.person("li").id
    row = OptionApproval(option_id=option.id, person_id=li, proposer_id=li, role="responder", at=NOW)
    with pytest.raises(IntegrityError), unit_of_work():
        db.session.add(row)
        db.session.flush()


def test_a_service_cannot_approve(app):
    incident = builders.an_incident()
    option = an_option(incident)
    with pytest.raises(errors.Forbidden, match="Only a person"), unit_of_work():
        approvals.approve(incident, option, by=builders.BY, at=NOW)


def test_whoever_the_complaint_is_about_cannot_approve_and_is_not_named_among_those_who_may(app):
    incident = builders.an_incident()
    option = an_option(incident)
    wang = builders.person("wang")
    with unit_of_work():
        standing_aside.name_person(incident, wang, reason="投诉对象", by=builders.acting("zhao"), at=NOW)
    with pytest.raises(errors.Forbidden, match="stands aside"), unit_of_work():
        approvals.approve(incident, option, by=builders.acting("wang"), at=NOW)
    assert wang not in approvals.who_may(incident, option)
