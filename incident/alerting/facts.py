"""What a message about an incident may say: a snapshot of plain facts, never personal data of customers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incident.db import db
from incident.models.incidents import (
    Clock,
    ClockState,
    Incident,
    IncidentDepartment,
    IncidentRoleHolder,
    Task,
)
from incident.models.people import Person
from incident.playbooks import library
from incident.vocabulary import Level, Stage, Status, TaskStatus

CLOCKS_MOST = 6  # on a card; the board shows them all


@dataclass(frozen=True)
class Words:
    """The same words in both languages."""

    zh: str
    en: str

    def __getitem__(self, locale: str) -> str:
        return self.zh if locale.startswith("zh") else self.en


@dataclass(frozen=True)
class PersonFacts:
    """Somebody who works with the service."""

    id: int
    name: str
    slack_id: str | None
    locale: str | None


@dataclass(frozen=True)
class LineFacts:
    """A department's line: `state` is one of `DepartmentState`, `due_at` when it is to accept, or to be
    heard of."""

    code: str
    department: Words
    state: str
    lead: str | None
    due_at: datetime | None
    lead_id: int | None = None
    responsible: bool = False


@dataclass(frozen=True)
class RoleFacts:
    """Who holds a role."""

    role: str
    name: str
    person_id: int


@dataclass(frozen=True)
class ClockFacts:
    """A clock that runs, or was missed."""

    title: Words
    due_at: datetime
    missed: bool = False


@dataclass(frozen=True)
class TaskFacts:
    """A task somebody is reminded of: number and title, never a word of what it is about.

    `yours` is false for one that nobody owns; `asked` says that this person can unblock it.
    """

    id: int
    number: str
    drill: bool
    level: Level
    title: Words
    due_at: datetime
    overdue: bool
    yours: bool
    asked: bool


@dataclass(frozen=True, kw_only=True)
class IncidentFacts:
    """One incident; lines, roles, tasks and clocks are filled in where the card is drawn."""

    id: int
    number: str
    drill: bool
    sensitive: bool
    level: Level
    title: Words
    kind: Words
    plan_key: str
    stage: Stage
    status: Status
    opened_at: datetime
    url: str
    version: int
    commander: PersonFacts | None
    acknowledged_by: PersonFacts | None
    acknowledged_at: datetime | None
    channel_id: str | None
    channel_name: str | None
    card_ts: str | None
    announcement_channel: str | None
    announcement_ts: str | None
    lines: tuple[LineFacts, ...] = ()
    roles: tuple[RoleFacts, ...] = ()
    tasks_done: int = 0
    tasks_all: int = 0
    clocks: tuple[ClockFacts, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it can still be acted on."""
        return self.status == Status.OPEN


def person(row: Person | None) -> PersonFacts | None:
    """The facts of a person."""
    return PersonFacts(row.id, row.name, row.slack_id, row.locale) if row else None


def _somebody(person_id: int | None) -> Person | None:
    return db.session.get(Person, person_id) if person_id is not None else None


def of(incident: Incident, *, base_url: str, whole: bool = True) -> IncidentFacts:
    """A snapshot of an incident; with `whole` off, without what only the card shows."""
    commander, first = _somebody(incident.commander_id), _somebody(incident.acknowledged_by_id)
    title = library.version(incident.plan_version_id).plan.title
    done, everything = _tasks(incident.id) if whole else (0, 0)
    return IncidentFacts(
        id=incident.id,
        number=incident.number,
        drill=incident.drill,
        sensitive=incident.sensitive,
        level=Level(incident.level),
        title=Words(incident.title_zh, incident.title_en),
        kind=Words(title.zh, title.en),
        plan_key=incident.plan_key,
        stage=Stage(incident.stage),
        status=Status(incident.status),
        opened_at=incident.opened_at,
        url=f"{base_url}/incidents/{incident.number}",
        version=incident.version,
        commander=person(commander),
        acknowledged_by=person(first),
        acknowledged_at=incident.acknowledged_at,
        channel_id=incident.channel_id,
        channel_name=incident.channel_name,
        card_ts=incident.card_ts,
        announcement_channel=incident.announcement_channel,
        announcement_ts=incident.announcement_ts,
        lines=department_lines(incident.id) if whole else (),
        roles=_roles(incident.id) if whole else (),
        tasks_done=done,
        tasks_all=everything,
        clocks=_clocks(incident.id) if whole else (),
    )


def department_lines(incident_id: int) -> tuple[LineFacts, ...]:
    """The lines of an incident, responsible departments first."""
    D, names = IncidentDepartment, library.departments()
    rows = db.session.execute(
        select(D, Person.name)
        .outerjoin(Person, Person.id == D.lead_id)
        .where(D.incident_id == incident_id)
        .order_by(D.part, D.id)
    )
    return tuple(
        LineFacts(
            line.code,
            Words(names[line.code].name("zh"), names[line.code].name("en")),
            str(line.state),
            lead,
            line.accept_by if line.state == "called" else line.next_update_at,
            line.lead_id,
            line.part == "responsible",
        )
        for line, lead in rows
    )


def _tasks(incident_id: int) -> tuple[int, int]:
    counted = db.session.execute(
        select(Task.status, func.count())
        .where(Task.incident_id == incident_id, Task.status != TaskStatus.DROPPED)
        .group_by(Task.status)
    )
    counts = {str(status): count for status, count in counted}
    return counts.get(TaskStatus.DONE, 0), sum(counts.values())


def _clocks(incident_id: int) -> tuple[ClockFacts, ...]:
    """Those that press, soonest first."""
    found = db.session.scalars(
        select(Clock)
        .where(
            Clock.incident_id == incident_id,
            Clock.state.in_([ClockState.RUNNING, ClockState.MISSED]),
            Clock.kind != "window",
        )
        .order_by(Clock.due_at)
        .limit(CLOCKS_MOST)
    )
    return tuple(
        ClockFacts(Words(each.title_zh, each.title_en), each.due_at, each.state == ClockState.MISSED)
        for each in found
    )


def _roles(incident_id: int) -> tuple[RoleFacts, ...]:
    """Who holds which role, in the plan's order; the commander stands elsewhere."""
    rows = db.session.execute(
        select(IncidentRoleHolder.role, Person.name, Person.id)
        .join(Person, Person.id == IncidentRoleHolder.person_id)
        .where(IncidentRoleHolder.incident_id == incident_id, IncidentRoleHolder.role != "commander")
        .order_by(IncidentRoleHolder.id)
    )
    return tuple(RoleFacts(str(role), name, id_) for role, name, id_ in rows)


def people(ids: Iterable[int]) -> tuple[PersonFacts, ...]:
    """The active ones of some people, by their ids."""
    rows = db.session.scalars(
        select(Person).where(Person.id.in_(list(ids)), Person.active).order_by(Person.id)
    )
    return tuple(PersonFacts(row.id, row.name, row.slack_id, row.locale) for row in rows)
