"""Assessments: a graver level at once with its reasons, a lower one only for the commander to decide."""

from datetime import timedelta
from decimal import Decimal

import pytest

from incident import errors, timeline
from incident.db import db, unit_of_work
from incident.lifecycle import acts, assessing
from incident.lifecycle.reach import Reach
from incident.models.resolutions import AssessmentOutcome
from incident.vocabulary import Level
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(hours=1)


def assess(incident, *, by="li", customers=1, loss=None, at=LATER, **impacts):
    reach = Reach(
        affected_customers=customers, potential_loss=Decimal(loss) if loss else None, impacts=impacts
    )
    with unit_of_work():
        return assessing.assess(incident, reach, by=builders.acting(by), at=at, house=builders.house())


def decide(incident, *, by, lower=True, reason="只涉及一人"):
    with unit_of_work():
        return assessing.decide(
            incident, lower=lower, reason=reason, by=builders.acting(by), at=LATER, house=builders.house()
        )


def test_twenty_customers_raise_the_level_at_once_and_it_says_why(app):
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    assert incident.level == Level.GENERAL
    row = assess(incident, customers=25)
    assert (row.outcome, incident.level) == (AssessmentOutcome.RAISED, Level.MAJOR)
    assert incident.affected_customers == 25
    assert any("25" in each["zh"] for each in incident.level_reasons)
    said = [each for each in timeline.of(incident.id) if each.kind in ("assessed", "level_changed")]
    assert [each.kind for each in said] == ["assessed", "level_changed"]
    assert "25" in said[1].data["reason"]["zh"] and "25" in said[1].data["reason"]["en"]


def test_impacts_and_loss_count_on_their_axes(app):
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    row = assess(incident, loss="150000.00", customer=1, reputation=3, business=3, credit_record=2)
    assert row.score["publicity"] == 3 and row.score["amount"] == 3 and row.score["data"] == 2
    assert row.level == Level.MAJOR
    assert any(each["en"] == "impact on reputation 3: counts as publicity" for each in row.reasons)


def test_a_lower_level_waits_for_the_commander_who_follows_with_a_reason(app):
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    assess(incident, customers=25)
    row = assess(incident, customers=1)
    assert (row.outcome, incident.level, row.level) == (
        AssessmentOutcome.LOWER_PROPOSED,
        Level.MAJOR,
        Level.GENERAL,
    )
    with pytest.raises(errors.Forbidden):
        decide(incident, by="chen")
    with pytest.raises(errors.Invalid):
        decide(incident, by="yang", reason=" ")
    assert decide(incident, by="yang").outcome == AssessmentOutcome.LOWERED
    assert incident.level == Level.GENERAL
    with pytest.raises(errors.Refused, match="No lower level"):
        decide(incident, by="yang")


def test_the_commander_may_keep_the_level(app):
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    assess(incident, customers=25)
    assess(incident, customers=1)
    row = decide(incident, by="yang", lower=False, reason="舆情仍在发酵")
    assert (row.outcome, incident.level) == (AssessmentOutcome.KEPT, Level.MAJOR)
    assert timeline.of(incident.id)[-1].kind == "level_kept"


def test_a_proposal_is_void_once_somebody_changed_the_level(app):
    incident = builders.an_incident(stage="verify", complaint_type="service_attitude")
    assess(incident, customers=25)
    assess(incident, customers=1)
    with unit_of_work():
        acts.change_level(
            incident, 1, reason="更重", by=builders.acting("li"), at=LATER, house=builders.house()
        )
    with pytest.raises(errors.Conflict):
        decide(incident, by="yang")


def test_a_signal_that_was_found_still_counts(app):
    incident = builders.an_incident(stage="verify", signals=["self_harm_threat"])
    assert incident.level == Level.CRITICAL
    row = assess(incident, customers=1)
    assert (row.outcome, row.level) == (AssessmentOutcome.SAME, Level.CRITICAL)


def test_every_fault_is_named_at_once(app):
    incident = builders.an_incident()
    with pytest.raises(errors.Invalid) as fault:
        assess(incident, customers=0, loss="1.001", reputation=4)
    assert {each.loc for each in fault.value.reasons} == {
        ("affected_customers",),
        ("potential_loss",),
        ("impact", "reputation"),
    }
    assert assessing.of(incident.id) == []


def test_the_history_is_kept_newest_first(app):
    incident = builders.an_incident(stage="verify")
    first = assess(incident, customers=2)
    second = assess(incident, customers=3, at=LATER + timedelta(hours=1))
    db.session.expire_all()
    assert [each.id for each in assessing.of(incident.id)] == [second.id, first.id]
    assert assessing.known(incident).affected_customers == 3
