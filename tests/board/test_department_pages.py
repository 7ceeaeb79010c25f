"""A department's own page, and the acts on its lines from it and from the incident page."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.coordination import departments
from incident.db import db, unit_of_work
from incident.models.incidents import DepartmentState, IncidentDepartment
from tests import builders
from tests.board.incident_pages import SCRIPT, SOON, events, form, main
from tests.board.pages import Visitor, text


def line(incident, code):
    db.session.expire_all()
    return db.session.scalars(
        select(IncidentDepartment).where(
            IncidentDepartment.incident_id == incident.id, IncidentDepartment.code == code
        )
    ).one()


def test_my_department_leads_to_the_readers_own_and_offers_all(app):
    visitor = Visitor(app, "chen")
    answer = visitor.get("/departments")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/departments/COL")
    page = visitor.get("/departments/COL")
    assert page.text.count("<option") == 17 and "Nothing is open for this department." in text(page)
    assert visitor.get("/departments?code=PR").headers["Location"].endswith("/departments/PR")
    assert visitor.get("/departments/XX").status_code == 404
    assert 'href="/departments"' in page.text


def test_the_page_shows_what_is_not_accepted_first_then_tasks_by_time_and_who_is_on_duty(zhao):
    first, second = builders.an_incident(stage="verify"), builders.an_incident(stage="verify")
    with unit_of_work():
        departments.accept(
            first, "COL", by=builders.acting("chen"), at=SOON, calendar=builders.house().calendar
        )
    page = zhao.get("/departments/COL")
    said = text(page)
    assert said.index(second.number) < said.index(first.number)
    assert "not accepted: 1" in said and "On duty now" in said
    assert builders.person("chen").name in said and "Freeze collection contact" in said


def test_a_department_accepts_from_its_page_and_comes_back_to_it(zhao):
    incident = builders.an_incident(stage="verify")
    answer = zhao.post(
        f"/incidents/{incident.number}/departments/COL/accept", {"next": "department", "note": ""}
    )
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/departments/COL")
    assert line(incident, "COL").state == DepartmentState.ACCEPTED


def test_the_live_part_is_asked_for_cheaply(zhao):
    builders.an_incident(stage="verify")
    answer = zhao.get("/departments/COL/live")
    again = zhao.get("/departments/COL/live", headers={"If-None-Match": answer.headers["ETag"]})
    assert (answer.status_code, again.status_code) == (200, 304)


@pytest.mark.parametrize(
    ("act", "given", "state"),
    [
        ("accept", {}, "accepted"),
        ("report", {"note": "半数录音已听"}, "working"),
        ("block", {"note": "录音缺失"}, "blocked"),
        ("stand-down", {"note": "不再需要"}, "stood_down"),
        ("hand-over", {"note": "换班", "lead": "li"}, "called"),
    ],
)
def test_each_act_stands_on_the_incident_page_and_moves_the_line(zhao, act, given, state):
    incident = builders.an_incident(stage="verify")
    if "lead" in given:
        given = {**given, "lead": str(builders.person(given["lead"]).id)}
    answer = zhao.post(f"/incidents/{incident.number}/departments/OUT/{act}", given)
    assert answer.status_code == 303, text(answer)
    assert line(incident, "OUT").state == state
    assert any(kind.startswith("department_") for kind in events(incident))
    assert given.get("note", "") in main(zhao.get(f"/incidents/{incident.number}"))


def test_another_department_is_called_out_from_the_page(zhao):
    incident = builders.an_incident(stage="verify")
    given = form(zhao.get(f"/incidents/{incident.number}"), "call-out")
    answer = zhao.post(f"/incidents/{incident.number}/departments", {**given, "department": "PR"})
    assert answer.status_code == 303 and line(incident, "PR").part == "support"
    refused = zhao.post(f"/incidents/{incident.number}/departments", {**given, "department": "PR"})
    assert refused.status_code == 409 and "already" in text(refused)


def test_of_two_who_act_on_one_line_the_second_sees_how_it_stands(zhao):
    incident = builders.an_incident(stage="verify")
    given = form(zhao.get(f"/incidents/{incident.number}"), "hand-over-OUT")
    with unit_of_work():
        departments.hand_over_lead(
            incident,
            "OUT",
            to=builders.person("li"),
            reason="换班",
            by=builders.acting("chen"),
            at=SOON + timedelta(seconds=1),
        )
    sent = {**given, "lead": str(builders.person("wang").id), "note": "also"}
    path = f"/incidents/{incident.number}/departments/OUT/hand-over"
    assert zhao.post(path, sent, headers=SCRIPT).status_code == 409
    assert line(incident, "OUT").lead_id == builders.person("li").id


def test_a_reader_without_permission_sees_no_buttons(app):
    incident = builders.an_incident(stage="verify")
    with unit_of_work():
        builders.person("li").role = "auditor"
    visitor = Visitor(app, "li")
    assert "/accept" not in main(visitor.get("/departments/COL"))
    assert "/departments/COL/" not in main(visitor.get(f"/incidents/{incident.number}"))
    assert visitor.post(f"/incidents/{incident.number}/departments/COL/accept").status_code == 403
