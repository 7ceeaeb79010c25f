"""A case that had not helped: the effect check says no, it is opened again, told again and closed again."""

from datetime import timedelta
from typing import Any

import requests
import time_machine
from sqlalchemy import select

from incident import clock
from incident.db import db
from incident.models.incidents import Incident
from incident.models.reviews import Review
from incident.watches import aftercare
from tests import builders, closing
from tests.conftest import Served
from tests.scenarios.test_the_tour import Caller, channel_of, finish_everything, messages_to, workspace

STAGES = ("verify", "negotiate", "resolve", "feedback", "follow_up")
BOT = {"Authorization": "Bearer xoxb-sandbox"}


def tell(number: str, writing: Caller, approving: Caller, text: str) -> None:
    letter = f"/incidents/{number}/decision"
    writing.post(letter, {"text": text}, expect=201)
    approving.post(f"/incidents/{number}/finding", {"result": "partly", "reasons": "A call at night."})
    approving.post(f"{letter}/approve")
    writing.post(f"{letter}/sent", {"proof": "EMS 1234567"})


def archive(served: Served, channel: str) -> None:
    answer: dict[str, Any] = requests.post(
        f"{served.url}/sandbox/api/conversations.archive", data={"channel": channel}, headers=BOT, timeout=20
    ).json()
    assert answer["ok"], answer


def test_an_effect_check_that_says_no_opens_the_case_again(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        chief = Caller(served, email="zhao")
        writing = Caller(served, email="li")
        intake = Caller(served, scopes=["complaints:write", "incidents:read"])
        incident = intake.post("/complaints", builders.complaint_body(), expect=201)["incident"]
        number = incident["number"]
        served.deliver()
        chief.post(f"/incidents/{number}/acknowledge")
        for stage in STAGES:
            chief.post(f"/incidents/{number}/move", {"to": stage})
        tell(number, writing, chief, "尊敬的{name}：投诉成立，我行致歉。")
        finish_everything(chief, chief.get(f"/incidents/{number}"))
        chief.post(f"/incidents/{number}/hold/lift", {"reason": "客户同意恢复联系"})
        closing.satisfy(number, at=clock.now())
        chief.post(f"/incidents/{number}/close", {"summary": "已与客户达成一致"})
        served.deliver()
        old = channel_of(workspace(served), number)
        archive(served, old["id"])

        # thirty days later the owner is reminded, finds that it has not helped, and opens it again
        travelled.shift(timedelta(days=45))
        commander = db.session.scalars(select(Incident).where(Incident.number == number)).one().commander_id
        assert commander is not None
        assert aftercare.remind(at=clock.now(), house=builders.house()) == 2
        rows = {each["kind"]: each for each in chief.get(f"/incidents/{number}/follow_ups")["items"]}
        body = {"note": "本周仍接到三次电话", "effective": False}
        chief.post(f"/incidents/{number}/follow_ups/{rows['effect_check']['id']}", body)
        again = chief.post(f"/incidents/{number}/reopen", {"reason": "仍有来电", "new_facts": True})
        assert (again["number"], again["status"], again["stage"]) == (number, "open", "resolve")
        running = {each["rule"]: each for each in again["clocks"] if each["state"] == "running"}
        assert {"decision", "complaint_decision"} <= set(running)
        served.deliver()
        travelled.shift(timedelta(minutes=2))
        served.deliver()
        slack = [c for c in workspace(served)["channels"] if (c.get("name") or "").endswith("-2")]
        assert len(slack) == 1 and slack[0]["is_private"], "the archived channel was replaced"
        owner = chief.get(f"/incidents/{number}")["commander"]["id"]
        from incident.models.people import Person

        told = str(messages_to(served, db.session.get_one(Person, owner).slack_id or ""))
        assert number in told and "🔁" in told

        # the customer must be told again before it closes again, and the post-mortem is held in any case
        chief.post(f"/incidents/{number}/move", {"to": "feedback"})
        chief.post(f"/incidents/{number}/move", {"to": "follow_up"})
        refused = chief.post(f"/incidents/{number}/close", {"summary": "二次结案"}, expect=409)
        assert any(each["loc"][:1] == ["decision"] for each in refused["errors"])
        tell(number, writing, chief, "尊敬的{name}：我行已停止电话联系。")
        chief.post(f"/incidents/{number}/hold/lift", {"reason": "方案已生效"})
        closing.satisfy(number, at=clock.now())
        chief.post(f"/incidents/{number}/close", {"summary": "二次结案"})
        db.session.expire_all()
        row = db.session.scalars(select(Incident).where(Incident.number == number)).one()
        review = db.session.scalars(select(Review).where(Review.incident_id == row.id)).one()
        assert not review.optional and review.state == "scheduled"
