"""The page of the decision: draft beside its facts, four eyes, proof, file, versions, follow-ups, scores."""

import re
from datetime import timedelta
from io import BytesIO

import docx
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from incident.coordination import telling
from incident.db import db
from incident.models.decisions import Letter
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from tests import builders
from tests.board import pages

TEXT = "尊敬的{name}：经核查，投诉成立，我行致歉。电话13900139000。"


def letters_of(incident: Incident) -> list[Letter]:
    db.session.expire_all()
    return list(db.session.scalars(select(Letter).order_by(Letter.version)))


def page_of(incident: Incident) -> str:
    return f"/incidents/{incident.number}/decision"


def approved(app: Flask, incident: Incident) -> None:
    builders.a_finding(incident)
    writer, approver = pages.Visitor(app, "li"), pages.Visitor(app, "zhao")
    answer = writer.post(
        f"{page_of(incident)}/write", {"text": TEXT, "locale": "zh_CN", "seen": "0", "submit": "1"}
    )
    assert answer.status_code == 303, pages.text(answer)
    assert approver.post(f"{page_of(incident)}/approve").status_code == 303


def test_an_incident_without_a_letter_says_so_and_offers_a_draft(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    shown = pages.text(pages.Visitor(app, "li").get(page_of(incident)))
    assert "No letter has been written yet." in shown and "Draft in Chinese" in shown
    assert "12378" in shown, "the ways open to the customer stand beside it"
    reading = pages.text(pages.Visitor(app, "tang").get(page_of(incident)))
    assert "Draft in Chinese" not in reading and "Plan a follow-up" not in reading


def test_a_letter_goes_from_draft_to_proof_through_two_people(app: Flask) -> None:
    with time_machine.travel(builders.NOW + timedelta(hours=1), tick=True):
        incident = builders.an_incident(acknowledged_by="zhao")
        writer = pages.Visitor(app, "li")
        assert writer.post(f"{page_of(incident)}/draft", {"locale": "zh_CN", "seen": "0"}).status_code == 303
        drafted = pages.text(writer.get(page_of(incident)))
        assert "Still to fill in" in drafted and incident.number in drafted
        answer = writer.post(
            f"{page_of(incident)}/write", {"text": TEXT, "locale": "zh_CN", "seen": "1", "submit": "1"}
        )
        assert answer.status_code == 303
        own = writer.post(f"{page_of(incident)}/approve")
        assert own.status_code == 403, "a responder may not"
        builders.a_finding(incident)
        assert pages.Visitor(app, "zhao").post(f"{page_of(incident)}/approve").status_code == 303
        nothing = writer.post(f"{page_of(incident)}/sent", {"channel": "letter", "proof": " "})
        assert nothing.status_code == 422 and "Say what proves the delivery." in pages.text(nothing)
        sent = writer.post(f"{page_of(incident)}/sent", {"channel": "letter", "proof": "EMS 1234567"})
        assert sent.status_code == 303
        assert [str(each.state) for each in letters_of(incident)] == ["superseded", "sent"]
        shown = pages.text(writer.get(page_of(incident)))
        assert "EMS 1234567" in shown and "Call the customer back" not in shown and "Call-back" in shown


def test_the_page_masks_what_the_file_reveals_and_the_audit_log_keeps_it(app: Flask) -> None:
    with time_machine.travel(builders.NOW + timedelta(hours=1), tick=True):
        incident = builders.an_incident(acknowledged_by="zhao")
        approved(app, incident)
        visitor = pages.Visitor(app, "li")
        shown = pages.text(visitor.get(page_of(incident)))
        assert "王**" in shown and "王小明" not in shown and "13900139000" not in shown
        [letter] = letters_of(incident)
        answer = visitor.post(f"{page_of(incident)}/file", {"letter": letter.id, "kind": "docx"})
        assert answer.headers["Content-Disposition"].startswith("attachment")
        text = "\n".join(each.text for each in docx.Document(BytesIO(answer.data)).paragraphs)
        assert "尊敬的王小明：" in text and "13900139000" in text
        kept = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "letters.taken_out")).one()
        assert kept.subject == f"letter/{letter.id}" and "王小明" not in str(kept.data)
        refused = pages.Visitor(app, "tang").post(
            f"{page_of(incident)}/file", {"letter": letter.id, "kind": "docx"}
        )
        assert refused.status_code == 403


def test_a_complaint_that_moved_to_another_incident_keeps_its_letter(app: Flask) -> None:
    with time_machine.travel(builders.NOW + timedelta(hours=1), tick=True):
        first, second = (
            builders.an_incident(acknowledged_by="zhao"),
            builders.an_incident(acknowledged_by="zhao"),
        )
        approved(app, first)
        [letter] = letters_of(first)
        [case] = telling.cases(first.id)
        assert case.complaint is not None
        case.complaint.incident_id = second.id
        db.session.commit()
        visitor, about = pages.Visitor(app, "li"), {"complaint": case.complaint.id}
        file = visitor.post(f"{page_of(second)}/file", {"letter": letter.id, "kind": "docx"})
        assert file.status_code == 200
        assert (
            visitor.post(f"{page_of(first)}/file", {"letter": letter.id, "kind": "docx"}).status_code == 404
        )
        sent = {"channel": "letter", "proof": "EMS 1", **about}
        assert visitor.post(f"{page_of(second)}/sent", sent).status_code == 303


def test_versions_are_kept_and_compared_line_by_line(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    writer = pages.Visitor(app, "li")
    for seen, text in enumerate(("第一行\n旧的一行", "第一行\n新的一行")):
        writer.post(f"{page_of(incident)}/write", {"text": text, "locale": "zh_CN", "seen": seen})
    compared = writer.get(f"{page_of(incident)}?from=1&to=2").text
    assert re.search(r"<ins>\+ 新的一行</ins>", compared) and re.search(r"<del>− 旧的一行</del>", compared)
    late = writer.post(f"{page_of(incident)}/write", {"text": "又一版", "locale": "zh_CN", "seen": "1"})
    assert late.status_code == 409 and "又一版" in late.text, "what was typed stays"


def test_a_label_in_the_text_is_refused_beside_the_field(app: Flask) -> None:
    incident = builders.an_incident(acknowledged_by="zhao")
    answer = pages.Visitor(app, "li").post(
        f"{page_of(incident)}/write", {"text": "您属于职业投诉人。", "locale": "zh_CN", "seen": "0"}
    )
    assert answer.status_code == 422 and "职业投诉" in answer.text
    assert letters_of(incident) == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_follow_ups_and_the_score_are_written_down_once(app: Flask, language: str) -> None:
    with time_machine.travel(builders.NOW + timedelta(hours=1), tick=True):
        incident = builders.an_incident(acknowledged_by="zhao")
        visitor = pages.Visitor(app, "li", language)
        [case] = telling.cases(incident.id)
        assert case.complaint is not None
        about = {"complaint": case.complaint.id}
        assert (
            visitor.post(
                f"/incidents/{incident.number}/follow_ups", {"kind": "call_back", **about}
            ).status_code
            == 303
        )
        shown = visitor.get(page_of(incident)).text
        found = re.search(r'id="follow-up-(\d+)"', shown)
        assert found is not None
        there = f"/incidents/{incident.number}/follow_ups/{found[1]}"
        assert visitor.post(there, {"note": "客户认可，电话13800138000"}).status_code == 303
        assert visitor.post(there, {"note": "再记一次"}).status_code == 409
        assert "13800138000" not in visitor.get(page_of(incident)).text
        score = f"/incidents/{incident.number}/satisfaction"
        assert visitor.post(score, {"score": "5", "comment": "满意", **about}).status_code == 303
        assert visitor.post(score, {"score": "1", **about}).status_code == 409
        assert "5 / 5" in visitor.get(page_of(incident)).text
