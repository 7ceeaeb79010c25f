"""Change requests over the API: what is refused and why, and what a running incident keeps."""

import tomllib
from datetime import timedelta

from incident.models.alerts import Delivery
from incident.plan_changes import deciding
from incident.playbooks import library
from incident.playbooks import proposing as checking
from tests import builders
from tests.api.calling import count, places, problem
from tests.api.change_calls import KEY, changed

PATH = f"/playbooks/{KEY}/changes"


def propose(api, as_="li", **given):
    body = {"reason": "the step is always late", "content": changed(), **given}
    answer = api.post(PATH, body, as_=as_)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()


def test_from_proposal_to_version_two_which_running_incidents_do_not_see(api):
    number = api.complaint(complaint_type=KEY)["incident"]["number"]
    old = library.current(KEY).plan.steps[2]
    made = propose(api)
    (found,) = made["difference"]
    assert (found["kind"], found["path"], found["after"]) == ("changed", ["steps", 2, "due"], "2h")
    assert (
        found["sentence"]["en"].startswith(f"Step 3 “{old.title.en[:30]}")
        and "→ 2 h" in found["sentence"]["en"]
    )
    assert found["sentence"]["zh"].startswith("步骤 3") and "→ 2 小时" in found["sentence"]["zh"]
    path = f"/changes/{made['id']}"
    assert api.post(f"{path}/publish", {"note": "x"}, as_="zhao").status_code == 409  # nobody approved it
    assert api.post(f"{path}/approve", as_="wang").get_json()["state"] == "approved"
    done = api.post(f"{path}/publish", {"note": "Step 3 within 2 h"}, as_="zhao").get_json()
    assert (done["state"], done["published_version"]) == ("published", 2)
    plan = api.get(f"/playbooks/{KEY}").get_json()
    assert (plan["version"], plan["note"], plan["plan"]["steps"][2]["due"]) == (2, "Step 3 within 2 h", "2h")
    assert api.get(f"/incidents/{number}").get_json()["plan"]["version"] == 1
    assert api.get(f"/playbooks/{KEY}/versions/1").get_json()["plan"]["steps"][2]["due"] == old.due
    assert api.complaint(complaint_type=KEY)["incident"]["plan"]["version"] == 2


def test_nobody_approves_what_they_wrote_and_no_service_does(api):
    made = propose(api, as_="zhao")
    path = f"/changes/{made['id']}"
    found = problem(api.post(f"{path}/approve", as_="zhao"), 403)
    assert "somebody else" in found["detail"] and any("王磊" in each["msg"] for each in found["errors"])
    assert problem(api.post(f"{path}/approve", as_="admin"), 403)  # the token of a service has no name
    assert problem(api.post(f"{path}/approve", as_="li"), 403)
    api.post(f"{path}/revise", as_="wang")
    api.patch(path, {"content": changed(due="1h")}, as_="wang")  # who edits it is an author too
    api.post(f"{path}/submit", as_="zhao")
    assert problem(api.post(f"{path}/approve", as_="wang"), 403)
    assert api.post(f"{path}/approve", as_="yang").status_code == 200


def test_a_change_of_an_old_version_conflicts_and_is_brought_up_to_date(api):
    first, second = propose(api), propose(api, content=changed(must=True))
    api.post(f"/changes/{first['id']}/approve", as_="zhao")
    api.post(f"/changes/{first['id']}/publish", {"note": "2 h"}, as_="zhao")
    found = problem(api.post(f"/changes/{second['id']}/approve", as_="zhao"), 409)
    assert "version 1" in found["detail"] and "version 2" in found["detail"]
    assert api.get(f"/changes/{second['id']}").get_json()["stale"] is True
    merged = api.post(f"/changes/{second['id']}/rebase", as_="li").get_json()
    step = merged["content"]["steps"][2]
    assert (step["due"], step["must"], merged["clashes"], merged["state"]) == ("2h", True, [], "draft")
    assert [each["path"][-1] for each in merged["difference"]] == ["must"]


def test_toml_is_taken_and_every_fault_of_a_plan_is_named_at_its_place(api):
    text = checking.as_toml(changed())
    assert tomllib.loads(text)["steps"][2]["due"] == "2h"
    assert propose(api, content=None, toml=text)["difference"][0]["path"] == ["steps", 2, "due"]
    bad = changed(due="soon", department="ZZ", after=["nothing"])
    bad["colour"] = 1
    found = places(problem(api.post(PATH, {"reason": "r", "content": bad}, as_="li"), 422))
    assert ("steps", 2, "due") in found and ("colour",) in found
    strange = changed(department="HR", after=["nothing"])
    found = places(problem(api.post(PATH, {"reason": "r", "content": strange}, as_="li"), 422))
    assert found == [("steps", 2, "department"), ("steps", 2, "after")]
    broken = problem(api.post(PATH, {"reason": "r", "toml": "x = 1\nx = 2"}, as_="li"), 422)
    assert "Cannot overwrite a value" in broken["errors"][0]["msg"]
    same = problem(api.post(PATH, {"reason": "r"}, as_="li"), 409)
    assert same["detail"] == "Nothing is changed yet."
    assert problem(
        api.post(PATH, {"reason": "r", "from": {"review": 99}, "content": changed()}, as_="li"), 422
    )


def test_a_later_day_waits_for_its_day(api):
    made = propose(api)
    path = f"/changes/{made['id']}"
    api.post(f"{path}/approve", as_="zhao")
    day = builders.NOW + timedelta(days=2)
    body = {"note": "from Thursday", "effective_at": day.isoformat()}
    assert api.post(f"{path}/publish", body, as_="zhao").get_json()["state"] == "scheduled"
    deciding.publish_due(at=day - timedelta(minutes=1))
    assert library.current(KEY).number == 1
    deciding.publish_due(at=day)
    found = api.get(path).get_json()
    assert (found["state"], found["published_version"], library.current(KEY).number) == ("published", 2, 2)
    assert count(Delivery, Delivery.key.like("0:remind:plan-%")) > 3


def test_a_change_that_its_day_finds_overtaken_is_held_and_its_author_told(api):
    first, second = propose(api), propose(api, content=changed(must=True))
    for each in (first, second):
        api.post(f"/changes/{each['id']}/approve", as_="zhao")
    day = builders.NOW + timedelta(days=2)
    later = {"note": "from Thursday", "effective_at": day.isoformat()}
    api.post(f"/changes/{first['id']}/publish", later, as_="zhao")
    api.post(f"/changes/{second['id']}/publish", {"note": "must"}, as_="zhao")
    deciding.publish_due(at=day)
    held = api.get(f"/changes/{first['id']}").get_json()
    assert (held["state"], held["stale"], held["effective_at"]) == ("approved", True, None)
    assert count(Delivery, Delivery.payload["about"].as_string() == "plan_change_held") == 1
    again = api.post(f"/changes/{first['id']}/rebase", as_="li").get_json()
    assert (again["state"], again["base_version"]) == ("draft", 2)
