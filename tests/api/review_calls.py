"""Every call on post-mortems and actions once, for the test that holds answers against the document."""

from incident.db import db
from tests import reviewing
from tests.api.calling import Api


def walk(api: Api) -> None:
    """From the first draft to an amended edition, and an action from its owner to its verification."""
    review = reviewing.a_review()
    number = api.get(f"/reviews/{review.id}").get_json()["incident"]
    db.session.commit()
    path = f"/reviews/{review.id}"
    api.get("/reviews")
    api.post(f"/incidents/{number}/review", {"trigger": "regulator"}, as_="zhao")
    match = {"headers": {"If-Match": '"0"'}}
    api.patch(f"{path}/sections/lucky", {"text": "幸好"}, as_="zhao", **match)
    api.patch(f"{path}/sections/lucky", {"text": "另一份"}, as_="li", **match)
    api.patch(f"{path}/sections/lucky", {"text": "没有版本"}, as_="li")
    events = [each["id"] for each in api.get(path).get_json()["events"]]
    api.post(f"{path}/events", {"shown": events, "chosen": events[1:]}, as_="zhao")
    top = api.post(f"{path}/findings", {"text": "没有人接电话"}, as_="zhao").get_json()["id"]
    finding = {"text": "名单过期", "parent": top, "category": "process"}
    cause = api.post(f"{path}/findings", finding, as_="zhao").get_json()["id"]
    anew = {"text": "名单没有更新", "category": "process"}
    api.patch(f"/findings/{cause}", anew, as_="zhao", headers={"If-Match": '"1"'})
    api.call("DELETE", f"/findings/{top}", as_="zhao")
    api.get(f"/findings/{cause}")
    action = {"kind": "fix", "title": "更新名单", "owner": "li@demo.example", "finding": cause}
    made = api.post(f"{path}/actions", action, as_="zhao").get_json()["id"]
    api.patch(f"/actions/{made}", {"state": "done", "proof": "见记录"}, as_="li")
    api.patch(f"/actions/{made}", {"state": "verified"}, as_="yang")
    api.get(f"/actions/{made}")
    api.get("/actions?show=closed")
    meeting = {"meets_at": "2026-11-05T02:00:00Z", "place": "A301"}
    api.post(f"{path}/meeting", meeting, as_="zhao")
    api.post(f"{path}/hand_over", {"to": "zhao@demo.example"}, as_="wang")
    api.post(f"{path}/held", as_="zhao")
    for who, role in (("wang", "commander"), ("tang", "quality")):
        api.post(f"{path}/sign_off", {"role": role}, as_=who)
    api.post(f"{path}/publish", as_="zhao")
    api.post(f"{path}/amend", {"reason": "新证据"}, as_="zhao")
