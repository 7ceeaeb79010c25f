"""The duty pages: gaps in red, shifts and overrides, rosters from a file."""

import io
from datetime import timedelta

from sqlalchemy import func, select

from incident import clock, duty
from incident.db import db, unit_of_work
from incident.models.people import DutyShift
from tests import builders
from tests.board.pages import Visitor, text

HEADER = "department,email,rank,starts_at,ends_at,repeats,repeats_until,override\n"


def count():
    return db.session.scalar(select(func.count()).select_from(DutyShift))


def send(visitor, content):
    data = content if isinstance(content, bytes) else content.encode()
    return visitor.post(
        "/duty/import", {"file": (io.BytesIO(data), "roster.csv")}, content_type="multipart/form-data"
    )


def empty_out(code):
    with unit_of_work():
        for shift in db.session.scalars(select(DutyShift).where(DutyShift.department_code == code)):
            duty.remove_shift(shift.id, by=builders.BY, at=builders.NOW)


def test_the_week_names_who_is_on_duty(app):
    page = text(Visitor(app).get("/duty"))
    assert "赵敏" in page and "Compliance" in page


def test_a_department_without_anybody_is_an_alarm(app):
    empty_out("COL")
    page = Visitor(app).get("/duty").text
    alarm = page.partition('class="alarm"')[2].partition("</section>")[0]
    assert "Nobody is on duty now" in alarm and "Collections" in alarm


def test_a_gap_that_comes_in_the_week_is_shown_before_it_comes(app):
    empty_out("COL")
    now = clock.now()
    with unit_of_work():
        duty.add_shift(
            department="COL",
            person=builders.person("chen"),
            starts_at=now - timedelta(hours=1),
            ends_at=now + timedelta(days=2),
            by=builders.BY,
            at=now,
        )
    alarm = Visitor(app).get("/duty").text.partition('class="alarm"')[2].partition("</section>")[0]
    assert "Collections" in alarm
    collections = alarm.partition("Collections")[2].partition("</li>")[0]
    assert ">now<" not in collections


def test_a_shift_is_added_and_removed_on_the_page(app):
    visitor, before = Visitor(app, "yang"), count()
    added = visitor.post(
        "/duty/COL/shifts",
        {
            "person": builders.person("li").id,
            "rank": "1",
            "starts_at": "2026-12-01T09:00",
            "ends_at": "2026-12-01T18:00",
            "repeats": "never",
            "override": "1",
        },
    )
    assert added.status_code == 303 and count() == before + 1
    shift = db.session.scalars(select(DutyShift).order_by(DutyShift.id.desc())).first()
    assert shift.override and shift.starts_at.hour == 1  # 09:00 in Shanghai
    assert visitor.post(f"/duty/shifts/{shift.id}/remove").status_code == 303
    assert count() == before


def test_a_refused_shift_keeps_what_was_typed(app):
    answer = Visitor(app, "yang").post(
        "/duty/COL/shifts",
        {
            "person": builders.person("li").id,
            "starts_at": "2026-12-01T09:00",
            "ends_at": "2026-12-01T08:00",
        },
    )
    assert answer.status_code == 422
    assert "The end must be after the start." in answer.text and "2026-12-01T08:00" in answer.text


def test_a_responder_sees_the_roster_but_cannot_change_it(app):
    visitor = Visitor(app, "li")
    assert visitor.get("/duty/COL").status_code == 200
    assert visitor.get("/duty/import").status_code == 403
    assert visitor.post("/duty/COL/shifts", {}).status_code == 403


def test_good_lines_are_kept_and_bad_ones_told_by_line_and_reason(app):
    before = count()
    page = send(
        Visitor(app, "yang"),
        HEADER + "COL,li@demo.example,1,2026-12-01 09:00,2026-12-01 18:00,daily,2026-12-31 00:00,no\n"
        "COL,nobody@demo.example,1,2026-12-01 09:00,2026-12-01 18:00,,,\n"
        "XX,li@demo.example,3,soon,2026-12-01 18:00,,,\n"
        "col,LI@demo.example,2,2026/12/02 09:00,2026-12-02 18:00,,,yes\n",
    )
    said = text(page)
    assert count() == before + 2
    assert "2 shifts added, 2 lines not" in said
    assert "3 Nobody active has the e-mail address nobody@demo.example." in said
    assert (
        "4 starts_at is no time like 2026-11-03 09:00: “soon”. The rank is 1 (first) or 2 (backup)." in said
    )


def test_the_same_file_again_adds_nothing(app):
    visitor = Visitor(app, "yang")
    content = HEADER + "COL,li@demo.example,1,2026-12-01 09:00,2026-12-01 18:00,,,\n"
    send(visitor, content)
    before = count()
    assert "This shift is in the roster already." in text(send(visitor, content))
    assert count() == before


def test_a_file_of_a_chinese_spreadsheet_is_read(app):
    content = (HEADER + "COL,li@demo.example,1,2026-12-01 09:00,2026-12-01 18:00,,,是\n").encode("gb18030")
    assert "1 shifts added, 0 lines not" in text(send(Visitor(app, "yang"), content))


def test_a_file_without_its_columns_is_refused_as_a_whole(app):
    answer = send(Visitor(app, "yang"), "name,when\nLi,now\n")
    assert answer.status_code == 422
    assert "missing: department, email, starts_at, ends_at" in text(answer)


def test_a_form_without_a_file_says_so(app):
    answer = Visitor(app, "yang").post("/duty/import", {})
    assert answer.status_code == 422 and "Choose a file." in text(answer)
