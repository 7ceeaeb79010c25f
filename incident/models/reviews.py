"""Post-mortems: their meeting, their text in every version, findings, signatures and editions."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base

INVITING = text("invite_at IS NOT NULL")


class ReviewState(StrEnum):
    """Where a post-mortem stands; `held` is being written, also while a published one is amended."""

    SCHEDULED = "scheduled"
    HELD = "held"
    COMPLETED = "completed"


class Trigger(StrEnum):
    """Why a post-mortem is held (facts §7)."""

    LEVEL = "level"
    MISSED_CLOCK = "missed_clock"
    REOPENED = "reopened"
    REGULATOR = "regulator"
    SAME_CAUSE = "same_cause"
    DRILL_RATING = "drill_rating"
    ASKED = "asked"


class Section(StrEnum):
    """The parts of a post-mortem that people write, in the order of the paper (facts §7)."""

    SUMMARY = "summary"
    IMPACT = "impact"
    TIMELINE = "timeline"
    DETECTION = "detection"
    RESPONSE = "response"
    CLOCKS = "clocks"
    CAUSES = "causes"
    WENT_WELL = "went_well"
    WENT_BADLY = "went_badly"
    LUCKY = "lucky"
    OUTCOME = "outcome"
    PLAN_DEFECTS = "plan_defects"
    CARE = "care"


class CauseCategory(StrEnum):
    """What kind of cause it is (facts §7)."""

    PEOPLE = "people"
    PROCESS = "process"
    SYSTEM = "system"
    VENDOR = "vendor"
    POLICY = "policy"


class Signer(StrEnum):
    """In which role a post-mortem is signed."""

    COMMANDER = "commander"
    QUALITY = "quality"
    EXECUTIVE = "executive"
    DIRECTOR = "director"


class Review(Base):
    """The post-mortem of one incident, or of one drill.

    `due_at` is the latest moment for its meeting, `meets_at` when it meets. `revision` counts every change of
    its content; a signature holds for one revision. `remind_at` and `invite_at` are when the sweeps act next.
    """

    __tablename__ = "reviews"
    __table_args__ = (
        CheckConstraint("state IN ('scheduled', 'held', 'completed')", name="state"),
        Index("ix_reviews_remind_at", "remind_at"),
        Index("ix_reviews_invite", "invite_at", sqlite_where=INVITING, postgresql_where=INVITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    state: Mapped[ReviewState] = mapped_column(String(10), default=ReviewState.SCHEDULED)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime]
    meets_at: Mapped[datetime]
    place: Mapped[str | None]
    rule: Mapped[str]
    optional: Mapped[bool] = mapped_column(default=False)
    triggers: Mapped[list[str]] = mapped_column(default=list)
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    lateness: Mapped[int] = mapped_column(default=0)  # how often somebody above was told that it is late
    invite_at: Mapped[datetime | None]
    invitations: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    held_at: Mapped[datetime | None]
    edition: Mapped[int] = mapped_column(default=0)
    published_at: Mapped[datetime | None]
    amendment: Mapped[str | None]  # why a published one is being changed
    created_at: Mapped[datetime]


class ReviewText(Base):
    """One version of one section; the newest is in force and none is ever changed, so nothing is lost."""

    __tablename__ = "review_texts"
    __table_args__ = (UniqueConstraint("review_id", "name", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    name: Mapped[Section] = mapped_column(String(16))
    version: Mapped[int]
    text: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]
    named: Mapped[list[str]]  # names that somebody left in knowingly


class ReviewEvent(Base):
    """Whether an event of the record is a key event; without a row its kind decides."""

    __tablename__ = "review_events"
    __table_args__ = (UniqueConstraint("review_id", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    event_id: Mapped[int] = mapped_column(ForeignKey("timeline_events.id"))
    chosen: Mapped[bool]


class ReviewFinding(Base):
    """One answer to a "why?", below the one it explains; one with a category is a cause, and may name the
    step of the plan that it concerns. Its id is for good: actions and changes of plans point to it."""

    __tablename__ = "review_findings"
    __table_args__ = (
        CheckConstraint(
            "category IS NULL OR category IN ('people', 'process', 'system', 'vendor', 'policy')",
            name="category",
        ),
        Index("ix_review_findings_review", "review_id", "id"),
        Index("ix_review_findings_cause", "category", "added_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("review_findings.id"))
    text: Mapped[str]
    category: Mapped[CauseCategory | None] = mapped_column(String(10))
    step: Mapped[str | None] = mapped_column(String(50))
    version: Mapped[int] = mapped_column(default=1)
    added_at: Mapped[datetime]
    added_by: Mapped[str]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for


class ReviewSignature(Base):
    """Somebody signed a revision in a role."""

    __tablename__ = "review_signatures"
    __table_args__ = (
        UniqueConstraint("review_id", "revision", "role"),
        UniqueConstraint("review_id", "revision", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    revision: Mapped[int]
    role: Mapped[Signer] = mapped_column(String(10))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]


class ReviewEdition(Base):
    """What was published, whole and for good; an amendment is the next number, with its reason."""

    __tablename__ = "review_editions"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    by: Mapped[str]
    reason: Mapped[str | None]
    content: Mapped[dict[str, Any]]
