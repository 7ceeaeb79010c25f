"""Post-mortems over HTTP: two editors at once, names, causes, signatures by role, publication, amendment."""

import json

import pytest
import time_machine
from sqlalchemy import select

from incident.db import db, unit_of_work
from incident.models.webhooks import WebhookMessage
from incident.webhooks import endpoints
from tests import builders, reviewing
from tests.api.calling import Api, places, problem


@pytest.fixture
def review(api):
    """The number of a post-mortem at level Ⅰ, an hour after the incident closed, and the API."""
    found = reviewing.a_review(complaint_type="self_harm_threat", signals=["self_harm_threat"])
    return found.id


def save(api: Api, path: str, text: str, version: object, *, as_: str = "zhao", **more: object):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return api.patch(path, {"text": text, **more}, as_=as_, headers=headers)


def test_the_draft_says_what_the_record_says_and_names_nobody(api, review):
    whole = api.get(f"/reviews/{review}").get_json()
    assert (
        whole["state"] == "scheduled" and whole["triggers"] == ["level"] and whole["owner"]["name"] == "杨帆"
    )
    sections = {each["name"]: each for each in whole["sections"]}
    assert len(sections) == 13 and all(each["version"] == 0 and each["drafted"] for each in sections.values())
    assert "Acknowledged after 1 min, resolved after" in sections["summary"]["text"]
    steps = {each["key"]: each["state"] for each in whole["facts"]["steps"]}
    assert {"on_time", "late", "skipped", "undone"} == set(steps.values())
    said = json.dumps({key: whole[key] for key in ("sections", "events", "facts")}, ensure_ascii=False)
    for name in ("赵敏", "王小明", "李娜", "王磊"):
        assert name not in said
    who = {each["kind"]: each["who"]["en"] for each in whole["events"]}
    assert who["acknowledged"] == "Scribe" and who["opened"] == "the service"


def test_two_editors_at_once_lose_nothing(api, review):
    path = f"/reviews/{review}/sections/went_well"
    problem(save(api, path, "first", None), 428)
    saved = save(api, path, "值班响应很快", 0)
    assert saved.status_code == 200 and saved.headers["ETag"] == '"1"' and saved.get_json()["version"] == 1
    other = save(api, path, "话术有效", 0, as_="li")
    refused = problem(other, 412)
    assert refused["current"]["text"] == "值班响应很快" and refused["yours"] == "话术有效"
    assert refused["current"]["version"] == 1
    joined = save(api, path, "值班响应很快\n\n话术有效", 1, as_="li")
    assert joined.get_json()["version"] == 2
    again = save(api, path, "值班响应很快\n\n话术有效", 2)  # the same text is no new version
    assert again.get_json()["version"] == 2
    assert save(api, f"/reviews/{review}/sections/lucky", "电话接通了", 0, as_="wang").status_code == 200
    problem(save(api, f"/reviews/{review}/sections/nothing", "x", 0), 404)


def test_names_of_people_involved_are_asked_about_and_markup_is_harmless(api, review):
    path = f"/reviews/{review}/sections/went_badly"
    refused = problem(save(api, path, "赵敏没有及时联系王小明", 0), 409)
    assert "Scribe" in refused["errors"][0]["msg"] and len(refused["errors"]) == 2
    kept = save(
        api, path, "赵敏在场 <b>13800138000</b> [x](javascript:alert(1))", 0, names_ok=True
    ).get_json()
    assert kept["named"] == ["赵敏"]
    assert "13800138000" not in kept["text"] and "<b>" not in kept["html"] and "href" not in kept["html"]
    assert save(api, path, "指挥长没有及时联系客户", 1).get_json()["named"] == []


def test_the_whys_have_stable_ids_and_are_changed_by_one_at_a_time(api, review):
    root = f"/reviews/{review}/findings"
    top = api.post(root, {"text": "客户两次来电没有人接"}, as_="zhao").get_json()
    cause = {"text": "名单每周才更新", "parent": top["id"], "category": "process", "step": "decision_letter"}
    low = api.post(root, cause, as_="li").get_json()
    assert low["parent"] == top["id"] and low["category"] == "process"
    assert places(problem(api.post(root, {"text": "x", "step": "no_such"}, as_="zhao"), 422)) == [("step",)]
    problem(api.post(root, {"text": "x", "parent": 999}, as_="zhao"), 404)
    path, match = f"/findings/{low['id']}", {"headers": {"If-Match": '"1"'}}
    changed = api.patch(
        path, {"text": "名单每月才更新", "category": "system"}, as_="zhao", **match
    ).get_json()
    assert changed["version"] == 2 and changed["step"] is None
    assert (
        problem(api.patch(path, {"text": "y"}, as_="li", **match), 412)["current"]["text"] == "名单每月才更新"
    )
    assert api.call("DELETE", f"/findings/{top['id']}", as_="zhao").get_json()["withdrawn_at"]
    whole = api.get(f"/reviews/{review}").get_json()
    assert [each["id"] for each in whole["findings"]] == [low["id"]]
    assert api.get(f"/findings/{top['id']}").get_json()["text"] == "客户两次来电没有人接"


def ready(api: Api, review: int) -> None:
    """Everything but the signatures."""
    cause = api.post(f"/reviews/{review}/findings", {"text": "流程缺失", "category": "process"}, as_="zhao")
    action = {
        "kind": "prevent",
        "title": "更新名单",
        "owner": "li@demo.example",
        "finding": cause.get_json()["id"],
    }
    assert api.post(f"/reviews/{review}/actions", action, as_="zhao").status_code == 201
    assert api.post(f"/reviews/{review}/held", as_="zhao").status_code == 200


def sign(api: Api, review: int) -> None:
    """By the commander, by audit and by a head of the emergency group."""
    for who in ("yang", "tang", "zhao"):
        assert api.post(f"/reviews/{review}/sign_off", {}, as_=who).status_code == 200


def test_it_is_signed_by_role_and_a_change_ends_every_signature(api, review):
    with unit_of_work():
        admin = builders.acting("admin")
        where = {"url": "https://hooks.example/x", "wanted": ["review.completed"], "https_only": True}
        endpoints.add(**where, by=admin, at=builders.NOW)
    path = f"/reviews/{review}"
    missing = problem(api.post(f"{path}/publish", as_="zhao"), 409)["errors"]
    assert len(missing) == 6 and missing[0]["href"] == f"/reviews/{review}#meeting"
    problem(api.post(f"{path}/sign_off", {}, as_="zhao"), 409)  # before the meeting nobody signs
    ready(api, review)
    assert api.post(f"{path}/sign_off", {}, as_="yang").get_json()["signatures"][0]["role"] == "commander"
    problem(api.post(f"{path}/sign_off", {"role": "quality"}, as_="yang"), 403)
    problem(api.post(f"{path}/sign_off", {"role": "executive"}, as_="li"), 403)
    problem(api.post(f"{path}/sign_off", {}, as_="admin"), 403)  # a service signs nothing
    assert api.post(f"{path}/sign_off", {}, as_="tang").get_json()["signatures"][1]["role"] == "quality"
    problem(api.post(f"{path}/sign_off", {}, as_="tang"), 409)
    save(api, f"{path}/sections/lucky", "恰好有人在场", 0)
    assert api.get(path).get_json()["signatures"] == []
    sign(api, review)
    problem(api.post(f"{path}/publish", as_="li"), 403)
    published = api.post(f"{path}/publish", as_="zhao").get_json()
    assert published["state"] == "completed" and [each["number"] for each in published["editions"]] == [1]
    (told,) = db.session.scalars(select(WebhookMessage).where(WebhookMessage.event == "review.completed"))
    assert told.data["review"]["edition"] == 1 and "赵敏" not in json.dumps(told.data, ensure_ascii=False)


def test_whoever_wrote_a_section_does_not_judge_its_quality(api, review):
    path, as_quality = f"/reviews/{review}", {"role": "quality"}
    ready(api, review)
    assert save(api, f"{path}/sections/lucky", "恰好有人在场", 0, as_="qin").status_code == 200
    problem(api.post(f"{path}/sign_off", as_quality, as_="qin"), 403)
    assert api.post(f"{path}/sign_off", as_quality, as_="shen").status_code == 200


def test_a_published_one_is_changed_by_an_amendment_alone(api, review):
    path = f"/reviews/{review}"
    ready(api, review)
    sign(api, review)
    assert api.post(f"{path}/publish", as_="zhao").status_code == 200
    problem(save(api, f"{path}/sections/lucky", "x", 0), 409)
    problem(api.post(f"{path}/publish", as_="zhao"), 409)
    assert api.post(f"{path}/amend", {"reason": "新证据"}, as_="zhao").get_json()["state"] == "held"
    assert save(api, f"{path}/sections/lucky", "新证据表明", 0).status_code == 200
    sign(api, review)
    editions = api.post(f"{path}/publish", as_="zhao").get_json()["editions"]
    assert [(each["number"], each["reason"]) for each in editions] == [(2, "新证据"), (1, None)]


def test_actions_are_due_by_level_extended_with_a_reason_and_verified_by_somebody_else(api, review):
    ready(api, review)
    (action,) = api.get("/actions").get_json()["items"]
    path = f"/actions/{action['id']}"
    assert action["due_at"] == "2026-11-18T15:59:59Z"  # 15 days at level Ⅰ, the end of that day in Shanghai
    late = {"kind": "fix", "title": "x", "due_at": "2027-01-01T00:00:00Z"}
    assert places(problem(api.post(f"/reviews/{review}/actions", late, as_="zhao"), 422)) == [("due_at",)]
    longer = {"due_at": "2026-12-01T00:00:00Z"}
    assert places(problem(api.patch(path, longer, as_="li"), 422)) == [("reason",)]
    assert (
        api.patch(path, {**longer, "reason": "等系统上线"}, as_="li").get_json()["first_due_at"]
        == action["due_at"]
    )
    problem(api.patch(path, {"state": "verified"}, as_="tang"), 403)  # an auditor reads only
    problem(api.patch(path, {"state": "verified"}, as_="yang"), 409)  # not finished yet
    assert places(problem(api.patch(path, {"state": "done"}, as_="li"), 422)) == [("proof",)]
    assert api.patch(path, {"state": "done", "proof": "见更新记录"}, as_="li").get_json()["state"] == "done"
    problem(api.patch(path, {"state": "verified"}, as_="li"), 403)
    back = api.patch(path, {"state": "open", "reason": "记录缺一页"}, as_="yang").get_json()
    assert back["state"] == "open" and back["proof"] is None and back["remind_at"]
    api.patch(path, {"state": "done", "proof": "已补"}, as_="li")
    done = api.patch(path, {"state": "verified"}, as_="yang").get_json()
    assert done["verified_by"]["name"] == "杨帆"
    kinds = [each["kind"] for each in done["history"]]
    assert kinds == ["added", "extended", "done", "reopened", "done", "verified"]
    problem(api.patch(path, {"title": "y"}, as_="zhao"), 409)


def test_the_register_shows_what_is_overdue_and_what_is_mine(api, review):
    ready(api, review)
    assert [each["title"] for each in api.get("/actions?mine=true", as_="li").get_json()["items"]] == [
        "更新名单"
    ]
    assert api.get("/actions?mine=true", as_="zhao").get_json()["items"] == []
    assert api.get("/actions?show=overdue").get_json()["items"] == []
    with time_machine.travel("2026-11-20T00:00:00Z"):
        (late,) = api.get("/actions?show=overdue").get_json()["items"]
    assert late["overdue"]


def test_a_case_that_is_over_can_be_asked_about_and_handed_on(api):
    incident = reviewing.a_closed_incident(complaint_type="other")
    problem(api.post(f"/incidents/{api.complaint()['incident']['number']}/review", {}, as_="zhao"), 409)
    wanted = api.post(f"/incidents/{incident.number}/review", {"trigger": "regulator"}, as_="zhao").get_json()
    assert wanted["triggers"] == ["regulator"] and wanted["optional"] is False
    path = f"/reviews/{wanted['id']}"
    given = api.post(
        f"{path}/hand_over", {"to": "wang@demo.example", "note": "本周我不在"}, as_="zhao"
    ).get_json()
    assert given["owner"]["name"] == "王磊"
    problem(
        api.post(f"{path}/hand_over", {"to": "tang@demo.example"}, as_="wang"), 409
    )  # an auditor does not write
    problem(api.post(f"{path}/hand_over", {"to": "li@demo.example"}, as_="li"), 403)
    later = {"meets_at": "2026-12-20T02:00:00Z", "place": "A301"}
    assert places(problem(api.post(f"{path}/meeting", later, as_="wang"), 422)) == [("reason",)]
    moved = api.post(f"{path}/meeting", {**later, "reason": "等鉴定"}, as_="wang").get_json()
    assert moved["meets_at"] == "2026-12-20T02:00:00Z" and moved["place"] == "A301"
