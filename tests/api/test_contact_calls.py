"""Calls on contact and holds: the 409 that names the rule, the ways round it, and what collection asks."""

import json

import pytest
import time_machine

from tests import builders
from tests.api.calling import Api, places, problem

NIGHT = "2026-11-03T23:10:00+08:00"
ACCOUNT = "6222020000001234"


@pytest.fixture
def case(api: Api):
    """A case on a Tuesday at half past nine in Shanghai, its number first."""
    with time_machine.travel(builders.NOW, tick=True):
        customer = {"name": "王小明", "phone": "13800138000", "account_ref": ACCOUNT}
        yield api.complaint(customer=customer)["incident"]["number"], api


def test_a_contact_is_logged_and_listed_with_its_texts_masked(case) -> None:
    number, api = case
    body = {
        "kind": "conversation",
        "channel": "phone",
        "at": builders.NOW.isoformat(),
        "outcome": "informed",
        "summary": "请回拨 13800138000",
    }
    made = api.post(f"/incidents/{number}/contacts", body, as_="li")
    assert made.status_code == 201
    found = made.get_json()
    assert "13800138000" not in found["summary"] and found["person"]["name"] == "李娜"
    assert (found["violations"], found["breach"], found["safety"]) == ([], False, False)
    assert api.get(f"/incidents/{number}/contacts").get_json()["items"] == [found]
    clocks = api.get(f"/incidents/{number}").get_json()["clocks"]
    assert [each["state"] for each in clocks if each["rule"] == "first_contact"] == ["met"]


def test_a_forbidden_one_is_409_with_rule_version_and_source(case) -> None:
    number, api = case
    body = {"kind": "planned", "channel": "phone", "at": NIGHT}
    found = problem(api.post(f"/incidents/{number}/contacts", body, as_="li"), 409)
    assert "quiet_hours_from" in found["detail"]
    first = found["errors"][0]
    assert (first["rule"], first["version"]) == ("quiet_hours_from", "cba-2026")
    assert "chinanews" in first["source"] and first["loc"] == ["at"]
    assert "2026-11-04T00:00:00" in found["errors"][1]["msg"]
    assert api.get(f"/incidents/{number}/contacts").get_json()["items"] == []
    safe = {**body, "safety_reason": "says she will jump"}
    made = api.post(f"/incidents/{number}/contacts", safe, as_="li").get_json()
    assert made["safety"] and made["violations"][0]["rule"] == "quiet_hours_from"


def test_one_may_ask_first(case) -> None:
    number, api = case
    path = f"/incidents/{number}/may_contact"
    now = api.get(path).get_json()
    assert now["allowed"] and now["next_allowed_at"] == now["at"]
    night = api.get(f"{path}?at=2026-11-03T15:10:00Z&channel=sms").get_json()
    assert not night["allowed"] and night["next_allowed_at"] == "2026-11-04T00:00:00Z"
    assert night["violations"][0]["rule"] == "quiet_hours_from"
    assert "23:10" in night["violations"][0]["why"]["zh"]
    never = api.get(f"{path}?party=third_person").get_json()
    assert (never["allowed"], never["next_allowed_at"]) == (False, None)


def test_the_collection_system_asks_before_it_calls(case) -> None:
    number, api = case
    asked = {"account_refs": ["6222 0200 0000 1234", "6222020000009999"]}
    check = api.post("/contact_holds/check", asked, as_="incidents:read").get_json()["items"]
    assert [each["collection"] for each in check] == [True, False]
    [hold] = api.get("/contact_holds", as_="incidents:read").get_json()["items"]
    assert hold["incident"] == number and ACCOUNT not in json.dumps(hold)
    assert hold["complaint"]["source"] == "hotline"
    problem(api.post("/contact_holds/check", asked, as_="reports:read"), 403)


def test_a_hold_is_lifted_by_a_person_with_a_reason(case) -> None:
    number, api = case
    path = f"/incidents/{number}/hold/lift"
    assert places(problem(api.post(path, {}, as_="zhao"), 422)) == [("reason",)]
    problem(api.post(path, {"reason": "agreed"}, as_="incidents:write"), 403)
    assert api.get(f"/incidents/{number}").get_json()["contact_hold"] == "collection"
    assert api.post(path, {"reason": "agreed"}, as_="zhao").get_json()["contact_hold"] is None
    problem(api.post(path, {"reason": "again"}, as_="zhao"), 409)
    check = api.post("/contact_holds/check", {"account_refs": [ACCOUNT]}).get_json()["items"]
    assert check[0]["collection"] is False


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "guess"},
        {"channel": "pigeon"},
        {"at": "yesterday"},
        {"complaint": 0},
        {"outcome": "x" * 61},
        {"unknown": 1},
    ],
)
def test_what_makes_no_sense_is_422_at_its_place(case, wrong) -> None:
    number, api = case
    body = {"kind": "attempt", "channel": "phone", **wrong}
    found = problem(api.post(f"/incidents/{number}/contacts", body, as_="li"), 422)
    assert places(found)[0][0] == next(iter(wrong))


def test_wishes_are_answered_masked(case) -> None:
    number, api = case
    body = {"not_at_work": True, "refused_channels": ["sms"], "representative": "李律师 13900139000"}
    found = api.post(f"/incidents/{number}/contact_preferences", body, as_="li").get_json()
    assert found["refused_channels"] == ["sms"] and "13900139000" not in found["representative"]
    refused = {"kind": "attempt", "channel": "sms"}
    [first, *_rest] = problem(api.post(f"/incidents/{number}/contacts", refused, as_="li"), 409)["errors"]
    assert first["rule"] == "contact_preference"
