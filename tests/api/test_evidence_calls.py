"""Evidence over the API: parts, sizes, types, who may take it, sealing, and what nobody may leave behind."""

import hashlib
import io
from typing import Any

import pytest
from sqlalchemy import update

from incident.coordination import custody
from incident.db import db, unit_of_work
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.models.records import AuditEntry, TimelineEvent
from incident.vault import LARGEST, Vault
from tests import builders
from tests.api.calling import Api, count, places, problem

PDF = b"%PDF-1.7\n" + b"x" * 100
EVERYTHING: dict[str, Any] = {"content_type": "multipart/form-data"}


def send(api: Api, number: str, *, as_: str = "zhao", **parts: Any) -> Any:
    return api.call("POST", f"/incidents/{number}/evidence", data=parts, as_=as_, **EVERYTHING)


def raw(api: Api, number: str, content: bytes) -> Any:
    """A body of which only the first part's head is made here."""
    head = b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
    kind = "multipart/form-data; boundary=cut"
    path = f"/incidents/{number}/evidence"
    return api.call("POST", path, data=head + content, content_type=kind, as_="zhao")


def a_file(content: bytes = PDF, name: str = "信函.pdf", kind: str = "application/pdf") -> tuple[Any, ...]:
    return io.BytesIO(content), name, kind


@pytest.fixture
def number(api: Api) -> str:
    return str(api.complaint()["incident"]["number"])


def stored(api: Api) -> list[str]:
    root = api.app.extensions["vault"].root
    return [path.name for path in root.rglob("*") if path.is_file()]


def test_a_file_is_kept_recorded_and_given_back_as_an_attachment(api: Api, number: str) -> None:
    answer = send(api, number, file=a_file(), description="客户13800138000来信", source="邮寄")
    assert answer.status_code == 201, answer.text
    found = answer.get_json()
    assert found["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (found["size"], found["type"], found["mismatch"]) == (len(PDF), "application/pdf", False)
    assert found["added_by"]["name"] == "赵敏" and "13800138000" not in found["description"]
    assert api.get(f"/evidence/{found['id']}").get_json() == found
    assert stored(api) == [found["sha256"]]
    taken = api.get(f"/evidence/{found['id']}/content", as_="zhao", buffered=True)
    assert taken.data == PDF
    assert taken.headers["Content-Disposition"].startswith("attachment")
    assert taken.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in taken.headers["Content-Security-Policy"]
    assert count(AuditEntry, AuditEntry.action == "evidence.downloaded") == 1


def test_the_same_content_twice_is_one_file_and_two_records(api: Api, number: str) -> None:
    ids = {send(api, number, file=a_file()).get_json()["id"] for _ in range(2)}
    assert len(ids) == 2 and len(stored(api)) == 1


def test_a_name_that_lies_is_recorded_as_a_mismatch(api: Api, number: str) -> None:
    found = send(api, number, file=a_file(b"\x89PNG\r\n\x1a\n" + b"\0" * 9)).get_json()
    assert (found["type"], found["claimed"], found["mismatch"]) == ("image/png", "application/pdf", True)


def test_a_program_is_refused_and_leaves_nothing(api: Api, number: str) -> None:
    problem(send(api, number, file=a_file(b"MZ\x90\x00rest", "invoice.pdf")), 409)
    problem(send(api, number, file=a_file(b"echo", "a.sh", "text/plain")), 409)
    assert stored(api) == [] and count(Evidence) == 0


def test_a_file_that_is_too_large_is_refused_with_413_and_leaves_nothing(api: Api, number: str) -> None:
    for size in (LARGEST + 1, LARGEST + 2 * 1024 * 1024):
        problem(raw(api, number, b"x" * size + b"\r\n--cut--\r\n"), 413)
    assert stored(api) == [] and count(Evidence) == 0


def test_a_broken_body_leaves_nothing(api: Api, number: str) -> None:
    problem(raw(api, number, PDF), 400)
    problem(api.call("POST", f"/incidents/{number}/evidence", json={"text": "x"}, as_="zhao"), 415)
    assert stored(api) == [] and count(Evidence) == 0


WRONG: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"description": "nothing else"}, ()),
    ({"url": "https://a.example", "text": "both"}, ()),
    ({"url": "javascript:alert(1)"}, ("url",)),
    ({"url": "https://user:secret@a.example/"}, ("url",)),
    ({"url": "https://"}, ("url",)),
    ({"text": "x", "task_id": "0"}, ("task_id",)),
    ({"text": "x", "task_id": "999999"}, ("task_id",)),
    ({"text": "x", "colour": "red"}, ("colour",)),
    ({"text": "x" * 20_001}, ("text",)),
]


def test_what_is_wrong_is_named_by_its_place(api: Api, number: str) -> None:
    for parts, place in WRONG:
        assert place in places(problem(send(api, number, **parts), 422)), parts


def test_links_and_statements_have_a_hash_too(api: Api, number: str) -> None:
    link = send(api, number, url="https://weibo.example/p/1").get_json()
    said = send(api, number, text="客户说：昨晚十一点来电。").get_json()
    assert link["sha256"] == hashlib.sha256(b"https://weibo.example/p/1").hexdigest()
    assert said["sha256"] == hashlib.sha256("客户说：昨晚十一点来电。".encode()).hexdigest()
    raw = db.session.connection().exec_driver_sql("SELECT private FROM evidence ORDER BY id DESC").scalar()
    assert "十一点".encode() not in bytes(raw)
    taken = api.get(f"/evidence/{said['id']}/content", as_="zhao")
    assert (
        taken.data.decode() == "客户说：昨晚十一点来电。"
        and "attachment" in taken.headers["Content-Disposition"]
    )


def test_the_same_key_records_once_and_another_file_under_it_is_refused(api: Api, number: str) -> None:
    path, key = f"/incidents/{number}/evidence", {"Idempotency-Key": "one"}
    given = {"as_": "zhao", "headers": key, **EVERYTHING}
    first, again = (api.call("POST", path, data={"file": a_file()}, **given) for _ in range(2))
    assert first.get_json() == again.get_json() and count(Evidence) == 1
    problem(api.call("POST", path, data={"file": a_file(PDF + b"y")}, **given), 422)
    assert len(stored(api)) == 1


def test_sensitive_evidence_is_for_those_who_have_a_part_in_it(api: Api) -> None:
    number = api.complaint(signals=["self_harm_threat"])["incident"]["number"]
    found = send(api, number, text="通话记录").get_json()
    problem(api.get(f"/evidence/{found['id']}/content", as_="jiang"), 403)
    problem(api.get(f"/incidents/{number}/evidence", as_="jiang"), 403)
    problem(api.get(f"/evidence/{found['id']}", as_="incidents:read"), 403)
    assert api.get(f"/evidence/{found['id']}/content", as_="yang").status_code == 200
    api.post(f"/incidents/{number}/roles", {"role": "scribe", "person": "jiang@demo.example"}, as_="yang")
    assert api.get(f"/evidence/{found['id']}/content", as_="jiang").status_code == 200


def test_it_is_withdrawn_once_with_a_reason_and_its_record_stays(api: Api, number: str) -> None:
    found = send(api, number, text="误传").get_json()
    path = f"/incidents/{number}/evidence/{found['id']}/withdraw"
    assert api.post(path, {"reason": "不是本案"}, as_="zhao").get_json()["withdrawn_by"]["name"] == "赵敏"
    problem(api.post(path, {"reason": "又"}, as_="li"), 409)
    assert len(api.get(f"/incidents/{number}/evidence").get_json()["items"]) == 1


def test_closing_seals_it_and_a_reopened_incident_takes_new_pieces_only(api: Api, number: str) -> None:
    found = send(api, number, text="结案前").get_json()
    with unit_of_work():
        incident = db.session.query(Incident).filter_by(number=number).one()
        from incident.coordination import evidence

        digest = evidence.seal(incident, by=builders.acting("zhao"), at=builders.NOW)
        incident.status, incident.closed_at = "closed", builders.NOW
    problem(send(api, number, text="结案后"), 409)
    path = f"/incidents/{number}/evidence/{found['id']}/withdraw"
    problem(api.post(path, {"reason": "x"}, as_="zhao"), 409)
    with unit_of_work():
        incident.status, incident.closed_at = "open", None
    problem(api.post(path, {"reason": "x"}, as_="zhao"), 409)
    later = send(api, number, text="重开后").get_json()
    assert (
        api.post(
            f"/incidents/{number}/evidence/{later['id']}/withdraw", {"reason": "x"}, as_="zhao"
        ).status_code
        == 200
    )
    event = db.session.query(TimelineEvent).filter_by(kind="evidence_sealed").one()
    assert event.data["digest"] == digest and event.data["count"] == 1
    assert api.get(f"/incidents/{number}/evidence/custody").get_json()["faults"] == []


def test_verifying_says_what_is_missing_or_was_changed(api: Api, number: str) -> None:
    first = send(api, number, file=a_file()).get_json()
    second = send(api, number, file=a_file(PDF + b"2", "b.pdf")).get_json()
    vault: Vault = api.app.extensions["vault"]
    vault.path(first["sha256"]).write_bytes(b"changed")
    vault.path(second["sha256"]).unlink()
    said = api.get(f"/incidents/{number}/evidence/custody").get_json()
    assert [each["en"] for each in said["faults"]] == [
        f"the content of evidence no. {first['id']} was changed",
        f"the content of evidence no. {second['id']} is missing",
    ]
    problem(api.get(f"/evidence/{first['id']}/content"), 409)
    vault.keep(vault.receive(io.BytesIO(b"left behind")))
    assert any("belongs to no record" in fault.what for fault in custody.verify(vault))


def test_the_database_refuses_to_change_what_was_recorded(api: Api, number: str) -> None:
    send(api, number, text="原文")
    for statement in (update(Evidence).values(sha256="0" * 64), Evidence.__table__.delete()):
        with pytest.raises(Exception, match="the facts stay as written"), unit_of_work():
            db.session.execute(statement)


def test_a_finding_needs_sound_codes_and_keeps_its_history(api: Api, number: str) -> None:
    path = f"/incidents/{number}/finding"
    wrong = {"result": "upheld", "reasons": "x", "violations": ["unheard_of"], "rules": ["no_such_rule"]}
    assert {("violations",), ("rules",)} <= set(places(problem(api.post(path, wrong, as_="zhao"), 422)))
    odd = {"result": "not_upheld", "reasons": "x", "violations": ["insult"]}
    assert places(problem(api.post(path, odd, as_="zhao"), 422)) == [("violations",)]
    good = {
        "result": "partly",
        "reasons": "录音第3分钟辱骂，客户13800138000",
        "violations": ["insult", "night_contact"],
        "rules": ["third_person_contact"],
        "reference": "第六十八条",
    }
    first = api.post(path, good, as_="zhao").get_json()
    assert "13800138000" not in first["reasons"] and first["rules"][0]["jurisdiction"] == "cn"
    problem(api.post(path, {**good, "result": "upheld", "seen": 0}, as_="wang"), 409)
    second = api.post(path, {**good, "result": "upheld", "seen": first["id"]}, as_="wang").get_json()
    both = api.get(path).get_json()
    assert both["current"] == second and [each["id"] for each in both["history"]] == [
        second["id"],
        first["id"],
    ]
    events = api.get(f"/incidents/{number}/timeline").get_json()["items"]
    told = next(each for each in events if each["kind"] == "finding_recorded")
    assert told["sentence"]["zh"].startswith("认定投诉部分属实") and "辱骂" in told["sentence"]["zh"]
    assert "录音第3分钟" not in str(events)


def test_whoever_is_complained_about_finds_nothing(api: Api, number: str) -> None:
    named = {"person": "chen@demo.example", "reason": "录音中的人"}
    assert api.post(f"/incidents/{number}/recusals", named, as_="zhao").status_code == 201
    body = {"result": "not_upheld", "reasons": "没有的事"}
    refused = problem(api.post(f"/incidents/{number}/finding", body, as_="chen"), 403)
    assert "complaint_recusal" in refused["detail"] and "CBIRC" in refused["errors"][0]["msg"]
    own = api.post(f"/incidents/{number}/recusals", {"own": True, "reason": "亲属"}, as_="li").get_json()
    assert (own["kind"], own["person"]["name"]) == ("interest", "李娜")
    outside = {"outsider": "张三丰", "reason": "客户指认"}
    shown = api.post(f"/incidents/{number}/recusals", outside, as_="zhao").get_json()
    assert shown["name"] == "张**"
    assert places(problem(api.post(f"/incidents/{number}/recusals", {"reason": "x"}, as_="zhao"), 422)) == [
        ()
    ]
