"""Post-mortems: scheduled at closing, owned by somebody, reminded until they are held."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class ReviewState(StrEnum):
    """Where a post-mortem stands."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"


class Review(Base):
    """The post-mortem of one incident."""

    __tablename__ = "reviews"
    __table_args__ = (Index("ix_reviews_remind_at", "remind_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), unique=True)
    state: Mapped[ReviewState] = mapped_column(String(10), default=ReviewState.SCHEDULED)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    due_at: Mapped[datetime]
    rule: Mapped[str]
    optional: Mapped[bool] = mapped_column(default=False)
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
