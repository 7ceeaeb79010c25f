"""Certificates: from a day until a day, with a reminder before they end."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import select

from incident import i18n
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.models.alerts import Delivery
from incident.models.people import Person
from incident.models.training import Certificate, CertificateSource, Course
from incident.training import months

REMIND_BEFORE = timedelta(days=30)
REMIND_HOUR = 9  # in the house's zone, on a working day


def grant(
    course: Course,
    person_id: int,
    *,
    got_on: date,
    source: CertificateSource,
    by: Actor,
    calendar: WorkingCalendar,
    score: int | None = None,
    valid_until: date | None = None,
) -> Certificate:
    """Certify a course; on the same day again the certificate stays one. Its end is the course's validity."""
    until = valid_until or months.after(got_on, course.valid_months)
    found = db.session.scalar(
        select(Certificate).where(
            Certificate.course_id == course.id,
            Certificate.person_id == person_id,
            Certificate.got_on == got_on,
        )
    )
    made = found or Certificate(course_id=course.id, person_id=person_id, got_on=got_on)
    made.valid_until, made.source, made.score, made.recorded_by = until, source, score, by.label
    made.remind_at = _remind_at(until, calendar)
    _silence_older(made)
    db.session.add(made)
    db.session.flush()
    return made


def _silence_older(new: Certificate) -> None:
    """An older certificate of the same course is not reminded of any more."""
    older = db.session.scalars(
        select(Certificate).where(
            Certificate.course_id == new.course_id,
            Certificate.person_id == new.person_id,
            Certificate.valid_until < new.valid_until,
            Certificate.remind_at.is_not(None),
        )
    )
    for each in older:
        each.remind_at = None


def _remind_at(until: date, calendar: WorkingCalendar) -> datetime:
    day = calendar.next_working(until - REMIND_BEFORE)
    return datetime(day.year, day.month, day.day, REMIND_HOUR, tzinfo=calendar.zone)


def of_person(person_id: int) -> list[tuple[Certificate, Course]]:
    """Everything somebody may show, the latest first."""
    query = (
        select(Certificate, Course)
        .join(Course, Course.id == Certificate.course_id)
        .where(Certificate.person_id == person_id)
        .order_by(Certificate.valid_until.desc(), Certificate.id.desc())
    )
    return [(certificate, course) for certificate, course in db.session.execute(query)]


def valid(course_ids: Iterable[int], *, on: date) -> dict[int, set[int]]:
    """The people by course whose certificate holds on a day."""
    ids = list(course_ids)
    rows = db.session.execute(
        select(Certificate.course_id, Certificate.person_id).where(
            Certificate.course_id.in_(ids), Certificate.got_on <= on, Certificate.valid_until >= on
        )
    )
    found: dict[int, set[int]] = {each: set() for each in ids}
    for course_id, person_id in rows:
        found[course_id].add(person_id)
    return found


def remind_missing(*, at: datetime, calendar: WorkingCalendar) -> int:
    """On the first working morning of a month, tell people which courses they lack; returns how many."""
    local = at.astimezone(calendar.zone)
    first = calendar.next_working(local.date().replace(day=1))
    if local.date() != first or local.hour < REMIND_HOUR:
        return 0
    courses = list(db.session.scalars(select(Course).where(Course.ended_at.is_(None)).order_by(Course.id)))
    held = valid([each.id for each in courses], on=local.date())
    month = f"{local:%Y-%m}"
    told = 0
    for person in db.session.scalars(select(Person).where(Person.active).order_by(Person.id)).all():
        lacking = [
            each
            for each in courses
            if person.id not in held[each.id]
            and (not each.audience or person.department_code in each.audience)
        ]
        if lacking:
            with unit_of_work():
                told += _tell_missing(person, lacking, month, at=at)
    return told


def _tell_missing(person: Person, lacking: list[Course], month: str, *, at: datetime) -> int:
    key = f"training-{person.id}-{month}"
    known = outbox.row(None, "remind", at=at, key=key)["key"]
    if db.session.scalar(select(Delivery.id).where(Delivery.key == known)) is not None:
        return 0
    titles = {lang: i18n.comma(lang).join(each.titles[lang] for each in lacking) for lang in ("zh", "en")}
    outbox.enqueue(None, "remind", at=at, key=key, about="training", person_id=person.id, course_title=titles)
    return 1


def _followed(row: Certificate) -> bool:
    later = select(Certificate.id).where(
        Certificate.course_id == row.course_id,
        Certificate.person_id == row.person_id,
        Certificate.valid_until > row.valid_until,
    )
    return db.session.scalar(later.limit(1)) is not None


def remind(*, at: datetime) -> int:
    """Remind people, once, of certificates that end; not of one that ended long ago, as a list brought along
    holds, nor of one that a later one follows. Returns how many were looked at."""
    due = db.session.scalars(
        select(Certificate.id)
        .where(Certificate.remind_at.is_not(None), Certificate.remind_at <= at)
        .limit(200)
    ).all()
    for certificate_id in due:
        with unit_of_work() as session:
            row = session.get_one(Certificate, certificate_id, populate_existing=True)
            if row.remind_at is None:
                continue
            row.remind_at = None
            course = session.get_one(Course, row.course_id)
            if course.ended_at is None and row.valid_until >= at.date() and not _followed(row):
                outbox.enqueue(
                    None,
                    "remind",
                    at=at,
                    key=f"certificate-{row.id}",
                    about="certificate",
                    person_id=row.person_id,
                    course_title=course.titles,
                    course=str(course.id),
                    due_on=row.valid_until.isoformat(),
                )
    return len(due)
