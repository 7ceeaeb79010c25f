"""Complaints over the API: taken once, masked always, escalated later, in bulk."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from incident.db import db
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from tests import builders
from tests.api.calling import count, places, problem


def test_an_escalated_complaint_opens_its_incident_and_answers_with_both(api):
    response = api.post("/complaints", builders.complaint_body(source_ref="HL-1"))
    assert response.status_code == 201
    found = response.get_json()
    assert found.keys() == {"complaint", "incident"}
    assert found["complaint"]["source_ref"] == "HL-1"
    assert found["complaint"]["received_at"] == "2026-11-03T01:30:00Z"
    assert found["incident"]["number"] == found["complaint"]["incident"] == "INC-2026-000001"
    assert found["incident"]["status"] == "open"
    assert found["incident"]["plan"] == {"key": "improper_collection", "version": 1}
    assert found["incident"]["url"].endswith("/incidents/INC-2026-000001")


def test_a_complaint_without_a_reason_to_open_is_only_recorded(api):
    found = api.complaint(
        escalated=False, narrative="The late fee looks wrong.", complaint_type="fee_dispute"
    )
    assert found["incident"] is None
    assert found["complaint"]["incident"] is None
    assert count(Incident) == 0


def test_the_same_complaint_again_gives_the_same_body_and_says_so(api):
    body = builders.complaint_body()
    first, second = api.post("/complaints", body), api.post("/complaints", body)
    assert (first.status_code, second.status_code) == (201, 200)
    again = second.get_json()
    assert again.pop("duplicate") is True
    assert again == first.get_json()
    assert count(Complaint) == count(Incident) == 1


def test_the_same_reference_with_other_content_is_a_conflict(api):
    body = builders.complaint_body()
    api.post("/complaints", body)
    found = problem(api.post("/complaints", {**body, "narrative": "something else"}), 409)
    assert found["type"] == "/problems/conflict"
    assert places(found) == [("source_ref",)]


def test_thirty_two_equal_requests_at_once_make_one_complaint_one_incident_and_one_alert(api):
    body = builders.complaint_body()
    api.token("admin")
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: api.post("/complaints", body), range(32)))
    assert sorted(answer.status_code for answer in answers) == [200] * 31 + [201]
    assert len({answer.get_json()["incident"]["number"] for answer in answers}) == 1
    assert count(Complaint) == count(Incident) == 1
    for step in ("create_channel", "announce"):
        assert count(Delivery, Delivery.step == step) == 1
    pages = list(db.session.scalars(select(Delivery.payload).where(Delivery.step == "page")))
    assert len(pages) == len({page["person_id"] for page in pages}) > 0


def test_personal_data_is_masked_whoever_asks(api):
    sent = api.complaint(
        customer={
            "name": "王小明",
            "phone": "13800138000",
            "email": "wang@mail.example",
            "id_number": "110101199001011234",
            "account_ref": "6222020012345678",
        },
        narrative="请回电 13800138000，邮箱 wang@mail.example。",
    )["complaint"]
    for who in ("admin", "complaints:write", "incidents:read", "zhao"):
        text = api.get(f"/complaints/{sent['id']}", as_=who).get_data(as_text=True)
        for secret in (
            "王小明",
            "13800138000",
            "wang@mail.example",
            "110101199001011234",
            "6222020012345678",
        ):
            assert secret not in text
    assert sent["customer"]["phone"] == "138****8000"


def test_a_recorded_complaint_is_escalated_later_and_only_once(api):
    sent = api.complaint(escalated=False, narrative="The late fee looks wrong.", complaint_type="fee_dispute")
    path = f"/complaints/{sent['complaint']['id']}/escalate"
    response = api.post(path, {"reason": "The customer called a third time"})
    assert response.status_code == 201
    found = response.get_json()
    assert found["incident"]["number"] == found["complaint"]["incident"]
    assert found["complaint"]["escalated"] is True
    again = problem(api.post(path, {"reason": "once more"}), 409)
    assert again["errors"][0]["href"] == f"/incidents/{found['incident']['number']}"


def test_a_complaint_that_is_not_there_is_not_found(api):
    problem(api.get("/complaints/4711"), 404)
    problem(api.get(f"/complaints/{2**70}"), 404)
    problem(api.post("/complaints/4711/escalate", {"reason": "why"}), 404)


def test_complaints_are_listed_newest_first_in_pages_without_gaps_or_repeats(api):
    sent = [
        api.complaint(escalated=False, narrative="A fee.", complaint_type="fee_dispute") for _ in range(7)
    ]
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/complaints?limit=3{cursor and '&cursor=' + cursor}").get_json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [each["complaint"]["id"] for each in sent][::-1]


def test_complaints_are_found_by_where_they_came_from(api):
    api.complaint(source="crm", source_ref="A-1", channel="app", escalated=False)
    api.complaint(source="crm", source_ref="A-2", channel="web")
    api.complaint(source="hotline", source_ref="A-1", channel="hotline")

    def found(query):
        items = api.get(f"/complaints?{query}").get_json()["items"]
        return sorted((each["source"], each["source_ref"]) for each in items)

    assert found("source=crm") == [("crm", "A-1"), ("crm", "A-2")]
    assert found("source=crm&source_ref=A-1") == [("crm", "A-1")]
    assert found("channel=app,web") == [("crm", "A-1"), ("crm", "A-2")]
    assert found("channel=app&channel=hotline") == [("crm", "A-1"), ("hotline", "A-1")]
    assert found("escalated=false") == [("crm", "A-1")]


def bulk(api, *lines, **given):
    raw = b"\n".join(
        line if isinstance(line, bytes) else json.dumps(line, ensure_ascii=False).encode() for line in lines
    )
    return api.call(
        "POST", "/complaints/bulk", data=raw, content_type=given.pop("content_type", "application/x-ndjson")
    )


def test_a_bad_line_in_bulk_never_loses_a_good_one(api):
    good = [builders.complaint_body() for _ in range(3)]
    response = bulk(
        api,
        good[0],
        b'{"source": "crm", ',
        {**good[1], "unknown": 1},
        b"\xff\xfe",
        good[1],
        b"",
        good[0],
        {**good[0], "narrative": "other"},
        good[2],
    )
    assert response.status_code == 200
    found = response.get_json()
    assert {key: found[key] for key in ("received", "created", "duplicates", "incidents")} == {
        "received": 8,
        "created": 3,
        "duplicates": 1,
        "incidents": 3,
    }
    assert [each["line"] for each in found["rejected"]] == [2, 3, 4, 8]
    assert found["rejected"][1]["errors"] == [{"loc": ["unknown"], "msg": "There is no such field."}]
    assert count(Complaint) == 3


def test_bulk_takes_a_thousand_lines_and_not_one_more(api):
    plain = builders.complaint_body(escalated=False, narrative="A fee.", complaint_type="fee_dispute")
    lines = [{**plain, "source_ref": f"B-{number}"} for number in range(1001)]
    problem(bulk(api, *lines), 413)
    assert count(Complaint) == 0
    assert bulk(api, *lines[:1000]).get_json()["created"] == 1000
    assert count(Complaint) == 1000


def test_bulk_wants_lines_of_json(api):
    problem(bulk(api, builders.complaint_body(), content_type="application/json"), 415)


@pytest.mark.parametrize("scope", ["incidents:read", "reports:read", "drills:write"])
def test_a_token_without_the_scope_records_nothing(api, scope):
    found = problem(api.post("/complaints", builders.complaint_body(), as_=scope), 403)
    assert "complaints:write" in found["detail"]
    assert count(Complaint) == 0
