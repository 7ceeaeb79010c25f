"""Calls on department lines: what a line shows, who is second, and what is refused."""

from datetime import datetime, timedelta

import pytest

from tests.api import department_calls
from tests.api.calling import places, problem


@pytest.fixture
def number(api):
    return api.complaint()["incident"]["number"]


def lines(api, number):
    return {each["department"]: each for each in api.get(f"/incidents/{number}").get_json()["departments"]}


def test_a_line_shows_who_leads_it_where_it_stands_and_what_is_due(api, number):
    root = f"/incidents/{number}/departments"
    called = api.post(root, {"department": "aud"}, as_="zhao").get_json()
    assert (called["department"], called["state"], called["part"]) == ("AUD", "called", "support")
    assert called["lead"] and called["accept_by"] and called["next_update_at"] is None
    accepted = api.post(f"{root}/AUD/accept", {"note": "on it"}, as_="li").get_json()
    assert (accepted["state"], accepted["report"]) == ("accepted", "on it")
    due = datetime.fromisoformat(accepted["next_update_at"])
    assert due - datetime.fromisoformat(accepted["accepted_at"]) == timedelta(hours=4)
    line = lines(api, number)["AUD"]
    assert line == {name: accepted[name] for name in line} and accepted["number"] == number


def test_every_act_of_a_line_moves_it(api, number):
    department_calls.walk(api, number)
    line = lines(api, number)["PR"]
    assert (line["state"], line["statement"]) == ("signed_off", "looked at it") and line["signed_off_at"]


def test_whoever_is_second_is_told_how_the_line_stands(api, number):
    path = f"/incidents/{number}/departments/COL"
    api.post(f"{path}/accept", as_="li")
    found = problem(api.post(f"{path}/accept", as_="chen"), 409)
    assert "first" in found["detail"] and "accepted" in found["detail"]
    api.post(f"{path}/block", {"note": "no recording"}, as_="li")
    assert "already" in problem(api.post(f"{path}/block", {"note": "same"}, as_="chen"), 409)["detail"]
    refused = problem(api.post(f"{path}/sign_off", {"note": "done"}, as_="chen"), 409)
    assert "blocked" in refused["detail"]


def test_of_two_who_hand_a_line_over_the_second_is_told_who_leads_it(api, number):
    path = f"/incidents/{number}/departments/COL/hand_over"
    given = {"from": "chen@demo.example", "lead": "li@demo.example", "note": "end of shift"}
    assert api.post(path, given, as_="zhao").get_json()["lead"]["name"] == "李娜"
    late = problem(api.post(path, {**given, "lead": "wang@demo.example"}, as_="zhao"), 409)
    assert "李娜 leads it now" in late["detail"] and lines(api, number)["COL"]["lead"]["name"] == "李娜"
    unsaid = {"lead": "wang@demo.example", "note": "end of shift"}
    assert places(problem(api.post(path, unsaid, as_="zhao"), 422)) == [("from",)]


def test_what_is_missing_or_unknown_is_named_by_its_place(api, number):
    root = f"/incidents/{number}/departments"
    assert places(problem(api.post(f"{root}/COL/block", {}), 422)) == [("note",)]
    assert places(problem(api.post(root, {"department": "XX"}), 422)) == [("department",)]
    blank = problem(api.post(f"{root}/COL/block", {"note": " "}), 422)
    assert blank["errors"][0]["msg"] == "At least 1 characters are needed."
    nobody = {"department": "PR", "lead": "nobody@demo.example"}
    assert places(problem(api.post(root, nobody), 422)) == [("lead",)]
    problem(api.post(f"{root}/PR/accept"), 404)
    problem(api.post(f"{root}/COL/accept", as_="incidents:read"), 403)
