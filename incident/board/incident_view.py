"""Everything the incident page shows, read in a fixed number of queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from incident import accounts, clock, clocks, timeline
from incident.accounts import Actor
from incident.board import figures, frame, task_view, times
from incident.board.task_view import Book
from incident.coordination import departments, roles, tasks
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import acts
from incident.models.alerts import Delivery, DeliveryState
from incident.models.complaints import Complaint
from incident.models.incidents import (
    Clock,
    Incident,
    IncidentDepartment,
    IncidentRoleHolder,
    Task,
)
from incident.models.people import Person
from incident.models.records import TimelineEvent
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.schema import Plan
from incident.vocabulary import IncidentRole, Level, Stage

EVENTS = 100  # of the timeline on the page; the rest on request
COMPLAINTS = 20  # on the page; the rest on the list of complaints
PEOPLE = 500  # offered in lists of people
STEPS = 60  # Slack steps on the page, the latest
ORDER = list(Stage)
RAISE, LOWER = N_("raise"), N_("lower")
KINDS: dict[str, tuple[str, ...]] = {
    "notes": ("note",),
    "tasks": (
        "task_added", "task_changed", "task_reassigned", "task_moved", "task_order_set", "unblocking_asked",
        "checklist_added", "checklist_ticked", "checklist_unticked", "checklist_removed",
        "reminder_snoozed", "reminders_stopped",
    ),
    "departments": tuple(kind for kind in timeline.KINDS if kind.startswith("department_")),
    "course": (
        "update_given", "role_offered", "role_declined", "role_withdrawn", "role_unanswered", "data_reviewed",
        "opened", "acknowledged", "moved", "level_changed", "role_taken", "closed", "cancelled",
    ),
    "alerts": (
        "paged", "raised_to", "ladder_ended", "nobody_on_duty", "update_late", "commander_absent",
        "slack_step_failed", "slack_step_retried", "slack_recreated", "channel_left",
        "channel_renamed", "channel_lost", "channel_back",
        "fallback_sent",
    ),
    "clocks": tuple(kind for kind in timeline.KINDS if kind.startswith("clock_")),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A department with its tasks."""

    department: IncidentDepartment
    tasks: list[Task]

    @property
    def done(self) -> int:
        """How many of its tasks are finished."""
        return sum(task.finished for task in self.tasks)

    def can(self, act: str) -> bool:
        """Whether its state allows an act."""
        return (self.department.state, act) in departments.MOVES

    @property
    def seen(self) -> str:
        """What its forms show of it (`incident_lines.seen`)."""
        return f"{self.department.state}/{self.department.lead_id or ''}"


@dataclass(frozen=True)
class Event:
    """Something on the timeline, ready to be read."""

    id: int
    at: datetime
    kind: str
    who: str
    sentence: str


@dataclass(frozen=True)
class View:
    """The incident with all that belongs to it."""

    incident: Incident
    lines: list[Line]
    clocks: list[Clock]
    roles: list[IncidentRoleHolder]
    complaints: list[Complaint]
    complaint_count: int
    events: list[Event]
    event_count: int
    steps: list[Delivery]
    plan: Plan
    people: dict[int, Person]
    missing: list[Reason]
    book: Book

    @property
    def tasks(self) -> list[Task]:
        """All tasks."""
        return [task for line in self.lines for task in line.tasks]

    @property
    def next_stage(self) -> Stage | None:
        """The step after the present one."""
        index = ORDER.index(Stage(self.incident.stage)) + 1
        return ORDER[index] if index < len(ORDER) else None

    @property
    def troubled(self) -> list[Delivery]:
        """Slack steps that have not gone through although they were tried."""
        return [step for step in self.steps if step.error and step.state != DeliveryState.SKIPPED]

    def name(self, person_id: int | None) -> str:
        """A person's name, or nothing."""
        found = self.people.get(person_id or 0)
        return found.name if found else ""

    def candidates(self, department: str | None = None, also: int | None = None) -> list[tuple[int, str]]:
        """People to choose from: a department's own, those with a role here, whoever has it now; or all."""
        near = {each.person_id for each in self.roles} | {also}
        chosen = [
            person
            for person in self.people.values()
            if person.active
            and (department is None or person.department_code == department or person.id in near)
        ]
        return [(each.id, f"{each.name} · {self._home(each)}") for each in chosen]

    @staticmethod
    def _home(person: Person) -> str:
        return frame.words("department", person.department_code) if person.department_code else "–"

    @property
    def called(self) -> list[tuple[str, str]]:
        """The departments called out, to choose from."""
        codes = [line.department.code for line in self.lines]
        return [(code, frame.words("department", code)) for code in codes]

    @property
    def callable(self) -> list[tuple[str, str]]:
        """The departments that can be called out: all but those at work here."""
        here = {line.department.code for line in self.lines if not line.can("call_out")}
        return [(code, frame.words("department", code)) for code in library.departments() if code not in here]

    def opened(self, line: Line, by: Actor) -> bool:
        """Whether a line shows its tasks at once: the reader's own; for others, the responsible ones."""
        mine = [each for each in self.lines if each.department.code == by.department]
        return line in mine if mine else line.department.part == "responsible"

    @property
    def earlier(self) -> list[tuple[str, str]]:
        """The steps it can go back to, the nearest first."""
        index = ORDER.index(Stage(self.incident.stage))
        return [(str(stage), frame.words("stage", stage)) for stage in reversed(ORDER[:index])]

    @property
    def finished(self) -> set[str]:
        """The keys of the plan's steps that are done or dropped."""
        return {task.key for task in self.tasks if task.finished}

    def levels(self, by: Actor) -> list[tuple[int, str]]:
        """The levels that somebody may set, with which way each goes."""
        now, lower = self.incident.level, self.may_lower(by)
        return [
            (
                int(each),
                f"{each.numeral} {frame.words('level', int(each))} · {_(RAISE if each < now else LOWER)}",
            )
            for each in Level
            if each != now and (each < now or lower)
        ]

    def may_lower(self, by: Actor) -> bool:
        """Whether somebody may set a less grave level."""
        return by.id == self.incident.commander_id or by.can(Permission.INCIDENTS_COMMAND)

    def may_close(self, by: Actor) -> bool:
        """Whether somebody may close it."""
        return by.id == self.incident.commander_id or by.can(Permission.INCIDENTS_CLOSE)


def of(incident: Incident, *, kinds: str = "", everything: bool = False) -> View:
    """Read it all; `kinds` narrows the timeline to one of KINDS."""
    found = incident.id
    all_tasks, by_code = tasks.of(found), dict[str, list[Task]]()
    for task in all_tasks:
        by_code.setdefault(task.department_code, []).append(task)
    complaints = select(Complaint).where(Complaint.incident_id == found).order_by(Complaint.id)
    plan, people = library.version(incident.plan_version_id).plan, _people()
    events, event_count = _events(found, kinds, None if everything else EVENTS)
    return View(
        incident=incident,
        lines=[Line(line, by_code.get(line.code, [])) for line in departments.lines(found)],
        clocks=_clocks(found),
        roles=roles.of(found),
        complaints=list(db.session.scalars(complaints.limit(COMPLAINTS))),
        complaint_count=_many(Complaint.id, Complaint.incident_id == found),
        events=events,
        event_count=event_count,
        steps=list(
            db.session.scalars(
                select(Delivery)
                .where(Delivery.incident_id == found)
                .order_by(Delivery.id.desc())
                .limit(STEPS)
            )
        ),
        plan=plan,
        people=people,
        book=task_view.book(all_tasks, plan, people),
        missing=acts.missing_for_close(incident) if incident.is_open else [],
    )


def _clocks(incident_id: int) -> list[Clock]:
    """What still wants something first, the soonest at the top; without the time that others have."""
    return [each for each in clocks.of(incident_id) if each.kind != clocks.WINDOW]


def _many(column: Any, condition: Any) -> int:
    return db.session.scalar(select(func.count(column)).where(condition)) or 0


def _people() -> dict[int, Person]:
    query = select(Person).order_by(Person.department_code, Person.name).limit(PEOPLE)
    return {person.id: person for person in db.session.scalars(query)}


def _events(incident_id: int, kinds: str, limit: int | None) -> tuple[list[Event], int]:
    """The newest events first, and how many there are."""
    wanted = TimelineEvent.incident_id == incident_id
    if kinds in KINDS:
        wanted = wanted & TimelineEvent.kind.in_(KINDS[kinds])
    query = select(TimelineEvent).where(wanted).order_by(TimelineEvent.id.desc()).limit(limit)
    rows = list(db.session.scalars(query))
    count = len(rows) if limit is None or len(rows) < limit else _many(TimelineEvent.id, wanted)
    return [_event(row) for row in rows], count


def _event(row: TimelineEvent) -> Event:
    data = dict(row.data)
    if row.kind == "opened":
        data["plan"] = frame.words("type", data["plan"])
    reason = Reason(timeline.sentence(row).message, data)
    who = frame.words("actor", row.actor) if row.actor.startswith("system/") else accounts.display(row.actor)
    return Event(row.id, row.at, row.kind, who, frame.say(reason))


def tag(incident: Incident) -> str:
    """Changes with anything the page shows: the timeline, the Slack steps, the record itself."""
    steps = select(
        func.count(), func.sum(Delivery.attempts), func.max(Delivery.finished_at), func.max(Delivery.next_at)
    ).where(Delivery.incident_id == incident.id)
    complaints = _many(Complaint.id, Complaint.incident_id == incident.id)
    state = (*db.session.execute(steps).one(), complaints, incident.version, incident.channel_name)
    return f"{figures.stamp(incident.id)}-{frame.digest(state)}"


def present(incident: Incident) -> Reason:
    """How it stands now, in a sentence, for whoever was not first."""
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    return Reason(
        N_("Now: level %(level)s, step %(stage)s, commander %(name)s."),
        {
            "level": Level(incident.level).numeral,
            "stage": str(incident.stage),
            "name": commander.name if commander else {"zh": "无人", "en": "nobody"},
        },
    )


def holders(view: View) -> list[tuple[str, str]]:
    """The roles that can be given, those of the incident first."""
    here = [each.role for each in view.roles]
    return [
        (str(role), frame.words("role", role))
        for role in [*here, *(r for r in IncidentRole if r not in here)]
    ]


def usual_due() -> str:
    """What the form of a new task proposes: two hours from now, as the browser's field writes it."""
    return times.field(clock.now() + tasks.USUAL_DUE)
