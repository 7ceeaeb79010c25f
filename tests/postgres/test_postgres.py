"""What only a server with many writers can show: races, locks, leadership, zones."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from incident import audit, errors, leading, pulse, timeline
from incident.alerting import escalation, outbox
from incident.db import db, unit_of_work
from incident.intake import body, receive
from incident.lifecycle import acts, common
from incident.models.alerts import Delivery, DeliveryState
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from tests import builders

pytestmark = pytest.mark.xdist_group("postgres")  # one server is enough
LATER = builders.NOW + timedelta(minutes=10)
LEASE = timedelta(seconds=30)


def at_once(app: Flask, calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run calls in threads that start together; their results or what they raised, in order."""
    start = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        with app.app_context():
            start.wait(30)
            return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
    return [future.exception() or future.result() for future in futures]


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def receiving(**given: Any) -> Callable[[], receive.Received]:
    prepared = receive.prepare(body.read(builders.complaint_body(**given), at=builders.NOW))
    house = builders.house()

    def call() -> receive.Received:
        with unit_of_work():
            return receive.receive(prepared, by=builders.BY, at=builders.NOW, house=house)

    return call


def test_a_whole_life_runs_on_postgresql(app: Flask) -> None:
    incident = builders.an_incident(stage="feedback")
    assert incident.number == "INC-2026-000001"
    db.session.commit()
    db.session.expire_all()
    again = common.by_number("inc-2026-000001")
    assert again.opened_at == builders.NOW and again.opened_at.tzinfo is UTC
    kinds = [event.kind for event in timeline.of(again.id)]
    assert kinds[:3] == ["opened", "paged", "complaint_attached"] and kinds.count("moved") == 4
    with unit_of_work():
        acts.change_level(
            again, 1, reason="升级", by=builders.acting("zhao"), at=LATER, house=builders.house()
        )


def test_thirty_two_equal_complaints_at_once_are_one_with_one_incident(app: Flask) -> None:
    facts = builders.complaint_body(source="crm", source_ref="same")
    results = at_once(app, [receiving(**facts) for _ in range(32)])
    assert all(isinstance(each, receive.Received) for each in results), results
    assert sum(not each.duplicate for each in results) == 1
    assert {each.incident.number for each in results} == {"INC-2026-000001"}
    assert (count(Complaint), count(Incident)) == (1, 1)


def test_the_same_reference_with_other_contents_at_once_is_taken_once(app: Flask) -> None:
    calls = [receiving(source="crm", source_ref="same", narrative=f"第{n}种说法。") for n in range(8)]
    results = at_once(app, calls)
    assert sum(isinstance(each, receive.Received) for each in results) == 1
    assert sum(isinstance(each, errors.Conflict) for each in results) == 7


def test_numbers_have_no_gap_when_many_open_at_once_and_some_fail(app: Flask) -> None:
    good = [receiving() for _ in range(16)]

    def failing() -> None:
        prepared = receive.prepare(body.read(builders.complaint_body(), at=builders.NOW))
        with unit_of_work():
            receive.receive(prepared, by=builders.BY, at=builders.NOW, house=builders.house())
            raise errors.Refused("stopped")

    results = at_once(app, [*good, *[failing] * 8])
    numbers = sorted(each.incident.number for each in results if isinstance(each, receive.Received))
    assert numbers == [f"INC-2026-{n:06d}" for n in range(1, 17)]


def test_two_hundred_deliveries_are_each_claimed_once_by_eight_senders(app: Flask) -> None:
    with unit_of_work():
        outbox.enqueue_rows([outbox.row(None, "remind", at=builders.NOW, key=str(n)) for n in range(200)])

    def claiming(name: str) -> Callable[[], list[int]]:
        def call() -> list[int]:
            mine: list[int] = []
            while True:
                with unit_of_work():
                    taken = outbox.claim(at=LATER, who=name, lease=LEASE)
                    assert len(taken) <= 1, "more than asked for"
                    mine += [each.id for each in taken]
                if not taken and not outbox.anything_due(at=LATER):
                    return mine

        return call

    results = at_once(app, [claiming(f"sender-{n}") for n in range(8)])
    taken = [each for mine in results for each in mine]
    assert len(taken) == len(set(taken)) == 200
    assert {row.attempts for row in db.session.scalars(select(Delivery))} == {1}


def test_a_claim_never_takes_more_than_one(app: Flask) -> None:
    with unit_of_work():
        outbox.enqueue_rows([outbox.row(None, "remind", at=builders.NOW, key=str(n)) for n in range(50)])
    with unit_of_work() as session:
        session.execute(text("SET LOCAL enable_hashjoin = off"))  # however the server plans it
        session.execute(text("SET LOCAL enable_hashagg = off"))
        session.execute(text("SET LOCAL enable_material = off"))
        session.execute(text("SET LOCAL enable_mergejoin = off"))
        assert len(outbox.claim(at=LATER, who="a", lease=LEASE)) == 1


def test_a_lost_lease_is_taken_again_as_uncertain_and_its_old_sender_notes_nothing(app: Flask) -> None:
    with unit_of_work():
        outbox.enqueue_rows([outbox.row(None, "remind", at=builders.NOW, key="x")])
    with unit_of_work() as session:
        (first,) = outbox.claim(at=LATER, who="a", lease=LEASE)
        session.expunge(first)
    with unit_of_work() as session:
        (second,) = outbox.claim(at=LATER + LEASE, who="b", lease=LEASE)
        assert second.uncertain and second.attempts == 2
        session.expunge(second)
    with unit_of_work():
        assert not outbox.finish(first, state=DeliveryState.DONE, at=LATER)
        assert outbox.finish(second, state=DeliveryState.DONE, at=LATER)


def test_an_edit_that_an_open_act_merged_with_is_not_drawn_before_the_act_is_in(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    with unit_of_work() as session:
        for row in session.scalars(select(Delivery).where(Delivery.incident_id == incident.id)):
            if row.step == "update_card":
                row.state, row.next_at = DeliveryState.PENDING, builders.NOW
            else:
                row.state = DeliveryState.DONE

    def claim() -> list[str]:
        with unit_of_work():
            return [each.step for each in outbox.claim(at=LATER, who="other", lease=LEASE)]

    with unit_of_work():
        outbox.enqueue(incident.id, "update_card", at=LATER)
        assert at_once(app, [claim]) == [[]]
    assert at_once(app, [claim]) == [["update_card"]]


def test_two_sweeps_at_once_climb_each_ladder_once(app: Flask) -> None:
    opened = [builders.an_incident() for _ in range(5)]
    due = max(each.escalate_at for each in opened if each.escalate_at)
    house = builders.house()
    db.session.remove()

    def sweep() -> int:
        return escalation.sweep(at=due, zone=house.zone, rule_set=house.rule_set)

    assert sum(at_once(app, [sweep, sweep, sweep])) == 5
    assert set(db.session.scalars(select(Incident.rung))) == {1}


@pytest.mark.parametrize("lock", [True, False], ids=["locking", "by version"])
def test_of_many_who_acknowledge_at_once_one_wins(app: Flask, lock: bool) -> None:
    number = builders.an_incident().number
    db.session.remove()

    def call(name: str) -> Callable[[], str]:
        def act() -> str:
            with unit_of_work():
                acts.acknowledge(common.by_number(number, lock=lock), by=builders.acting(name), at=LATER)
            return name

        return act

    results = at_once(app, [call(name) for name in ("li", "chen", "wang", "sun", "wu")])
    assert sum(isinstance(each, str) for each in results) == 1, results
    assert sum(isinstance(each, errors.Conflict) for each in results) == 4, results


def test_two_who_escalate_a_complaint_at_once_open_one_incident(app: Flask) -> None:
    quiet = {"escalated": False, "escalation_reason": None, "narrative": "想了解一下账单的还款日期。"}
    complaint = builders.a_complaint(complaint_type="business_processing", **quiet).complaint
    house = builders.house()
    db.session.remove()

    def escalate() -> str:
        with unit_of_work():
            found = receive.find(complaint.id, lock=True)
            opened = receive.escalate(
                found, reason="再次来电", by=builders.acting("li"), at=LATER, house=house
            )
            return opened.number

    results = at_once(app, [escalate] * 4)
    assert sum(isinstance(each, str) for each in results) == 1
    assert sum(isinstance(each, errors.Refused) for each in results) == 3, results


def test_the_records_cannot_be_changed_or_removed_and_seals_find_who_did_it_anyway(app: Flask) -> None:
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        assert audit.seal(at=LATER) > 0
    for statement in (
        "UPDATE timeline_events SET actor = 'nobody'",
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET seal_id = NULL",
    ):
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
            session.execute(text(statement))
    assert audit.verify() == []
    event = timeline.of(incident.id)[0]
    with unit_of_work() as session:
        session.execute(text("ALTER TABLE timeline_events DISABLE TRIGGER ALL"))
        session.execute(text("UPDATE timeline_events SET actor = 'nobody' WHERE id = :id"), {"id": event.id})
        session.execute(text("ALTER TABLE timeline_events ENABLE TRIGGER ALL"))
    assert [fault.table for fault in audit.verify()] == ["timeline_events"]


def test_seals_hold_when_the_zone_of_the_session_changes(app: Flask) -> None:
    builders.an_incident()
    with unit_of_work():
        audit.seal(at=LATER)
    db.session.execute(text("SET TIME ZONE 'Asia/Kathmandu'"))
    assert audit.verify() == []
    event = db.session.scalars(select(TimelineEvent).limit(1)).one()
    assert event.at.utcoffset() == timedelta(0)


def test_one_scheduler_leads_and_another_takes_over_when_its_connection_dies(
    app: Flask, make_app: Callable[..., Flask]
) -> None:
    other = make_app()
    first = leading.Leadership(app, app.extensions["settings"])
    second = leading.Leadership(other, other.extensions["settings"])
    try:
        assert first.hold() and first.hold()
        assert not second.hold()
        killed = db.session.scalar(
            text("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' LIMIT 1")
        )
        assert killed
        db.session.commit()
        began = time.monotonic()
        while not second.hold():
            assert time.monotonic() - began < 3, "nobody took over"
            time.sleep(0.05)
        assert not first.hold(), "two lead"
    finally:
        first.release()
        second.release()


def test_a_runner_takes_over_within_three_seconds_when_the_leader_stops(
    app: Flask, make_app: Callable[..., Flask]
) -> None:
    other = make_app()
    runners = [pulse.Runner(each, each.extensions["settings"]) for each in (app, other)]
    try:
        runners[0].start()
        wait_for(lambda: runners[0]._scheduler is not None)
        runners[1].start()
        runners[0].stop()
        wait_for(lambda: runners[1]._scheduler is not None, seconds=3)
    finally:
        for runner in runners:
            runner.stop()


def wait_for(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, "it did not happen in time"
        time.sleep(0.02)
