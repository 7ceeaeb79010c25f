"""Groups, links and merges over the API."""

from incident.db import db
from incident.models.groups import Surge
from tests import builders, crowds
from tests.api.calling import Api, problem


def crowd(api: Api, count: int, start: int = 0) -> list[dict]:
    return [
        api.complaint(narrative=crowds.said(number), summary=None, **crowds.somebody(number))
        for number in range(start, start + count)
    ]


def test_a_crowd_becomes_one_incident_with_its_members(api: Api) -> None:
    found = crowd(api, 6)
    parent = found[5]["incident"]["number"]
    assert found[4]["incident"]["number"] == parent
    whole = api.get(f"/incidents/{parent}").get_json()
    assert whole["members_count"] == len(whole["members"]) == 6
    assert whole["group"]["state"] == "open" and whole["group"]["rule"] == "wording"
    assert all(each["due_at"] for each in whole["members"])
    first = found[0]["incident"]["number"]
    old = api.get(f"/incidents/{first}").get_json()
    assert (old["status"], old["merged_into"], old["parent"]) == ("merged", parent, parent)
    [group] = api.get("/groups?state=open").get_json()["items"]
    assert (group["incident"], group["complaints"]) == (parent, 6)
    refused = problem(api.post(f"/incidents/{first}/move", {"to": "verify"}), 409)
    assert parent in refused["detail"] and refused["errors"][0]["href"].endswith(parent)


def test_members_are_taken_out_and_put_in_and_the_grouping_is_undone(api: Api) -> None:
    found = crowd(api, 6)
    parent, wrong = found[5]["incident"]["number"], found[0]["complaint"]["id"]
    left = api.call("DELETE", f"/incidents/{parent}/members/{wrong}", json={"reason": "另案"}).get_json()
    assert left["members_count"] == 5
    back = api.get(f"/complaints/{wrong}").get_json()
    assert back["incident"] == found[0]["incident"]["number"]
    again = api.post(f"/incidents/{parent}/members", {"complaint": wrong, "reason": "还是同一件"}).get_json()
    assert again["members_count"] == 6
    problem(api.post(f"/incidents/{parent}/members", {"complaint": wrong, "reason": "再来"}), 409)
    problem(api.call("DELETE", f"/incidents/{parent}/members/99999"), 404)
    ended = api.post(f"/incidents/{parent}/ungroup", {"reason": "不是一回事"}).get_json()
    assert ended["status"] == "cancelled" and ended["members_count"] == 0
    for each in found:
        own = api.get(f"/complaints/{each['complaint']['id']}").get_json()["incident"]
        assert own is not None and api.get(f"/incidents/{own}").get_json()["status"] == "open"


def test_a_proposal_is_confirmed_or_dismissed_once(api: Api) -> None:
    crowd(api, 3)
    [group] = api.get("/groups").get_json()["items"]
    assert (group["state"], group["customers"]) == ("proposed", 3)
    parent = api.post(f"/groups/{group['id']}/confirm", as_="zhao").get_json()
    assert parent["members_count"] == 3
    late = problem(api.post(f"/groups/{group['id']}/dismiss", as_="chen"), 409)
    assert late["errors"][0]["href"].endswith(parent["number"])
    problem(api.post("/groups/999/confirm"), 404)


def test_two_incidents_are_linked_both_ways_and_the_link_is_taken_away(api: Api) -> None:
    one, two = (api.complaint()["incident"]["number"] for _ in range(2))
    linked = api.post(f"/incidents/{one}/link", {"incident": two, "reason": "同一客户"}).get_json()
    assert [each["incident"] for each in linked["links"]] == [two]
    other = api.get(f"/incidents/{two}").get_json()
    assert [(each["incident"], each["reason"]) for each in other["links"]] == [(one, "同一客户")]
    problem(api.post(f"/incidents/{two}/link", {"incident": one, "reason": "again"}), 409)
    problem(api.post(f"/incidents/{two}/link", {"incident": two, "reason": "self"}), 422)
    gone = api.call("DELETE", f"/incidents/{two}/links/{other['links'][0]['id']}").get_json()
    assert gone["links"] == [] and api.get(f"/incidents/{one}").get_json()["links"] == []


def test_a_merge_moves_what_is_open_and_undoing_it_gives_everything_back(api: Api) -> None:
    one, two = (api.complaint()["incident"]["number"] for _ in range(2))
    api.post(
        f"/incidents/{one}/tasks",
        {"title": "自己的任务", "department": "COL", "due_at": "2026-11-04T10:00:00+08:00"},
    )
    before = api.get(f"/incidents/{one}").get_json()
    merged = api.post(f"/incidents/{one}/merge", {"into": two, "reason": "同一件事"}).get_json()
    assert (merged["status"], merged["merged_into"], merged["complaints"]) == ("merged", two, [])
    target = api.get(f"/incidents/{two}").get_json()
    assert target["merged"] == [one] and len(target["complaints"]) == 2
    assert "自己的任务" in [each["title"]["zh"] for each in target["tasks"]]
    assert all(each["status"] == "dropped" for each in merged["tasks"])
    problem(api.post(f"/incidents/{one}/merge", {"into": two, "reason": "again"}), 409)
    back = api.post(f"/incidents/{one}/unmerge", {"reason": "弄错了"}).get_json()
    assert (back["status"], back["merged_into"]) == ("open", None)
    for part in ("tasks", "complaints", "roles"):
        assert back[part] == before[part], part
    assert {each["id"]: each["state"] for each in back["clocks"]} == {
        each["id"]: each["state"] for each in before["clocks"]
    }
    assert len(api.get(f"/incidents/{two}").get_json()["complaints"]) == 1
    problem(api.post(f"/incidents/{one}/unmerge", {"reason": "again"}), 409)


def test_a_customer_who_complains_again_is_found_and_it_is_said_why(api: Api) -> None:
    first = api.complaint(customer={"name": "李四", "phone": "+86 139-8888-7777"})["complaint"]
    second = api.complaint(customer={"name": "李四", "phone": "13988887777", "account_ref": "62-001"})[
        "complaint"
    ]
    assert (first["repeat"], second["repeat"]) == (False, True)
    assert "repeat" in second["signals"] and second["triage"]["repeat_found"] is True
    third = api.complaint(customer={"name": "李先生", "account_ref": "62001"})["complaint"]
    assert third["repeat"] is True
    db.session.commit()
    assert db.session.query(Surge).count() == 0, "one person is no crowd"
    assert first["customer_file"] == second["customer_file"] != third["customer_file"]
    assert "13988887777" not in str(second)


def test_the_same_complaint_sent_twice_is_no_repeat(api: Api) -> None:
    body = builders.complaint_body(customer={"phone": "13977776666"})
    assert api.post("/complaints", body).status_code == 201
    again = api.post("/complaints", body).get_json()
    assert again["duplicate"] is True and again["complaint"]["repeat"] is False
