"""Duty rosters from a CSV file: good lines are kept, bad ones are told by line and reason."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import duty, errors, sheets
from incident.accounts import Actor
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.models.people import DutyShift, Person, Repeats
from incident.permissions import Permission

COLUMNS = ("department", "email", "rank", "starts_at", "ends_at", "repeats", "repeats_until", "override")
NEEDED = ("department", "email", "starts_at", "ends_at")


@dataclass
class Report:
    """How many shifts were added, and the lines that were not: (line number, reasons)."""

    added: int = 0
    rejected: list[tuple[int, list[Reason]]] = field(default_factory=list)


def take(text: str, *, by: Actor, at: datetime, zone: ZoneInfo) -> Report:
    """Add every good line of a file, a few in a unit of work, so that alerts never wait for a whole file.

    Raises Invalid where the file has not the columns it needs, and TooLarge.
    """
    by.must(Permission.DUTY_MANAGE)
    head = sheets.head_of(text)
    missing = [name for name in NEEDED if name not in head]
    if missing:
        raise errors.Invalid(
            N_("The first line must name the columns; missing: %(columns)s."), columns=", ".join(missing)
        )
    report = Report()
    for some in sheets.portions(sheets.lines(text, COLUMNS)):
        with unit_of_work():
            active = db.session.scalars(select(Person).where(Person.active))
            people = {person.email: person for person in active}
            for line in some:
                _take_line(line, people, report, by=by, at=at, zone=zone)
    return report


def _take_line(
    line: sheets.Line,
    people: dict[str, Person],
    report: Report,
    *,
    by: Actor,
    at: datetime,
    zone: ZoneInfo,
) -> None:
    values = line.cells
    faults = list(_faults(values, people, zone))
    if not faults:
        try:
            _add(values, people[values["email"].lower()], by=by, at=at, zone=zone)
        except errors.Invalid as refused:
            faults = refused.reasons
    if faults:
        report.rejected.append((line.number, faults))
    else:
        report.added += 1


def _faults(values: dict[str, str], people: dict[str, Person], zone: ZoneInfo) -> Iterator[Reason]:
    if values["email"].lower() not in people:
        yield Reason(
            N_("Nobody active has the e-mail address %(email)s."),
            {"email": values["email"] or "—"},
            ("email",),
        )
    for name in ("starts_at", "ends_at", "repeats_until"):
        if (values[name] or name != "repeats_until") and sheets.moment(values[name], zone) is None:
            yield Reason(
                N_("%(column)s is no time like 2026-11-03 09:00: “%(value)s”."),
                {"column": name, "value": values[name]},
                (name,),
            )
    if values["rank"] not in ("", "1", "2"):
        yield Reason(N_("The rank is 1 (first) or 2 (backup)."), loc=("rank",))


def _add(values: dict[str, str], person: Person, *, by: Actor, at: datetime, zone: ZoneInfo) -> None:
    starts, ends = sheets.moment(values["starts_at"], zone), sheets.moment(values["ends_at"], zone)
    assert starts is not None and ends is not None  # _faults looked
    department, rank = values["department"].upper(), int(values["rank"] or 1)
    same = select(DutyShift.id).where(
        DutyShift.department_code == department,
        DutyShift.person_id == person.id,
        DutyShift.starts_at == starts,
        DutyShift.ends_at == ends,
        DutyShift.rank == rank,
    )
    if db.session.scalar(same) is not None:
        raise errors.Invalid(
            N_("The shift cannot be added."), reasons=[Reason(N_("This shift is in the roster already."))]
        )
    duty.add_shift(
        department=department,
        person=person,
        starts_at=starts,
        ends_at=ends,
        rank=rank,
        repeats=values["repeats"].lower() or Repeats.NEVER,
        repeats_until=sheets.moment(values["repeats_until"], zone),
        override=sheets.is_yes(values["override"]),
        by=by,
        at=at,
    )
