"""Who is on duty: shifts per department with overrides, in the organisation's time zone."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from incident import audit, clock, errors
from incident.accounts import Actor
from incident.db import copied, db, forget, remembered
from incident.errors import N_, Reason
from incident.models.people import Department, DutyShift, Person, Repeats
from incident.permissions import Permission

LONGEST_SHIFT = timedelta(days=14)


@dataclass(frozen=True)
class OnDuty:
    """The people on duty for a department at a moment: the first answers first, the backup next."""

    primary: Person | None
    backup: Person | None

    @property
    def people(self) -> list[Person]:
        """Both, without gaps or repeats (by id: one person may come as two copies)."""
        return list({person.id: person for person in (self.primary, self.backup) if person}.values())

    @property
    def first(self) -> Person | None:
        """Whoever answers first: the backup where there is nobody before."""
        return self.primary or self.backup

    def without(self, gone: Container[int]) -> "OnDuty":
        """Whoever of them is left when some people, by their ids, must not be called."""
        left = [each if each and each.id not in gone else None for each in (self.primary, self.backup)]
        return OnDuty(*left)


def covers(shift: DutyShift, at: datetime, zone: ZoneInfo) -> bool:
    """Whether a shift, or one of its returns, covers a moment. Returns keep local wall time across DST."""
    if shift.starts_at <= at < shift.ends_at:
        return True
    if shift.repeats == Repeats.NEVER or at < shift.starts_at:
        return False
    if shift.repeats_until and at >= shift.repeats_until:
        return False
    days = 1 if shift.repeats == Repeats.DAILY else 7
    start, end = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    length = end.replace(tzinfo=None) - start.replace(tzinfo=None)
    local = at.astimezone(zone).replace(tzinfo=None)
    since = (local - start.replace(tzinfo=None)) % timedelta(days=days)
    return since < length


def among(shifts: Iterable[tuple[DutyShift, Person]], at: datetime, zone: ZoneInfo) -> OnDuty:
    """Who of a department's shifts is on duty; an override of a rank wins over its ordinary shifts."""
    chosen: dict[int, Person] = {}
    # the override first, then the latest start: the last word on a stretch of time counts
    ordered = sorted(
        shifts, key=lambda pair: (not pair[0].override, -pair[0].starts_at.timestamp(), pair[0].id)
    )
    for shift, person in ordered:
        if person.active and shift.rank not in chosen and covers(shift, at, zone):
            chosen[shift.rank] = person
    return OnDuty(chosen.get(1), chosen.get(2))


def roster(codes: Sequence[str], *, at: datetime, zone: ZoneInfo) -> dict[str, OnDuty]:
    """Who is on duty for each of some departments; a change elsewhere is seen within `db.MEMO_SECONDS`."""
    everyone = remembered("duty/shifts", _shifts)
    return {code: among(everyone.get(code, ()), at, zone) for code in codes}


def _shifts() -> dict[str, list[tuple[DutyShift, Person]]]:
    now = clock.now() - LONGEST_SHIFT
    rows = db.session.execute(
        select(DutyShift, Person)
        .join(Person, Person.id == DutyShift.person_id)
        .where(or_(DutyShift.ends_at > now, DutyShift.repeats != Repeats.NEVER))
    ).all()
    found: dict[str, list[tuple[DutyShift, Person]]] = {}
    for shift, person in rows:
        found.setdefault(shift.department_code, []).append((copied(shift), copied(person)))
    return found


def add_shift(
    *,
    department: str,
    person: Person,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    at: datetime,
    rank: int = 1,
    repeats: str = Repeats.NEVER,
    repeats_until: datetime | None = None,
    override: bool = False,
) -> DutyShift:
    """Put somebody on duty; raises Invalid naming every fault."""
    by.must(Permission.DUTY_MANAGE)
    checks = [
        (db.session.get(Department, department) is None, "department", N_("There is no such department.")),
        (ends_at <= starts_at, "ends_at", N_("The end must be after the start.")),
        (ends_at - starts_at > LONGEST_SHIFT, "ends_at", N_("A shift lasts at most 14 days.")),
        (rank not in (1, 2), "rank", N_("The rank is 1 (first) or 2 (backup).")),
        (repeats not in set(Repeats), "repeats", N_("A shift repeats never, daily or weekly.")),
        (
            repeats == Repeats.DAILY and ends_at - starts_at > timedelta(days=1),
            "repeats",
            N_("A daily shift lasts at most a day."),
        ),
        (
            repeats == Repeats.WEEKLY and ends_at - starts_at > timedelta(days=7),
            "repeats",
            N_("A weekly shift lasts at most a week."),
        ),
        (not person.active, "person", N_("This person is no longer active.")),
    ]
    faults = [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]
    if faults:
        raise errors.Invalid(N_("The shift cannot be added."), reasons=faults)
    shift = DutyShift(
        department_code=department,
        person_id=person.id,
        rank=rank,
        starts_at=starts_at,
        ends_at=ends_at,
        repeats=Repeats(repeats),
        repeats_until=repeats_until,
        override=override,
    )
    db.session.add(shift)
    db.session.flush()
    changed()
    audit.record("duty.shift_added", f"shift/{shift.id}", by=by.label, at=at, department=department)
    return shift


def remove_shift(shift_id: int, *, by: Actor, at: datetime) -> DutyShift:
    """Take a shift out of the roster; raises NotFound."""
    by.must(Permission.DUTY_MANAGE)
    shift = db.session.get(DutyShift, shift_id)
    if shift is None:
        raise errors.NotFound(N_("There is no such shift."))
    db.session.delete(shift)
    db.session.flush()
    changed()
    audit.record(
        "duty.shift_removed", f"shift/{shift.id}", by=by.label, at=at, department=shift.department_code
    )
    return shift


def heads(codes: Sequence[str]) -> dict[str, Person]:
    """The active heads of some departments, by code."""
    found = remembered("duty/heads", _heads)
    return {code: found[code] for code in codes if code in found}


def _heads() -> dict[str, Person]:
    rows = db.session.execute(
        select(Department.code, Person).join(Person, Person.id == Department.head_id).where(Person.active)
    )
    return {code: copied(person) for code, person in rows}


def group_heads() -> list[Person]:
    """The heads of the emergency group, who are told when nobody else can be reached."""

    def read() -> list[Person]:
        found = db.session.scalars(select(Person).where(Person.group_head, Person.active).order_by(Person.id))
        return [copied(person) for person in found]

    return remembered("duty/chiefs", read)


def changed() -> None:
    """Forget what is remembered about people and duty, after changing it in this process."""
    forget("duty/")
