"""What the customer is told and what becomes of it: letters, withdrawals, follow-ups, scores, reopenings."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, TextClause, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class LetterState(StrEnum):
    """Where a version of a letter stands; a text is never changed, a change is a new version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    SENT = "sent"
    SUPERSEDED = "superseded"


class FollowUpKind(StrEnum):
    """Why somebody speaks with the customer again, or looks whether it helped."""

    CALL_BACK = "call_back"
    WELFARE_CHECK = "welfare_check"
    EFFECT_CHECK = "effect_check"
    OTHER = "other"


class FollowUpState(StrEnum):
    """What became of a follow-up."""

    PLANNED = "planned"
    DONE = "done"
    DROPPED = "dropped"


# An incident declared by hand may have no complaint: what is once for a complaint is then once for it.
ALONE, ONE = text("complaint_id IS NULL"), text("complaint_id IS NOT NULL")
PLANNED = text("state = 'planned'")


def _partial(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=where, postgresql_where=where)


class Letter(Base):
    """One version of the decision letter for one complaint; `content` holds the text and, once it was
    sent, the proof of delivery. `round` counts the reopenings before it."""

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'sent', 'superseded')", name="state"
        ),
        CheckConstraint("state != 'sent' OR (sent_at IS NOT NULL AND approved_at IS NOT NULL)", name="sent"),
        CheckConstraint(
            "approved_by_id IS NULL OR written_by_id IS NULL OR approved_by_id != written_by_id",
            name="approver",
        ),
        _partial("uq_letters_alone", "incident_id", "version", where=ALONE, unique=True),
        _partial("uq_letters_complaint", "complaint_id", "version", where=ONE, unique=True),
        Index("ix_letters_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    version: Mapped[int]
    round: Mapped[int] = mapped_column(default=0)
    state: Mapped[LetterState] = mapped_column(String(10), default=LetterState.DRAFT)
    locale: Mapped[str] = mapped_column(String(5))
    content: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    drafted: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by: Mapped[str]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    submitted_at: Mapped[datetime | None]
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_note: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None]
    sent_channel: Mapped[str | None] = mapped_column(String(20))

    @property
    def body(self) -> str:
        """The text, with `{name}` where the customer's name will stand."""
        return str(self.content["text"])


class Withdrawal(Base):
    """A complaint that the customer withdrew: the procedure ends the day it is received (facts C7)."""

    __tablename__ = "withdrawals"
    __table_args__ = (UniqueConstraint("complaint_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    round: Mapped[int] = mapped_column(default=0)
    received_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class FollowUp(Base):
    """Something to ask or to look at later, with an owner and a due time; `content` holds what was found."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint("state IN ('planned', 'done', 'dropped')", name="state"),
        CheckConstraint("(state = 'planned') = (ended_at IS NULL)", name="ended"),
        CheckConstraint("(state = 'planned') OR (remind_at IS NULL)", name="reminded"),
        UniqueConstraint("incident_id", "key"),
        _partial("ix_follow_ups_remind", "remind_at", where=PLANNED),
        _partial("ix_follow_ups_due", "due_at", where=PLANNED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    round: Mapped[int] = mapped_column(default=0)
    kind: Mapped[FollowUpKind] = mapped_column(String(14))
    key: Mapped[str] = mapped_column(String(60))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    due_at: Mapped[datetime]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[FollowUpState] = mapped_column(String(8), default=FollowUpState.PLANNED)
    effective: Mapped[bool | None]
    content: Mapped[dict[str, Any] | None] = mapped_column(privacy.EncryptedJson)
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]

    def title(self, locale: str) -> str:
        """The title for a locale."""
        return self.title_zh if locale.startswith("zh") else self.title_en


class Satisfaction(Base):
    """How satisfied a customer is, 1 to 5, once for each time the case was worked."""

    __tablename__ = "satisfaction"
    __table_args__ = (
        CheckConstraint("score BETWEEN 1 AND 5", name="score"),
        _partial("uq_satisfaction_alone", "incident_id", "round", where=ALONE, unique=True),
        _partial("uq_satisfaction_complaint", "complaint_id", "round", where=ONE, unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"), index=True)
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    round: Mapped[int] = mapped_column(default=0)
    score: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    at: Mapped[datetime]
    by: Mapped[str]


class Reopening(Base):
    """A closed incident was opened again; the reason is redacted."""

    __tablename__ = "reopenings"
    __table_args__ = (UniqueConstraint("incident_id", "round"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    round: Mapped[int]
    reason: Mapped[str]
    new_facts: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[str] = mapped_column(String(10))
    closed_at: Mapped[datetime]
    at: Mapped[datetime]
    by: Mapped[str]
