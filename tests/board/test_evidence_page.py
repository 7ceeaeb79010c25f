"""The evidence page: adding, withdrawing, verifying and exporting, the finding, and who stands aside."""

import io
import re
from typing import Any

from pypdf import PdfReader
from sqlalchemy import func, select

from incident import recusal
from incident.coordination import standing_aside, tasks
from incident.db import db, unit_of_work
from incident.models.conduct import AccountabilityRecord, ComplainedAbout
from incident.models.evidence import Evidence, Finding
from incident.models.incidents import Incident
from incident.models.records import AuditEntry
from incident.permissions import Role
from incident.vault import LARGEST, Vault
from tests import builders
from tests.board.incident_pages import SOON
from tests.board.pages import Visitor, text

PDF = b"%PDF-1.7\n" + b"x" * 50


def count(model: Any, *where: Any) -> int:
    db.session.commit()
    return db.session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def page(incident: Incident) -> str:
    return f"/incidents/{incident.number}/evidence"


def a_file(content: bytes = PDF, name: str = "信函.pdf") -> tuple[io.BytesIO, str, str]:
    return io.BytesIO(content), name, "application/pdf"


def upload(visitor: Visitor, incident: Incident, **form: Any) -> Any:
    given = {"kind": "file", "about": "add", **form}
    return visitor.post(page(incident), given, content_type="multipart/form-data")


def test_a_file_is_added_shown_masked_and_given_back(zhao: Visitor) -> None:
    incident = builders.an_incident(stage="verify")
    wanted = next(each for each in tasks.of(incident.id) if each.key == "freeze_contact")
    empty = text(zhao.get(page(incident)))
    assert "No evidence yet." in empty and "Nothing found yet." in empty and "missing" in empty
    form = {"file": a_file(), "description": "客户13800138000来信", "task_id": str(wanted.id)}
    assert upload(zhao, incident, **form).status_code == 303
    shown = text(zhao.get(page(incident)))
    assert "信函.pdf" in shown and "13800138000" not in shown and "138****8000" in shown
    row = db.session.scalars(select(Evidence)).one()
    assert (row.task_id, row.added_at) == (wanted.id, SOON)
    taken = zhao.get(f"{page(incident)}/{row.id}/content", buffered=True)
    assert taken.data == PDF and taken.headers["Content-Disposition"].startswith("attachment")
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert count(AuditEntry, AuditEntry.action == "evidence.downloaded") == 1


def test_a_photograph_just_taken_is_added_too(zhao: Visitor) -> None:
    incident = builders.an_incident()
    photo = (io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 9), "image.jpg", "image/jpeg")
    nothing = (io.BytesIO(b""), "", "application/octet-stream")
    assert upload(zhao, incident, file=nothing, photo=photo).status_code == 303
    assert "name and content disagree" in text(zhao.get(page(incident)))


def test_what_cannot_be_taken_is_said_beside_the_field_and_leaves_nothing(zhao: Visitor) -> None:
    incident = builders.an_incident()
    none = upload(zhao, incident, source="邮寄")
    assert none.status_code == 422 and "Choose a file or take a photograph." in text(none)
    assert 'value="邮寄"' in none.text
    program = upload(zhao, incident, file=a_file(b"MZ\x90", "invoice.pdf"))
    assert program.status_code == 409 and "program or a script" in text(program)
    link = zhao.post(page(incident), {"kind": "link", "url": "ftp://a.example"})
    assert link.status_code == 422 and 'value="ftp://a.example"' in link.text
    vault: Vault = zhao.client.application.extensions["vault"]
    assert count(Evidence) == 0 and list(vault.root.iterdir()) == []


def test_only_this_form_takes_more_than_the_house_allows_and_only_up_to_its_limit(zhao: Visitor) -> None:
    incident = builders.an_incident()

    def send(path: str, size: int) -> int:
        token = re.search(r'name="csrf-token" content="([^"]+)"', zhao.get("/account").text)
        head = '--cut\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        fields = head % ("csrf_token", "", token[1] if token else "") + head % ("kind", "", "file")
        file = (head % ("file", '; filename="a.txt"', "")).removesuffix("\r\n")
        body = (fields + file).encode() + b"x" * size + b"\r\n--cut--\r\n"
        return zhao.client.post(path, data=body, content_type="multipart/form-data; boundary=cut").status_code

    assert send(page(incident), 20 * 1024 * 1024) == 303
    assert send(page(incident), LARGEST + 1) == 413
    assert send(page(incident), LARGEST + 3 * 1024 * 1024) == 413
    assert send(f"/incidents/{incident.number}/notes", 20 * 1024 * 1024) == 413
    assert count(Evidence) == 1


def test_it_is_withdrawn_verified_and_exported(zhao: Visitor) -> None:
    incident = builders.an_incident()
    for words in ("客户称夜间来电13800138000", "误传"):
        zhao.post(page(incident), {"kind": "statement", "text": words, "description": "=cmd()"})
    first, second = db.session.scalars(select(Evidence.id).order_by(Evidence.id)).all()
    refused = zhao.post(f"{page(incident)}/{second}/withdraw", {"about": f"withdraw-{second}", "reason": " "})
    assert refused.status_code == 422 and "Say why it is withdrawn" in text(refused)
    assert zhao.post(f"{page(incident)}/{second}/withdraw", {"reason": "不是本案"}).status_code == 303
    assert "不是本案" in text(zhao.get(page(incident)))
    assert "Every piece is as it was recorded." in text(zhao.post(f"{page(incident)}/verify"))
    csv = zhao.get(f"{page(incident)}/custody.csv").data.decode("utf-8-sig")
    assert len(csv.splitlines()) == 3 and "'=cmd()" in csv and "13800138000" not in csv
    assert zhao.get(f"{page(incident)}/custody.docx").data[:2] == b"PK"
    pdf = zhao.get(f"{page(incident)}/custody.pdf").data
    assert f"No. {first}" in "".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages)
    assert zhao.get(f"{page(incident)}/custody.exe").status_code == 404
    assert count(AuditEntry, AuditEntry.action == "evidence.exported") == 3


def test_a_changed_file_is_named_and_not_given_out(zhao: Visitor) -> None:
    incident = builders.an_incident()
    upload(zhao, incident, file=a_file())
    row = db.session.scalars(select(Evidence)).one()
    zhao.client.application.extensions["vault"].path(row.sha256).write_bytes(b"changed")
    said = text(zhao.post(f"{page(incident)}/verify"))
    assert f"the content of evidence no. {row.id} was changed" in said
    assert zhao.get(f"{page(incident)}/{row.id}/content").status_code == 409


def test_sensitive_evidence_is_hidden_from_those_without_a_part(app: Any, zhao: Visitor) -> None:
    incident = builders.an_incident(signals=["self_harm_threat"])
    zhao.post(page(incident), {"kind": "statement", "text": "通话记录"})
    row = db.session.scalars(select(Evidence)).one()
    other = Visitor(app, "jiang")
    assert "Not for you to see." in text(other.get(page(incident)))
    for path in (f"/{row.id}/content", "/custody.csv"):
        assert other.get(page(incident) + path).status_code == 403
    assert other.post(f"{page(incident)}/verify").status_code == 403


def test_the_finding_is_recorded_changed_and_lost_to_whoever_was_faster(zhao: Visitor) -> None:
    incident = builders.an_incident(stage="verify")
    path, form = f"/incidents/{incident.number}/finding", {"about": "finding", "seen": "0"}
    wrong = zhao.post(path, {**form, "result": "not_upheld", "reasons": "x", "violations": ["insult"]})
    assert wrong.status_code == 422 and "names no violation" in text(wrong)
    good = {**form, "result": "upheld", "reasons": "录音证实", "violations": ["insult"]}
    assert zhao.post(path, {**good, "rules": ["third_person_contact"]}).status_code == 303
    shown = text(zhao.get(page(incident)))
    assert "upheld" in shown and "Insult" in shown and "Change the finding" in shown
    late = zhao.post(path, {**good, "result": "partly"})
    assert late.status_code == 409 and "Somebody recorded a finding a moment ago" in text(late)
    now = db.session.scalars(select(Finding.id)).one()
    assert zhao.post(path, {**good, "result": "partly", "seen": str(now)}).status_code == 303
    assert "Earlier findings (1)" in text(zhao.get(page(incident)))


def test_whom_the_complaint_is_about_is_named_and_taken_back(zhao: Visitor) -> None:
    incident = builders.an_incident(stage="verify")
    form = {"person": str(builders.person("chen").id), "agency": "诚信催收", "outsider": "张三丰"}
    path = f"/incidents/{incident.number}/recusals"
    assert zhao.post(path, {"about": "name", "whom": "nobody"}).status_code == 422
    for whom in form:
        named = {"about": "name", "whom": whom, "reason": "指认", **form}
        assert zhao.post(path, named).status_code == 303
    shown = text(zhao.get(page(incident)))
    assert all(name in shown for name in ("陈刚", "诚信催收", "张**"))
    assert "张三丰" not in shown + text(zhao.get(f"/incidents/{incident.number}?all=1"))
    for row in db.session.scalars(select(ComplainedAbout)).all():
        assert zhao.post(f"{path}/{row.id}/lift", {"reason": "认错人"}).status_code == 303
    assert recusal.in_force(incident.id) == []


def test_whoever_declares_an_interest_stands_aside(zhao: Visitor) -> None:
    incident = builders.an_incident(stage="verify")
    own = zhao.post(f"/incidents/{incident.number}/recusals/own", {"about": "own", "reason": "亲属"})
    assert own.status_code == 303
    shown = text(zhao.get(page(incident)))
    assert "You stand aside on this incident" in shown and "Record the finding" not in shown
    refused = zhao.post(
        f"/incidents/{incident.number}/finding", {"result": "not_upheld", "reasons": "x", "seen": "0"}
    )
    assert refused.status_code == 403 and "complaint_recusal" in text(refused)
    assert "亲属" not in text(zhao.get(f"/incidents/{incident.number}?all=1"))


def test_readers_without_the_right_to_act_see_no_forms(app: Any, zhao: Visitor) -> None:
    incident = builders.an_incident()
    shown = Visitor(app, "tang").get(page(incident)).text
    assert f'action="{page(incident)}"' not in shown and "/finding" not in shown


def test_the_accountability_record_is_for_supervision_and_audit(app: Any, zhao: Visitor) -> None:
    incident = builders.an_incident()
    path = f"/incidents/{incident.number}/accountability"
    for who in ("zhao", "admin"):
        visitor = Visitor(app, who)
        assert visitor.get(path).status_code == 403
        assert "accountability" not in visitor.get(page(incident)).text
    with unit_of_work():
        builders.person("gao").role = Role.MANAGER
    gao, audit = Visitor(app, "gao"), Visitor(app, "tang")
    form = {"who": "陈刚", "failed": "未停催", "measure": "警告", "decided_by": "监察部"}
    assert gao.post(path, {**form, "who": ""}).status_code == 422
    assert gao.post(path, form).status_code == 303
    row = db.session.scalars(select(AccountabilityRecord)).one()
    assert 'value="陈刚"' in gao.get(f"{path}?correct={row.id}").text
    corrected = {**form, "measure": "记过", "replaces": str(row.id)}
    assert gao.post(path, corrected).status_code == 303
    assert gao.post(path, corrected).status_code == 409
    shown = audit.get(path)
    assert "记过" in shown.text and "Corrected records (1)" in shown.text and "<form" not in main(shown)
    assert audit.post(path, form).status_code == 403
    assert "记过" not in zhao.get(f"/incidents/{incident.number}?all=1").text
    assert count(AuditEntry, AuditEntry.action == "accountability.read") >= 3
    with unit_of_work():
        standing_aside.name_person(
            incident, builders.person("gao"), reason="", by=builders.acting("yang"), at=SOON
        )
    assert gao.get(path).status_code == 403


def main(answer: Any) -> str:
    """The main part of a page."""
    return str(answer.text.partition('<main id="main"')[2].partition("</main>")[0])


def test_a_legal_hold_is_placed_and_lifted_where_the_term_of_the_files_stands(zhao: Visitor) -> None:
    incident = builders.an_incident(stage="verify")
    hold = f"/incidents/{incident.number}/legal-hold"
    assert "kept for 36 months from closing" in text(zhao.get(page(incident)))
    refused = zhao.post(hold, {"about": "legal-hold", "reason": " "})
    assert refused.status_code == 422 and "Say what it is kept for." in text(refused)
    assert zhao.post(hold, {"about": "legal-hold", "reason": "客户已起诉"}).status_code == 303
    shown = text(zhao.get(page(incident)))
    assert "legal hold" in shown and "客户已起诉" in shown
    assert Visitor(zhao.client.application, "li").post(hold, {"reason": "x"}).status_code == 403
    assert zhao.post(f"{hold}/lift", {"about": "legal-lift", "reason": "已结案"}).status_code == 303
    assert "客户已起诉" not in text(zhao.get(page(incident)))
