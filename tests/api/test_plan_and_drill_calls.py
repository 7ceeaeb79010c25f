"""Plans, departments, drills and post-mortems over the API."""

from datetime import timedelta

import pytest

from incident import clock
from tests.api.calling import places, problem

BODY = {"playbook": "privacy_leak", "starts_at": "2026-11-04T02:00:00Z", "participants": ["sun@demo.example"]}


def test_every_plan_is_listed_and_read_whole(still):
    items = still.get("/playbooks").get_json()["items"]
    assert len(items) == 19
    for each in items:
        found = still.get(f"/playbooks/{each['key']}").get_json()
        assert found["version"] == each["version"] == found["versions"][0]["version"] == 1
        assert found["plan"]["steps"]
        version = still.get(f"/playbooks/{each['key']}/versions/1").get_json()
        assert version["plan"] == found["plan"]


def test_what_a_drill_will_bring_is_read_only_by_those_who_run_drills(still):
    for path in ("/playbooks/privacy_leak", "/playbooks/privacy_leak/versions/1"):
        for who, there in (("lin", True), ("drills:write", True), ("li", False), ("incidents:read", False)):
            scenarios = still.get(path, as_=who).get_json()["plan"]["scenarios"]
            assert all(each["situation"]["en"] for each in scenarios)
            assert [bool(each["injects"]) for each in scenarios] == [there] * len(scenarios), who


@pytest.mark.parametrize("path", ["/playbooks/gossip", "/playbooks/@levels", "/playbooks/other/versions/2"])
def test_a_plan_that_is_not_there_is_not_found(still, path):
    problem(still.get(path), 404)


def test_departments_say_who_is_on_duty(still):
    found = {each["code"]: each for each in still.get("/departments").get_json()["items"]}
    assert found["CPO"]["primary"]["name"] == "赵敏"
    assert found["CPO"]["backup"]["name"] == "王磊"
    assert found["COL"]["backup"] is None
    assert found["CPO"]["name"]["zh"]
    assert found["CPO"]["name"]["en"]


def test_a_drill_is_scheduled_started_and_stopped(api):
    response = api.post("/drills", BODY, as_="lin")
    assert response.status_code == 201
    drill = response.get_json()
    assert (drill["state"], drill["incident"], len(drill["drills"])) == ("scheduled", None, 1)
    started = api.post(f"/drills/{drill['id']}/start", as_="lin").get_json()
    assert (started["state"], started["incident"]) == ("running", "DRL-2026-000001")
    assert api.get("/incidents/DRL-2026-000001").get_json()["drill"] is True
    problem(api.post(f"/drills/{drill['id']}/start"), 409)
    stopped = api.post(f"/drills/{drill['id']}/stop", {"reason": "a real one came"}).get_json()
    assert stopped["state"] == "ended"
    assert api.get("/incidents/DRL-2026-000001").get_json()["status"] == "cancelled"
    problem(api.post(f"/drills/{drill['id']}/stop"), 409)
    assert api.get(f"/drills/{drill['id']}").get_json() == stopped


def test_a_recurring_drill_stands_on_the_calendar_and_is_cancelled_with_its_programme(api):
    body = {**BODY, "recurrence": "0 10 1 */3 *"}
    del body["starts_at"]
    made = api.post("/drills", body).get_json()
    assert len(made["drills"]) > 1
    listed = api.get("/drills?state=scheduled").get_json()["items"]
    assert {each["id"] for each in listed} == {each["id"] for each in made["drills"]}
    api.post(f"/drills/{made['id']}/cancel", {"programme": True})
    assert api.get("/drills?state=scheduled").get_json()["items"] == []
    problem(api.post(f"/drills/{made['id']}/cancel"), 409)


def test_drills_are_listed_in_pages_the_latest_start_first(api):
    for day in (4, 6, 5):
        api.post("/drills", {**BODY, "starts_at": f"2026-11-0{day}T02:00:00Z"})
    first = api.get("/drills?limit=2").get_json()
    second = api.get(f"/drills?limit=2&cursor={first['next_cursor']}").get_json()
    starts = [each["starts_at"] for each in first["items"] + second["items"]]
    assert starts == [f"2026-11-0{day}T02:00:00Z" for day in (6, 5, 4)]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"playbook": "gossip"}, ("playbook",)),
        ({"scenario": "no_such"}, ("scenario",)),
        ({"starts_at": "2026-11-01T02:00:00Z"}, ("starts_at",)),
        ({"starts_at": None}, ("starts_at",)),
        ({"starts_at": None, "recurrence": "every day"}, ("recurrence",)),
        ({"starts_at": None, "recurrence": "0 10 30 2 *"}, ("recurrence",)),
        ({"recurrence": "0 10 1 * *"}, ("starts_at",)),
        ({"participants": []}, ("participants",)),
        ({"participants": ["sun@demo.example", "nobody@demo.example"]}, ("participants", 1)),
    ],
)
def test_a_wrong_drill_is_refused_at_its_place(still, change, place):
    assert place in places(problem(still.post("/drills", {**BODY, **change}), 422))
    assert still.get("/drills").get_json()["items"] == []


def test_who_may_not_run_drills_is_refused(api):
    problem(api.post("/drills", BODY, as_="li"), 403)
    problem(api.post("/drills", BODY, as_="incidents:write"), 403)


@pytest.mark.parametrize("path", ["/drills/4711", "/reviews/4711"])
def test_what_is_not_there_is_not_found(api, path):
    problem(api.get(path), 404)
    if "drills" in path:
        problem(api.post(f"{path}/start"), 404)


def test_an_unannounced_drill_is_listed_only_for_those_who_run_drills_or_staff_it(api):
    start = (clock.now() + timedelta(days=2)).isoformat(timespec="seconds")
    body = {"playbook": "privacy_leak", "starts_at": start, "participants": ["zhao@demo.example"]}
    body["staff"] = {"evaluator": ["tang@demo.example"], "observer": ["wu@demo.example"]}
    made = api.post("/drills", {**body, "announced": False}, as_="lin").get_json()
    for who, there in (("lin", True), ("tang", True), ("li", False), ("zhao", False), ("wu", False)):
        listed = [each["id"] for each in api.get("/drills", as_=who).get_json()["items"]]
        assert (made["id"] in listed) is there, who
        assert (api.get(f"/drills/{made['id']}", as_=who).status_code == 200) is there, who
