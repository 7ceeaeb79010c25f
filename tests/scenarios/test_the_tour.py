"""The main job from end to end, as the README's tour tells it, over real HTTP and signed requests."""

import re
from datetime import timedelta
from typing import Any

import requests
import time_machine
from sqlalchemy import select

from incident import accounts, clock
from incident.alerting import escalation
from incident.db import db, unit_of_work
from incident.models.incidents import Incident
from incident.models.reviews import Review
from tests import builders, closing
from tests.conftest import Served

API = "/api/v1"


class Caller:
    """A person or a service that calls the API."""

    def __init__(self, served: Served, *, email: str | None = None, scopes: list[str] | None = None) -> None:
        self.url = served.url + API
        with unit_of_work():
            token = accounts.create_token(
                name=email or "intake",
                by=builders.BY,
                at=clock.now(),
                scopes=scopes,
                person=builders.person(email) if email else None,
            )
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}

    def post(self, path: str, body: dict[str, Any] | None = None, *, expect: int = 200) -> dict[str, Any]:
        return self._checked(
            requests.post(self.url + path, json=body or {}, headers=self.headers, timeout=20), expect
        )

    def patch(self, path: str, body: dict[str, Any], *, expect: int = 200) -> dict[str, Any]:
        return self._checked(
            requests.patch(self.url + path, json=body, headers=self.headers, timeout=20), expect
        )

    def get(self, path: str) -> dict[str, Any]:
        return self._checked(requests.get(self.url + path, headers=self.headers, timeout=20), 200)

    @staticmethod
    def _checked(answer: requests.Response, expect: int) -> dict[str, Any]:
        assert answer.status_code == expect, answer.text
        found: dict[str, Any] = answer.json()
        return found


def workspace(served: Served) -> dict[str, Any]:
    """Everything that stands in the sandbox."""
    found: dict[str, Any] = requests.get(served.url + "/sandbox/control/state", timeout=20).json()
    return found


def named(state: dict[str, Any], name: str) -> dict[str, Any]:
    """The one channel of a name."""
    [found] = [each for each in state["channels"] if each.get("name") == name]
    return dict(found)


def channel_of(state: dict[str, Any], number: str) -> dict[str, Any]:
    """The one channel of an incident: `inc-` and the day, then the end of its number."""
    [found] = [c for c in state["channels"] if re.fullmatch(rf"inc-\d+-{number[-6:]}", c.get("name") or "")]
    return dict(found)


def messages_to(served: Served, slack_id: str) -> list[dict[str, Any]]:
    """The direct messages that the app sent to somebody."""
    return [
        {**message, "channel": channel["id"]}
        for channel in workspace(served)["channels"]
        if channel.get("is_im") and slack_id in channel["members"]
        for message in channel["messages"]
    ]


def climb(served: Served) -> None:
    """What the scheduler does every second."""
    house = builders.house()
    escalation.sweep(at=clock.now(), zone=house.zone, rule_set=house.rule_set)
    served.deliver()


def finish_everything(caller: Caller, incident: dict[str, Any]) -> None:
    """Do every task that must be done but telling the customer, and sign the responsible departments off."""
    for task in incident["tasks"]:
        if task["must"] and task["key"] != "decision_letter":
            caller.patch(f"/tasks/{task['id']}", {"status": "done", "note": "done in the scenario"})
    for line in incident["departments"]:
        if line["part"] == "responsible":
            caller.post(
                f"/incidents/{incident['number']}/departments/{line['department']}/sign_off",
                {"note": "Our part is finished."},
            )


def test_a_complaint_is_alerted_worked_and_closed_and_leaves_a_post_mortem(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        intake = Caller(served, scopes=["complaints:write", "incidents:read"])
        body = builders.complaint_body(signals=["self_harm_threat"])
        opened = intake.post("/complaints", body, expect=201)["incident"]
        assert opened["level"] == 1, "a threat to life is always Ⅰ"
        number = opened["number"]
        served.deliver()

        # the channel, the card, its pin, the bookmark, the announcement and the first alert stand in Slack
        state = workspace(served)
        channel = channel_of(state, number)
        assert channel["is_private"]
        assert any(number in str(message) for message in channel["messages"])
        assert len(channel["pins"]) == 1
        assert len(channel["bookmarks"]) == 1
        commander = builders.person("yang")
        assert number in str(messages_to(served, commander.slack_id or ""))

        # nobody answers for five minutes: the next person is alerted
        second = builders.person("zhao")
        before = len(messages_to(served, second.slack_id or ""))
        travelled.shift(timedelta(minutes=5, seconds=1))
        climb(served)
        alerts = messages_to(served, second.slack_id or "")
        assert len(alerts) == before + 1

        # the second person presses the button of the alert
        pressed = requests.post(
            served.url + "/sandbox/control/press",
            json={
                "user": second.slack_id,
                "channel": alerts[-1]["channel"],
                "ts": alerts[-1]["ts"],
                "action_id": "incident_acknowledge",
            },
            timeout=20,
        )
        assert pressed.status_code == 200, pressed.text
        served.deliver()
        incident = intake.get(f"/incidents/{number}")
        assert incident["acknowledged_by"]["name"] == second.name
        climb(served)
        assert len(messages_to(served, builders.person("yang").slack_id or "")) == 1, "nobody else is alerted"

        # six steps, tasks of several departments, a refusal that says what is missing, then the close
        commanding = Caller(served, email="zhao")
        for stage in ("verify", "negotiate", "resolve", "feedback", "follow_up"):
            commanding.post(f"/incidents/{number}/move", {"to": stage})
        refused = commanding.post(f"/incidents/{number}/close", {"summary": "Resolved."}, expect=409)
        assert len(refused["errors"]) >= 3
        letter = f"/incidents/{number}/decision"
        writing = Caller(served, email="li")
        writing.post(letter, {"text": "尊敬的{name}：经核查，我行致歉。"}, expect=201)
        found = {"result": "partly", "reasons": "A call at night.", "violations": ["night_contact"]}
        commanding.post(f"/incidents/{number}/finding", found)
        commanding.post(f"{letter}/approve")
        writing.post(f"{letter}/sent", {"proof": "EMS 1234567"})
        finish_everything(commanding, incident)
        commanding.post(f"/incidents/{number}/hold/lift", {"reason": "Safe, and a plan is agreed."})
        closing.satisfy(number, at=clock.now())
        closed = commanding.post(f"/incidents/{number}/close", {"summary": "Resolved with the customer."})
        assert closed["status"] == "closed"
        served.deliver()

        row = db.session.scalars(select(Incident).where(Incident.number == number)).one()
        review = db.session.scalars(select(Review).where(Review.incident_id == row.id)).one()
        assert review.owner_id is not None
        today = clock.now().astimezone(builders.house().zone).date()
        assert 0 < (review.due_at.astimezone(builders.house().zone).date() - today).days <= 3


def test_the_card_and_the_announcement_are_edited_in_place(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        intake = Caller(served, scopes=["complaints:write"])
        number = intake.post("/complaints", builders.complaint_body(), expect=201)["incident"]["number"]
        served.deliver()
        before = workspace(served)
        Caller(served, email="zhao").post(f"/incidents/{number}/acknowledge")
        travelled.shift(timedelta(seconds=3))
        served.deliver()
        after = workspace(served)

        def naming(state: dict[str, Any], name: str) -> list[Any]:
            channel = channel_of(state, number) if name == "incident" else named(state, name)
            return [m for m in channel["messages"] if m.get("blocks") and number in str(m)]

        for name in ("incident", "incident-response"):
            first, second = naming(before, name)[0], naming(after, name)[0]
            assert first["ts"] == second["ts"], "the same message"
            assert "赵敏" in str(second)
            assert first["blocks"] != second["blocks"]
