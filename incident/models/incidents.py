"""The incident with its departments, roles and tasks; its clocks stand in `models.clocks`."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from incident.db import Base
from incident.models.clocks import Clock as Clock  # the incident's own, kept in a file of their own
from incident.models.clocks import ClockState as ClockState
from incident.vocabulary import Level, Stage, Status, TaskStatus


class LevelType(TypeDecorator[Level]):
    """A level as a small integer."""

    impl = SmallInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """The number."""
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Level | None:
        """The level."""
        return None if value is None else Level(value)


OPEN = text("status = 'open'")
UNANSWERED = text("acknowledged_at IS NULL")
MERGED = text("merged_into_id IS NOT NULL")
CALLED = text("state = 'called'")
WATCHED = text("escalate_at IS NOT NULL")
UNFINISHED = text("status IN ('todo', 'doing', 'blocked')")
UNFINISHED_TASK = text("tasks.status IN ('todo', 'doing', 'blocked')")  # the words SQLite takes the index by
ENDED = text("status != 'open' AND channel_id IS NOT NULL")
REMINDED = text("remind_at IS NOT NULL")


class Incident(Base):
    """An emergency being handled; drills are the same with `drill` set."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by_id IS NULL)", name="acknowledged"),
        CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("status IN ('open', 'closed', 'merged', 'cancelled')", name="status"),
        Index(
            "ix_incidents_unanswered",
            "status",
            "drill",
            "level",
            "opened_at",
            "id",
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
        Index("ix_incidents_level", "status", "drill", "level", "opened_at", "id"),
        Index("ix_incidents_opened", "opened_at", "id"),
        Index("ix_incidents_risk", "status", "drill", "risk_at", "id"),
        Index("ix_incidents_escalate", "escalate_at"),
        Index("ix_incidents_merged", "merged_into_id", sqlite_where=MERGED, postgresql_where=MERGED),
        Index("ix_incidents_channel", "channel_id"),
        Index("ix_incidents_ended", "last_activity_at", sqlite_where=ENDED, postgresql_where=ENDED),
        Index("ix_incidents_nag", "nag_at", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    drill: Mapped[bool] = mapped_column(default=False)
    level: Mapped[Level] = mapped_column(LevelType)
    level_reasons: Mapped[list[Any]]
    status: Mapped[Status] = mapped_column(String(10), default=Status.OPEN)
    stage: Mapped[Stage] = mapped_column(String(10), default=Stage.INTAKE)
    complaint_type: Mapped[str] = mapped_column(String(40))
    type_proposed: Mapped[bool]
    title_zh: Mapped[str]
    title_en: Mapped[str]
    search_text: Mapped[str]
    sensitive: Mapped[bool]
    plan_version_id: Mapped[int] = mapped_column(ForeignKey("plan_versions.id"))
    plan_key: Mapped[str] = mapped_column(String(40))
    plan_number: Mapped[int]
    commander_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    affected_customers: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[datetime]
    opened_by: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    last_activity_at: Mapped[datetime]
    rung: Mapped[int] = mapped_column(default=0)
    escalate_at: Mapped[datetime | None]
    update_due_at: Mapped[datetime | None]  # when the next structured update is due
    nag_at: Mapped[datetime | None]  # when somebody is next told that it is late
    nags: Mapped[int] = mapped_column(default=0)
    absent_since: Mapped[datetime | None]  # since when its commander has been seen to be away
    data_reviewed_at: Mapped[datetime | None]  # what personal data it still holds, looked through
    data_reviewed_by: Mapped[str | None]
    erased_at: Mapped[datetime | None]  # when the personal data of its complaints was erased
    next_clock_at: Mapped[datetime | None]
    risk_at: Mapped[datetime | None]
    channel_id: Mapped[str | None]
    channel_name: Mapped[str | None]
    card_ts: Mapped[str | None]
    announcement_channel: Mapped[str | None]
    announcement_ts: Mapped[str | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    def title(self, locale: str) -> str:
        """The title for a locale; holds no personal data."""
        return self.title_zh if locale.startswith("zh") else self.title_en

    @property
    def is_open(self) -> bool:
        """Whether it can still be acted on."""
        return self.status == Status.OPEN


class DepartmentState(StrEnum):
    """Where a called-out department stands."""

    CALLED = "called"
    ACCEPTED = "accepted"
    WORKING = "working"
    BLOCKED = "blocked"
    SIGNED_OFF = "signed_off"
    STOOD_DOWN = "stood_down"


class IncidentDepartment(Base):
    """The line of a department called out for an incident.

    `accept_by` is when it should have accepted, `next_update_at` when it should be heard of again,
    `escalate_at` when somebody is told that it has not, `rung` how many have been told; `reason` says why it
    is blocked or was stood down.
    """

    __tablename__ = "incident_departments"
    __table_args__ = (
        UniqueConstraint("incident_id", "code"),
        CheckConstraint(
            "state IN ('called', 'accepted', 'working', 'blocked', 'signed_off', 'stood_down')", name="state"
        ),
        Index("ix_incident_departments_silent", "accept_by", sqlite_where=CALLED, postgresql_where=CALLED),
        Index(
            "ix_incident_departments_escalate",
            "escalate_at",
            sqlite_where=WATCHED,
            postgresql_where=WATCHED,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    code: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    part: Mapped[str] = mapped_column(String(12))
    state: Mapped[DepartmentState] = mapped_column(String(12), default=DepartmentState.CALLED)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    called_at: Mapped[datetime]
    accept_by: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    next_update_at: Mapped[datetime | None]
    reported_at: Mapped[datetime | None]
    report: Mapped[str | None]
    reason: Mapped[str | None]
    escalate_at: Mapped[datetime | None]
    rung: Mapped[int] = mapped_column(default=0)
    signed_off_at: Mapped[datetime | None]
    signed_off_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    statement: Mapped[str | None]


class IncidentRoleHolder(Base):
    """Who holds which role of the emergency group; nobody is a state too, shown in red."""

    __tablename__ = "incident_roles"
    __table_args__ = (UniqueConstraint("incident_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    role: Mapped[str] = mapped_column(String(24))
    department_code: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    since: Mapped[datetime]


class Task(Base):
    """One step of the plan, or one added by hand, with one owner; nobody is an alarm.

    `after` holds the keys of the incident's tasks it waits for, `checklist` what has to be ticked off.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("incident_id", "key"),
        CheckConstraint("status IN ('todo', 'doing', 'blocked', 'done', 'dropped')", name="status"),
        Index("ix_tasks_assignee_id_status", "assignee_id", "status"),
        Index("ix_tasks_due", "due_at", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_tasks_remind", "remind_at", sqlite_where=REMINDED, postgresql_where=REMINDED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    key: Mapped[str] = mapped_column(String(50))
    position: Mapped[int]
    department_code: Mapped[str]
    stage: Mapped[Stage] = mapped_column(String(10))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    must: Mapped[bool]
    due_at: Mapped[datetime]
    status: Mapped[TaskStatus] = mapped_column(String(8), default=TaskStatus.TODO)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]
    after: Mapped[list[str]] = mapped_column(default=list)
    checklist: Mapped[list[Any]] = mapped_column(default=list)
    unblocker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    remind_at: Mapped[datetime | None]
    reminders_stopped: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    def title(self, locale: str) -> str:
        """The title for a locale."""
        return self.title_zh if locale.startswith("zh") else self.title_en

    @property
    def titles(self) -> dict[str, str]:
        """The title in both languages, as a value of a sentence."""
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def reminded_id(self) -> int | None:
        """Whose move it is: whoever can unblock a blocked task, else its owner."""
        return self.unblocker_id or self.assignee_id

    @property
    def finished(self) -> bool:
        """Done, or dropped with a reason."""
        return self.status in (TaskStatus.DONE, TaskStatus.DROPPED)
