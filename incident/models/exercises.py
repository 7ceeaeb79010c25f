"""What is played in a drill: injects and the answers to them, ratings, the hot wash, own scenarios."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base

PENDING = text("state = 'pending'")
OPEN = text("state = 'delivered' AND judged_at IS NULL")


class InjectState(StrEnum):
    """Where an inject stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    SKIPPED = "skipped"


class Rating(StrEnum):
    """The ratings of the exercise evaluation guide (facts §6), and not observed."""

    P = "P"
    S = "S"
    M = "M"
    U = "U"
    NA = "NA"


class DrillInject(Base):
    """One inject of one drill, numbered from 1; `content` is as in the scenario.

    `answer_by` counts from the delivery. `judged_at` is when it was answered in full or its time was over:
    `points` are then what it got by itself, `score` what an evaluator gave instead.
    """

    __tablename__ = "drill_injects"
    __table_args__ = (
        UniqueConstraint("drill_id", "number"),
        Index("ix_drill_injects_due", "due_at", sqlite_where=PENDING, postgresql_where=PENDING),
        Index("ix_drill_injects_open", "answer_by", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]]
    state: Mapped[InjectState] = mapped_column(String(10), default=InjectState.PENDING)
    due_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    times: Mapped[int] = mapped_column(default=0)
    recipients: Mapped[list[Any]] = mapped_column(default=list)
    answer_by: Mapped[datetime | None]
    judged_at: Mapped[datetime | None]
    met: Mapped[bool | None]
    points: Mapped[int | None]
    score: Mapped[int | None]
    note: Mapped[str | None]
    scored_by: Mapped[str | None]


class DrillResponse(Base):
    """An answer to an inject: words, a choice (its place, from 0), or an act that the timeline tells of."""

    __tablename__ = "drill_responses"
    __table_args__ = (
        UniqueConstraint("inject_id", "person_id"),
        Index("ix_drill_responses_inject_id", "inject_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inject_id: Mapped[int] = mapped_column(ForeignKey("drill_injects.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    by: Mapped[str]
    at: Mapped[datetime]
    in_time: Mapped[bool]
    choice: Mapped[int | None]
    words: Mapped[str | None]
    via: Mapped[str] = mapped_column(String(8))


class DrillRating(Base):
    """How one objective was met, by the evaluator."""

    __tablename__ = "drill_ratings"
    __table_args__ = (UniqueConstraint("drill_id", "objective"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id"))
    objective: Mapped[str] = mapped_column(String(50))
    rating: Mapped[Rating] = mapped_column(String(2))
    note: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]


class HotWash(Base):
    """One person's answers right after a drill; an anonymous one names nobody and only the day."""

    __tablename__ = "drill_hot_washes"
    __table_args__ = (Index("ix_drill_hot_washes_drill_id", "drill_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    drill_id: Mapped[int] = mapped_column(ForeignKey("drills.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    day: Mapped[date] = mapped_column(Date)
    answers: Mapped[dict[str, Any]]


class DrillScenario(Base):
    """A scenario of the house's own for a plan, beside those in the plan's file."""

    __tablename__ = "drill_scenarios"
    __table_args__ = (UniqueConstraint("plan_key", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_key: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(50))
    content: Mapped[dict[str, Any]]
    created_by: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for
