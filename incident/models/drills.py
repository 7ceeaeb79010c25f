"""Drills: a scheduled exercise of a plan, once or recurring, and the days on which none may be."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class DrillState(StrEnum):
    """Where a drill stands."""

    SCHEDULED = "scheduled"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    CANCELLED = "cancelled"


PLAYED = (DrillState.RUNNING, DrillState.PAUSED)


class DrillKind(StrEnum):
    """What a drill exercises (facts §6)."""

    TABLETOP = "tabletop"
    DRILL = "drill"
    FUNCTIONAL = "functional"
    FULL_SCALE = "full_scale"
    CALL_TREE = "call_tree"


class DrillRole(StrEnum):
    """What somebody does in a drill; the staff know the scenario, players and observers do not."""

    DIRECTOR = "director"
    CONTROLLER = "controller"
    EVALUATOR = "evaluator"
    OBSERVER = "observer"
    PLAYER = "player"


class DrillProgramme(Base):
    """A recurrence: a cron expression with named days, read in the organisation's time zone.

    `participants` are the players' addresses, the commander first; `staff` those of the other roles.
    """

    __tablename__ = "drill_programmes"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_key: Mapped[str] = mapped_column(String(40))
    scenario: Mapped[str | None]
    kind: Mapped[DrillKind] = mapped_column(String(12), default=DrillKind.TABLETOP)
    recurrence: Mapped[str]
    announced: Mapped[bool]
    participants: Mapped[list[str]]
    staff: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]


class Drill(Base):
    """One drill at one time.

    `script` is the scenario as it is played, frozen at the start. While it is paused, `paused_at` says since
    when and `escalate_left` how many seconds the ladder had left. `interrupted_by_id` is the real emergency
    that its staff were last told of; `conclusions` the director's own words in the report.
    """

    __tablename__ = "drills"
    __table_args__ = (
        UniqueConstraint("programme_id", "planned_for"),
        Index("ix_drills_state_starts_at", "state", "starts_at"),
        Index("ix_drills_incident_id", "incident_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("drill_programmes.id"))
    plan_key: Mapped[str] = mapped_column(String(40))
    scenario: Mapped[str | None]
    kind: Mapped[DrillKind] = mapped_column(String(12), default=DrillKind.TABLETOP)
    planned_for: Mapped[datetime]
    starts_at: Mapped[datetime]
    announced: Mapped[bool]
    participants: Mapped[list[str]]
    staff: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[DrillState] = mapped_column(String(10), default=DrillState.SCHEDULED)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    script: Mapped[dict[str, Any] | None]
    moved_because: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    paused_seconds: Mapped[int] = mapped_column(default=0)
    pause_reason: Mapped[str | None]
    escalate_left: Mapped[int | None]
    interrupted_by_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    conclusions: Mapped[str | None]
    hot_washed: Mapped[list[Any]] = mapped_column(default=list)  # ids of those who answered, sorted


class DrillBlackout(Base):
    """Days on which no recurring drill starts, such as the closing of the books; both ends included."""

    __tablename__ = "drill_blackouts"

    id: Mapped[int] = mapped_column(primary_key=True)
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    reason: Mapped[str]
    created_by: Mapped[str]


# the incidents of drills that are paused: no watch writes, counts or reminds there meanwhile
STANDING_STILL = select(Drill.incident_id).where(
    Drill.state == DrillState.PAUSED, Drill.incident_id.is_not(None)
)
