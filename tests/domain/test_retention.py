"""Evidence is kept for its term, longer under a legal hold, and then its files are destroyed."""

import io
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, housekeeping, timeline
from incident.coordination import custody, evidence, retention
from incident.coordination.evidence import About
from incident.db import db, unit_of_work
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from incident.vault import Vault
from tests import builders
from tests.builders import NOW

TERM_OVER = datetime.fromisoformat("2029-11-04T00:00:00+08:00")  # 36 months after a closing on 2026-11-03


def with_file(content: bytes) -> tuple[Incident, Evidence]:
    """An incident that closed at NOW with one file of evidence."""
    incident = builders.an_incident(stage="verify")
    draft = vault().receive(io.BytesIO(content))
    with unit_of_work():
        row = evidence.add_file(
            incident, draft, name="call.txt", claimed=None, about=About(), by=builders.acting("li"), at=NOW
        )
        vault().keep(draft)
        incident.status, incident.closed_at, incident.escalate_at = "closed", NOW, None
    return incident, row


def vault() -> Vault:
    from flask import current_app

    found: Vault = current_app.extensions["vault"]
    return found


def tidy(at: datetime) -> int:
    return housekeeping.tidy(vault().root, at=at, rule_set="cn")


def test_a_file_is_destroyed_when_its_term_is_over_and_its_record_stays(app: Flask) -> None:
    incident, row = with_file(b"one recording")
    term = retention.term(incident, rule_set="cn")
    assert term is not None and (term.rule.code, term.rule.value) == ("complaint_records", 36)
    assert term.until == TERM_OVER - timedelta(seconds=1)
    assert tidy(TERM_OVER - timedelta(days=1)) == 0 and vault().state(row.sha256) == "sound"
    assert tidy(TERM_OVER) == 1 and vault().state(row.sha256) == "missing"
    assert tidy(TERM_OVER) == 0, "twice is once"
    db.session.refresh(row)
    assert row.destroyed_at == TERM_OVER and row.sha256 and row.private["name"] == "call.txt"
    assert custody.verify(vault(), incident_id=incident.id) == [], "nothing is missed that was destroyed"
    with pytest.raises(errors.Refused, match="destroyed"):
        custody.given_out(row, vault())
    assert timeline.of(incident.id)[-1].kind == "evidence_destroyed"
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and entry.action == "evidence.destroyed"
    assert entry.data["rule"] == "complaint_records" and entry.data["count"] == 1


def test_a_legal_hold_keeps_it_and_whoever_commands_places_and_lifts_it(app: Flask) -> None:
    incident, row = with_file(b"another recording")
    with pytest.raises(errors.Forbidden):
        retention.place(incident, reason="诉讼", by=builders.acting("li"), at=NOW)
    with pytest.raises(errors.Invalid):
        retention.place(incident, reason=" ", by=builders.acting("zhao"), at=NOW)
    with unit_of_work():
        retention.place(incident, reason="客户已起诉", by=builders.acting("zhao"), at=NOW)
    with pytest.raises(errors.Conflict), unit_of_work():
        retention.place(incident, reason="again", by=builders.acting("yang"), at=NOW)
    assert tidy(TERM_OVER + timedelta(days=400)) == 0 and vault().state(row.sha256) == "sound"
    with unit_of_work():
        retention.lift(incident, reason="判决已生效", by=builders.acting("yang"), at=TERM_OVER)
    with pytest.raises(errors.Refused):
        retention.lift(incident, reason="again", by=builders.acting("yang"), at=TERM_OVER)
    assert tidy(TERM_OVER + timedelta(days=400)) == 1


def test_the_same_content_stays_while_another_incident_keeps_it(app: Flask) -> None:
    _first, row = with_file(b"shared")
    second, _row = with_file(b"shared")
    with unit_of_work():
        retention.place(second, reason="诉讼", by=builders.acting("zhao"), at=NOW)
    assert tidy(TERM_OVER) == 1 and vault().state(row.sha256) == "sound"
    with unit_of_work():
        retention.lift(second, reason="了结", by=builders.acting("zhao"), at=TERM_OVER)
    assert tidy(TERM_OVER) == 1 and vault().state(row.sha256) == "missing"
