"""Options from a draft to an agreed one: their content, their states, offers and counter-offers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from incident import errors, timeline
from incident.coordination import approvals, options
from incident.db import db, unit_of_work
from incident.models.resolutions import OptionState
from tests import builders
from tests.builders import NOW
from tests.resolving import LATER, UNTIL, a_wanted, an_option, offer


def places(fault):
    return {each.loc for each in fault.value.reasons}


def test_an_option_goes_from_draft_to_accepted_and_keeps_its_history(app):
    incident = builders.an_incident(stage="resolve")
    option = an_option(incident, state="offered")
    with unit_of_work():
        options.accept(incident, option, by=builders.acting("li"), at=LATER)
    assert option.state == OptionState.ACCEPTED
    acts = [(each.act, each.before, each.after) for each in options.moves.history([option.id])]
    assert acts == [
        ("write", None, "draft"),
        ("propose", "draft", "proposed"),
        ("approve", "proposed", "approved"),
        ("offer", "approved", "offered"),
        ("accept", "offered", "accepted"),
    ]
    said = [each.kind for each in timeline.of(incident.id) if each.kind.startswith("option_")]
    assert said[-5:] == [
        "option_added",
        "option_proposed",
        "option_approved",
        "option_offered",
        "option_accepted",
    ]


def test_agreed_names_approved_and_accepted_ones_of_a_customer_and_of_the_whole(app):
    received = builders.a_complaint()
    incident, complaint = received.incident, received.complaint
    with unit_of_work():
        db.session.add(incident)
    ours = an_option(incident, state="approved", complaint_id=complaint.id)
    whole = an_option(incident, state="approved", kind="explain", amount=None, currency=None)
    an_option(incident)
    an_option(incident, state="offered")
    assert options.agreed(incident.id) == [ours, whole]
    assert options.agreed(incident.id, complaint.id) == [ours, whole]
    assert options.agreed(incident.id, complaint.id + 1) == [whole]


def test_every_fault_of_an_option_is_named_at_once(app):
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid) as fault, unit_of_work():
        options.write(
            incident,
            a_wanted(
                kind="instalments",
                amount=None,
                terms=" ",
                scores={"legal": 4},
                periods=61,
                annual_rate=Decimal("24.01"),
                valid_until=date(2026, 11, 2),
                complaint_id=99,
            ),
            by=builders.acting("li"),
            at=NOW,
            calendar=builders.house().calendar,
        )
    assert places(fault) == {
        ("amount",),
        ("terms",),
        ("legal",),
        ("periods",),
        ("annual_rate",),
        ("first_due",),
        ("valid_until",),
        ("complaint",),
    }


@pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN", "Infinity", "1000000000000.00"])
def test_an_amount_that_is_none_is_refused(app, amount):
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid) as fault:
        an_option(incident, amount=Decimal(amount))
    assert places(fault) == {("amount",)}


def test_amounts_stay_exact_to_the_cent_in_the_database(app):
    incident = builders.an_incident()
    option = an_option(incident, amount=Decimal("99999999999.99"))
    db.session.expire_all()
    assert options.find(option.id).amount == Decimal("99999999999.99")


def test_an_instalment_agreement_keeps_its_schedule(app):
    incident = builders.an_incident()
    option = an_option(
        incident,
        kind="instalments",
        amount=Decimal("12000.00"),
        periods=60,
        annual_rate=Decimal("4.35"),
        first_due=date(2026, 12, 31),
    )
    db.session.expire_all()
    found = options.find(option.id)
    assert len(found.schedule) == 60
    assert sum(Decimal(each["principal"]) for each in found.schedule) == Decimal("12000.00")
    assert [each["due"] for each in found.schedule[:3]] == ["2026-12-31", "2027-01-31", "2027-02-28"]


def test_terms_are_encrypted_and_told_without_what_is_personal(app):
    incident = builders.an_incident()
    option = an_option(incident, terms="致电 13800138000 告知减免")
    raw = db.session.connection().exec_driver_sql("SELECT words FROM resolution_options").scalar_one()
    assert b"13800138000" not in bytes(raw)
    assert "13800138000" not in option.told("terms") and "138****8000" in option.told("terms")
    assert "13800138000" in option.terms


def test_a_refused_option_is_answered_with_a_new_version(app):
    incident = builders.an_incident()
    option = an_option(incident)
    with pytest.raises(errors.Invalid), unit_of_work():
        approvals.refuse(incident, option, reason=" ", by=builders.acting("zhao"), at=NOW)
    with unit_of_work():
        approvals.refuse(incident, option, reason="依据不足", by=builders.acting("zhao"), at=NOW)
    calendar = builders.house().calendar
    with unit_of_work():
        again = options.revise(
            incident,
            option,
            a_wanted(amount=Decimal("200.00")),
            by=builders.acting("li"),
            at=LATER,
            calendar=calendar,
        )
    assert (option.state, again.state, again.revision) == (OptionState.REFUSED, OptionState.DRAFT, 2)
    with pytest.raises(errors.Refused, match="revised already"), unit_of_work():
        options.revise(incident, option, a_wanted(), by=builders.acting("li"), at=LATER, calendar=calendar)


def test_an_offer_needs_a_day_and_ends_with_it_and_can_be_made_again(app):
    incident = builders.an_incident()
    option = an_option(incident, state="approved")
    with pytest.raises(errors.Invalid) as fault:
        offer(incident, option, until=None)
    assert places(fault) == {("valid_until",)}
    offer(incident, option)
    end = option.expire_at
    by = builders.acting("li")
    with pytest.raises(errors.Refused, match="ended"), unit_of_work():
        options.accept(incident, option, by=by, at=end + timedelta(seconds=1))
    with unit_of_work():
        assert not options.expire(incident, option, by=builders.BY, at=end - timedelta(seconds=1))
        assert options.expire(incident, option, by=builders.BY, at=end)
        assert not options.expire(incident, option, by=builders.BY, at=end)
    assert option.state == OptionState.EXPIRED
    offer(incident, option, at=end + timedelta(days=1), until=UNTIL + timedelta(days=5))
    assert option.state == OptionState.OFFERED


def test_a_counter_offer_is_kept_and_answered_with_a_new_version(app):
    incident = builders.an_incident()
    option = an_option(incident, state="offered")
    by = builders.acting("li")
    with unit_of_work():
        options.counter(incident, option, terms="要求减免五百元", amount=Decimal("500.00"), by=by, at=NOW)
    last = options.moves.history([option.id])[-1]
    assert (last.act, last.amount, last.words) == (
        "counter",
        Decimal("500.00"),
        {"text": "要求减免五百元"},
    )
    with unit_of_work():
        again = options.revise(
            incident,
            option,
            a_wanted(amount=Decimal("450.00")),
            by=by,
            at=NOW,
            calendar=builders.house().calendar,
        )
    assert (option.state, again.previous_id) == (OptionState.REPLACED, option.id)


def test_an_offer_on_the_table_is_not_revised_behind_the_customers_back(app):
    incident = builders.an_incident()
    option = an_option(incident, state="offered")
    with pytest.raises(errors.Refused), unit_of_work():
        options.revise(
            incident,
            option,
            a_wanted(),
            by=builders.acting("li"),
            at=NOW,
            calendar=builders.house().calendar,
        )


def test_nothing_is_changed_on_an_incident_that_has_ended(app):
    incident = builders.an_incident()
    option = an_option(incident)
    from incident.lifecycle import acts

    with unit_of_work():
        acts.cancel(incident, reason="test", by=builders.acting("yang"), at=NOW)
    with pytest.raises(errors.Refused), unit_of_work():
        approvals.approve(incident, option, by=builders.acting("zhao"), at=NOW)
