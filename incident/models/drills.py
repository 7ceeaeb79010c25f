"""Drills: a scheduled exercise of a plan, once or recurring."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class DrillState(StrEnum):
    """Where a drill stands."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    ENDED = "ended"
    CANCELLED = "cancelled"


class DrillProgramme(Base):
    """A recurrence: a cron expression with named days, read in the organisation's time zone."""

    __tablename__ = "drill_programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_key: Mapped[str] = mapped_column(String(40))
    scenario: Mapped[str | None]
    recurrence: Mapped[str]
    announced: Mapped[bool]
    participants: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class Drill(Base):
    """One drill at one time."""

    __tablename__ = "drills"
    __table_args__ = (
        UniqueConstraint("programme_id", "planned_for"),
        Index("ix_drills_state_starts_at", "state", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("drill_programmes.id"))
    plan_key: Mapped[str] = mapped_column(String(40))
    scenario: Mapped[str | None]
    planned_for: Mapped[datetime]
    starts_at: Mapped[datetime]
    announced: Mapped[bool]
    participants: Mapped[list[str]]
    state: Mapped[DrillState] = mapped_column(String(10), default=DrillState.SCHEDULED)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    moved_because: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
