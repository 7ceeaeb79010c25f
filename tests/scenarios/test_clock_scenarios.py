"""Two cases and their clocks from end to end: a privacy leak, and a regulator transfer that is extended."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from incident import clocks, timeline
from incident.db import db, unit_of_work
from incident.lifecycle import acts
from incident.models.alerts import Delivery
from incident.models.incidents import Clock, Incident, Task
from incident.models.people import Person
from incident.slack.blocks import reminders
from tests import builders
from tests.api.calling import Api, problem
from tests.builders import NOW


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def at(moment: datetime) -> Any:
    return time_machine.travel(moment, tick=False)


def sweep(moment: datetime) -> None:
    clocks.sweep(at=moment, house=builders.house().calendar)


def by_rule(api: Api, number: str) -> dict[str, dict[str, Any]]:
    return {each["rule"]: each for each in api.get(f"/incidents/{number}").get_json()["clocks"]}


def messages(mark: str) -> dict[str, list[str]]:
    """person → the rules they were told of at a mark."""
    db.session.commit()
    found: dict[str, list[str]] = {}
    for row in db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:clocks-%"))):
        name = db.session.get_one(Person, row.payload["person_id"]).email.partition("@")[0]
        rules = [
            db.session.get_one(Clock, item["clock_id"]).rule
            for item in row.payload["items"]
            if item["mark"] == mark
        ]
        found.setdefault(name, []).extend(rules)
    return {name: rules for name, rules in found.items() if rules}


def test_a_privacy_leak_runs_five_legal_clocks_at_once(api: Api) -> None:
    with at(NOW):
        number = api.complaint(complaint_type="privacy_leak", signals=["data_leak"])["incident"]["number"]
        found = by_rule(api, number)
        law = {rule: each for rule, each in found.items() if each["kind"] == "statutory"}
        hours = {
            rule: (datetime.fromisoformat(each["due_at"]) - NOW) / timedelta(hours=1)
            for rule, each in law.items()
            if each["unit"] == "hours"
        }
        assert hours == {
            "nfra_data_report": 2,
            "cac_report": 4,
            "nfra_data_report_formal": 24,
            "pboc_leak_report": 72,
        }
        assert len(law) == 5 and law["complaint_decision"]["due_at"] == "2026-11-18T15:59:59Z"
        assert all(each["reasons"] for each in law.values())
        # the bank's customers in the Union bring a sixth, of another set, with its own calendar
        gdpr = api.post(f"/incidents/{number}/clocks", {"rule": "gdpr_authority"}, as_="sun")
        assert gdpr.status_code == 201 and gdpr.get_json()["jurisdiction"] == "eu"
    for minutes in (61, 91, 109):
        sweep(NOW + timedelta(minutes=minutes))
    assert "nfra_data_report" in messages("50")["wang"]
    with at(NOW + timedelta(minutes=100)):
        proof = {"proof": "NFRA-2026-1103-01", "kind": "filing"}
        met = api.post(f"/clocks/{law['nfra_data_report']['id']}/meet", proof, as_="smith").get_json()
        assert met["state"] == "met" and met["proof"]["value"] == "NFRA-2026-1103-01"
    sweep(NOW + timedelta(hours=4, minutes=1))  # the CAC was not told
    with at(NOW + timedelta(hours=5)):
        cac = by_rule(api, number)["cac_report"]
        assert cac["state"] == "missed" and cac["missed_at"] == cac["due_at"]
        assert {"zhao", "sun", "wang"} <= messages("missed").keys()
        listed = api.get("/clocks?state=missed").get_json()["items"]
        assert [each["rule"] for each in listed if each["kind"] == "statutory"] == ["cac_report"]
        late = api.post(f"/clocks/{cac['id']}/meet", {"proof": "CAC-9", "kind": "filing"}, as_="sun")
        assert late.get_json()["met_late"] is True
        void = {"reason": "The PBoC says that its report is not wanted"}
        api.post(f"/clocks/{law['pboc_leak_report']['id']}/void", void, as_="sun")
    still = {each.rule for each in clocks.running(incident(number).id) if each.kind == "statutory"}
    assert still == {"complaint_decision", "nfra_data_report_formal", "gdpr_authority"}
    assert clocks.any_missed(incident(number).id)


def incident(number: str) -> Incident:
    db.session.rollback()  # else the session goes on reading what it read before
    found = select(Incident).where(Incident.number == number)
    return db.session.scalars(found, execution_options={"populate_existing": True}).one()


def test_a_regulator_transfer_is_extended_with_approval_and_the_extension_reported(api: Api) -> None:
    with at(NOW):
        number = api.complaint(complaint_type="regulator_transfer", channel="regulator")["incident"]["number"]
        reply = by_rule(api, number)["pboc_reply"]
        assert reply["due_at"] == "2026-11-18T15:59:59Z" and reply["department"] == "CPO"
        assert {"The complaint is of the type “Regulator transfer”."} <= {
            each["en"] for each in reply["reasons"]
        }
    path = f"/clocks/{reply['id']}"
    day = NOW + timedelta(days=10)
    with at(day):
        assert problem(api.post(f"{path}/extend", {"reason": " "}, as_="zhao"), 422)
        asked = api.post(f"{path}/extend", {"reason": "The agency's records are late"}, as_="zhao").get_json()
        assert asked["request"]["act"] == "extend" and asked["due_at"] == reply["due_at"]
        assert "approve" in problem(api.post(f"{path}/approve", as_="zhao"), 403)["detail"]
        assert "PERMISSION" not in problem(api.post(f"{path}/approve", as_="li"), 403)["detail"]
        done = api.post(f"{path}/approve", as_="yang").get_json()
        problem(api.post(f"{path}/approve", as_="yang"), 409)
    assert done["due_at"] == "2027-01-02T15:59:59Z" and done["value"] == 60
    step = done["extensions"][0]
    assert step["rule"] == "pboc_reply_extended" and step["approved_by"]["name"] == "杨帆"
    assert step["by"]["name"] == "赵敏" and step["from_due_at"] == reply["due_at"]
    notice = db.session.scalars(select(Task).where(Task.key.startswith("clock_notice"))).one()
    assert notice.department_code == "CPO" and "reasons" in notice.title_en and notice.must
    with at(day + timedelta(hours=2)):
        task = {"status": "done", "note": "told the complainant and the PBoC"}
        assert api.patch(f"/tasks/{notice.id}", task, as_="zhao").status_code == 200
        filed = {"proof": "no letter yet", "kind": "statement"}
        problem(api.post(f"{path}/meet", filed, as_="zhao"), 422)  # the authority's own number is wanted
        filed = {"proof": "银函〔2026〕88号", "kind": "filing"}
        assert api.post(f"{path}/meet", filed, as_="zhao").get_json()["state"] == "met"
    kinds = [event.kind for event in timeline.of(incident(number).id)]
    order = ["clock_asked", "clock_extended", "task_added", "clock_met"]
    assert list(dict.fromkeys(kind for kind in kinds if kind in order)) == order


def test_what_people_read_in_slack_names_the_clock_and_no_customer(app: Flask) -> None:
    found = builders.an_incident(complaint_type="privacy_leak", narrative="王小明 13800138000")
    sweep(NOW + timedelta(hours=5))
    row = db.session.scalars(
        select(Delivery).where(Delivery.key.like("0:remind:clocks-%")).order_by(Delivery.id)
    ).first()
    assert row is not None

    class Given:
        payload, incident = row.payload, None

    for locale, words in (("zh_CN", "已超时"), ("en", "was missed")):
        order: Any = Given()
        message = reminders.build(order, locale, builders.house().zone, "http://board")
        assert (
            words in message.text and f"http://board/incidents/{found.number}/clocks#clock-" in message.text
        )
        assert "13800138000" not in message.text and "王小明" not in message.text


def test_raising_the_level_restarts_the_targets_and_warns_by_the_new_ones(app: Flask) -> None:
    found = builders.an_incident(complaint_type="fee_dispute")
    with unit_of_work():
        acts.change_level(
            found,
            1,
            reason="a threat",
            by=builders.acting("yang"),
            at=NOW + timedelta(minutes=2),
            house=builders.house(),
        )
    sweep(NOW + timedelta(minutes=40))
    rows = select(Clock.rule).where(Clock.incident_id == found.id, Clock.state == "missed")
    assert set(db.session.scalars(rows)) == {"acknowledge", "first_contact"}
    assert messages("missed") and all("acknowledge" not in rules for rules in messages("missed").values())
