"""Closing over the API: refused with what is missing, then done, and the post-mortem stands."""

from incident import clock
from tests import closing
from tests.api.calling import places, problem


def test_an_incident_closes_when_nothing_is_missing(api):
    number = api.complaint()["incident"]["number"]
    close = f"/incidents/{number}/close"
    refused = problem(api.post(close, {"summary": "Settled"}, as_="zhao"), 409)
    assert "decision" in [place[0] for place in places(refused) if place]
    assert all(each["href"].startswith(f"/incidents/{number}") for each in refused["errors"])
    api.post(f"/incidents/{number}/acknowledge", as_="zhao")
    for stage in ("verify", "negotiate", "resolve", "feedback", "follow_up"):
        assert api.post(f"/incidents/{number}/move", {"to": stage}, as_="zhao").status_code == 200
    whole = api.get(f"/incidents/{number}").get_json()
    assert problem(api.post(f"/incidents/{number}/departments/COL/sign_off", {"note": "done"}), 409)["errors"]
    api.post(f"/incidents/{number}/finding", {"result": "unverifiable", "reasons": "x"}, as_="zhao")
    letter = f"/incidents/{number}/decision"
    assert api.post(letter, {"text": "{name}：我行致歉。"}, as_="li").status_code == 201
    assert api.post(f"{letter}/approve", as_="zhao").status_code == 200
    assert api.post(f"{letter}/sent", {"proof": "EMS 1"}, as_="li").status_code == 200
    for task in whole["tasks"]:
        if task["key"] != "decision_letter":
            assert api.patch(f"/tasks/{task['id']}", {"status": "done"}, as_="zhao").status_code == 200
    for line in whole["departments"]:
        if line["part"] == "responsible":
            path = f"/incidents/{number}/departments/{line['department'].lower()}/sign_off"
            assert api.post(path, {"note": "Our part is done"}, as_="zhao").status_code == 200
    api.post(f"/incidents/{number}/hold/lift", {"reason": "agreed"}, as_="zhao")
    closing.satisfy(number, at=clock.now())
    closed = api.post(close, {"summary": "Settled with the customer"}, as_="zhao")
    assert closed.get_json()["status"] == "closed" and closed.get_json()["closed_at"]
    [review] = api.get("/reviews").get_json()["items"]
    assert review["incident"] == number
    whole = api.get(f"/reviews/{review['id']}").get_json()
    assert whole | review == whole and whole["sections"]
    problem(api.post(close, {"summary": "again"}, as_="zhao"), 409)
