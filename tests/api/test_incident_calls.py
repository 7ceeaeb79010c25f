"""Incidents over the API: found, read whole, acted on, and refused with reasons."""

from datetime import timedelta

import pytest

from tests import builders
from tests.api.calling import places, problem


def numbers(response):
    assert response.status_code == 200, response.get_data(as_text=True)
    return [each["number"] for each in response.get_json()["items"]]


def test_an_incident_is_read_whole(api):
    number = api.complaint()["incident"]["number"]
    found = api.get(f"/incidents/{number.lower()}").get_json()
    assert found["number"] == number
    assert found["stage"] == "intake"
    assert found["commander"] == next(
        each["person"] for each in found["roles"] if each["role"] == "commander"
    )
    assert {each["role"] for each in found["roles"]} >= {"commander"}
    assert {each["part"] for each in found["departments"]} == {"responsible", "support"}
    assert found["tasks"]
    assert all(each["title"]["zh"] and each["title"]["en"] for each in found["tasks"])
    assert {each["kind"] for each in found["clocks"]} == {"internal", "statutory"}
    assert [each["source"] for each in found["complaints"]] == ["hotline"]
    assert found["timeline"][0]["kind"] == "opened"
    assert "create_channel" in {each["step"] for each in found["deliveries"]}


def test_incidents_are_listed_newest_first_in_pages_for_every_order(api):
    sent = [api.complaint()["incident"]["number"] for _ in range(5)]
    assert numbers(api.get("/incidents")) == sent[::-1]
    for sort in ("-opened_at", "opened_at", "-last_activity_at", "last_activity_at", "level"):
        seen, cursor = [], ""
        while cursor is not None:
            page = api.get(f"/incidents?sort={sort}&limit=2{cursor and '&cursor=' + cursor}").get_json()
            seen += [each["number"] for each in page["items"]]
            cursor = page["next_cursor"]
        assert sorted(seen) == sent
        assert seen == numbers(api.get(f"/incidents?sort={sort}"))


def test_the_gravest_level_comes_first_when_sorted_by_level(api):
    api.complaint()
    grave = api.complaint(signals=["self_harm_threat"])["incident"]
    api.complaint()
    assert grave["level"] == 1
    assert numbers(api.get("/incidents?sort=level"))[0] == grave["number"]


def test_filters_narrow_the_list(api):
    one = api.complaint(product="credit_card")["incident"]
    two = api.complaint(complaint_type="privacy_leak", product="car loan 100%")["incident"]

    def found(query):
        return numbers(api.get(f"/incidents?{query}"))

    assert found("type=privacy_leak") == [two["number"]]
    assert found("type=privacy_leak,improper_collection&sort=opened_at") == [one["number"], two["number"]]
    assert found(f"level={two['level']}&type=privacy_leak") == [two["number"]]
    assert found("status=closed") == []
    assert found("stage=intake&status=open&sort=opened_at") == [one["number"], two["number"]]
    assert found("department=DPO") == [two["number"]]
    assert found("q=100%25") == [two["number"]]
    assert found("q=1_0") == []
    assert found(f"q={one['number'].lower()}") == [one["number"]]
    assert found("opened_from=2026-11-03T09:30:00%2B08:00&sort=opened_at") == [one["number"], two["number"]]
    assert found("opened_from=2026-11-03T09:30:00+08:00&limit=1") == [two["number"]]
    assert found("opened_to=2026-11-03T01:00:00Z") == []


def test_drills_are_listed_only_where_they_are_asked_for(api):
    live = api.complaint()["incident"]["number"]
    drill = api.post(
        "/drills",
        {
            "playbook": "privacy_leak",
            "starts_at": "2026-11-04T02:00:00Z",
            "participants": ["sun@demo.example"],
        },
    ).get_json()
    number = api.post(f"/drills/{drill['id']}/start").get_json()["incident"]
    assert number.startswith("DRL-2026-")
    assert numbers(api.get("/incidents")) == [live]
    assert numbers(api.get("/incidents?drill=true")) == [number]
    assert sorted(numbers(api.get("/incidents?drill=all"))) == [number, live]


def test_an_incident_is_declared_by_hand(api):
    response = api.post(
        "/incidents",
        {
            "complaint_type": "system_batch_failure",
            "summary": "批量代扣重复",
            "affected_customers": 5000,
            "level": 2,
        },
        as_="zhao",
    )
    assert response.status_code == 201
    found = response.get_json()
    assert found["complaint_type"] == "system_batch_failure"
    assert found["level"] <= 2
    assert found["opened_by"]["name"] == "赵敏"
    assert "批量代扣重复" in found["timeline"][-1]["sentence"]["zh"]


def test_only_a_person_acknowledges_and_the_second_learns_who_was_first(api):
    path = f"/incidents/{api.complaint()['incident']['number']}/acknowledge"
    problem(api.post(path), 403)
    found = api.post(path, as_="zhao").get_json()
    assert found["acknowledged_by"]["name"] == "赵敏"
    assert found["acknowledged_at"]
    refused = problem(api.post(path, as_="wang"), 409)
    assert "赵敏" in refused["detail"]
    assert api.post(path, as_="zhao").status_code == 200


def test_an_incident_moves_step_by_step_and_back_with_a_reason(api):
    number = api.complaint()["incident"]["number"]
    refused = problem(api.post(f"/incidents/{number}/move", {"to": "verify"}, as_="zhao"), 409)
    assert refused["errors"][0]["href"] == f"/incidents/{number}#acknowledge"
    api.post(f"/incidents/{number}/acknowledge", as_="zhao")
    assert api.post(f"/incidents/{number}/move", {"to": "verify"}, as_="zhao").get_json()["stage"] == "verify"
    problem(api.post(f"/incidents/{number}/move", {"to": "feedback"}, as_="zhao"), 409)
    assert places(problem(api.post(f"/incidents/{number}/move", {"to": "intake"}, as_="zhao"), 409)) == [
        ("reason",)
    ]
    back = api.post(f"/incidents/{number}/move", {"to": "intake", "reason": "wrong files"}, as_="zhao")
    assert back.get_json()["stage"] == "intake"
    assert places(problem(api.post(f"/incidents/{number}/move", {"to": "limbo"}, as_="zhao"), 422)) == [
        ("to",)
    ]


def test_the_level_changes_with_a_reason(api):
    incident = api.complaint()["incident"]
    path = f"/incidents/{incident['number']}/level"
    assert api.post(path, {"level": 1, "reason": "press outside"}, as_="li").get_json()["level"] == 1
    problem(api.post(path, {"level": 1, "reason": "again"}, as_="li"), 409)
    problem(api.post(path, {"level": 4, "reason": "calm"}, as_="li"), 403)
    assert places(problem(api.post(path, {"level": 5, "reason": "x"}), 422)) == [("level",)]
    assert places(problem(api.post(path, {"level": 2}), 422)) == [("reason",)]


def test_a_note_is_kept_without_what_looks_personal(api):
    number = api.complaint()["incident"]["number"]
    found = api.post(f"/incidents/{number}/notes", {"text": "Called 13800138000, no answer"}).get_json()
    assert found["timeline"][-1]["data"]["text"] == "Called 138****8000, no answer"


def test_a_task_is_added_changed_and_done(api):
    number = api.complaint()["incident"]["number"]
    found = api.post(
        f"/incidents/{number}/tasks",
        {"title": "Ring the branch", "department": "COL", "due_at": "2026-11-03T12:00:00+08:00"},
    ).get_json()
    task = next(each for each in found["tasks"] if each["title"]["en"] == "Ring the branch")
    assert task["due_at"] == "2026-11-03T04:00:00Z"
    path = f"/tasks/{task['id']}"
    changed = api.patch(path, {"assignee": "li@demo.example", "status": "doing"}).get_json()
    assert (changed["assignee"]["name"], changed["status"]) == ("李娜", "doing")
    moved = api.patch(path, {"due_at": "2026-11-03T13:00:00+08:00", "assignee": builders.person("chen").id})
    assert moved.get_json()["due_at"] == "2026-11-03T05:00:00Z"
    assert moved.get_json()["assignee"]["name"] == "陈刚"
    assert places(problem(api.patch(path, {"status": "blocked"}), 422)) == [("note",)]
    done = api.patch(path, {"status": "done"}, as_="li").get_json()
    assert done["done_by"]["name"] == "李娜"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, ()),
        ({"status": "asleep"}, ("status",)),
        ({"status": None}, ("status",)),
        ({"assignee": None}, ("assignee",)),
        ({"assignee": "nobody@demo.example"}, ("assignee",)),
        ({"assignee": 4711}, ("assignee",)),
        ({"assignee": True}, ("assignee",)),
        ({"due_at": "2026-11-03"}, ("due_at",)),
        ({"due_at": "2350-11-03T00:00:00Z"}, ("due_at",)),
        ({"note": ""}, ("note",)),
        ({"owner": "x"}, ("owner",)),
    ],
)
def test_a_wrong_change_of_a_task_is_refused(api, body, place):
    number = api.complaint()["incident"]["number"]
    task = api.get(f"/incidents/{number}").get_json()["tasks"][0]
    assert places(problem(api.patch(f"/tasks/{task['id']}", body), 422)) == [place]
    assert api.get(f"/incidents/{number}").get_json()["tasks"][0] == task


def test_what_is_not_there_cannot_be_changed(api):
    number = api.complaint()["incident"]["number"]
    problem(api.patch("/tasks/4711", {"status": "done"}), 404)
    problem(api.post("/incidents/INC-2026-009999/notes", {"text": "x"}), 404)
    problem(api.post(f"/incidents/{number}/clocks/4711/meet"), 404)
    problem(api.post(f"/incidents/{number}/departments/XYZ/sign_off", {"note": "done"}), 404)
    due = "2026-11-03T04:00:00Z"
    body = {"title": "x", "department": "XYZ", "due_at": due}
    problem(api.post(f"/incidents/{number}/tasks", body), 404)


def test_a_role_is_handed_to_somebody(api):
    number = api.complaint()["incident"]["number"]
    found = api.post(f"/incidents/{number}/roles", {"role": "commander", "person": "wang@demo.example"})
    assert found.get_json()["commander"]["name"] == "王磊"
    for body, place in (
        ({"role": "jester", "person": 1}, ("role",)),
        ({"role": "scribe", "person": "nobody@demo.example"}, ("person",)),
        ({"role": "scribe", "person": "nobody"}, ("person",)),
    ):
        assert places(problem(api.post(f"/incidents/{number}/roles", body), 422)) == [place]


def test_a_clock_is_met_once(api):
    number = api.complaint()["incident"]["number"]
    clock = api.get(f"/incidents/{number}").get_json()["clocks"][0]
    path = f"/incidents/{number}/clocks/{clock['id']}/meet"
    found = api.post(path).get_json()
    assert next(each for each in found["clocks"] if each["id"] == clock["id"])["state"] == "met"
    problem(api.post(path), 409)
    other = api.complaint()["incident"]["number"]
    problem(api.post(f"/incidents/{other}/clocks/{clock['id']}/meet"), 404)


def test_the_timeline_holds_every_event_oldest_first(api):
    number = api.complaint()["incident"]["number"]
    for count in range(4):
        api.post(f"/incidents/{number}/notes", {"text": f"note {count}"})
    seen, cursor = [], ""
    while cursor is not None:
        page = api.get(f"/incidents/{number}/timeline?limit=3{cursor and '&cursor=' + cursor}").get_json()
        seen += page["items"]
        cursor = page["next_cursor"]
    assert seen[0]["kind"] == "opened"
    assert [each["data"]["text"] for each in seen[-4:]] == ["note 0", "note 1", "note 2", "note 3"]
    assert [each["id"] for each in seen] == sorted(each["id"] for each in seen)
    assert seen == api.get(f"/incidents/{number}").get_json()["timeline"]


def test_a_reader_may_read_and_not_act(api):
    number = api.complaint()["incident"]["number"]
    assert api.get(f"/incidents/{number}", as_="incidents:read").status_code == 200
    for path, body in (
        (f"/incidents/{number}/notes", {"text": "x"}),
        (f"/incidents/{number}/level", {"level": 1, "reason": "x"}),
        ("/incidents", {"complaint_type": "other", "summary": "x"}),
    ):
        problem(api.post(path, body, as_="incidents:read"), 403)
    problem(api.get(f"/incidents/{number}", as_="reports:read"), 403)


def test_the_schedule_tells_who_is_alerted_next_and_which_drills_come(api):
    number = api.complaint()["incident"]["number"]
    at = builders.NOW + timedelta(days=1)
    body = {"playbook": "other", "starts_at": at.isoformat(), "participants": ["li@demo.example"]}
    assert api.post("/drills", body).status_code == 201
    items = api.get("/schedule").get_json()["items"]
    assert [each["what"] for each in items] == ["escalation", "drill"]
    assert items[0]["about"] == number
    assert number in items[0]["sentence"]["zh"]
    assert items[0]["url"].endswith(f"/incidents/{number}")
