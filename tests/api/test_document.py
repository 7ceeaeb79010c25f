"""The OpenAPI document says what the calls do: every answer is held against it, with nothing left over."""

import copy
import json
import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from incident import clock, drills
from incident.api.registry import CALLS
from tests import builders, closing
from tests.api import change_calls, department_calls, group_calls, resolution_calls, review_calls
from tests.api.calling import Api, problem


def strict(schema: Any) -> Any:
    """The same schema, in which an object may hold nothing that is not described."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items()}
    if "properties" in found and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


@pytest.fixture
def document(api):
    response = api.app.test_client().get("/api/openapi.json")
    assert response.status_code == 200
    return response.get_json()


class Checked(Api):
    """Holds every answer against the document, and remembers which were seen."""

    def against(self, document):
        self.document = strict(copy.deepcopy(document))
        self.seen: set[tuple[str, str, int]] = set()
        return self

    def call(self, method, path, **given):
        response = super().call(method, path, **given)
        bare = f"/api/v1{path}".partition("?")[0]
        for known, methods in self.document["paths"].items():
            pattern = re.sub(r"{\w+}", "[^/]+", known)
            if method.lower() in methods and re.fullmatch(pattern, bare) and bare.count("{") == 0:
                if known != bare and bare in self.document["paths"]:
                    continue
                self.check(response, methods[method.lower()])
                self.seen.add((method, known.removeprefix("/api/v1"), response.status_code))
        return response

    def check(self, response, operation):
        described = operation["responses"][str(response.status_code)]
        if "$ref" in described:
            described = self.document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        if "*/*" in described["content"]:  # a file
            return
        schema = described["content"][response.content_type]["schema"]
        whole = {**schema, "components": self.document["components"]}
        Draft202012Validator(whole).validate(response.get_json())


def test_every_call_answers_as_the_document_says(api, document):
    api = Checked(api.app, api.tokens).against(document)
    body = builders.complaint_body()
    number = api.post("/complaints", body).get_json()["incident"]["number"]
    api.post("/complaints", body)
    plain = api.complaint(escalated=False, narrative="A fee.", complaint_type="fee_dispute")["complaint"]
    api.post(f"/complaints/{plain['id']}/escalate", {"reason": "called again"})
    line = json.dumps(builders.complaint_body())
    api.call("POST", "/complaints/bulk", data=f"{line}\n{{\n".encode(), content_type="application/x-ndjson")
    api.post("/incidents", {"complaint_type": "other", "summary": "Something happened"})
    read_everything(api, number, plain["id"])
    resolution_calls.walk(api, number)
    department_calls.walk(api, number)
    group_calls.walk(api)
    review_calls.walk(api)
    api.get("/metrics/summary")
    act(api, number)
    run_clocks(api)
    drill(api)
    change_calls.walk(api)
    api.get("/incidents?drill=all")
    api.get(f"/incidents/{number}")
    api.get("/incidents/INC-1")
    api.post("/complaints", {})
    api.post(f"/incidents/{number}/close", {"summary": "again"})
    missing = {
        (each.method, each.path, status)
        for each in CALLS
        for status in each.answers
        if (each.method, each.path, status) not in api.seen
    }
    assert not missing


def read_everything(api, number, complaint_id):
    for path in (
        "/complaints",
        f"/complaints/{complaint_id}",
        "/incidents",
        f"/incidents/{number}",
        f"/incidents/{number}/timeline",
        "/playbooks",
        "/playbooks/other",
        "/playbooks/other/versions/1",
        "/departments",
        "/schedule",
        "/courses",
        "/certificates",
        "/readiness",
    ):
        api.get(path)


def run_clocks(api):
    number = api.complaint(complaint_type="system_batch_failure")["incident"]["number"]
    why, root = {"reason": "why"}, f"/incidents/{number}/clocks"
    law = next(
        each["id"]
        for each in api.get("/clocks").get_json()["items"]
        if each["incident"] == number and each["rule"] == "complaint_decision"
    )
    api.post(f"/clocks/{law}/pause", why, as_="zhao")
    api.post(f"/clocks/{law}/refuse", why, as_="yang")
    api.post(f"/clocks/{law}/pause", why, as_="zhao")
    api.post(f"/clocks/{law}/approve", as_="yang")
    api.post(f"/clocks/{law}/resume", why, as_="zhao")
    api.post(f"/clocks/{law}/extend", why, as_="zhao")
    api.post(f"/clocks/{law}/correct", {"started_at": "2026-11-02T09:00:00+08:00", **why}, as_="zhao")
    latest = api.post(root, {"rule": "dora_initial_latest"}, as_="zhao").get_json()
    api.post(f"{root}/events", {"event": "classified"}, as_="zhao")
    api.post(f"/clocks/{latest['id']}/meet", {"proof": "F-1", "kind": "filing"}, as_="zhao")
    api.post(f"/clocks/{law}/void", why, as_="zhao")
    api.get("/clocks?state=met,void&due_before=2027-01-01T00:00:00Z")


def contact(api, path):
    api.get(f"{path}/may_contact?channel=phone")
    ahead = {"kind": "planned", "channel": "phone", "at": "2026-11-03T05:00:00Z"}
    planned = api.post(f"{path}/contacts", ahead, as_="zhao").get_json()
    api.post(f"{path}/contacts/{planned['id']}/drop", as_="zhao")
    api.post(f"{path}/contact_preferences", {"not_at_work": True}, as_="zhao")
    api.post(f"{path}/hold", {"reason": "in distress", "everything": True}, as_="zhao")
    keeper = {"keeper": "zhao@demo.example", "review_at": "2026-11-20T02:00:00Z"}
    api.post(f"{path}/hold/assign", keeper, as_="zhao")
    api.post(f"{path}/hold/lift", {"reason": "agreed"}, as_="zhao")
    for listed in (f"{path}/contacts", "/contact_holds?active=false"):
        api.get(listed)
    api.post("/contact_holds/check", {"account_refs": ["6222020000001234"]})


def act(api, number):
    path = f"/incidents/{number}"
    api.post(f"{path}/acknowledge", as_="zhao")
    contact(api, path)
    for stage in ("verify", "negotiate", "resolve", "feedback", "follow_up"):
        api.post(f"{path}/move", {"to": stage}, as_="zhao")
    api.post(f"{path}/level", {"level": 1, "reason": "worse"}, as_="zhao")
    api.post(f"{path}/notes", {"text": "seen"}, as_="zhao")
    due = "2026-11-03T04:00:00Z"
    api.post(f"{path}/tasks", {"title": "Ring", "department": "COL", "due_at": due}, as_="zhao")
    api.post(f"{path}/roles", {"role": "scribe", "person": "li@demo.example"}, as_="zhao")
    whole = api.get(path).get_json()
    running = next(each for each in whole["clocks"] if each["state"] == "running")
    api.post(f"{path}/clocks/{running['id']}/meet", as_="zhao")
    prove(api, number)
    tell(api, path)
    for task in whole["tasks"]:
        api.patch(f"/tasks/{task['id']}", {"status": "done", "note": "done"}, as_="zhao")
    for line in whole["departments"]:
        api.post(f"{path}/departments/{line['department']}/sign_off", {"note": "done"}, as_="zhao")
    inform(api, path)
    closing.satisfy(number, at=clock.now())
    assert api.post(f"{path}/close", {"summary": "settled"}, as_="zhao").status_code == 200
    assert api.post(f"{path}/reopen", {"reason": "more calls"}, as_="zhao").status_code == 200
    review = api.get("/reviews").get_json()["items"][0]
    api.get(f"/reviews/{review['id']}")


def tell(api, path):
    text = {"text": "{name}：经核查，我行致歉。"}
    api.post(f"{path}/decision", {**text, "submit": False}, as_="li")
    api.post(f"{path}/decision/submit", as_="li")
    api.post(f"{path}/decision/return", {"reason": "more"}, as_="zhao")
    api.post(f"{path}/decision", text, as_="li")
    api.post(f"{path}/decision/approve", as_="zhao")
    api.post(f"{path}/decision/sent", {"proof": "EMS 1"}, as_="li")
    api.get(f"{path}/decision")
    [planned] = api.get(f"{path}/follow_ups").get_json()["items"]
    api.post(f"{path}/follow_ups/{planned['id']}", {"note": "satisfied"}, as_="li")
    api.post(f"{path}/follow_ups", {}, as_="li")
    api.post(f"{path}/satisfaction", {"score": 5}, as_="li")
    other = api.complaint()["incident"]["number"]
    api.post(f"/incidents/{other}/decision/withdraw", {"proof": "letter"}, as_="li")


def prove(api, number):
    path = f"/incidents/{number}"
    parts = {"data": {"text": "What was said"}, "content_type": "multipart/form-data"}
    piece = api.call("POST", f"{path}/evidence", **parts, as_="zhao").get_json()
    api.get(f"{path}/evidence")
    api.get(f"{path}/evidence/custody")
    api.get(f"/evidence/{piece['id']}")
    api.get(f"/evidence/{piece['id']}/content")
    api.post(f"{path}/evidence/{piece['id']}/withdraw", {"reason": "said twice"}, as_="zhao")
    api.post(f"{path}/finding", {"result": "unverifiable", "reasons": "No recording"}, as_="zhao")
    api.get(f"{path}/finding")
    named = api.post(f"{path}/recusals", {"outsider": "Somebody", "reason": "named"}, as_="zhao").get_json()
    api.post(f"{path}/recusals/{named['id']}/lift", {"reason": "mistaken"}, as_="zhao")
    api.post(f"{path}/legal_hold", {"reason": "a lawsuit"}, as_="zhao")
    api.post(f"{path}/legal_hold/lift", {"reason": "settled"}, as_="zhao")
    api.get(f"{path}/recusals")


def inform(api, path):
    api.post(f"{path}/updates", {"situation": "calm"}, as_="zhao")
    api.get(f"{path}/updates")
    offered = {"role": "scribe", "to": "wang@demo.example"}
    made = api.post(f"{path}/hand_overs", offered, as_="zhao").get_json()
    api.post(f"{path}/hand_overs/{made['id']}", {"answer": "accept"}, as_="wang")
    api.post(f"{path}/personal_data", {"note": "looked through"}, as_="zhao")


def drill(api):
    body = {"playbook": "other", "starts_at": "2026-11-04T02:00:00Z", "participants": ["li@demo.example"]}
    body["scenario"] = "unknown_debt_transfer"
    first, second = (api.post("/drills", body).get_json()["id"] for _ in range(2))
    api.post(f"/drills/{first}/start", as_="lin")
    drills.move_on(at=clock.now())
    for path, sent in (
        ("injects/2/direct", {"act": "release"}),
        ("pause", {"reason": "a fire alarm"}),
        ("resume", None),
        ("injects/2/score", {"score": 5, "note": "soon"}),
        ("ratings", {"objective": "o1", "rating": "P"}),
    ):
        assert api.post(f"/drills/{first}/{path}", sent).status_code == 200, path
    said = {"words": "接听并安抚客户，核对身份后登记"}
    assert api.post(f"/drills/{first}/injects/2/respond", said, as_="li").status_code == 200
    api.post(f"/drills/{first}/stop")
    api.post(f"/drills/{second}/cancel")
    api.get("/drills")
    api.get(f"/drills/{first}")


def test_the_document_holds_every_call_and_every_refusal(document):
    assert document["openapi"].startswith("3.1")
    entered = {(method, path) for path, methods in document["paths"].items() for method in methods}
    assert entered == {(each.method.lower(), f"/api/v1{each.path}") for each in CALLS}
    writes = document["paths"]["/api/v1/complaints"]["post"]["responses"]
    assert {"400", "401", "403", "404", "409", "413", "415", "422", "429"} <= writes.keys()


def test_every_reference_in_the_document_leads_somewhere(document):
    schemas = document["components"]["schemas"]
    responses = document["components"]["responses"]
    for reference in set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))):
        kind, _slash, name = reference.removeprefix("#/components/").partition("/")
        assert name in {"schemas": schemas, "responses": responses}[kind]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_its_own_name(document):
    names = [each["operationId"] for methods in document["paths"].values() for each in methods.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_the_page_shows_every_call_without_script_or_style_of_its_own(api, language):
    response = api.app.test_client().get("/api/docs", headers={"Accept-Language": language})
    html = response.get_data(as_text=True)
    assert response.status_code == 200
    assert f'<html lang="{language}">' in html
    assert all(f'id="{each.name}"' in html for each in CALLS)
    assert "<script" not in html
    assert "style=" not in html
    assert "http://" not in html
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]


def test_the_type_of_a_problem_leads_to_its_explanation(api):
    client = api.app.test_client()
    address = problem(api.get("/incidents/INC-1"), 404)["type"]
    there = client.get(address)
    assert there.status_code == 302
    page = client.get("/api/docs").get_data(as_text=True)
    assert f'id="{there.headers["Location"].partition("#")[2]}"' in page
    assert client.get("/problems/no-such").status_code == 404
