"""Training as CSV: each list comes in as it went out, twice changes nothing, and bad lines are named."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from incident import errors, sheets
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.records import AuditEntry
from incident.models.training import Attendance, Certificate, CertificateSource, Course, CourseSession
from incident.training import certificates, courses, exchange, sessions
from tests import builders

HELD = datetime(2026, 10, 12, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai


HEAD = ",".join(exchange.OF_A_COURSE)


def take(text: str, who: str = "lin") -> exchange.Outcome:
    return exchange.take(text, by=builders.acting(who), at=builders.NOW, calendar=builders.house().calendar)


def out(name: str) -> str:
    return exchange.as_csv(name, calendar=builders.house().calendar)


def course(code: str) -> Course:
    return db.session.scalars(select(Course).where(Course.code == code)).one()


def whys(outcome: exchange.Outcome) -> list[tuple[int, str]]:
    return [(line, why.message % why.values) for line, why in outcome.rejected]


@pytest.fixture
def law(app: Any) -> Course:
    with unit_of_work():
        certificates.grant(
            course("LAW"),
            builders.person("li").id,
            got_on=date(2026, 11, 3),
            score=100,
            source=CertificateSource.TEST,
            by=builders.acting("li"),
            calendar=builders.house().calendar,
        )
    return course("LAW")


def test_certificates_come_in_as_they_went_out_and_stay_what_they_were(law: Course) -> None:
    text = out("certificates")
    assert text.splitlines() == [
        "email,course,got_on,valid_until,score",
        "li@demo.example,LAW,2026-11-03,2027-11-03,100",
    ]
    more = "chen@demo.example,law,2026-05-01,,\nnobody@x,LAW,2026-05-01,,\nli@demo.example,LAW,soon,,\n"
    outcome = take(text + more)
    assert (outcome.name, outcome.taken) == ("certificates", 2)
    assert whys(outcome) == [(4, "Nobody has the address nobody@x."), (5, "Write a day like 2026-11-03.")]
    rows = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [(row.source, row.score, row.valid_until) for row in rows] == [
        (CertificateSource.TEST, 100, date(2027, 11, 3)),  # got by a test, not brought along
        (CertificateSource.IMPORT, None, date(2027, 5, 1)),
    ]


def test_a_list_of_old_certificates_reminds_nobody_of_them(app: Any) -> None:
    text = (
        "email,course,got_on\n"
        "li@demo.example,LAW,2026-06-01\n"
        "li@demo.example,LAW,2025-11-05\n"  # followed by the one above
        "chen@demo.example,LAW,2024-01-10\n"  # over for long
        "wang@demo.example,LAW,2025-11-10\n"  # ends in a week
    )
    assert take(text).taken == 4
    certificates.remind(at=builders.NOW)
    told = db.session.scalars(select(Delivery).where(Delivery.key.contains("certificate-"))).all()
    assert [each.payload["person_id"] for each in told] == [builders.person("wang").id]
    assert certificates.remind(at=builders.NOW) == 0


def test_courses_come_in_as_they_went_out_new_ones_are_entered_and_known_ones_changed(app: Any) -> None:
    before = out("courses")
    assert before.splitlines()[0] == HEAD
    changes = select(AuditEntry).where(AuditEntry.action == "training.course_changed")
    assert take(before).taken == 3 and out("courses") == before
    assert not db.session.scalars(changes).all()
    outcome = take(
        f"\ufeff{HEAD}\n"
        "LAW,法规,Law,law,privacy_leak; improper_collection,col out,test,90,6\n"
        'CALM,安抚,"Calming, step by step",process,,,attendance,,\n'
        "BAD,坏,Bad,magic,no_such_plan,XX,oracle,,\n"
        "B2,坏,Bad,magic,no_such_plan,XX,,12,x\n"
    )
    assert outcome.taken == 2
    assert whys(outcome) == [
        (4, "A course is certified by test or attendance, not by “oracle”."),
        (5, "There is no such subject."),
        (5, "There is no such plan."),
        (5, "There is no such department."),
        (5, "Write a share from 50 to 100."),
        (5, "Write a number of months from 1 to 60."),
    ]
    law, calm = course("LAW"), course("CALM")
    assert (law.pass_percent, law.valid_months, law.audience) == (90, 6, ["COL", "OUT"])
    assert law.plan_keys == ["privacy_leak", "improper_collection"]
    assert (calm.by_test, calm.pass_percent, calm.valid_months, calm.plan_keys) == (False, 80, 12, [])
    assert calm.title_en == "Calming, step by step"
    with unit_of_work():
        law.by_test = False
    take(f"{HEAD}\nLAW,法规,Law,law,privacy_leak improper_collection,COL OUT,,,\n")
    law = course("LAW")
    assert (law.by_test, law.pass_percent, law.valid_months) == (
        False,
        90,
        6,
    )  # an empty cell changes nothing
    (noted,) = db.session.scalars(changes)
    assert noted.data["name"] == "LAW" and "audience" in noted.data["fields"]


def test_a_course_that_ended_is_not_changed_and_a_change_names_every_fault(law: Course) -> None:
    by, outline = builders.acting("lin"), courses.Outline("LAW", "", "Law", "law", valid_months=90)
    with pytest.raises(errors.Invalid) as refused:
        courses.change(law, outline, by=by, at=builders.NOW)
    assert [each.loc for each in refused.value.reasons] == [("title_zh",), ("valid_months",)]
    with unit_of_work():
        courses.end(law, by=by, at=builders.NOW)
    outcome = take(f"{HEAD}\nLAW,法规,Law,law,,,,,\n")
    assert whys(outcome) == [(2, "This course has ended already.")]
    with pytest.raises(errors.Refused):
        sessions.hold(
            law, held_at=builders.NOW + timedelta(days=1), place="A", trainer_id=None, by=by, at=builders.NOW
        )


def test_attendance_comes_in_with_its_sessions_certifies_and_goes_out_again(app: Any) -> None:
    take(f"{HEAD}\nCALM,安抚,Calming,process,,,attendance,,\n")
    text = (
        "course,held_at,place,trainer,email\n"
        "calm,2026-10-12 09:30,三楼 302,lin@demo.example,li@demo.example\n"
        "CALM,2026-10-12T09:30,三楼 302,lin@demo.example,chen@demo.example\n"
        "CALM,2026-12-01 14:00,三楼 302,,\n"
        "CALM,2026-12-01 14:00,三楼 302,,li@demo.example\n"
        "CALM,2026-10-13 09:30,,,li@demo.example\n"
        "CALM,noon,三楼,,li@demo.example\n"
        "NONE,2026-10-12 09:30,三楼,,li@demo.example\n"
    )
    outcome = take(text)
    assert outcome.taken == 3
    assert whys(outcome) == [
        (5, "This session has not been held yet."),
        (6, "Say where it is held."),
        (7, "Write a time like 2026-11-03 09:00."),
        (8, "There is no course NONE."),
    ]
    held = db.session.scalars(select(CourseSession).order_by(CourseSession.held_at)).all()
    assert [row.held_at for row in held] == [HELD, datetime(2026, 12, 1, 6, 0, tzinfo=UTC)]
    assert sessions.attended(held[0]) == {builders.person("li").id, builders.person("chen").id}
    assert set(courses.holders(course("CALM"))) == sessions.attended(held[0])
    written = out("attendance")
    assert written.splitlines()[1:] == [
        "CALM,2026-12-01T14:00+08:00,三楼 302,,",
        "CALM,2026-10-12T09:30+08:00,三楼 302,lin@demo.example,chen@demo.example",
        "CALM,2026-10-12T09:30+08:00,三楼 302,lin@demo.example,li@demo.example",
    ]
    assert take(written).taken == 3 and out("attendance") == written
    assert len(db.session.scalars(select(Attendance)).all()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "who,what\n1,2\n",
        "email,course\nli@demo.example,LAW\n",
        "code,title_zh,title_en,subject\nLAW,法规,Law,law\n",
    ],
)
def test_a_file_with_another_head_is_told_the_heads_there_are(app: Any, text: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        take(text)
    told = [each.values["columns"] for each in refused.value.reasons]
    assert len(told) == 3 and "email, course, got_on, valid_until, score" in told


def test_a_broken_table_one_too_long_and_a_reader_are_refused(law: Course) -> None:
    with pytest.raises(errors.Invalid, match="Line 2 cannot be read"):
        take('email,course,got_on\n"li@demo.example"x,LAW,2026-11-03\n')
    with pytest.raises(errors.TooLarge):
        take("email,course,got_on\n" + "li@demo.example,LAW,2026-11-03\n" * 5_001)
    with pytest.raises(errors.Invalid, match="larger than 1 MiB"):
        sheets.text_of(b"x" * (sheets.LARGEST + 1))
    with pytest.raises(errors.Forbidden):
        take("email,course,got_on\n", who="li")
