"""Training as CSV: courses, attendance and certificates go out to other systems and come in from them, each
bad line named and the good ones kept."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from incident import audit, errors, sheets
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.training import Course
from incident.permissions import Permission
from incident.training import list_lines
from incident.training.list_lines import Desk

Cells = dict[str, str]


@dataclass(frozen=True)
class List:
    """A list that goes out and comes in: its columns, which of them a file must have, how its rows are
    written, and how a line of it is taken or refused."""

    name: str
    columns: Sequence[str]
    needed: frozenset[str]
    rows: Callable[[WorkingCalendar], Iterable[Sequence[object]]]
    take: Callable[[Cells, Desk], None]


OF_A_COURSE = (
    *("code", "title_zh", "title_en", "subject", "plans", "audience"),
    *("certified_by", "pass_percent", "valid_months"),
)
LISTS = {
    each.name: each
    for each in (
        List(
            "courses",
            OF_A_COURSE,
            frozenset(OF_A_COURSE),  # without a column of plans a course would lose its own
            list_lines.courses_out,
            list_lines.take_course,
        ),
        List(
            "attendance",
            ("course", "held_at", "place", "trainer", "email"),
            frozenset({"course", "held_at", "place"}),
            list_lines.attendance_out,
            list_lines.take_attendance,
        ),
        List(
            "certificates",
            ("email", "course", "got_on", "valid_until", "score"),
            frozenset({"email", "course", "got_on"}),
            list_lines.certificates_out,
            list_lines.take_certificate,
        ),
    )
}


@dataclass
class Outcome:
    """What an import did: of which list, how many lines were taken, and what is wrong with the others by
    line."""

    name: str
    taken: int = 0
    rejected: list[tuple[int, Reason]] = field(default_factory=list)


def as_csv(name: str, *, calendar: WorkingCalendar) -> str:
    """A list as CSV, as `take` reads it; a spreadsheet reads no formula in it. Raises NotFound."""
    wanted = LISTS.get(name)
    if wanted is None:
        raise errors.NotFound(N_("There is no such list."))
    return sheets.written(wanted.columns, wanted.rows(calendar))


def take(text: str, *, by: Actor, at: datetime, calendar: WorkingCalendar) -> Outcome:
    """Take a list from CSV; its head line says which list it is. Taking the same file again changes nothing.

    A few lines share a unit of work, so that alerts never wait for a whole file. Raises Invalid where the
    head is none of ours or the file is no table, and TooLarge.
    """
    by.must(Permission.TRAINING_MANAGE)
    wanted = _list_of(sheets.head_of(text))
    outcome = Outcome(wanted.name)
    for some in sheets.portions(sheets.lines(text, wanted.columns)):
        with unit_of_work():
            desk = Desk(
                people={each.email: each for each in db.session.scalars(select(Person))},
                courses={each.code: each for each in db.session.scalars(select(Course))},
                by=by,
                at=at,
                calendar=calendar,
            )
            for line in some:
                _take_line(line, wanted, desk, outcome)
    with unit_of_work():
        audit.record("training.imported", wanted.name, by=by.label, at=at, rows=outcome.taken)
    return outcome


def _take_line(line: sheets.Line, wanted: List, desk: Desk, outcome: Outcome) -> None:
    try:
        wanted.take(line.cells, desk)
    except errors.DomainError as fault:
        outcome.rejected += [(line.number, why) for why in fault.reasons or [fault.reason]]
    else:
        outcome.taken += 1


def _list_of(head: Sequence[str]) -> List:
    fitting = [each for each in LISTS.values() if each.needed <= set(head)]
    if len(fitting) == 1:
        return fitting[0]
    heads = [
        Reason(
            N_("The first line must name the columns %(columns)s."),
            {"columns": ", ".join(each.columns)},
            ("csv",),
        )
        for each in LISTS.values()
    ]
    raise errors.Invalid(N_("The first line is the head of none of these lists."), reasons=heads)
