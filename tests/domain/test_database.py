"""The unit of work and the ground: whole or not at all, one writer at a time, times with their zone."""

import threading
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import DateTime, delete, func, select, text
from sqlalchemy.dialects import postgresql, sqlite

from incident import calendars, errors, notices
from incident.alerting import outbox
from incident.db import UtcDateTime, after_commit, db, forget, remembered, unit_of_work
from incident.intake import receive
from incident.models.alerts import Delivery, DeliveryState
from incident.models.ground import CalendarDay, Counter
from incident.models.incidents import Incident
from tests import builders

LEASE = timedelta(seconds=30)
LATER = builders.NOW + timedelta(minutes=1)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_times_come_out_in_utc_whatever_zone_the_database_answers_in(dialect: Any) -> None:
    kind = UtcDateTime()
    assert isinstance(kind.impl, DateTime)
    moment = datetime(2026, 11, 3, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    stored = kind.process_bind_param(moment, dialect)
    assert stored is not None and stored.tzinfo is UTC
    for answered in (stored.replace(tzinfo=None), moment, stored):
        found = kind.process_result_value(answered, dialect)
        assert found == moment and found is not None and found.utcoffset() == timedelta(0)
    with pytest.raises(ValueError, match="naive"):
        kind.process_bind_param(datetime(2026, 1, 1), dialect)
    assert kind.process_bind_param(None, dialect) is kind.process_result_value(None, dialect) is None


def test_an_act_that_fails_is_undone_and_the_next_one_works(app: Flask) -> None:
    with pytest.raises(KeyError), unit_of_work() as session:
        session.add(Counter(series="A", value=1))
        session.flush()
        raise KeyError("half-way")
    with unit_of_work() as session:
        session.add(Counter(series="B", value=1))
    assert set(db.session.scalars(select(Counter.series))) == {"B"}


def test_of_two_who_change_a_row_from_what_they_read_the_second_is_told(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(errors.Conflict), unit_of_work() as session:
        session.execute(text("UPDATE incidents SET version = version + 1"))
        incident.sensitive = not incident.sensitive


def test_senders_are_woken_after_a_commit_and_not_after_a_failure(app: Flask) -> None:
    woken: list[int] = []

    def wake() -> None:
        woken.append(db.session.scalar(select(func.count()).select_from(Counter)) or 0)

    after_commit.append(wake)
    try:
        with unit_of_work() as session:
            session.add(Counter(series="A", value=1))
        with pytest.raises(KeyError), unit_of_work():
            raise KeyError("no")
    finally:
        after_commit.remove(wake)
    assert woken == [1]


def test_many_threads_write_at_once_without_being_turned_away(app: Flask) -> None:
    with unit_of_work() as session:
        session.add(Counter(series="A", value=0))
    failed: list[BaseException] = []

    def write() -> None:
        with app.app_context():
            for _ in range(10):
                try:
                    with unit_of_work() as session:
                        row = session.get_one(Counter, "A", populate_existing=True)
                        row.value += 1
                except errors.DomainError as fault:
                    failed.append(fault)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    db.session.rollback()
    assert failed == [] and db.session.get_one(Counter, "A", populate_existing=True).value == 80


def test_sixteen_equal_complaints_at_once_are_one_with_one_number(app: Flask) -> None:
    start, results = threading.Barrier(16), []
    facts = builders.complaint_body(source="crm", source_ref="same")
    db.session.remove()

    def send() -> None:
        with app.app_context():
            start.wait(10)
            results.append(builders.a_complaint(**facts).duplicate)

    threads = [threading.Thread(target=send) for _ in range(16)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert sorted(results) == [False] + [True] * 15
    assert list(db.session.scalars(select(Incident.number))) == ["INC-2026-000001"]


def test_what_is_remembered_is_read_again_when_forgotten(app: Flask) -> None:
    reads: list[int] = []
    for _ in range(3):
        remembered("test/a", lambda: reads.append(1))
    assert len(reads) == 1
    forget("test/")
    remembered("test/a", lambda: reads.append(1))
    assert len(reads) == 2


def test_a_notice_keeps_since_when_while_its_words_change(app: Flask) -> None:
    for minutes, count in ((0, 1), (5, 2)):
        with unit_of_work():
            notices.put("x", "%(count)s faults", at=builders.NOW + timedelta(minutes=minutes), count=count)
    (notice,) = notices.current()
    assert (notice.values, notice.since) == ({"count": 2}, builders.NOW)
    with unit_of_work():
        notices.clear("x")
        notices.clear("never there")
    assert notices.current() == []


def test_the_calendar_is_seeded_once_and_an_edit_counts_at_once(app: Flask) -> None:
    with unit_of_work():
        assert calendars.seed(range(2026, 2027)) == set()
    day = builders.NOW.date()
    assert calendars.load("cn", "Asia/Shanghai").is_working(day)
    with unit_of_work():
        calendars.set_day("cn", day, working=False, name="歇业", source="test")
    assert not calendars.load("cn", "Asia/Shanghai").is_working(day)
    with unit_of_work():
        calendars.set_day("cn", day, working=True, name="照常", source="test")
    assert calendars.load("cn", "Asia/Shanghai").is_working(day)


def test_a_year_whose_make_up_days_are_not_announced_is_not_known_yet(app: Flask) -> None:
    with unit_of_work() as session:
        session.execute(text("DELETE FROM calendar_days"))
        assert calendars.seed(range(2026, 2029)) == {"cn", "us", "uk", "eu"}
    known = calendars.known_until("cn")
    provisional = select(CalendarDay.day).where(CalendarDay.source.like(f"%{calendars.PROVISIONAL}"))
    guessed = [day.year for day in db.session.scalars(provisional)]
    assert known is not None and guessed and known.year < min(guessed)
    assert calendars.known_until("mars") is None
    uk = calendars.known_until("uk")
    assert uk is not None and uk.year == 2028


def test_a_year_is_filled_once_it_is_announced_and_what_people_set_stays(app: Flask) -> None:
    new_year, autumn = date(2026, 1, 1), date(2026, 10, 1)
    with unit_of_work() as session:
        session.execute(delete(CalendarDay).where(CalendarDay.jurisdiction == "cn"))
        guess = f"holidays: {calendars.PROVISIONAL}"
        calendars.set_day("cn", date(2026, 1, 5), working=False, name="wrong guess", source=guess)
        calendars.set_day("cn", new_year, working=True, name="stock-taking", source="admin@demo.example")
    assert calendars.load("cn", "Asia/Shanghai").is_working(autumn)
    with unit_of_work():
        assert calendars.seed(range(2026, 2028)) == {"cn"}
    found = calendars.load("cn", "Asia/Shanghai")
    assert found.is_working(new_year) and found.is_working(date(2026, 1, 5))
    assert not found.is_working(autumn) and found.is_working(date(2026, 2, 14))  # a make-up Saturday
    with unit_of_work():
        assert calendars.seed(range(2026, 2028)) == set()


def test_a_delivery_whose_sender_died_comes_back_as_uncertain(app: Flask) -> None:
    with unit_of_work():
        outbox.enqueue_rows([outbox.row(None, "remind", at=builders.NOW, key="x")])
    with unit_of_work() as session:
        (first,) = outbox.claim(at=LATER, who="a", lease=LEASE)
        session.expunge(first)
    with unit_of_work():
        assert outbox.claim(at=LATER, who="b", lease=LEASE) == []
        (again,) = outbox.claim(at=LATER + LEASE, who="b", lease=LEASE)
        assert again.uncertain and again.attempts == 2
        assert not outbox.finish(first, state=DeliveryState.DONE, at=LATER)
    with unit_of_work():
        assert outbox.take_over(at=LATER) == 1


def claimed() -> list[Delivery]:
    """Everything that is due, in the order it is taken."""
    return [each for _ in range(20) for each in outbox.claim(at=LATER, who="a", lease=LEASE)]


def test_steps_follow_the_one_they_wait_for_and_a_failed_one_is_tried_again(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work():
        taken = claimed()
        assert {each.step for each in taken} == {"page", "announce", "create_channel", "call_leads"}
        assert [each.priority for each in taken] == sorted(each.priority for each in taken)
        for each in taken:
            assert outbox.finish(each, state=DeliveryState.DONE, at=LATER)
    with unit_of_work():
        taken = claimed()
        assert {each.step for each in taken} == {"post_card", "invite", "set_topic", "bookmark"}
        outbox.finish(taken[0], state=DeliveryState.FAILED, at=LATER, error="x")
    failed = next(row for row in outbox.of(incident.id) if row.id == taken[0].id)
    done = next(row for row in outbox.of(incident.id) if row.state == DeliveryState.DONE)
    with unit_of_work():
        assert outbox.retry(failed.id, by=builders.acting("li"), at=LATER).state == DeliveryState.PENDING
    with pytest.raises(errors.Refused):
        outbox.retry(done.id, by=builders.acting("li"), at=LATER)
    with pytest.raises(errors.Forbidden):
        outbox.retry(failed.id, by=builders.acting("tang"), at=LATER)
    with pytest.raises(errors.NotFound):
        outbox.retry(10**6, by=builders.acting("li"), at=LATER)


def test_what_was_written_while_its_step_was_being_done_is_freed(app: Flask) -> None:
    incident = builders.an_incident()
    with unit_of_work() as session:
        for row in session.scalars(select(Delivery).where(Delivery.incident_id == incident.id)):
            row.state = DeliveryState.DONE
        outbox.enqueue_rows([outbox.row(incident.id, "post", at=LATER, key="late", said="note")])
    with unit_of_work():
        assert [outbox.free_ready(at=LATER), outbox.free_ready(at=LATER)] == [1, 0]


def test_a_complaint_that_is_not_there_is_not_found(app: Flask) -> None:
    with pytest.raises(errors.NotFound):
        receive.find(4711)
