"""Taking a test: asked from the plans in force, graded here, certified when enough is right."""

from datetime import datetime

from sqlalchemy import Select, func, select

from incident import audit, errors
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.training import CertificateSource, Course, CourseTest
from incident.playbooks import library
from incident.training import certificates, courses, questions

COUNT = 8  # questions; ten minutes


def start(course: Course, *, by: Actor, at: datetime) -> CourseTest:
    """Begin a test, or go on with the one that was begun; raises Refused where the course has none."""
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can take a test."))
    if course.ended_at is not None or not course.by_test:
        raise errors.Refused(N_("This course has no test."))
    begun = db.session.scalar(_of(course, by.id).where(CourseTest.finished_at.is_(None)))
    if begun is not None:
        return begun
    earlier = db.session.scalar(select(func.count()).select_from(_of(course, by.id).subquery()))
    plans = [each.plan for each in library.all_current()]
    asked = [plan for plan in plans if not course.plan_keys or plan.key in course.plan_keys]
    made = CourseTest(
        course_id=course.id,
        person_id=by.id,
        questions=questions.asked(asked, COUNT, f"{course.code}/{by.id}/{earlier}"),
        answers=[],
        started_at=at,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _of(course: Course, person_id: int) -> Select[CourseTest]:
    return select(CourseTest).where(CourseTest.course_id == course.id, CourseTest.person_id == person_id)


def find(test_id: int, *, by: Actor) -> CourseTest:
    """A test of one's own; raises NotFound."""
    found = db.session.get(CourseTest, test_id)
    if found is None or found.person_id != by.id:
        raise errors.NotFound(N_("There is no such test."))
    return found


def finish(
    test: CourseTest, answers: list[int | None], *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> CourseTest:
    """Grade it; raises Invalid naming each question without an answer, Refused for one that is over."""
    if test.finished_at is not None:
        raise errors.Refused(N_("This test is over; take a new one."))
    missing = [
        Reason(N_("Question %(number)s has no answer."), {"number": place + 1}, (f"q{place}",))
        for place, question in enumerate(test.questions)
        if place >= len(answers)
        or answers[place] is None
        or not 0 <= (answers[place] or 0) < len(question["options"])
    ]
    if missing:
        raise errors.Invalid(N_("Answer every question."), reasons=missing)
    right = sum(given == each["right"] for given, each in zip(answers, test.questions, strict=True))
    course = courses.find(test.course_id)
    test.answers, test.finished_at = list(answers), at
    test.score = round(100 * right / len(test.questions))
    test.passed = test.score >= course.pass_percent
    if test.passed:
        certificates.grant(
            course,
            test.person_id,
            got_on=at.astimezone(calendar.zone).date(),
            source=CertificateSource.TEST,
            score=test.score,
            by=by,
            calendar=calendar,
        )
    audit.record("training.test_taken", f"course/{course.id}", by=by.label, at=at, name=course.code)
    return test
