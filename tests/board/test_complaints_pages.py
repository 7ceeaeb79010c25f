"""The complaint pages: masked, searchable, kept through an error, escalated with a reason."""

from sqlalchemy import func, select

from incident.board import complaint_list
from incident.db import db
from incident.models.complaints import Complaint
from incident.models.records import AuditEntry
from tests import builders
from tests.board.pages import Visitor, text

FORM = {
    "source_ref": "WEB-1",
    "narrative": "催收人员电话中言语不当，要求道歉。",
    "channel": "hotline",
    "received_at": "2026-11-03T09:10",
    "customer.name": "王小明",
    "customer.phone": "13800138000",
}


def recorded(**given):
    facts = {"escalated": False, "escalation_reason": None, "complaint_type": "service_attitude", **given}
    return builders.a_complaint(narrative="客服态度不好，多次转接，要求道歉。", summary="客服态度", **facts)


def test_the_list_masks_the_customer(app):
    builders.a_complaint()
    page = Visitor(app).get("/complaints")
    assert page.status_code == 200
    assert "13800138000" not in page.text and "王小明" not in page.text
    assert "138****8000" in page.text


def test_the_list_finds_by_reference_and_by_incident_number(app):
    first, second = builders.a_complaint(), builders.a_complaint()
    by_reference = text(Visitor(app).get(f"/complaints?q={first.complaint.source_ref}"))
    assert first.complaint.source_ref in by_reference
    assert second.complaint.source_ref not in by_reference
    by_number = text(Visitor(app).get(f"/complaints?q={second.incident.number}"))
    assert second.complaint.source_ref in by_number
    assert first.complaint.source_ref not in by_number


def test_a_percent_sign_in_the_search_is_no_wildcard(app):
    builders.a_complaint()
    assert "No complaint matches." in Visitor(app).get("/complaints?q=%25").text


def test_the_cursor_leads_to_every_complaint_once(app):
    references = {recorded().complaint.source_ref for _ in range(3)}
    seen, cursor = [], None
    while True:
        page = complaint_list.page({}, cursor=cursor, limit=2)
        seen += [complaint.source_ref for complaint, _incident in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert sorted(seen) == sorted(references)


def test_a_form_with_an_escalation_opens_an_incident(app):
    answer = Visitor(app).post("/complaints", {**FORM, "escalated": "1", "escalation_reason": "客户要求"})
    assert answer.status_code == 303
    assert answer.location.startswith("/incidents/INC-")


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(app):
    answer = Visitor(app).post("/complaints", {**FORM, "narrative": "", "account.days_overdue": "many"})
    assert answer.status_code == 422
    assert "王小明" in answer.text and "WEB-1" in answer.text
    assert "Say what happened, in at most 20,000 characters." in answer.text
    assert "Write a whole number of days." in answer.text
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 0


def test_the_same_form_sent_twice_is_one_complaint(app):
    visitor = Visitor(app)
    first, second = visitor.post("/complaints", FORM), visitor.post("/complaints", FORM)
    assert first.location == second.location
    assert db.session.scalar(select(func.count()).select_from(Complaint)) == 1


def test_the_answer_tells_the_browser_which_draft_was_recorded(app):
    answer = Visitor(app).post("/complaints", FORM)
    assert "recorded=WEB-1" in answer.headers["Set-Cookie"]


def test_a_complaint_says_why_it_was_graded_so(app):
    received = builders.a_complaint(narrative="再催我就去自杀，活不下去了。", complaint_type=None)
    page = text(Visitor(app).get(f"/complaints/{received.complaint.id}"))
    assert "What triage found, and why" in page
    assert "threat of self-harm" in page


def test_revealing_needs_a_reason(app):
    received = recorded()
    visitor = Visitor(app, "li")
    address = f"/complaints/{received.complaint.id}/reveal"
    refused = visitor.post(address, {"field": "phone", "reason": " "})
    assert refused.status_code == 422
    assert "13800138000" not in refused.text


def test_a_revealed_field_is_shown_once_and_audited(app):
    received = recorded()
    visitor = Visitor(app, "li")
    shown = visitor.post(
        f"/complaints/{received.complaint.id}/reveal", {"field": "phone", "reason": "回访客户"}
    )
    assert "13800138000" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "13800138000" not in visitor.get(f"/complaints/{received.complaint.id}").text
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "complaints.revealed")).one()
    assert entry.data["field"] == "phone"


def test_the_page_script_gets_the_revealed_field_as_a_fragment(app):
    received = recorded()
    shown = Visitor(app, "li").post(
        f"/complaints/{received.complaint.id}/reveal",
        {"field": "name", "reason": "回访客户"},
        headers={"HX-Request": "true"},
    )
    assert "王小明" in shown.text and "<html" not in shown.text


def test_an_auditor_cannot_reveal(app):
    received = recorded()
    refused = Visitor(app, "tang").post(
        f"/complaints/{received.complaint.id}/reveal", {"field": "phone", "reason": "look"}
    )
    assert refused.status_code == 403


def test_escalating_opens_the_incident_once(app):
    received = recorded()
    visitor, address = Visitor(app, "li"), f"/complaints/{received.complaint.id}/escalate"
    assert visitor.post(address, {"reason": ""}).status_code == 422
    first = visitor.post(address, {"reason": "客户称将向监管投诉"})
    assert first.status_code == 303 and first.location.startswith("/incidents/")
    assert visitor.post(address, {"reason": "again"}).status_code == 409
