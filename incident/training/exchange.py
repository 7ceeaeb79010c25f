"""Certificates as CSV: out for other systems, in from them, each bad line named and the good ones kept."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select

from incident import audit, errors
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.training import Certificate, CertificateSource, Course
from incident.permissions import Permission
from incident.training import certificates, months

COLUMNS = ("email", "course", "got_on", "valid_until", "score")
LINES_MOST = 5_000


@dataclass
class Outcome:
    """What an import did: how many lines were taken, and what is wrong with the others by line."""

    taken: int = 0
    rejected: list[tuple[int, Reason]] = field(default_factory=list)


def as_csv() -> str:
    """Every certificate, the latest first; a spreadsheet reads no formula in it."""
    rows = db.session.execute(
        select(Certificate, Course.code, Person.email)
        .join(Course, Course.id == Certificate.course_id)
        .join(Person, Person.id == Certificate.person_id)
        .order_by(Certificate.valid_until.desc(), Certificate.id)
    )
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row, code, email in rows:
        cells = [email, code, row.got_on, row.valid_until, "" if row.score is None else row.score]
        writer.writerow([_harmless(str(each)) for each in cells])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def take(text: str, *, by: Actor, at: datetime, calendar: WorkingCalendar) -> Outcome:
    """Take certificates from CSV with a head line; raises Invalid where the head is not ours."""
    by.must(Permission.TRAINING_MANAGE)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    head = set(rows[0]) - {None} if rows else set()
    if not {"email", "course", "got_on"} <= head:
        words = Reason(
            N_("The first line must name the columns %(columns)s."), {"columns": ", ".join(COLUMNS)}, ("csv",)
        )
        raise errors.Invalid(N_("The file cannot be read."), reasons=[words])
    if len(rows) > LINES_MOST:
        raise errors.TooLarge(N_("At most %(most)s lines at once."), most=LINES_MOST)
    people = {each.email: each for each in db.session.scalars(select(Person))}
    known = {each.code: each for each in db.session.scalars(select(Course))}
    outcome = Outcome()
    for number, row in enumerate(rows, start=2):
        fault = _take_one(row, people, known, by=by, calendar=calendar)
        if fault is None:
            outcome.taken += 1
        else:
            outcome.rejected.append((number, fault))
    audit.record("training.imported", "certificates", by=by.label, at=at, rows=outcome.taken)
    return outcome


def _take_one(
    row: dict[str, str | None],
    people: dict[str, Person],
    courses: dict[str, Course],
    *,
    by: Actor,
    calendar: WorkingCalendar,
) -> Reason | None:
    given = {name: (row.get(name) or "").strip() for name in COLUMNS}
    person, course = people.get(given["email"].lower()), courses.get(given["course"].upper())
    if person is None:
        return Reason(N_("Nobody has the address %(email)s."), {"email": given["email"]})
    if course is None:
        return Reason(N_("There is no course %(course)s."), {"course": given["course"]})
    try:
        got_on = date.fromisoformat(given["got_on"])
        until = date.fromisoformat(given["valid_until"]) if given["valid_until"] else None
    except ValueError:
        return Reason(N_("Write a day like 2026-11-03."))
    if (until or months.after(got_on, course.valid_months)) <= got_on:
        return Reason(N_("A certificate ends after it begins."))
    if given["score"] and not (given["score"].isdecimal() and int(given["score"]) <= 100):
        return Reason(N_("A score is a number up to 100."))
    certificates.grant(
        course,
        person.id,
        got_on=got_on,
        valid_until=until,
        source=CertificateSource.IMPORT,
        score=int(given["score"]) if given["score"] else None,
        by=by,
        calendar=calendar,
    )
    return None
