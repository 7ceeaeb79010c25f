"""The calls on clocks: the list with its filters and pages, adding, and what each refusal names."""

from incident import clocks
from tests import builders
from tests.api.calling import places, problem

WHY = {"reason": "why"}


def law(api, rule="complaint_decision", **given):
    number = api.complaint(**given)["incident"]["number"]
    whole = api.get(f"/incidents/{number}").get_json()["clocks"]
    return number, next(each for each in whole if each["rule"] == rule)


def test_a_clock_has_the_shape_of_the_contract(api):
    number, clock = law(api)
    assert clock.items() >= {
        "incident": number,
        "kind": "statutory",
        "rule": "complaint_decision",
        "version": "2020-3",
        "jurisdiction": "cn",
        "unit": "calendar_days",
        "value": 15,
        "started_at": "2026-11-03T01:30:00Z",
        "due_at": "2026-11-18T15:59:59Z",
        "state": "running",
        "confidence": "V",
        "paused_at": None,
        "warnings": [],
        "proof": None,
        "reasons": [{"zh": "适用于所有投诉。", "en": "It applies to every complaint."}],
    }.items()  # fmt: skip
    assert set(clock["title"]) == {"zh", "en"} and clock["source"]


def test_clocks_are_listed_by_urgency_in_pages(api):
    law(api, complaint_type="privacy_leak")
    law(api, complaint_type="fee_dispute")
    seen, cursor = [], ""
    while True:
        page = api.get(f"/clocks?limit=5{cursor}").get_json()
        seen += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    due = [each["due_at"] for each in seen]
    assert due == sorted(due) and len({each["id"] for each in seen}) == len(seen) == 13
    assert {each["state"] for each in seen} == {"running"}
    soon = api.get("/clocks?due_before=2026-11-03T06:00:00Z&jurisdiction=cn&state=running").get_json()[
        "items"
    ]
    assert {each["rule"] for each in soon} == {"nfra_data_report", "cac_report"}
    mine = api.get("/clocks?department=dpo").get_json()["items"]
    assert {each["department"] for each in mine} == {"DPO", None}
    assert api.get("/clocks?state=missed").get_json()["items"] == []
    assert api.get("/clocks?drill=true").get_json()["items"] == []
    for odd, place in (
        ("state=late", "state"),
        ("due_before=soon", "due_before"),
        ("jurisdiction=x", "jurisdiction"),
    ):
        assert places(problem(api.get(f"/clocks?{odd}"), 422))[0][:2] == ("query", place)


def test_what_was_missed_is_listed_until_it_is_met(api):
    _number, report = law(api, "nfra_data_report", complaint_type="privacy_leak")
    at = builders.NOW.replace(hour=5)
    clocks.sweep(at=at, house=builders.house().calendar)
    [found] = [
        each for each in api.get("/clocks?state=missed").get_json()["items"] if each["rule"] == report["rule"]
    ]
    assert found["missed_at"] == found["due_at"] and found["met_late"] is False
    proof = {"proof": "told by phone at nine", "kind": "statement"}
    met = api.post(f"/clocks/{found['id']}/meet", proof, as_="wang").get_json()
    assert met["state"] == "met" and met["met_late"] is True and met["ended_by"]["name"] == "王磊"


def test_a_refusal_names_its_place(api):
    number, clock = law(api)
    path, root = f"/clocks/{clock['id']}", f"/incidents/{number}/clocks"
    for act, body, place in (
        ("meet", {}, "proof"),
        ("meet", {"proof": "12", "kind": "document"}, "proof"),
        ("void", {}, "reason"),
        ("pause", {"reason": " "}, "reason"),
        ("extend", {"reason": ""}, "reason"),
        ("correct", {"started_at": "2027-01-01T00:00:00Z", **WHY}, "started_at"),
        ("correct", {"started_at": "soon", **WHY}, "started_at"),
    ):
        assert places(problem(api.post(f"{path}/{act}", body, as_="zhao"), 422))[0][-1] == place, act
    for body, place in (
        ({"rule": "nothing"}, "rule"),
        ({"rule": "complaint_recusal"}, "rule"),
        ({"rule": "gdpr_authority", "jurisdiction": "us"}, "rule"),
        ({"rule": "gdpr_authority", "jurisdiction": "xx"}, "jurisdiction"),
        ({}, "rule"),
    ):
        assert places(problem(api.post(root, body, as_="zhao"), 422))[0][-1] == place, body
    problem(api.post("/clocks/4711/void", WHY), 404)
    problem(api.post(f"{path}/resume", WHY), 409)
    problem(api.post(f"{path}/approve"), 409)
    problem(api.post(f"{root}/events", {"event": "classified"}), 409)
    problem(api.post(f"{path}/void", WHY, as_="incidents:read"), 403)
    problem(api.get("/clocks", as_="reports:read"), 403)


def test_a_service_may_ask_and_only_a_person_may_approve(api):
    _number, clock = law(api, "pboc_reply", complaint_type="regulator_transfer")
    path = f"/clocks/{clock['id']}"
    asked = api.post(f"{path}/extend", WHY, as_="incidents:write").get_json()
    assert asked["request"]["by"]["kind"] == "service"
    assert "Only a person" in problem(api.post(f"{path}/approve", as_="incidents:write"), 403)["detail"]
    assert api.post(f"{path}/approve", as_="yang").get_json()["value"] == 60


def test_an_added_clock_answers_with_itself(api):
    number, _clock = law(api)
    body = {"rule": "disp_final_response", "started_at": "2026-10-01T09:00:00+01:00", "reason": "UK customer"}
    answer = api.post(f"/incidents/{number}/clocks", body, as_="zhao")
    assert answer.status_code == 201
    found = answer.get_json()
    assert (found["jurisdiction"], found["due_at"]) == ("uk", "2026-11-26T23:59:59Z")
    assert found["reasons"][0]["en"] == "Somebody added it by hand."
    problem(api.post(f"/incidents/{number}/clocks", body, as_="zhao"), 409)
