"""What keeps everybody informed: structured updates, hand-overs of roles with their briefing, and reports."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base
from incident.vocabulary import IncidentRole, Stage

OFFERED = text("state = 'offered'")


class IncidentUpdate(Base):
    """How an incident stands, in three parts; never changed, the next one follows it."""

    __tablename__ = "incident_updates"
    __table_args__ = (Index("ix_incident_updates_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    at: Mapped[datetime]
    by: Mapped[str]
    level: Mapped[int]
    stage: Mapped[Stage] = mapped_column(String(10))
    situation: Mapped[str]
    actions: Mapped[str]
    needs: Mapped[str]


class HandOverState(StrEnum):
    """What has become of an offer to take a role over."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class HandOver(Base):
    """A role offered to somebody with a briefing of that moment; it moves when they accept.

    Of one role of an incident only one offer is open at a time.
    """

    __tablename__ = "hand_overs"
    __table_args__ = (
        CheckConstraint("state IN ('offered', 'accepted', 'declined', 'withdrawn')", name="state"),
        CheckConstraint("(state = 'offered') = (ended_at IS NULL)", name="ended"),
        Index("ix_hand_overs_incident", "incident_id", "id"),
        Index("ix_hand_overs_to", "to_id", sqlite_where=OFFERED, postgresql_where=OFFERED),
        Index(
            "uq_hand_overs_open",
            "incident_id",
            "role",
            unique=True,
            sqlite_where=OFFERED,
            postgresql_where=OFFERED,
        ),
        Index("ix_hand_overs_remind", "remind_at", sqlite_where=OFFERED, postgresql_where=OFFERED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    role: Mapped[IncidentRole] = mapped_column(String(24))
    from_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    to_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    note: Mapped[str]
    briefing: Mapped[dict[str, Any]]
    offered_at: Mapped[datetime]
    offered_by: Mapped[str]
    state: Mapped[HandOverState] = mapped_column(String(10), default=HandOverState.OFFERED)
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    remind_at: Mapped[datetime | None]
    reminders: Mapped[int] = mapped_column(default=0)


class ExecutiveReport(Base):
    """One executive report as it was sent: its slot is its name, so that no slot is reported twice."""

    __tablename__ = "executive_reports"

    slot: Mapped[datetime] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    facts: Mapped[dict[str, Any]]
