"""Training: tests made from the plans, certificates that end, lists in and out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from incident import errors
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.training import Course
from incident.playbooks import library
from incident.training import certificates, courses, questions, sessions, testing
from tests import builders

TODAY = date(2026, 11, 3)


@pytest.fixture
def law(app):
    return db.session.scalars(select(Course).where(Course.code == "LAW")).one()


def calendar():
    return builders.house().calendar


def take(course, who="li", *, wrong=0, at=builders.NOW):
    by = builders.acting(who)
    with unit_of_work():
        test = testing.start(course, by=by, at=at)
    answers = [each["right"] for each in test.questions]
    for place in range(wrong):
        answers[place] = (answers[place] + 1) % len(test.questions[place]["options"])
    with unit_of_work():
        return testing.finish(test, answers, by=by, at=at, calendar=calendar())


def test_the_three_subjects_are_there_once(app):
    assert sorted(str(each.subject) for each in courses.running()) == ["law", "process", "product"]
    with unit_of_work():
        assert courses.seed(by=builders.BY, at=builders.NOW) == 0


def test_questions_come_from_the_plans_and_only_one_option_is_right(app):
    plans = [each.plan for each in library.all_current()]
    asked = questions.asked(plans, 60, "seed")
    assert len(asked) == 60 and questions.asked(plans, 60, "seed") == asked
    assert questions.asked(plans, 60, "other") != asked
    assert len({each["prompt"]["zh"] for each in asked}) > 40
    for each in asked:
        for language in ("zh", "en"):
            texts = [option[language] for option in each["options"]]
            assert len(set(texts)) == len(texts) >= 2 and all(texts) and each["prompt"][language]
    never = next(each for each in asked if "never allowed" in each["prompt"]["en"])
    forbidden = {text.text.en for plan in plans for text in plan.forbidden}
    right = [option["en"] in forbidden for option in never["options"]]
    assert [place for place, found in enumerate(right) if found] == [never["right"]]


def test_enough_right_answers_give_a_certificate_and_too_few_another_test(law):
    failed = take(law, wrong=2)  # 6 of 8
    assert (failed.score, failed.passed) == (75, False)
    assert certificates.of_person(failed.person_id) == []
    passed = take(law, wrong=1)
    assert passed.passed and passed.questions != failed.questions
    ((certificate, course),) = certificates.of_person(passed.person_id)
    assert (course.code, certificate.got_on, certificate.valid_until) == ("LAW", TODAY, date(2027, 11, 3))
    with pytest.raises(errors.Refused):
        testing.finish(passed, passed.answers, by=builders.acting("li"), at=builders.NOW, calendar=calendar())


def test_an_unanswered_question_is_named_and_nothing_is_graded(law):
    by = builders.acting("li")
    with unit_of_work():
        test = testing.start(law, by=by, at=builders.NOW)
    with pytest.raises(errors.Invalid) as fault:
        testing.finish(test, [0] * 7 + [None], by=by, at=builders.NOW, calendar=calendar())
    assert [each.loc for each in fault.value.reasons] == [("q7",)] and test.score is None
    with unit_of_work():
        assert testing.start(law, by=by, at=builders.NOW).id == test.id  # goes on with the same
    with pytest.raises(errors.NotFound):
        testing.find(test.id, by=builders.acting("chen"))


def test_whoever_came_is_certified_where_there_is_no_test(app):
    by = builders.acting("lin")
    outline = courses.Outline("CALM", "安抚沟通", "Calming people", "process", by_test=False, valid_months=6)
    with unit_of_work():
        course = courses.add(outline, by=by, at=builders.NOW)
        row = sessions.hold(
            course, held_at=builders.NOW, place="三楼", trainer_id=by.id, by=by, at=builders.NOW
        )
    ids = [builders.person(name).id for name in ("li", "chen")]
    for expected in (2, 0):
        with unit_of_work():
            came = sessions.record_attendance(row, ids, by=by, at=builders.NOW, calendar=calendar())
        assert came == expected
    assert {each.valid_until for each in courses.holders(course).values()} == {date(2027, 5, 3)}
    with pytest.raises(errors.Forbidden):
        courses.end(course, by=builders.acting("li"), at=builders.NOW)
    with pytest.raises(errors.Invalid) as fault:
        courses.add(outline, by=by, at=builders.NOW)
    assert [each.loc for each in fault.value.reasons] == [("code",)]


def test_people_are_reminded_once_before_a_certificate_ends_unless_they_have_a_newer_one(law):
    take(law)
    take(law, "chen")
    day = calendar().next_working(date(2027, 10, 4))  # 30 days before, off the holidays
    due = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    assert certificates.remind(at=due - timedelta(minutes=1)) == 0
    take(law, "chen", at=due - timedelta(days=2))
    assert certificates.remind(at=due) == 1 and certificates.remind(at=due) == 0
    (told,) = db.session.scalars(select(Delivery).where(Delivery.key.like("0:remind:certificate-%"))).all()
    assert told.payload["person_id"] == builders.person("li").id


def test_who_lacks_a_course_is_told_once_a_month_on_its_first_working_morning(law):
    morning = datetime(2026, 12, 1, 2, tzinfo=UTC)
    assert certificates.remind_missing(at=morning - timedelta(days=1), calendar=calendar()) == 0
    take(law)
    told = certificates.remind_missing(at=morning, calendar=calendar())
    assert (
        told == len(courses.audience(law))
        and certificates.remind_missing(at=morning, calendar=calendar()) == 0
    )
    (mine,) = db.session.scalars(
        select(Delivery).where(Delivery.key.like(f"0:remind:training-{builders.person('li').id}-%"))
    ).all()
    assert "Law, and the limits" not in mine.payload["course_title"]["en"]
    assert mine.payload["course_title"]["zh"].count("、") == 1
