"""Courses and their sessions: entered by trainers, with the three subjects there from the start."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import audit, errors
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.training import (
    Attendance,
    Certificate,
    CertificateSource,
    Course,
    CourseSession,
    Subject,
)
from incident.permissions import Permission
from incident.playbooks import library
from incident.training import certificates

TITLE_LONGEST, PLACE_LONGEST = 120, 200  # characters
# The three subjects of requirement S0-5, there from the start; an institution changes or ends them.
FIRST: tuple[tuple[str, Subject, str, str, tuple[str, ...]], ...] = (
    (
        "PRODUCT",
        Subject.PRODUCT,
        "信用卡业务与费用",
        "Credit cards, fees and hardship options",
        ("fee_dispute", "information_error", "repayment_plan", "business_processing"),
    ),
    (
        "LAW",
        Subject.LAW,
        "法律法规与催收行为边界",
        "Law, and the limits of collection",
        ("improper_collection", "privacy_leak", "credit_report_dispute", "outsourced_agency_breach"),
    ),
    ("PROCESS", Subject.PROCESS, "应急处置流程", "The process of emergency response", ()),
)


@dataclass(frozen=True)
class Outline:
    """What a trainer enters of a course."""

    code: str
    title_zh: str
    title_en: str
    subject: str
    plan_keys: Sequence[str] = ()
    audience: Sequence[str] = ()
    by_test: bool = True
    pass_percent: int = 80
    valid_months: int = 12
    faults: list[Reason] = field(default_factory=list)


def seed(*, by: Actor, at: datetime) -> int:
    """The first courses, where there is none yet; returns how many."""
    if db.session.scalar(select(Course.id).limit(1)) is not None:
        return 0
    for code, subject, zh, en, plans in FIRST:
        outline = Outline(code, zh, en, str(subject), plans)
        db.session.add(_made(outline, by=by, at=at))
    db.session.flush()
    return len(FIRST)


def _made(outline: Outline, *, by: Actor, at: datetime) -> Course:
    return Course(
        code=outline.code,
        title_zh=outline.title_zh,
        title_en=outline.title_en,
        subject=Subject(outline.subject),
        plan_keys=list(outline.plan_keys),
        audience=list(outline.audience),
        by_test=outline.by_test,
        pass_percent=outline.pass_percent,
        valid_months=outline.valid_months,
        created_at=at,
        created_by=by.label,
    )


def add(outline: Outline, *, by: Actor, at: datetime) -> Course:
    """Enter a course; raises Invalid naming every fault."""
    by.must(Permission.TRAINING_MANAGE)
    if faults := _faults(outline):
        raise errors.Invalid(N_("The course is not valid."), reasons=faults)
    made = _made(outline, by=by, at=at)
    db.session.add(made)
    db.session.flush()
    audit.record("training.course_added", f"course/{made.id}", by=by.label, at=at, name=made.code)
    return made


def _faults(outline: Outline) -> list[Reason]:
    plans, codes = {str(each.plan.key) for each in library.all_current()}, library.departments()
    known = db.session.scalar(select(Course.id).where(Course.code == outline.code))
    checks = [
        (
            not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,19}", outline.code),
            "code",
            N_("A code of up to 20 capital letters, digits and hyphens is needed."),
        ),
        (known is not None, "code", N_("There is a course of this code already.")),
        (
            not 0 < len(outline.title_zh) <= TITLE_LONGEST,
            "title_zh",
            N_("A name of 1 to 120 characters is needed."),
        ),
        (
            not 0 < len(outline.title_en) <= TITLE_LONGEST,
            "title_en",
            N_("A name of 1 to 120 characters is needed."),
        ),
        (outline.subject not in set(Subject), "subject", N_("There is no such subject.")),
        (not set(outline.plan_keys) <= plans, "plan_keys", N_("There is no such plan.")),
        (not set(outline.audience) <= set(codes), "audience", N_("There is no such department.")),
        (not 50 <= outline.pass_percent <= 100, "pass_percent", N_("Write a share from 50 to 100.")),
        (not 1 <= outline.valid_months <= 60, "valid_months", N_("Write a number of months from 1 to 60.")),
    ]
    return [Reason(words, loc=(name,)) for wrong, name, words in checks if wrong]


def end(course: Course, *, by: Actor, at: datetime) -> Course:
    """Hold a course no more; its certificates hold to their end."""
    by.must(Permission.TRAINING_MANAGE)
    if course.ended_at is not None:
        raise errors.Refused(N_("This course has ended already."))
    course.ended_at = at
    audit.record("training.course_ended", f"course/{course.id}", by=by.label, at=at, name=course.code)
    return course


def find(course_id: int) -> Course:
    """A course by its id; raises NotFound."""
    found = db.session.get(Course, course_id)
    if found is None:
        raise errors.NotFound(N_("There is no such course."))
    return found


def running() -> list[Course]:
    """The courses that are held, by subject."""
    query = select(Course).where(Course.ended_at.is_(None)).order_by(Course.subject.desc(), Course.id)
    return list(db.session.scalars(query))


def covering(plan_key: str, courses: Sequence[Course]) -> list[Course]:
    """The courses about a plan: those that name it, and those about every plan."""
    return [each for each in courses if not each.plan_keys or plan_key in each.plan_keys]


def audience(course: Course) -> list[Person]:
    """Whom a course is for."""
    query = select(Person).where(Person.active).order_by(Person.department_code, Person.id)
    if course.audience:
        query = query.where(Person.department_code.in_(course.audience))
    return list(db.session.scalars(query))


def hold(
    course: Course, *, held_at: datetime, place: str, trainer_id: int | None, by: Actor, at: datetime
) -> CourseSession:
    """Put a session of a course on the calendar; raises Invalid."""
    by.must(Permission.TRAINING_MANAGE)
    words = place.strip()[:PLACE_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("The session is not valid."), reasons=[Reason(N_("Say where it is held."), loc=("place",))]
        )
    made = CourseSession(
        course_id=course.id,
        held_at=held_at,
        place=words,
        trainer_id=trainer_id,
        created_at=at,
        created_by=by.label,
    )
    db.session.add(made)
    db.session.flush()
    return made


def sessions(course: Course) -> list[CourseSession]:
    """The sessions of a course, the latest first."""
    query = select(CourseSession).where(CourseSession.course_id == course.id)
    return list(db.session.scalars(query.order_by(CourseSession.held_at.desc()).limit(50)))


def upcoming(*, at: datetime) -> list[dict[str, Any]]:
    """Sessions ahead: {at, what, subject, href}."""
    rows = db.session.execute(
        select(CourseSession, Course)
        .join(Course, Course.id == CourseSession.course_id)
        .where(CourseSession.held_at >= at, Course.ended_at.is_(None))
        .order_by(CourseSession.held_at)
        .limit(50)
    )
    return [
        {
            "at": session.held_at,
            "what": "course_session",
            "subject": course.code,
            "title": course.titles,
            "href": f"/training/{course.id}",
        }
        for session, course in rows
    ]


def attended(session: CourseSession) -> set[int]:
    """Who came, by id."""
    return set(db.session.scalars(select(Attendance.person_id).where(Attendance.session_id == session.id)))


def record_attendance(
    session: CourseSession, person_ids: Sequence[int], *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> int:
    """Write down who came; a course without a test certifies it. Returns how many are new."""
    by.must(Permission.TRAINING_MANAGE)
    if session.held_at > at:
        raise errors.Refused(N_("This session has not been held yet."))
    known, course = attended(session), find(session.course_id)
    people = db.session.scalars(select(Person).where(Person.id.in_(list(person_ids)), Person.active)).all()
    fresh = [each for each in people if each.id not in known]
    for person in fresh:
        db.session.add(
            Attendance(session_id=session.id, person_id=person.id, recorded_at=at, recorded_by=by.label)
        )
        if not course.by_test:
            day = session.held_at.astimezone(calendar.zone).date()
            certificates.grant(
                course, person.id, got_on=day, source=CertificateSource.ATTENDANCE, by=by, calendar=calendar
            )
    db.session.flush()
    return len(fresh)


def holders(course: Course) -> dict[int, Certificate]:
    """The certificate that counts of each person who has one."""
    rows = db.session.scalars(
        select(Certificate).where(Certificate.course_id == course.id).order_by(Certificate.valid_until)
    )
    return {row.person_id: row for row in rows}
