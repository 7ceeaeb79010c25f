"""Training and readiness on the web: a test taken, a list taken in, a drill scheduled by one press."""

import io
import re

import pytest
import time_machine
from sqlalchemy import select

from incident.db import db
from incident.models.drills import Drill
from incident.models.training import CourseTest
from incident.readiness import history
from tests import builders
from tests.board.pages import Visitor, text


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(builders.NOW, tick=False):
        yield


def test_a_test_is_taken_and_its_result_says_what_was_right(app):
    li = Visitor(app, "li")
    assert "to be done" in text(li.get("/training"))
    there = li.post("/training/1/test").headers["Location"]
    page = li.get(there)
    assert page.text.count("<legend>") == 8
    half = li.post(there, {"q0": "0"})
    assert half.status_code == 422 and "Question 2 has no answer." in text(half)
    assert re.search(r'name="q0" value="0" checked', half.text)
    test = db.session.scalars(select(CourseTest)).one()
    li.post(there, {f"q{place}": str(each["right"]) for place, each in enumerate(test.questions)})
    assert "Passed with 100 of 100" in text(li.get(there))
    assert "until 2027-11-03" in text(li.get("/training"))
    assert "2027-11-03 in date test 100" in text(li.get(f"/training/people/{builders.person('li').id}"))
    assert Visitor(app, "chen").get(there).status_code == 404
    assert "li@demo.example,PRODUCT,2026-11-03" in li.get("/training/certificates.csv").text


def test_a_trainer_enters_a_course_holds_it_and_writes_down_who_came(app):
    lin = Visitor(app, "lin")
    body = {
        "code": "calm",
        "title_zh": "安抚",
        "title_en": "Calming",
        "subject": "process",
        "valid_months": "6",
    }
    fault = lin.post("/training", {**body, "pass_percent": "120"})
    assert (
        fault.status_code == 422 and "Write a share from 50 to 100." in text(fault) and "安抚" in fault.text
    )
    there = lin.post("/training", {**body, "pass_percent": "80"}).headers["Location"]
    lin.post(f"{there}/sessions", {"held_at": "2026-11-02T09:00", "place": "Room 3"})
    session = re.search(rf"{there}/sessions/(\d+)/attendance", lin.get(there).text)[1]
    lin.post(f"{there}/sessions/{session}/attendance", {"people": [str(builders.person("li").id)]})
    assert re.search(r"until 2027-05-02 李娜", text(lin.get(there)))
    assert Visitor(app, "li").post(f"{there}/end").status_code == 403
    body |= {"pass_percent": "80", "title_zh": "安抚与倾听", "audience": ["CS"]}
    wrong = lin.post(there, {**body, "valid_months": "0"})
    assert wrong.status_code == 422 and "Write a number of months from 1 to 60." in text(wrong)
    assert 'value="安抚与倾听"' in wrong.text and re.search(r'value="CS" checked', wrong.text)
    assert lin.post(there, {**body, "valid_months": "3"}).status_code == 303
    assert "valid for 3 months" in text(lin.get(there)) and "until 2027-05-02" in text(lin.get(there))
    assert Visitor(app, "li").post(there, {**body, "valid_months": "3"}).status_code == 403
    taken = lin.post(
        "/training/import", {"csv": "email,course,got_on\nchen@demo.example,CALM,2026-10-01\nx,CALM,1\n"}
    )
    assert "1 certificate taken." in text(taken) and "Line 3: Nobody has the address x." in text(taken)


def test_lists_go_out_and_come_in_on_the_page(app):
    lin = Visitor(app, "lin")
    lists = {name: lin.get(f"/training/{name}.csv") for name in ("courses", "attendance", "certificates")}
    assert all(each.text.startswith("\ufeff") for each in lists.values())
    assert all(f"/training/{name}.csv" in lin.get("/training").text for name in lists)
    assert lin.get("/training/people.csv").status_code == 404
    head = "code,title_zh,title_en,subject,plans,audience,certified_by,pass_percent,valid_months"
    lines = f"{head}\nCALM,安抚,Calming,process,,,,,\n"
    body = {"file": (io.BytesIO(lines.encode("gb18030")), "courses.csv")}
    assert lin.post("/training/import", body).status_code == 303
    assert "安抚" in lin.get("/training/courses.csv").text and "1 course taken." in text(lin.get("/training"))
    unknown = lin.post("/training/import", {"csv": "who,what\n1,2\n"})
    assert unknown.status_code == 422 and "course, held_at, place, trainer, email" in text(unknown)
    assert "who,what" in unknown.text
    noise = {"file": (io.BytesIO(b"\xff\xff\xff"), "noise.csv")}
    assert "no text in UTF-8 or GB 18030" in text(lin.post("/training/import", noise))
    assert Visitor(app, "li").post("/training/import", {"csv": lines}).status_code == 403


def test_readiness_says_what_to_do_and_one_press_does_it(app):
    history.take(at=builders.NOW, house=builders.house())
    lin = Visitor(app, "lin")
    page = lin.get("/readiness")
    assert page.status_code == 200 and "was never drilled: schedule it now." in text(page)
    key = re.search(r'action="/readiness/drills/(\w+)"', page.text)[1]
    answer = lin.post(f"/readiness/drills/{key}")
    assert answer.status_code == 303
    assert db.session.scalars(select(Drill)).one().plan_key == key
    assert "A drill of this plan is scheduled already." in text(lin.post(f"/readiness/drills/{key}"))
    assert Visitor(app, "li").post(f"/readiness/drills/{key}").status_code == 403
    assert 'action="/readiness/drills' not in Visitor(app, "li").get("/readiness").text
