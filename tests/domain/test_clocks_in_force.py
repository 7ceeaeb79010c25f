"""Rules of law of each jurisdiction on real openings: the day is the jurisdiction's own."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from incident import clocks, errors
from incident.db import db, forget, unit_of_work
from incident.models.incidents import Clock
from incident.models.plans import PlanVersion
from incident.playbooks import library
from tests import builders


@pytest.mark.parametrize(
    ("rule_set", "zone"), [("us", "America/New_York"), ("uk", "Europe/London"), ("eu", "Europe/Berlin")]
)
def test_an_incident_opens_under_the_rules_of_each_jurisdiction(
    make_app: Callable[..., Flask], rule_set: str, zone: str
) -> None:
    app = make_app(rule_set=rule_set, timezone=zone)
    with app.app_context():
        builders.standard_people()
        for kind in ("improper_collection", "privacy_leak", "regulator_transfer"):
            incident = builders.an_incident(complaint_type=kind, signals=["data_leak"])
            found = list(db.session.scalars(select(Clock).where(Clock.incident_id == incident.id)))
            assert {each.jurisdiction for each in found} <= {"house", rule_set}
            assert all(each.due_at > each.started_at for each in found)


def test_a_rule_that_begins_today_in_shanghai_counts_though_it_is_yesterday_in_utc(app: Flask) -> None:
    rules = library.rules("cn")
    always = next(each for each in rules.rules if each.clock and each.applies.always)
    begins = datetime(2026, 12, 1, tzinfo=UTC).date()
    changed = rules.model_copy(update={"rules": [always.model_copy(update={"effective_from": begins})]})
    content = changed.model_dump(mode="json", exclude_defaults=True)
    with unit_of_work() as session:
        session.add(
            PlanVersion(
                key="@rules/cn",
                version=99,
                content_hash="x",
                content=content,
                loaded_at=builders.NOW,
                loaded_by="test",
            )
        )
    forget("plans/")
    at = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # half past midnight on 1 December in Shanghai
    facts = clocks.Facts("other", frozenset(), "other", 4, at, at)
    assert [row["rule"] for row in clocks.statutory(facts, jurisdiction="cn")] == [always.code]


def test_a_clock_is_met_once_and_by_whoever_may(app: Flask) -> None:
    incident = builders.an_incident()
    law = next(each for each in clocks.running(incident.id) if each.jurisdiction == "cn")
    by = builders.acting("li")
    with unit_of_work():
        clocks.meet(incident, law.id, proof="told by phone", by=by, at=builders.NOW)
    assert law.id not in {each.id for each in clocks.running(incident.id)}
    with pytest.raises(errors.Refused):
        clocks.meet(incident, law.id, by=by, at=builders.NOW)
    with pytest.raises(errors.NotFound):
        clocks.meet(incident, 10**6, by=by, at=builders.NOW)
    with pytest.raises(errors.Forbidden):
        clocks.meet(incident, law.id, by=builders.acting("tang"), at=builders.NOW)
    assert incident.next_clock_at == min(each.due_at for each in clocks.running(incident.id))
