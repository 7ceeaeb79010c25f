"""The records: append-only, sealed in a chain, and every change of a row or a seal is found."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from incident import audit, errors, i18n, timeline
from incident.db import db, unit_of_work
from incident.intake import receive
from incident.models.records import AuditEntry, Seal, TimelineEvent
from tests import builders

LATER = builders.NOW + timedelta(minutes=10)


def raw(*statements: str) -> None:
    """What somebody with the file in hand could do: the triggers are dropped first."""
    with unit_of_work() as session:
        for trigger in list(session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))):
            session.execute(text(f"DROP TRIGGER {trigger}"))
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        for statement in statements:
            session.execute(text(statement))


def sealed(times: int = 1) -> None:
    for _ in range(times):
        builders.an_incident()
        with unit_of_work():
            assert audit.seal(at=LATER) > 0


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE timeline_events SET actor = 'nobody'",
        "UPDATE timeline_events SET data = '{}'",
        "UPDATE audit_entries SET at = '2020-01-01 00:00:00'",
        "DELETE FROM timeline_events",
        "DELETE FROM audit_entries WHERE id = 1",
    ],
)
@pytest.mark.parametrize("after_sealing", [False, True])
def test_the_database_refuses_to_change_or_remove_a_record(
    app: Flask, statement: str, after_sealing: bool
) -> None:
    builders.an_incident()
    if after_sealing:
        with unit_of_work():
            audit.seal(at=LATER)
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
        session.execute(text(statement))


def test_a_seal_cannot_be_taken_off_a_record(app: Flask) -> None:
    sealed()
    with pytest.raises(DBAPIError, match="append-only"), unit_of_work() as session:
        session.execute(text("UPDATE timeline_events SET seal_id = NULL"))


def test_untouched_records_verify_and_sealing_again_finds_nothing(app: Flask) -> None:
    sealed(3)
    assert not audit.anything_unsealed()
    with unit_of_work():
        assert audit.seal(at=LATER) == 0
    assert audit.verify() == []
    assert {link.table for link in db.session.scalars(select(Seal))} == set(audit.SEALED)


TAMPERING = {
    "a changed actor": "UPDATE timeline_events SET actor = 'nobody' WHERE id = 2",
    "changed data": """UPDATE timeline_events SET data = '{"people": "x"}' WHERE id = 2""",
    "a changed time": "UPDATE timeline_events SET at = '2020-01-01 00:00:00.000000' WHERE id = 2",
    "a removed event": "DELETE FROM timeline_events WHERE id = 2",
    "a removed audit entry": "DELETE FROM audit_entries WHERE id = 3",
    "an event moved to another incident": "UPDATE timeline_events SET incident_id = 2 WHERE id = 1",
    "a changed digest": "UPDATE seals SET digest = 'f' || substr(digest, 2) WHERE id = 1",
    "a seal of another table": "UPDATE seals SET \"table\" = 'people' WHERE id = 2",
    "an event slipped in": "INSERT INTO timeline_events (incident_id, at, kind, actor, data, seal_id) "
    "SELECT incident_id, at, 'note', actor, data, seal_id FROM timeline_events WHERE id = 1",
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_whatever_is_done_to_a_sealed_record_is_found(app: Flask, statement: str) -> None:
    sealed(2)
    assert audit.verify() == []
    raw(statement)
    assert audit.verify() != [], statement


def test_a_removed_seal_breaks_the_chain_after_it(app: Flask) -> None:
    sealed(3)
    raw("DELETE FROM timeline_events WHERE seal_id = 2", "DELETE FROM audit_entries WHERE seal_id = 2")
    raw("DELETE FROM seals WHERE id = 2")
    assert any("before it" in fault.what for fault in audit.verify())


def test_verifying_reads_what_stands_there_and_leaves_the_session_alone(app: Flask) -> None:
    sealed()
    events = list(db.session.scalars(select(TimelineEvent)))
    entries = list(db.session.scalars(select(AuditEntry)))
    raw("UPDATE timeline_events SET actor = 'nobody' WHERE id = 1")
    assert audit.verify() != []
    assert events and entries and all(each in db.session for each in [*events, *entries])


def test_an_event_needs_a_sentence_and_every_value_of_it(app: Flask) -> None:
    incident = builders.an_incident()
    with pytest.raises(KeyError):
        timeline.record(incident.id, "invented", by="test", at=LATER)
    with pytest.raises(KeyError):
        timeline.record(incident.id, "moved", by="test", at=LATER, to="verify")


def test_every_event_of_a_life_is_said_in_both_languages_without_a_code(app: Flask) -> None:
    incident = builders.an_incident(stage="feedback")
    for event in timeline.of(incident.id):
        for locale in i18n.LOCALES:
            said = i18n.say(timeline.sentence(event), locale)
            assert "%(" not in said and "improper_collection" not in said, said


def test_the_newest_events_are_the_last_ones_in_their_order(app: Flask) -> None:
    incident = builders.an_incident(stage="feedback")
    everything = [event.id for event in timeline.of(incident.id)]
    assert [event.id for event in timeline.of(incident.id, newest=3)] == everything[-3:]


@pytest.mark.parametrize("field", ["name", "phone", "narrative"])
def test_a_personal_field_is_shown_with_a_reason_that_is_kept(app: Flask, field: str) -> None:
    complaint = builders.a_complaint().complaint
    assert "13800138000" not in str(complaint.masked()) and "王小明" not in str(complaint.masked())
    by = builders.acting("li")
    with unit_of_work():
        assert receive.reveal(complaint, field, reason="回电 13800138000", by=by, at=LATER)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "complaints.revealed")).one()
    assert entry.actor == by.label and entry.data["field"] == field
    assert "13800138000" not in str(entry.data)


REFUSED: dict[str, tuple[Callable[[], dict[str, str]], type[errors.DomainError]]] = {
    "no reason": (lambda: {"field": "phone", "reason": " ", "who": "li"}, errors.Invalid),
    "no such field": (lambda: {"field": "password", "reason": "x", "who": "li"}, errors.NotFound),
    "an auditor": (lambda: {"field": "phone", "reason": "x", "who": "tang"}, errors.Forbidden),
}


@pytest.mark.parametrize("case", REFUSED)
def test_without_reason_or_right_nothing_is_shown(app: Flask, case: str) -> None:
    given, fault = REFUSED[case][0](), REFUSED[case][1]
    complaint = builders.a_complaint().complaint
    with pytest.raises(fault):
        receive.reveal(
            complaint, given["field"], reason=given["reason"], by=builders.acting(given["who"]), at=LATER
        )


def test_personal_data_stands_encrypted_in_the_database(app: Flask) -> None:
    builders.a_complaint(escalated=True)
    with db.engine.connect() as connection:
        for row in connection.execute(text("SELECT * FROM complaints")).mappings():
            plain = str({key: value for key, value in row.items()})
            assert "王小明" not in plain and "13800138000" not in plain and "言语不当" not in plain
