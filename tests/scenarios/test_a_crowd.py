"""A crowd: twenty-five people with one cause in ten minutes, over real HTTP and with Slack's buttons."""

from datetime import timedelta
from typing import Any

import requests
import time_machine
from sqlalchemy import func, select

from incident import clock
from incident.db import db
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.surges import tally
from tests import builders, crowds
from tests.conftest import Served
from tests.scenarios.test_the_tour import Caller, messages_to, named, workspace


def send(intake: Caller, numbers: range) -> list[dict[str, Any]]:
    """Complaints of different customers in nearly the same words."""
    return [
        intake.post(
            "/complaints",
            builders.complaint_body(
                summary=None,
                narrative=crowds.said(number),
                received_at=clock.now().isoformat(),
                **crowds.somebody(number),
            ),
            expect=201,
        )
        for number in numbers
    ]


def press(served: Served, user: str, action: str) -> None:
    """Press a button under the proposal in the response channel."""
    [proposal] = [m for m in named(workspace(served), "incident-response")["messages"] if action in str(m)]
    pressed = {
        "user": user,
        "channel": named(workspace(served), "incident-response")["id"],
        "ts": proposal["ts"],
        "action_id": action,
    }
    answer = requests.post(served.url + "/sandbox/control/press", json=pressed, timeout=20)
    assert answer.status_code == 200, answer.text


def fresh() -> None:
    """See what the other threads have written meanwhile."""
    db.session.rollback()
    db.session.expire_all()


def count(served: Served) -> None:
    """What the scheduler does every two seconds, and the sender."""
    tally.sweep(at=clock.now(), house=builders.house())
    served.deliver()
    fresh()


def test_twenty_five_people_in_ten_minutes_become_one_incident_that_is_worked_as_one(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        intake = Caller(served, scopes=["complaints:write", "incidents:read"])
        for number in range(25):
            send(intake, range(number, number + 1))
            travelled.shift(timedelta(seconds=24))
            if number % 5 == 4:
                count(served)
        travelled.shift(timedelta(minutes=1))
        count(served)

        still_open = db.session.scalars(select(Incident).where(Incident.status == "open")).all()
        [parent] = still_open
        assert (parent.level, parent.affected_customers) == (2, 25), (
            "20 customers and more are a Ⅱ (facts C17)"
        )
        whole = intake.get(f"/incidents/{parent.number}")
        assert whole["affected_customers"] == 25
        kept = select(func.count()).where(Complaint.incident_id == parent.id)
        assert db.session.scalar(kept) == 25, "each customer keeps an own record"
        channels = [c for c in workspace(served)["channels"] if (c.get("name") or "").startswith("inc-")]
        assert len([c for c in channels if parent.number[-6:] in c["name"]]) == 1


def test_three_are_proposed_in_slack_and_become_one_when_somebody_confirms(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True):
        intake = Caller(served, scopes=["complaints:write"])
        send(intake, range(3))
        served.deliver()
        press(served, builders.person("zhao").slack_id or "", "group_confirm")
        count(served)
        [surge] = db.session.scalars(select(Surge))
        assert surge.state == SurgeState.OPEN
        parent = db.session.get_one(Incident, surge.incident_id)
        assert parent.affected_customers == 3
        told = str(named(workspace(served), "incident-response")["messages"])
        assert parent.number in told and "group_confirm" not in told, "the buttons are gone"
        assert messages_to(served, builders.person("zhao").slack_id or "")


def test_a_proposal_that_is_no_group_is_dismissed_in_slack_and_the_incidents_stay(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True):
        intake = Caller(served, scopes=["complaints:write"])
        send(intake, range(3))
        served.deliver()
        press(served, builders.person("zhao").slack_id or "", "group_dismiss")
        served.deliver()
        fresh()
        [surge] = db.session.scalars(select(Surge))
        assert surge.state == SurgeState.DISMISSED
        assert db.session.scalar(select(func.count()).where(Incident.status == "open")) == 3
