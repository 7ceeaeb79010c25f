"""Tasks over the API: added with an order and a list, changed, refused with reasons."""

from tests import builders
from tests.api.calling import places, problem


def tasks_of(api, number):
    return api.get(f"/incidents/{number}").get_json()["tasks"]


def test_a_task_says_what_it_waits_for_its_list_and_the_evidence_wanted(api):
    number = api.complaint()["incident"]["number"]
    found = tasks_of(api, number)
    waiting = next(each for each in found if each["waits_for"])
    assert set(waiting["waits_for"]) <= set(waiting["after"]) <= {each["id"] for each in found}
    assert waiting["remind_at"] is None and waiting["checklist"] == []
    wanted = [text for each in found for text in each["evidence_wanted"]]
    assert wanted and all(text["zh"] and text["en"] for text in wanted)
    refused = problem(api.patch(f"/tasks/{waiting['id']}", {"status": "doing"}, as_="li"), 409)
    assert places(refused) == [("after", id_) for id_ in waiting["waits_for"]]
    assert all(each["href"].startswith(f"/incidents/{number}#task-") for each in refused["errors"])


def test_a_task_is_added_for_somebody_after_another_with_a_list(api):
    number = api.complaint()["incident"]["number"]
    first = tasks_of(api, number)[0]
    body = {
        "title": "Ask for the recording",
        "department": first["department"],
        "due_at": "2026-12-01T10:00:00+08:00",
        "assignee": "li@demo.example",
        "after": [first["id"]],
        "checklist": [{"text": "line 1", "must": True}, {"text": "line 2", "done": True}],
    }
    answer = api.post(f"/incidents/{number}/tasks", body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    added = next(each for each in answer.get_json()["tasks"] if each["title"]["en"] == body["title"])
    assert added["assignee"]["id"] == builders.person("li").id
    assert added["after"] == added["waits_for"] == [first["id"]]
    assert [(item["text"], item["must"], item["done"]) for item in added["checklist"]] == [
        ("line 1", True, False), ("line 2", False, True),
    ]  # fmt: skip
    stranger = problem(api.post(f"/incidents/{number}/tasks", {**body, "after": [999_999]}), 422)
    assert places(stranger) == [("after",)]


def test_order_list_blocking_and_reminders_are_changed_by_one_call_each(api):
    number = api.complaint()["incident"]["number"]
    one, two = [each for each in tasks_of(api, number) if not each["after"]][:2]
    path = f"/tasks/{one['id']}"
    assert api.patch(path, {"after": [two["id"]]}).get_json()["waits_for"] == [two["id"]]
    circle = problem(api.patch(f"/tasks/{two['id']}", {"after": [one["id"]]}), 422)
    assert "→" in circle["detail"] and places(circle) == [("after",)]
    assert api.patch(path, {"after": []}).get_json()["waits_for"] == []
    made = api.patch(path, {"checklist": [{"text": "first"}, {"text": "second"}]}, as_="li").get_json()
    first, second = (item["id"] for item in made["checklist"])
    change = {"checklist": [{"id": first, "done": True}, {"id": second, "removed": True}]}
    [item] = api.patch(path, change, as_="li").get_json()["checklist"]
    assert (item["done"], item["done_by"]["name"]) == (True, "李娜")
    body = {"status": "blocked", "note": "no key", "blocked_by_person": "wu@demo.example"}
    blocked = api.patch(path, body, as_="li").get_json()
    assert blocked["blocked_by_person"]["id"] == builders.person("wu").id
    given = api.patch(path, {"status": "doing", "assignee": "li@demo.example"}, as_="li").get_json()
    assert given["blocked_by_person"] is None
    problem(api.patch(path, {"stop_reminders": True}, as_="wu"), 403)
    assert api.patch(path, {"stop_reminders": True}, as_="li").get_json()["reminders_stopped"] is True
    problem(api.patch(path, {"snooze_until": "2026-01-01T00:00:00Z"}, as_="li"), 422)
    problem(api.patch(path, {"checklist": [{"done": True}]}, as_="li"), 422)
    problem(api.patch(path, {"checklist": [{"id": "gone", "done": True}]}, as_="li"), 404)
