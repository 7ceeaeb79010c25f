"""Evidence is kept for its term, longer under a legal hold, and then its files are destroyed."""

import io
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from incident import errors, housekeeping, timeline
from incident.coordination import custody, erasing, evidence, retention
from incident.coordination.evidence import About
from incident.db import db, unit_of_work
from incident.intake import receive
from incident.models.complaints import Complaint
from incident.models.decisions import Letter
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from incident.vault import Vault
from tests import builders
from tests.board.pages import Visitor
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
    assert tidy(TERM_OVER) == 2 and vault().state(row.sha256) == "missing", "the file, and the complaint"
    assert tidy(TERM_OVER) == 0, "twice is once"
    db.session.refresh(row)
    assert row.destroyed_at == TERM_OVER and row.sha256 and row.private["name"] == "call.txt"
    assert custody.verify(vault(), incident_id=incident.id) == [], "nothing is missed that was destroyed"
    with pytest.raises(errors.Refused, match="destroyed"):
        custody.given_out(row, vault())
    assert "evidence_destroyed" in {event.kind for event in timeline.of(incident.id)}
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "evidence.destroyed")).one()
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
    assert tidy(TERM_OVER + timedelta(days=400)) == 2


def test_the_same_content_stays_while_another_incident_keeps_it(app: Flask) -> None:
    _first, row = with_file(b"shared")
    second, _row = with_file(b"shared")
    with unit_of_work():
        retention.place(second, reason="诉讼", by=builders.acting("zhao"), at=NOW)
    assert tidy(TERM_OVER) == 2 and vault().state(row.sha256) == "sound"
    with unit_of_work():
        retention.lift(second, reason="了结", by=builders.acting("zhao"), at=TERM_OVER)
    assert tidy(TERM_OVER) == 2 and vault().state(row.sha256) == "missing"


def test_personal_data_is_erased_with_its_term_and_what_was_done_stays(app: Flask) -> None:
    incident, _row = with_file(b"a third recording")
    complaint = db.session.scalars(select(Complaint).where(Complaint.incident_id == incident.id)).one()
    with unit_of_work():
        letter = Letter(
            incident_id=incident.id,
            complaint_id=complaint.id,
            version=1,
            locale="zh_CN",
            content={"text": "尊敬的{name}"},
            written_at=NOW,
            written_by="test",
        )
        db.session.add(letter)
    assert complaint.personal["narrative"]
    kept = [event.kind for event in timeline.of(incident.id)]
    tidy(TERM_OVER - timedelta(days=1))
    assert complaint.erased_at is None
    tidy(TERM_OVER)
    for row in (complaint, incident, letter):
        db.session.refresh(row)
    assert complaint.personal == {"customer": {}} and complaint.erased_at == TERM_OVER
    assert {complaint.key_phone, complaint.person_key, complaint.account_key, complaint.wording} == {None}
    assert letter.body == erasing.ERASED and incident.erased_at == TERM_OVER
    assert [event.kind for event in timeline.of(incident.id)] == [
        *kept,
        "evidence_destroyed",
        "personal_erased",
    ]
    with pytest.raises(errors.NotFound, match="erased"):
        receive.reveal(complaint, "phone", reason="x", by=builders.acting("zhao"), at=TERM_OVER)
    page = Visitor(app, "zhao").get(f"/complaints/{complaint.id}")
    assert page.status_code == 200 and "was erased when its term was over" in page.text
    shown = Visitor(app, "zhao")
    for tab in ("", "/contacts", "/decision", "/evidence", "/resolution"):
        assert shown.get(f"/incidents/{incident.number}{tab}").status_code == 200, tab
    assert tidy(TERM_OVER + timedelta(days=1)) == 0


def test_a_complaint_without_an_incident_is_erased_when_the_longest_rule_is_over(app: Flask) -> None:
    received = builders.a_complaint(escalated=False)
    assert received.incident is None
    complaint = received.complaint
    assert tidy(TERM_OVER) == 0
    assert tidy(TERM_OVER + timedelta(days=30)) == 1
    db.session.refresh(complaint)
    assert complaint.personal == {"customer": {}} and complaint.erased_at is not None
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None and (entry.action, entry.subject) == ("personal.erased", "complaints")
    assert tidy(TERM_OVER + timedelta(days=31)) == 0
