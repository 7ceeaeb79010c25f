"""Sessions of courses: put on the calendar, held, and attended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.training import Attendance, CertificateSource, Course, CourseSession
from incident.permissions import Permission
from incident.training import certificates, courses

PLACE_LONGEST = 200  # characters


def hold(
    course: Course, *, held_at: datetime, place: str, trainer_id: int | None, by: Actor, at: datetime
) -> CourseSession:
    """Put a session of a course on the calendar; raises Invalid, and Refused for a course that has
    ended by then."""
    by.must(Permission.TRAINING_MANAGE)
    if course.ended_at is not None and held_at > course.ended_at:
        raise errors.Refused(N_("This course has ended already."))
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


def of(course: Course) -> list[CourseSession]:
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
    must_be_held(session.held_at, at=at)
    known, course = attended(session), courses.find(session.course_id)
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


def must_be_held(held_at: datetime, *, at: datetime) -> None:
    """Raise Refused for a session that is still to come: nobody came to it yet."""
    if held_at > at:
        raise errors.Refused(N_("This session has not been held yet."))
