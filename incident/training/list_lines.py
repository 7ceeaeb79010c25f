"""The lines of training's lists: how each is written, and what taking one does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from incident import errors, sheets
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_
from incident.models.people import Person
from incident.models.training import Attendance, Certificate, CertificateSource, Course, CourseSession
from incident.training import certificates, courses, months, sessions
from incident.training.courses import Outline

BY_TEST, BY_COMING = "test", "attendance"


@dataclass(frozen=True)
class Desk:
    """What a line is taken with: people by address, courses by code, who brings it, and when."""

    people: dict[str, Person]
    courses: dict[str, Course]
    by: Actor
    at: datetime
    calendar: WorkingCalendar

    def person(self, email: str, *, active: bool) -> Person:
        """Whoever has an address; raises Invalid."""
        found = self.people.get(email.lower())
        if found is None or (active and not found.active):
            raise errors.Invalid(N_("Nobody has the address %(email)s."), email=email or "—")
        return found

    def course(self, code: str) -> Course:
        """The course of a code; raises Invalid."""
        found = self.courses.get(code.upper())
        if found is None:
            raise errors.Invalid(N_("There is no course %(course)s."), course=code or "—")
        return found


def courses_out(_calendar: WorkingCalendar) -> Iterator[tuple[object, ...]]:
    """The courses that are held."""
    for each in courses.running():
        yield (
            each.code,
            each.title_zh,
            each.title_en,
            each.subject,
            " ".join(each.plan_keys),
            " ".join(each.audience),
            _certified_by(by_test=each.by_test),
            each.pass_percent,
            each.valid_months,
        )


def _certified_by(*, by_test: bool) -> str:
    return BY_TEST if by_test else BY_COMING


def take_course(cells: dict[str, str], desk: Desk) -> None:
    """Enter a course, or change the one of this code, which keeps how it is certified, the share and the
    validity where a cell is empty; raises Invalid and Refused."""
    code = cells["code"].upper()
    known = desk.courses.get(code)
    present = known or Outline(code, "", "", "")
    how = cells["certified_by"].lower() or _certified_by(by_test=present.by_test)
    if how not in (BY_TEST, BY_COMING):
        raise errors.Invalid(N_("A course is certified by test or attendance, not by “%(how)s”."), how=how)
    outline = Outline(
        code=code,
        title_zh=cells["title_zh"],
        title_en=cells["title_en"],
        subject=cells["subject"].lower(),
        plan_keys=_many(cells["plans"]),
        audience=[each.upper() for each in _many(cells["audience"])],
        by_test=how == BY_TEST,
        pass_percent=_number(cells["pass_percent"], present.pass_percent),
        valid_months=_number(cells["valid_months"], present.valid_months),
    )
    if known is None:
        desk.courses[code] = courses.add(outline, by=desk.by, at=desk.at)
    else:
        courses.change(known, outline, by=desk.by, at=desk.at)


def _many(cell: str) -> list[str]:
    return cell.replace(",", " ").replace(";", " ").split()


def _number(cell: str, otherwise: int) -> int:
    """A number; what is none is out of every range, and refused as such."""
    if not cell:
        return otherwise
    return int(cell) if cell.isdecimal() and len(cell) < 4 else 0


def attendance_out(calendar: WorkingCalendar) -> Iterator[tuple[object, ...]]:
    """Every session, the latest first, a line for each who came, or one without an address."""
    rows = db.session.execute(
        select(CourseSession, Course.code, Person.email)
        .join(Course, Course.id == CourseSession.course_id)
        .outerjoin(Attendance, Attendance.session_id == CourseSession.id)
        .outerjoin(Person, Person.id == Attendance.person_id)
        .order_by(CourseSession.held_at.desc(), CourseSession.id, Person.email)
    )
    trainers = {each.id: each.email for each in db.session.scalars(select(Person))}
    for row, code, email in rows:
        held_at = row.held_at.astimezone(calendar.zone).isoformat(timespec="minutes")
        yield code, held_at, row.place, trainers.get(row.trainer_id or 0), email


def take_attendance(cells: dict[str, str], desk: Desk) -> None:
    """Put a session on the calendar unless it is there, and write down who came; raises Invalid, and Refused
    for somebody who came to a session that is still to be held."""
    course = desk.course(cells["course"])
    held_at = sheets.moment(cells["held_at"], desk.calendar.zone)
    if held_at is None:
        raise errors.Invalid(N_("Write a time like 2026-11-03 09:00."))
    came = desk.person(cells["email"], active=True) if cells["email"] else None
    trainer = desk.person(cells["trainer"], active=False) if cells["trainer"] else None
    if came is not None:
        sessions.must_be_held(held_at, at=desk.at)
    session = db.session.scalar(
        select(CourseSession).where(CourseSession.course_id == course.id, CourseSession.held_at == held_at)
    )
    session = session or sessions.hold(
        course,
        held_at=held_at,
        place=cells["place"],
        trainer_id=trainer.id if trainer else None,
        by=desk.by,
        at=desk.at,
    )
    if came is not None:
        sessions.record_attendance(session, [came.id], by=desk.by, at=desk.at, calendar=desk.calendar)


def certificates_out(_calendar: WorkingCalendar) -> Iterator[tuple[object, ...]]:
    """Every certificate, the latest first."""
    rows = db.session.execute(
        select(Certificate, Course.code, Person.email)
        .join(Course, Course.id == Certificate.course_id)
        .join(Person, Person.id == Certificate.person_id)
        .order_by(Certificate.valid_until.desc(), Certificate.id)
    )
    for row, code, email in rows:
        yield email, code, row.got_on, row.valid_until, row.score


def take_certificate(cells: dict[str, str], desk: Desk) -> None:
    """Certify a course, unless the same certificate is there already, however it was come by; raises
    Invalid."""
    person, course = desk.person(cells["email"], active=False), desk.course(cells["course"])
    try:
        got_on = date.fromisoformat(cells["got_on"])
        given = date.fromisoformat(cells["valid_until"]) if cells["valid_until"] else None
    except ValueError:
        raise errors.Invalid(N_("Write a day like 2026-11-03.")) from None
    until = given or months.after(got_on, course.valid_months)
    if until <= got_on:
        raise errors.Invalid(N_("A certificate ends after it begins."))
    if cells["score"] and not (cells["score"].isdecimal() and int(cells["score"]) <= 100):
        raise errors.Invalid(N_("A score is a number up to 100."))
    score = int(cells["score"]) if cells["score"] else None
    same = select(Certificate.id).where(
        Certificate.course_id == course.id,
        Certificate.person_id == person.id,
        Certificate.got_on == got_on,
        Certificate.valid_until == until,
        Certificate.score.is_(None) if score is None else Certificate.score == score,
    )
    if db.session.scalar(same) is None:
        certificates.grant(
            course,
            person.id,
            got_on=got_on,
            valid_until=until,
            source=CertificateSource.IMPORT,
            score=score,
            by=desk.by,
            calendar=desk.calendar,
        )
