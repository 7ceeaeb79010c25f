"""What happened and who did it: append-only, sealed into a hash chain; the database refuses changes."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class TimelineEvent(Base):
    """One thing that happened on an incident."""

    __tablename__ = "timeline_events"
    __table_args__ = (Index("ix_timeline_events_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(40))
    actor: Mapped[str]
    data: Mapped[dict[str, Any]]
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("seals.id"), index=True)


class AuditEntry(Base):
    """One act that concerns access, secrets, personal data or settings."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str]
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str]
    data: Mapped[dict[str, Any]]
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("seals.id"), index=True)


class Seal(Base):
    """A link of the chain: the digest over the rows it seals and over the seal before it."""

    __tablename__ = "seals"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    table: Mapped[str] = mapped_column(String(20))
    count: Mapped[int]
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
