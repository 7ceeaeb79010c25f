"""Each plan against each of its departments: last drill, rating, trained share, duty, fresh contacts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident import coverage
from incident.db import db
from incident.lifecycle.common import House
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import Plan
from incident.readiness import exercised
from incident.readiness.exercised import Held
from incident.training import certificates, courses
from incident.vocabulary import Level

# facts §6: the plans of the two gravest levels half-yearly, every other once a year; alarm after 330 days
GRAVE_DAYS, OTHER_DAYS = 183, 365
ALARM_DAYS = 330
LOOKS_BACK = timedelta(days=3 * 365)  # the legal floor is a drill in three years
DUTY_AHEAD = timedelta(days=14)
CONTACT_FRESH = timedelta(days=90)


@dataclass(frozen=True)
class Share:
    """So many of so many; None of nothing."""

    have: float
    of: float

    @property
    def percent(self) -> int | None:
        """In hundredths; None where there is nothing to count."""
        return round(100 * self.have / self.of) if self.of else None


@dataclass(frozen=True)
class Cell:
    """How ready a department is for a plan; `days` since it last drilled it, None for never."""

    department: str
    days: int | None
    limit: int
    rating: str | None
    trained: Share
    duty: Share
    contacts: Share

    @property
    def drilled(self) -> bool:
        """Whether it drilled the plan within its limit."""
        return self.days is not None and self.days <= self.limit

    @property
    def percent(self) -> int:
        """Of 100: half for the drill, the rest for people, duty and contacts alike."""
        parts = [100 if self.drilled else 0] * 3
        parts += [each.percent or 0 for each in (self.trained, self.duty, self.contacts)]
        return round(sum(parts) / len(parts))


@dataclass(frozen=True)
class PlanRow:
    """A plan with a cell for each department it calls out; `days` since anybody drilled it, `next_at` when it
    is drilled next, if that is announced."""

    plan: Plan
    version: int
    days: int | None
    limit: int
    rating: str | None
    next_at: datetime | None
    cells: dict[str, Cell]

    @property
    def key(self) -> str:
        """The plan's key."""
        return str(self.plan.key)

    @property
    def overdue(self) -> bool:
        """Whether nobody drilled it within its limit."""
        return self.days is None or self.days > self.limit

    @property
    def alarming(self) -> bool:
        """Whether it must be scheduled now: not drilled for 330 days, or longer than its limit."""
        return self.days is None or self.days >= min(self.limit, ALARM_DAYS)


def limit(plan: Plan) -> int:
    """Within how many days a plan is to be drilled again."""
    return GRAVE_DAYS if plan.default_level <= Level.MAJOR else OTHER_DAYS


def rows(*, at: datetime, house: House) -> list[PlanRow]:
    """Every plan in force, gravest first."""
    held, facts = exercised.held(since=at - LOOKS_BACK), _Facts(at, house)
    ahead = exercised.announced()
    return [
        _row(each.plan, each.number, held, ahead.get(each.plan.key), facts, at=at)
        for each in library.all_current()
    ]


def _row(
    plan: Plan,
    version: int,
    held: Iterable[Held],
    next_at: datetime | None,
    facts: "_Facts",
    *,
    at: datetime,
) -> PlanRow:
    own = [each for each in held if each.plan_key == plan.key]
    within, days = limit(plan), _days(own, at)
    cells = {}
    for called in plan.departments:
        there = [each for each in own if called.code in each.departments]
        cells[called.code] = Cell(
            department=called.code,
            days=_days(there, at),
            limit=within,
            rating=next((each.rating for each in there if each.rating), None),
            trained=facts.trained(str(plan.key), called.code),
            duty=facts.duty[called.code] if called.code in facts.duty else Share(0, 1),
            contacts=facts.contacts(called.code),
        )
    rating = next((each.rating for each in own if each.rating), None)
    return PlanRow(plan, version, days, within, rating, next_at, cells)


def _days(held: list[Held], at: datetime) -> int | None:
    return max(0, (at - held[0].ended_at).days) if held else None


class _Facts:
    """What is the same for every plan, read once."""

    def __init__(self, at: datetime, house: House) -> None:
        self._at = at
        self._people: dict[str, list[Person]] = {}
        for person in db.session.scalars(select(Person).where(Person.active)):
            if person.department_code:
                self._people.setdefault(person.department_code, []).append(person)
        self._courses = courses.running()
        today = at.astimezone(house.zone).date()
        self._valid = certificates.valid([each.id for each in self._courses], on=today)
        self.duty = self._duty(house)

    def _duty(self, house: House) -> dict[str, Share]:
        codes, end = list(library.departments()), self._at + DUTY_AHEAD
        missing = coverage.gaps(codes, self._at, end, house.zone)
        whole = DUTY_AHEAD.total_seconds()
        return {
            code: Share(
                whole - sum((gap.ends_at - gap.starts_at).total_seconds() for gap in missing.get(code, [])),
                whole,
            )
            for code in codes
        }

    def trained(self, plan_key: str, code: str) -> Share:
        """The people of a department whose training in a plan is in date."""
        wanted = [
            each
            for each in courses.covering(plan_key, self._courses)
            if not each.audience or code in each.audience
        ]
        people = self._people.get(code, [])
        have = sum(all(person.id in self._valid[each.id] for each in wanted) for person in people)
        return Share(have if wanted else len(people), len(people))

    def contacts(self, code: str) -> Share:
        """The people of a department whose ways to be reached were confirmed lately."""
        people = self._people.get(code, [])
        return Share(sum(self._fresh(each) for each in people), len(people))

    def _fresh(self, person: Person) -> bool:
        seen = person.contact_confirmed_at or person.created_at
        return person.slack_id is not None and self._at - seen <= CONTACT_FRESH
