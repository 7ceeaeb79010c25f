"""A complaint that looks organised: its real customer is served in time, and never reads our label for it."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import docx
import time_machine

from incident import clock
from incident.coordination import wording
from incident.db import unit_of_work
from incident.models.evidence import Finding
from incident.models.incidents import Incident
from tests import builders
from tests.api.calling import Api
from tests.board import pages
from tests.conftest import Served

NARRATIVE = "本人全权委托代理人处理，要求停息挂账、分60期，不得联系本人。家母手术后失去收入。"


def acknowledged(api: Api) -> tuple[str, int]:
    opened = api.complaint(
        complaint_type="malicious_proxy",
        narrative=NARRATIVE,
        demand="停息挂账，分60期还款",
        customer={"name": "周小兰", "phone": "13800138000"},
    )
    number = opened["incident"]["number"]
    assert api.post(f"/incidents/{number}/acknowledge", as_="zhao").status_code == 200
    return number, int(opened["complaint"]["id"])


def found(number: str) -> None:
    with unit_of_work() as session:
        incident = session.query(Incident).filter_by(number=number).one()
        session.add(
            Finding(
                incident_id=incident.id,
                result="partly",
                private={
                    "reasons": "与本人核实：确有授权，术后收入中断属实；催收时段合规。",
                    "reference": "",
                },
                violations=[],
                rules=[],
                decided_by="person/1/x",
                decided_at=clock.now(),
            )
        )


def agreed(api: Api, number: str, complaint_id: int) -> None:
    body: dict[str, Any] = {
        "kind": "change_of_manner",
        "terms": "只在工作日10时至17时通过短信联系",
        "feasibility": {"technical": 3, "economic": 3, "legal": 3},
        "complaint": complaint_id,
    }
    made = api.post(f"/incidents/{number}/options", body, as_="li")
    assert made.status_code == 201, made.get_data(as_text=True)
    approved = api.post(f"/options/{made.get_json()['id']}/approve", as_="zhao")
    assert approved.status_code == 200, approved.get_data(as_text=True)


def test_the_real_customer_is_served_and_never_sees_the_label(served: Served) -> None:
    with time_machine.travel(builders.NOW, tick=True) as travelled:
        api = Api(served.app)
        number, complaint_id = acknowledged(api)
        found(number)
        agreed(api, number, complaint_id)
        path = f"/incidents/{number}/decision"

        for locale in ("en", "zh_CN"):
            drafted = api.post(path, {"locale": locale}, as_="li").get_json()
            assert wording.labels(drafted["text"]) == (), drafted["text"]
            assert len(drafted["places"]) == 1, "only how it was raised is left to write"
        text = drafted["text"]
        assert (
            "部分属实" in text and "只在工作日10时至17时" in text and "停息挂账" in text and "12378" in text
        )

        labelled = api.post(path, {"text": text + "\n您属于反催收黑产。"}, as_="li")
        assert labelled.status_code == 422
        place = f"【{drafted['places'][0]}】"
        whole = text.replace(place, "由您书面委托的代理人提出，我行已与您本人核对授权。")
        written = api.post(path, {"text": whole}, as_="li")
        assert written.get_json()["state"] == "submitted" and written.get_json()["warnings"] == []
        assert api.post(f"{path}/approve", as_="zhao").status_code == 200

        reader = pages.Visitor(served.app, "li")
        letter = written.get_json()["id"]
        file = reader.post(f"/incidents/{number}/decision/file", {"letter": letter, "kind": "docx"})
        paper = docx.Document(BytesIO(file.data))
        said = "\n".join([paper.core_properties.title, *(each.text for each in paper.paragraphs)])
        assert "周小兰" in said and wording.labels(said) == ()
        travelled.shift(timedelta(hours=2))
        sent = api.post(f"{path}/sent", {"proof": "本人签收 EMS 88", "channel": "letter"}, as_="li")
        assert sent.status_code == 200
        whole_incident = api.get(f"/incidents/{number}").get_json()
        clocks = {each["rule"]: each for each in whole_incident["clocks"]}
        assert clocks["decision"]["state"] == "met"
        assert [each["kind"] for each in api.get(f"/incidents/{number}/follow_ups").get_json()["items"]] == [
            "call_back"
        ]
