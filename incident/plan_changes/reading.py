"""Who is to know a new version of a plan: told what changed, asked to confirm that they read it, reminded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.people import Person
from incident.models.plans import PlanChange, PlanReading, PlanVersion
from incident.plan_changes import moves, wording
from incident.playbooks import difference, library, secrecy
from incident.playbooks.schema import Plan
from incident.reviews import meeting

REMIND_AFTER = timedelta(days=3)
REMIND_MOST = 3  # after that the page still shows who has not read it
TOLD_MOST = 5  # changes named in the message; the page has them all


def tell(change: PlanChange, version: PlanVersion, *, at: datetime) -> list[PlanReading]:
    """Tell everybody concerned what changed; whoever wrote on it or decided on it has read it."""
    old, new = (
        library.numbered(change.plan_key, number).plan for number in (change.base_version, version.version)
    )
    known = moves.author_ids(change) | _ids([change.decided_by, change.published_by])
    lines = {
        locale: "\n".join(f"• {line}" for line in wording.sentences(_between(old, new), locale)[:TOLD_MOST])
        for locale in ("zh", "en")
    }
    found = []
    for person in concerned([old, new]):
        knows = person.id in known
        found.append(
            PlanReading(
                version_id=version.id,
                person_id=person.id,
                told_at=at,
                read_at=at if knows else None,
                remind_at=None if knows else at + REMIND_AFTER,
                reminders=0,
            )
        )
        if not knows:
            _tell(version, person.id, lines, new, at=at, time=0)
    db.session.add_all(found)
    return found


def _between(old: Plan, new: Plan) -> list[difference.Difference]:
    found = difference.between(old.model_dump(mode="json"), new.model_dump(mode="json"))
    return secrecy.shown(found, None)  # whoever is told may be a player


def _ids(labels: Iterable[str | None]) -> set[int]:
    parts = [label.split("/") for label in labels if label and label.startswith("person/")]
    return {int(part[1]) for part in parts if part[1].isdigit()}


def concerned(plans: Iterable[Plan]) -> list[Person]:
    """The people of every department that a plan calls out or takes a role from."""
    codes = {
        code
        for plan in plans
        for code in (*(each.code for each in plan.departments), *(each.department for each in plan.roles))
    }
    query = select(Person).where(Person.active, Person.department_code.in_(codes)).order_by(Person.id)
    return list(db.session.scalars(query))


def _tell(
    version: PlanVersion, person_id: int, lines: dict[str, str], plan: Plan, *, at: datetime, time: int
) -> None:
    outbox.enqueue(
        None,
        "remind",
        at=at,
        key=f"plan-{version.id}-{person_id}-{time}",
        about="plan_changed",
        person_id=person_id,
        plan_title={"zh": plan.title.zh, "en": plan.title.en},
        key_of_plan=version.key,
        number_of_version=str(version.version),
        note=version.note or "",
        changes=lines,
    )


def confirm(key: str, number: int, *, by: Actor, at: datetime) -> PlanReading:
    """Somebody says that they read a version; anybody may, asked or not. Raises NotFound."""
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can confirm that they read a plan."))
    version = library.numbered(key, number)
    found = of_person(version.id, by.id)
    if found is None:
        found = PlanReading(version_id=version.id, person_id=by.id, told_at=at, reminders=0)
        db.session.add(found)
    found.read_at, found.remind_at = found.read_at or at, None
    db.session.flush()
    return found


def of_person(version_id: int, person_id: int) -> PlanReading | None:
    """Whether somebody was told of a version, and has read it."""
    return db.session.scalar(
        select(PlanReading).where(PlanReading.version_id == version_id, PlanReading.person_id == person_id)
    )


@dataclass(frozen=True)
class Unread:
    """A version that somebody is still to read."""

    version: library.Version
    reading: PlanReading


def unread(person_id: int) -> list[Unread]:
    """The newest version of each plan that somebody was told of and has not confirmed."""
    rows = db.session.scalars(
        select(PlanReading)
        .where(PlanReading.person_id == person_id, PlanReading.read_at.is_(None))
        .order_by(PlanReading.version_id.desc())
    )
    found: dict[str, Unread] = {}
    for row in rows:
        version = library.version(row.version_id)
        if version.number == library.current(version.plan.key).number:
            found.setdefault(str(version.plan.key), Unread(version, row))
    return list(found.values())


def of_version(version_id: int) -> list[tuple[PlanReading, Person]]:
    """Who was told of a version, those who have not read it first."""
    query = (
        select(PlanReading, Person)
        .join(Person, Person.id == PlanReading.person_id)
        .where(PlanReading.version_id == version_id)
        .order_by(PlanReading.read_at.is_not(None), Person.department_code, Person.id)
    )
    return [(reading, person) for reading, person in db.session.execute(query)]


def remind(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Remind people of what they have not read, on a working day, a few times; returns how many rows."""
    due = db.session.scalars(
        select(PlanReading.id)
        .where(PlanReading.remind_at.is_not(None), PlanReading.remind_at <= at)
        .limit(200)
    ).all()
    for reading_id in due:
        with unit_of_work() as session:
            _remind(
                session.get_one(PlanReading, reading_id, populate_existing=True), at=at, calendar=calendar
            )
    return len(due)


def _remind(row: PlanReading, *, at: datetime, calendar: WorkingCalendar) -> None:
    if row.remind_at is None or row.remind_at > at:
        return
    if not calendar.is_working(at.astimezone(calendar.zone).date()):
        row.remind_at = meeting.working_morning(at, calendar)
        return
    version = db.session.get_one(PlanVersion, row.version_id)
    row.reminders += 1
    again = row.reminders < REMIND_MOST
    row.remind_at = meeting.working_morning(at + REMIND_AFTER, calendar) if again else None
    if library.current(version.key).id != version.id:  # a newer version asks for itself
        row.remind_at = None
        return
    none = {"zh": "", "en": ""}
    _tell(version, row.person_id, none, library.version(version.id).plan, at=at, time=row.reminders)
