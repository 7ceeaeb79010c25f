"""Acts on an open incident: who may, what is refused with which reasons, and two people at once."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import clocks, errors, timeline
from incident.alerting import outbox
from incident.coordination import departments, roles, tasks
from incident.db import db, unit_of_work
from incident.lifecycle import acts, common
from incident.models.incidents import Clock, Incident
from incident.models.reviews import Review
from incident.vocabulary import Stage
from tests import builders, closing

LATER = builders.NOW + timedelta(minutes=10)


def at_once(app: Flask, calls: Sequence[Callable[[], object]]) -> list[object]:
    """Run calls in threads that start together; their results or what they raised, in order."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        with app.app_context():
            start.wait(10)
            return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
    return [future.exception() or future.result() for future in futures]


def done_with(incident: Incident, *, but: str | None = None) -> None:
    """All that closing asks for, but one task."""
    closing.everything(incident, at=LATER, but=but)


def target(incident: Incident, rule: str, *, state: str = "running") -> list[Clock]:
    return list(
        db.session.scalars(
            select(Clock)
            .where(Clock.incident_id == incident.id, Clock.rule == rule, Clock.state == state)
            .execution_options(populate_existing=True)
        )
    )


def test_the_first_to_acknowledge_wins_and_the_second_is_told_who(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="li")
    with pytest.raises(errors.Conflict) as refused, unit_of_work():
        acts.acknowledge(incident, by=builders.acting("chen"), at=LATER)
    assert "李娜" in str(refused.value)
    assert acts.acknowledge(incident, by=builders.acting("li"), at=LATER) is incident


def test_a_service_cannot_acknowledge(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Forbidden):
        acts.acknowledge(incident, by=builders.BY, at=LATER)


@pytest.mark.parametrize("lock", [True, False], ids=["locking", "by version"])
def test_of_many_who_acknowledge_at_once_one_wins(app: Flask, lock: bool) -> None:
    number = builders.an_incident().number
    db.session.remove()

    def call(name: str) -> Callable[[], object]:
        def act() -> str:
            with unit_of_work():
                found = common.by_number(number, lock=lock)
                acts.acknowledge(found, by=builders.acting(name), at=LATER)
            return name

        return act

    results = at_once(app, [call(name) for name in ("li", "chen", "wang", "sun", "wu")])
    assert sum(isinstance(each, str) for each in results) == 1, results
    assert sum(isinstance(each, errors.Conflict) for each in results) == 4, results
    found = common.by_number(number)
    assert [event.kind for event in timeline.of(found.id)].count("acknowledged") == 1


def test_stages_follow_each_other_and_skipping_names_the_next(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    with pytest.raises(errors.Refused) as refused:
        acts.move(incident, "resolve", by=builders.acting("zhao"), at=LATER)
    assert refused.value.reasons[0].values["next"] == "verify"
    for stage in list(Stage)[1:]:
        with unit_of_work():
            acts.move(incident, stage, by=builders.acting("zhao"), at=LATER)
    with pytest.raises(errors.Refused) as refused:
        acts.move(incident, "follow_up", by=builders.acting("zhao"), at=LATER)
    assert "close" in str(refused.value.reasons[0])


def test_nothing_moves_before_somebody_answered_and_going_back_needs_a_reason(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Refused, match="cannot move"):
        acts.move(incident, "verify", by=builders.acting("zhao"), at=LATER)
    moved = builders.an_incident(stage="feedback")
    assert moved.resolved_at is not None
    with pytest.raises(errors.Refused):
        acts.move(moved, "verify", by=builders.acting("zhao"), at=LATER)
    with unit_of_work():
        acts.move(moved, "verify", by=builders.acting("zhao"), at=LATER, reason="新证据 13800138000")
    assert moved.resolved_at is None
    assert "13800138000" not in str([event.data for event in timeline.of(moved.id)])


def test_an_unknown_stage_is_invalid(app: Flask) -> None:
    with pytest.raises(errors.Invalid):
        acts.move(builders.an_incident(), "sideways", by=builders.acting("zhao"), at=LATER)


def test_anybody_raises_but_only_the_commander_lowers(app: Flask) -> None:
    incident = builders.an_incident()
    assert incident.level > 1
    before = incident.level
    with unit_of_work():
        acts.change_level(
            incident, 1, reason="升级", by=builders.acting("li"), at=LATER, house=builders.house()
        )
    with pytest.raises(errors.Forbidden):
        acts.change_level(
            incident, before, reason="降级", by=builders.acting("li"), at=LATER, house=builders.house()
        )
    with unit_of_work():
        acts.change_level(
            incident, before, reason="降级", by=builders.acting("zhao"), at=LATER, house=builders.house()
        )
    assert incident.level == before


@pytest.mark.parametrize("level", [0, 5, -1])
def test_a_level_beyond_the_scale_is_invalid(app: Flask, level: int) -> None:
    with pytest.raises(errors.Invalid):
        acts.change_level(
            builders.an_incident(), level, reason="x", by=builders.BY, at=LATER, house=builders.house()
        )


def test_raised_answered_and_lowered_again_leaves_no_target_running_that_was_met(app: Flask) -> None:
    incident = builders.an_incident()
    before, by, house = int(incident.level), builders.acting("zhao"), builders.house()
    with unit_of_work():
        acts.change_level(incident, 1, reason="升级", by=by, at=LATER, house=house)
    with unit_of_work():
        acts.acknowledge(incident, by=by, at=LATER)
    with unit_of_work():
        acts.change_level(incident, before, reason="降级", by=by, at=LATER, house=house)
    assert len(target(incident, "acknowledge", state="met")) == 1
    assert target(incident, "acknowledge") == []
    (decision,) = target(incident, "decision")
    assert decision.rule_version == f"level-{before}"
    running = clocks.running(incident.id)
    assert incident.next_clock_at == min(each.due_at for each in running)


def test_going_up_and_down_twice_keeps_one_running_target_of_each_kind(app: Flask) -> None:
    incident = builders.an_incident()
    before, by, house = int(incident.level), builders.acting("zhao"), builders.house()
    for level in (1, before, 1, before, 2):
        with unit_of_work():
            acts.change_level(incident, level, reason="调整", by=by, at=LATER, house=house)
    for rule in ("acknowledge", "first_contact", "decision"):
        (clock,) = target(incident, rule)
        assert clock.rule_version == "level-2" and clock.started_at == builders.NOW


def test_closing_names_everything_that_is_missing(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Refused) as refused:
        acts.close(incident, summary="完", by=builders.acting("zhao"), at=LATER, house=builders.house())
    places = {reason.loc[:1] for reason in refused.value.reasons}
    assert {("decision",), ("stage",), ("finding",), ("tasks",), ("departments",)} <= places
    assert len(refused.value.reasons) == refused.value.values["count"]


def test_an_incident_closes_when_all_is_done_and_gets_its_review(app: Flask) -> None:
    incident = builders.an_incident(stage="follow_up")
    done_with(incident)
    with unit_of_work():
        acts.close(incident, summary="客户认可", by=builders.acting("zhao"), at=LATER, house=builders.house())
    assert incident.status == "closed" and incident.closed_at == LATER
    assert clocks.running(incident.id) == [] and incident.next_clock_at is None
    review = db.session.scalars(select(Review).where(Review.incident_id == incident.id)).one()
    assert review.owner_id == incident.commander_id
    for act in (
        lambda: acts.move(incident, "verify", by=builders.BY, at=LATER, reason="x"),
        lambda: acts.cancel(incident, reason="x", by=builders.BY, at=LATER),
        lambda: acts.close(incident, summary="又", by=builders.BY, at=LATER, house=builders.house()),
        lambda: departments.sign_off(incident, "COL", statement="x", by=builders.BY, at=LATER),
    ):
        with pytest.raises(errors.Refused):
            act()


def test_without_the_decision_told_to_the_customer_it_does_not_close(app: Flask) -> None:
    incident = builders.an_incident(stage="follow_up")
    letter = tasks.keyed(incident.id, tasks.FEEDBACK)
    assert letter is not None
    with pytest.raises(errors.Refused) as refused, unit_of_work():
        tasks.change(letter, incident, by=builders.acting("zhao"), at=LATER, status="done")
    assert [reason.loc[0] for reason in refused.value.reasons] == ["decision"]
    assert [reason.loc[0] for reason in acts.missing_for_close(incident)][:1] == ["decision"]


def test_a_responder_who_is_not_the_commander_cannot_close(app: Flask) -> None:
    incident = builders.an_incident(stage="follow_up")
    done_with(incident)
    with pytest.raises(errors.Forbidden):
        acts.close(incident, summary="完", by=builders.acting("li"), at=LATER, house=builders.house())


def test_two_who_close_at_once_make_one_review(app: Flask) -> None:
    incident = builders.an_incident(stage="follow_up")
    done_with(incident)
    number = incident.number
    db.session.remove()

    def close() -> bool:
        with unit_of_work():
            found = common.by_number(number, lock=True)
            acts.close(found, summary="完", by=builders.acting("zhao"), at=LATER, house=builders.house())
        return True

    results = at_once(app, [close, close, close])
    assert sum(each is True for each in results) == 1
    assert all(each is True or isinstance(each, errors.Refused) for each in results), results


def test_a_cancelled_incident_has_no_ladder_and_no_clock(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        acts.cancel(incident, reason="误报 13800138000", by=builders.acting("zhao"), at=LATER)
    assert incident.escalate_at is None and clocks.running(incident.id) == []
    assert "13800138000" not in str([event.data for event in timeline.of(incident.id)])


def test_edits_of_the_card_that_wait_are_one(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    for text in ("一", "二", "三"):
        with unit_of_work():
            roles.assign(incident, "scribe", builders.person("li"), by=builders.acting("zhao"), at=LATER)
            acts.note(incident, text, by=builders.acting("zhao"), at=LATER)
    assert [row.step for row in outbox.of(incident.id)].count("update_card") == 1


def test_an_auditor_reads_but_changes_nothing(app: Flask) -> None:
    incident, auditor = builders.an_incident(), builders.acting("tang")
    for act in (
        lambda: acts.acknowledge(incident, by=auditor, at=LATER),
        lambda: acts.move(incident, "verify", by=auditor, at=LATER),
        lambda: acts.note(incident, "x", by=auditor, at=LATER),
        lambda: acts.cancel(incident, reason="x", by=auditor, at=LATER),
        lambda: departments.sign_off(incident, "COL", statement="x", by=auditor, at=LATER),
        lambda: roles.assign(incident, "scribe", builders.person("li"), by=auditor, at=LATER),
    ):
        with pytest.raises(errors.Forbidden):
            act()
