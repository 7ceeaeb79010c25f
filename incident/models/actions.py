"""Corrective actions of post-mortems: what is done about the causes, by whom and until when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base

OPEN = text("state = 'open'")


class ActionKind(StrEnum):
    """What an action is for (facts §7; training of its own)."""

    PREVENT = "prevent"
    DETECT = "detect"
    FIX = "fix"
    IMPROVE = "improve"
    TRAIN = "train"


class ActionState(StrEnum):
    """Where it stands; it is over once somebody else has verified it, or it was dropped with a reason."""

    OPEN = "open"
    DONE = "done"
    VERIFIED = "verified"
    DROPPED = "dropped"


class ReviewAction(Base):
    """One action with one owner; `proof` says how one sees that it is done."""

    __tablename__ = "review_actions"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done', 'verified', 'dropped')", name="state"),
        CheckConstraint("kind IN ('prevent', 'detect', 'fix', 'improve', 'train')", name="kind"),
        CheckConstraint("(state = 'verified') = (verified_at IS NOT NULL)", name="verified"),
        CheckConstraint("(state = 'open') OR (remind_at IS NULL)", name="reminded"),
        Index("ix_review_actions_review", "review_id", "id"),
        Index("ix_review_actions_due", "due_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_review_actions_remind", "remind_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_review_actions_owner", "owner_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("reviews.id"))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey("review_findings.id"))
    kind: Mapped[ActionKind] = mapped_column(String(8))
    title: Mapped[str]
    detail: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime]
    first_due_at: Mapped[datetime]
    state: Mapped[ActionState] = mapped_column(String(8), default=ActionState.OPEN)
    proof: Mapped[str | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for


class ReviewActionEvent(Base):
    """What happened to an action; never changed."""

    __tablename__ = "review_action_events"
    __table_args__ = (Index("ix_review_action_events_action", "action_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("review_actions.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    kind: Mapped[str] = mapped_column(String(12))
    data: Mapped[dict[str, Any]]
