"""The sweep over clocks: each warning once, to the right people at a decent hour; misses and alarms."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, insert, select, update

from incident import clocks
from incident.clocks import sweeping
from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.alerts import Delivery
from incident.models.incidents import Clock, Incident
from incident.models.reviews import Review
from incident.reviews import schedule as reviews
from tests import builders
from tests.builders import NOW


def sweep(at: datetime) -> int:
    return clocks.sweep(at=at, house=builders.house().calendar)


def told(mark: str = "") -> list[tuple[str, str, str]]:
    """(who, rule, mark) of every message about clocks, in order."""
    db.session.commit()
    names = {each.id: each.email.partition("@")[0] for each in everybody()}
    rows = db.session.scalars(select(Delivery).where(Delivery.step == "remind").order_by(Delivery.id))
    found = [
        (names[row.payload["person_id"]], db.session.get_one(Clock, item["clock_id"]).rule, item["mark"])
        for row in rows
        if row.payload["about"] == "clocks"
        for item in row.payload["items"]
    ]
    return [each for each in found if mark in ("", each[2])]


def everybody() -> list[Any]:
    from incident.models.people import Person

    return list(db.session.scalars(select(Person)))


def clock(incident: Incident, rule: str) -> Clock:
    found = select(Clock).where(Clock.incident_id == incident.id, Clock.rule == rule)
    return db.session.scalars(found, execution_options={"populate_existing": True}).one()


def only(incident: Incident, *rules: str) -> None:
    """Leave only some clocks running."""
    with unit_of_work():
        db.session.execute(
            update(Clock)
            .where(Clock.incident_id == incident.id, Clock.rule.not_in(rules))
            .values(state="void", ended_at=NOW, warn_at=None)
        )


def test_nothing_is_said_before_its_time_and_each_mark_once(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak", signals=["data_leak"])
    only(incident, "cac_report")  # four hours from 09:30
    for minutes, new in ((119, []), (121, ["50"]), (122, []), (181, ["75"]), (217, ["90"]), (218, [])):
        before = len(told())
        sweep(NOW + timedelta(minutes=minutes))
        assert sorted({mark for _who, _rule, mark in told()[before:]}) == new, minutes
    assert {who for who, _rule, _mark in told("50")} == {"sun", "zhao"}  # DPO's lead, and the commander
    assert [each["mark"] for each in clock(incident, "cac_report").warnings] == ["50", "75", "90"]


def test_after_a_stop_only_the_latest_mark_is_said_and_the_sweep_twice_says_nothing_more(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    only(incident, "cac_report")
    assert sweep(NOW + timedelta(minutes=230)) == 1
    assert {mark for _who, _rule, mark in told()} == {"90"}
    assert sweep(NOW + timedelta(minutes=230)) == 0


def test_each_person_gets_one_message_with_all_their_clocks(app: Flask) -> None:
    for _ in range(3):
        builders.an_incident(complaint_type="privacy_leak", signals=["data_leak"])
    sweep(NOW + timedelta(minutes=70))
    rows = list(db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:clocks-%"))))
    assert len(rows) == len({row.payload["person_id"] for row in rows})
    assert max(len(row.payload["items"]) for row in rows) >= 3


def test_a_miss_alarms_commander_head_and_compliance_and_stays_on_the_board(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    only(incident, "cac_report")
    with unit_of_work():
        clocks.bring_up_to_date(db.session.get_one(Incident, incident.id))
    due = clock(incident, "cac_report").due_at
    sweep(due + timedelta(seconds=5))
    missed = clock(incident, "cac_report")
    assert missed.state == "missed" and missed.missed_at == due and missed.ended_at is None
    assert {who for who, _rule, _mark in told("missed")} == {"zhao", "sun", "wang"}
    with unit_of_work():
        present = db.session.get_one(Incident, incident.id, populate_existing=True)
        clocks.bring_up_to_date(present)
        assert present.next_clock_at == due  # overdue on the board until it is met
    assert sweep(due + timedelta(hours=9)) == 0
    with unit_of_work():
        clocks.meet(
            present, missed.id, by=builders.acting("sun"), at=due + timedelta(hours=10), proof="F-9",
            kind="filing",
        )  # fmt: skip
    assert clock(incident, "cac_report").met_late and present.next_clock_at is None


@pytest.mark.parametrize("missed", [False, True])
def test_a_missed_legal_clock_forces_a_post_mortem_where_it_is_optional(app: Flask, missed: bool) -> None:
    incident = builders.an_incident(complaint_type="fee_dispute")
    assert incident.level == 4
    if missed:
        sweep(NOW + timedelta(days=20))
    with unit_of_work():
        found = db.session.get_one(Incident, incident.id, populate_existing=True)
        reviews.schedule(found, builders.house().calendar, by=builders.BY, at=NOW + timedelta(days=21))
    assert db.session.scalars(select(Review.optional)).one() is not missed


NIGHT = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)  # 23:00 in Shanghai


def test_small_incidents_keep_still_at_night_unless_a_legal_clock_would_pass(app: Flask) -> None:
    calm = builders.an_incident(complaint_type="fee_dispute", at=NIGHT - timedelta(hours=10))
    only(calm, "complaint_decision")
    with unit_of_work():  # a two-day clock whose half falls into the night
        values = {"started_at": NIGHT - timedelta(days=1), "due_at": NIGHT + timedelta(days=1)}
        rows = update(Clock).where(Clock.incident_id == calm.id, Clock.state == "running")
        db.session.execute(rows.values(**values, warn_at=NIGHT))
    sweep(NIGHT + timedelta(minutes=1))
    assert told() == []
    morning = datetime(2026, 11, 4, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    assert clock(calm, "complaint_decision").warn_at == morning
    sweep(morning)
    assert {mark for _who, _rule, mark in told()} & {"50", "1wd"}
    before = len(told())
    with unit_of_work():
        values = {"started_at": NIGHT - timedelta(hours=4), "due_at": NIGHT + timedelta(hours=4)}
        db.session.execute(rows.values(**values, warn_at=NIGHT, warnings=[]))
    sweep(NIGHT + timedelta(minutes=1))
    assert len(told()) > before  # due at 03:00: it would pass


def test_grave_incidents_are_told_at_any_hour(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak", at=NIGHT)
    only(incident, "cac_report")
    sweep(NIGHT + timedelta(minutes=121))
    assert told("50")


def test_a_drill_warns_its_participants_alone(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    with unit_of_work():
        db.session.execute(update(Incident).where(Incident.id == incident.id).values(drill=True))
    only(incident, "cac_report")
    sweep(NOW + timedelta(hours=5))
    assert "wang" not in {who for who, _rule, _mark in told("missed")}  # compliance is not alarmed
    row = db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:clocks-%"))).first()
    assert row is not None and row.payload["drill"] is True


def test_a_clock_of_an_incident_that_ended_says_nothing(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    with unit_of_work():
        acts.cancel(incident, reason="mistake", by=builders.acting("yang"), at=NOW)
        db.session.execute(
            update(Clock)
            .where(Clock.rule == "cac_report")
            .values(state="running", ended_at=None, warn_at=NOW)
        )
    sweep(NOW + timedelta(hours=5))
    assert told() == [] and clock(incident, "cac_report").state == "running"
    assert clock(incident, "cac_report").warn_at is None


def test_one_clock_that_cannot_be_reckoned_keeps_no_other_silent(app: Flask) -> None:
    bad = builders.an_incident(complaint_type="privacy_leak")
    good = builders.an_incident(complaint_type="privacy_leak")
    for each in (bad, good):
        only(each, "cac_report")
    with unit_of_work():
        db.session.execute(update(Clock).where(Clock.incident_id == bad.id).values(calendar="xx"))
    with pytest.raises(ExceptionGroup) as caught:
        sweep(NOW + timedelta(minutes=121))
    assert len(caught.value.exceptions) == 1
    assert clock(good, "cac_report").warnings and not clock(bad, "cac_report").warnings


def test_somebody_who_met_it_meanwhile_is_not_overruled(app: Flask) -> None:
    incident = builders.an_incident(complaint_type="privacy_leak")
    found = clock(incident, "cac_report")
    values = {"state": "missed", "missed_at": found.due_at}
    stale = sweeping.Step(found, incident, values)
    db.session.expunge(found)
    with unit_of_work():
        clocks.meet(incident, found.id, by=builders.acting("sun"), at=NOW, proof="F-1", kind="filing")
    with unit_of_work():
        assert sweeping._take(stale, at=NOW + timedelta(hours=5)) is False
    assert clock(incident, "cac_report").state == "met"


MANY, EACH = 1_000, 6


def many(app: Flask) -> None:
    """A thousand open incidents with six running clocks each, past the verbs: the sweep is measured."""
    first = builders.an_incident(complaint_type="privacy_leak", signals=["data_leak"])
    whole = {c.key: getattr(first, c.key) for c in Incident.__table__.columns if c.key != "id"}
    running = list(db.session.scalars(select(Clock).where(Clock.incident_id == first.id)))[:EACH]
    plain = [
        {c.key: getattr(each, c.key) for c in Clock.__table__.columns if c.key != "id"} for each in running
    ]
    later = {"started_at": NOW, "due_at": NOW + timedelta(days=15), "warn_at": NOW + timedelta(days=7)}
    with unit_of_work():
        ids = list(range(10_000, 10_000 + MANY))
        db.session.execute(
            insert(Incident), [{**whole, "id": id_, "number": f"INC-2026-{id_:06d}"} for id_ in ids]
        )
        db.session.execute(
            insert(Clock), [{**row, **later, "incident_id": id_} for id_ in ids for row in plain]
        )
        db.session.execute(update(Clock).where(Clock.incident_id == first.id).values(warn_at=None))


def counted(act: Callable[[], int]) -> tuple[int, int, float]:
    """What an act moved, the statements it took, and its seconds."""
    seen: list[str] = []

    def note(*given: Any) -> None:
        if not given[2].startswith("BEGIN"):
            seen.append(given[2])

    event.listen(db.engine, "before_cursor_execute", note)
    began = time.perf_counter()
    moved = act()
    took = time.perf_counter() - began
    event.remove(db.engine, "before_cursor_execute", note)
    return moved, len(seen), took


def test_a_thousand_incidents_with_six_clocks_are_swept_in_less_than_a_second(app: Flask) -> None:
    many(app)
    db.session.commit()
    house = builders.house().calendar
    soon = NOW + timedelta(hours=1)
    idle, statements, took = counted(lambda: clocks.sweep(at=soon, house=house))
    print(f"idle: {took * 1000:.2f} ms, {statements} statements")
    assert idle == 0 and statements == 1 and took < 0.25
    asked = "SELECT id FROM clocks WHERE warn_at <= '2026' ORDER BY warn_at"
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")
    assert "ix_clocks_warn_at" in str(plan.all())
    with unit_of_work():
        db.session.execute(update(Clock).where(Clock.id % 100 == 0).values(warn_at=NOW + timedelta(hours=1)))
        half = NOW - timedelta(days=8)
        db.session.execute(update(Clock).where(Clock.id % 100 == 0).values(started_at=half))
    due, statements, took = counted(lambda: clocks.sweep(at=soon, house=house))
    print(f"1 % due: {due} clocks, {took * 1000:.1f} ms, {statements} statements")
    assert due == MANY * EACH // 100 and statements < 4 * due and took < 1
