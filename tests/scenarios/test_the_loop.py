"""The loop that makes the plan better, over real HTTP: missed clock, forced post-mortem, finding, change
request, a second version that people read, and the next drill that proves it."""

from datetime import timedelta
from typing import Any

import requests
import time_machine

from incident import clock, clocks
from incident.db import db
from incident.playbooks import library, loading
from incident.readiness import history
from incident.watches import change_watch
from tests import builders, closing
from tests.conftest import Served
from tests.scenarios.test_the_tour import Caller, finish_everything, messages_to

KEY = "fee_dispute"
STAGES = ("verify", "negotiate", "resolve", "feedback", "follow_up")


def closed_with_a_missed_clock(travelled: Any, chief: Caller, writing: Caller, intake: Caller) -> str:
    """A small case whose fifteen days run out before it is decided."""
    body = builders.complaint_body(complaint_type=KEY)
    incident = intake.post("/complaints", body, expect=201)["incident"]
    number: str = incident["number"]
    assert (incident["level"], incident["plan"]) == (4, {"key": KEY, "version": 1})
    chief.post(f"/incidents/{number}/acknowledge")
    for stage in STAGES:
        chief.post(f"/incidents/{number}/move", {"to": stage})
    travelled.shift(timedelta(days=25))
    clocks.sweep(at=clock.now(), house=builders.house().calendar)
    missed = [
        each["rule"] for each in chief.get(f"/incidents/{number}")["clocks"] if each["state"] == "missed"
    ]
    assert "complaint_decision" in missed
    letter = f"/incidents/{number}/decision"
    writing.post(letter, {"text": "尊敬的{name}：处理决定如下。"}, expect=201)
    chief.post(f"/incidents/{number}/finding", {"result": "partly", "reasons": "The fee was explained late."})
    chief.post(f"{letter}/approve")
    writing.post(f"{letter}/sent", {"proof": "EMS 1234567"})
    for task in chief.get(f"/incidents/{number}")["tasks"]:  # in their order: some wait for others
        if task["status"] != "done":
            chief.patch(f"/tasks/{task['id']}", {"status": "done", "note": "done in the scenario"})
    finish_everything(chief, chief.get(f"/incidents/{number}"))
    chief.post(f"/incidents/{number}/hold/lift", {"reason": "客户同意恢复联系"})
    closing.satisfy(number, at=clock.now())
    chief.post(f"/incidents/{number}/close", {"summary": "已与客户达成一致"})
    return number


def press_read(served: Served, who: str) -> None:
    """Confirm in Slack that one has read the new version."""
    slack_id = builders.person(who).slack_id or ""
    told = [each for each in messages_to(served, slack_id) if "📘" in each["text"]]
    assert len(told) == 1 and "2 h" in told[0]["text"].replace("2 小时", "2 h")
    press = {"user": slack_id, "channel": told[0]["channel"], "ts": told[0]["ts"], "action_id": "plan_read"}
    answer = requests.post(f"{served.url}/sandbox/control/press", json=press, timeout=20)
    assert answer.status_code == 200, answer.text
    now = [each for each in messages_to(served, slack_id) if each["ts"] == told[0]["ts"]]
    assert "✅" in now[0]["text"] and "plan_read" not in str(now[0]["blocks"])


def fresh() -> None:
    """A look at the database as it is now, as every beat of the scheduler has."""
    db.session.commit()
    db.session.expire_all()


def play(trainer: Caller, evaluator: Caller, rating: str) -> dict[str, Any]:
    """A drill of the plan, rated by an evaluator, from its scheduling to its end."""
    plan = library.current(KEY).plan
    people = [f"{name}@demo.example" for name in ("liu", "brown", "li")]
    body = {
        "playbook": KEY,
        "scenario": plan.scenarios[0].key,
        "starts_at": (clock.now() + timedelta(days=1)).isoformat(),
        "participants": people,
        "staff": {"evaluator": ["tang@demo.example"]},
    }
    made = trainer.post("/drills", body, expect=201)
    started = trainer.post(f"/drills/{made['id']}/start")
    incident = trainer.get(f"/incidents/{started['incident']}")
    assert incident["drill"] and incident["plan"]["version"] == 2
    for key in plan.scenarios[0].goals:
        said = {"objective": key, "rating": rating, "note": "as seen"}
        evaluator.post(f"/drills/{made['id']}/ratings", said)
    trainer.post(f"/drills/{made['id']}/stop", {"reason": "played to the end"})
    fresh()
    change_watch.sweep(at=clock.now())
    return made


def test_a_missed_clock_becomes_version_two_and_the_next_drill_proves_it(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        chief, writing, trainer, head, evaluator = (
            Caller(served, email=each) for each in ("zhao", "li", "lin", "yang", "tang")
        )
        intake = Caller(served, scopes=["complaints:write", "incidents:read"])
        number = closed_with_a_missed_clock(travelled, chief, writing, intake)

        # level Ⅳ asks for no post-mortem, the missed legal clock does
        (review,) = [each for each in chief.get("/reviews")["items"] if each["incident"] == number]
        assert review["optional"] is False
        step = library.current(KEY).plan.steps[2]
        cause = {"text": "步骤三太晚才开始", "category": "process", "step": step.key}
        finding = chief.post(f"/reviews/{review['id']}/findings", cause, expect=201)

        # the finding becomes a change request, which its author cannot approve
        content = loading.plain(library.current(KEY).plan)
        content["steps"][2]["due"] = "2h"
        body = {"reason": cause["text"], "content": content, "from": {"finding": finding["id"]}}
        change = chief.post(f"/playbooks/{KEY}/changes", body, expect=201)
        assert [each["path"] for each in change["difference"]] == [["steps", 2, "due"]]
        refused = chief.post(f"/changes/{change['id']}/approve", expect=403)
        assert "somebody else must decide" in refused["detail"]
        head.post(f"/changes/{change['id']}/approve", {"note": "同意"})
        done = head.post(f"/changes/{change['id']}/publish", {"note": "Step 3 within 2 h"})
        assert (done["published_version"], done["origin"]) == (2, {"kind": "finding", "id": finding["id"]})
        assert chief.get(f"/incidents/{number}")["plan"]["version"] == 1

        # people concerned are told in Slack what changed, and confirm
        served.deliver()
        press_read(served, "liu")

        # the next drill is played on version 2: one that went badly proves nothing, a good one does
        before = trainer.get("/readiness")
        history.take(at=clock.now(), house=builders.house())
        play(trainer, evaluator, "M")
        assert chief.get(f"/changes/{change['id']}")["proven_by_drill"] is None
        travelled.shift(timedelta(days=2))
        good = play(trainer, evaluator, "P")
        found = chief.get(f"/changes/{change['id']}")
        assert found["proven_by_drill"] == good["id"] and found["proven_at"]

        # and readiness has risen
        after = trainer.get("/readiness")
        history.take(at=clock.now(), house=builders.house())
        plan = next(each for each in after["plans"] if each["playbook"] == KEY)
        assert (plan["days_since_drill"], plan["rating"], plan["version"]) == (0, "P", 2)
        assert after["score"] > before["score"]
        assert [each["score"] for each in trainer.get("/readiness")["history"]] == [
            before["score"],
            after["score"],
        ]
