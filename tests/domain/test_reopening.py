"""A closed incident opened again: what is owed once more, which clocks run, who is told, and the race."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import clocks, errors, timeline
from incident.coordination import feedback, holds, telling
from incident.db import db, unit_of_work
from incident.lifecycle import acts, common, reopening
from incident.models.alerts import Delivery
from incident.models.decisions import Reopening
from incident.models.incidents import Clock, Incident
from incident.models.reviews import Review
from tests import builders, closing
from tests.domain.test_acts import at_once
from tests.domain.test_follow_ups import closed

AGAIN = builders.NOW + timedelta(days=20)


def reopen(incident: Incident, *, who: str = "zhao", **more: object) -> Incident:
    return reopening.reopen(
        incident,
        reason="客户称仍有来电 13800138000",
        by=builders.acting(who),
        at=AGAIN,
        house=builders.house(),
        **more,  # type: ignore[arg-type]
    )


def clock(incident: Incident, rule: str) -> Clock:
    return db.session.scalars(
        select(Clock)
        .where(Clock.incident_id == incident.id, Clock.rule == rule)
        .execution_options(populate_existing=True)
    ).one()


def test_it_keeps_its_number_and_owes_the_customer_an_answer_again(app: Flask) -> None:
    incident = closed()
    number = incident.number
    with unit_of_work():
        reopen(incident)
    assert (incident.number, incident.status, incident.stage) == (number, "open", "resolve")
    assert incident.closed_at is None and incident.resolved_at is None
    assert len(telling.missing(incident)) == 1 and not feedback.given(incident.id)
    assert "13800138000" not in str([each.data for each in timeline.of(incident.id)])
    steps = [row.payload.get("about") for row in db.session.scalars(select(Delivery)) if row.step == "remind"]
    assert steps == ["reopened"], "whoever commands is alerted"
    builders.told(incident, at=AGAIN + timedelta(hours=1))
    assert telling.missing(incident) == [] and feedback.given(incident.id)


def test_the_decision_runs_from_now_and_the_law_only_with_new_facts(app: Flask) -> None:
    incident = closed()
    before = clock(incident, "complaint_decision").due_at
    with unit_of_work():
        reopen(incident)
    target = clock(incident, "decision")
    assert (target.state, target.started_at) == ("running", AGAIN) and target.due_at > AGAIN
    assert clock(incident, "complaint_decision").due_at == before
    other = closed()
    with unit_of_work():
        reopen(other, new_facts=True)
    law = clock(other, "complaint_decision")
    assert law.state == "running" and law.due_at.astimezone(builders.house().zone).date() == (
        AGAIN.astimezone(builders.house().zone).date() + timedelta(days=15)
    )
    assert other.next_clock_at is not None


def test_a_clock_that_runs_again_keeps_its_proof_and_that_it_was_missed(app: Flask) -> None:
    incident = closed()
    law = clock(incident, "complaint_decision")
    proof, ended = law.proof, law.ended_at
    window = clock(incident, "complaint_review_application")
    told = window.started_at
    title = law.title_en
    with unit_of_work():
        law.missed_at = law.due_at  # as if it had been met late, and after an extension
        law.title_en = "extended"
        reopen(incident, new_facts=True)
    law = clock(incident, "complaint_decision")
    [turn] = law.earlier
    assert ended is not None and (law.state, law.proof, law.missed_at) == ("running", None, None)
    assert law.title_en == title, "an extension was for the turn before"
    assert (turn["state"], turn["proof"], turn["ended_at"]) == ("met", proof, ended.isoformat())
    assert clocks.any_missed(incident.id), "the post-mortem still knows of the miss"
    builders.told(incident, at=AGAIN + timedelta(hours=1))
    window = clock(incident, "complaint_review_application")
    assert window.started_at > told and [each["state"] for each in window.earlier] == ["running"]


def test_its_post_mortem_is_one_and_is_no_longer_optional(app: Flask) -> None:
    incident = closed()
    with unit_of_work():
        reopen(incident)
    builders.told(incident, at=AGAIN)
    assert holds.strictest(holds.of(incident.id)) == "collection", "collection stops again"
    builders.lift_hold(incident, at=AGAIN)
    for stage in ("feedback", "follow_up"):
        with unit_of_work():
            acts.move(incident, stage, by=builders.acting("zhao"), at=AGAIN)
    closing.satisfy(incident.number, at=AGAIN)
    with unit_of_work():
        acts.close(incident, summary="二次结案", by=builders.acting("zhao"), at=AGAIN, house=builders.house())
    review = db.session.scalars(select(Review).where(Review.incident_id == incident.id)).one()
    assert not review.optional and review.remind_at is not None and review.due_at > AGAIN


def test_only_a_closed_one_with_a_reason_by_whoever_commands(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    with pytest.raises(errors.Conflict):
        reopen(incident)
    over = closed()
    with pytest.raises(errors.Forbidden):
        reopen(over, who="li")
    with pytest.raises(errors.Invalid):
        reopen(over, stage="follow_up")
    with pytest.raises(errors.Invalid):
        reopening.reopen(over, reason=" ", by=builders.acting("zhao"), at=AGAIN, house=builders.house())


def test_of_two_who_open_it_again_one_does(app: Flask) -> None:
    incident = closed()
    number = incident.number
    db.session.remove()

    def press(who: str) -> bool:
        with unit_of_work():
            reopen(common.by_number(number, lock=True), who=who)
        return True

    results = at_once(app, [lambda: press("zhao"), lambda: press("yang")])
    assert sum(each is True for each in results) == 1
    assert any(isinstance(each, errors.Conflict) for each in results), results
    assert db.session.scalars(select(Reopening)).one().round == 1
