"""Plan versions, the change requests that lead to them, and who has read them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class PlanVersion(Base):
    """One version of one plan; its content never changes once written.

    `filed` marks the one version of a key that its file was last seen to say.
    """

    __tablename__ = "plan_versions"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40))
    version: Mapped[int]
    content_hash: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    loaded_at: Mapped[datetime]
    loaded_by: Mapped[str]
    note: Mapped[str | None]
    filed: Mapped[bool] = mapped_column(default=False)


class ChangeState(StrEnum):
    """Where a change request stands; `scheduled` is approved and waits for its day."""

    DRAFT = "draft"
    REVIEW = "review"
    APPROVED = "approved"
    REFUSED = "refused"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ChangeOrigin(StrEnum):
    """What a change request comes from."""

    FREE = "free"
    REVIEW = "review"
    FINDING = "finding"
    ACTION = "action"
    DRILL = "drill"
    PATTERN = "pattern"


WAITING = text("state = 'scheduled'")
UNPROVEN = text("state = 'published' AND proven_at IS NULL")


class PlanChange(Base):
    """A change request: the plan as it should be, against the version it began from.

    `authors` are the labels of everybody who wrote on it: none of them may approve. `origin_id` is the id of
    the post-mortem, finding, action or drill it comes from.
    """

    __tablename__ = "plan_changes"
    __table_args__ = (
        Index("ix_plan_changes_plan", "plan_key", "id"),
        Index("ix_plan_changes_waiting", "effective_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_plan_changes_unproven", "plan_key", sqlite_where=UNPROVEN, postgresql_where=UNPROVEN),
        CheckConstraint("state != 'published' OR published_version IS NOT NULL", name="published"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_key: Mapped[str] = mapped_column(String(40))
    base_version: Mapped[int]
    content: Mapped[dict[str, Any]]
    reason: Mapped[str]
    origin: Mapped[ChangeOrigin] = mapped_column(String(10), default=ChangeOrigin.FREE)
    origin_id: Mapped[int | None]
    state: Mapped[ChangeState] = mapped_column(String(10), default=ChangeState.DRAFT)
    authors: Mapped[list[str]]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    changed_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decision_note: Mapped[str | None]
    effective_at: Mapped[datetime | None]
    note: Mapped[str | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]
    published_version: Mapped[int | None]
    trouble: Mapped[str | None] = mapped_column(String(20))
    proven_at: Mapped[datetime | None]
    proven_drill_id: Mapped[int | None] = mapped_column(ForeignKey("drills.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for


REMIND = text("remind_at IS NOT NULL")


class PlanReading(Base):
    """Somebody who is to know a version of a plan, and whether they said that they read it."""

    __tablename__ = "plan_readings"
    __table_args__ = (
        UniqueConstraint("version_id", "person_id"),
        Index("ix_plan_readings_person", "person_id"),
        Index("ix_plan_readings_remind", "remind_at", sqlite_where=REMIND, postgresql_where=REMIND),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)


class PlanCare(Base):
    """Who looks after a plan, and by when it is looked through again, changed or not."""

    __tablename__ = "plan_care"
    __table_args__ = (
        CheckConstraint("every_months BETWEEN 1 AND 36", name="every"),
        Index("ix_plan_care_remind", "remind_at", sqlite_where=REMIND, postgresql_where=REMIND),
    )

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    every_months: Mapped[int] = mapped_column(default=12)
    review_by: Mapped[date]
    reviewed_on: Mapped[date | None]
    reviewed_by: Mapped[str | None]
    note: Mapped[str | None]
    remind_at: Mapped[datetime | None]
