"""Whose conduct is in question: who was complained about, and the restricted record of who answers for it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class RecusalKind(StrEnum):
    """Why somebody must stand aside: complained about, of the agency complained about, or by own word."""

    PERSON = "person"
    OUTSIDER = "outsider"
    AGENCY = "agency"
    INTEREST = "interest"


class ComplainedAbout(Base):
    """Somebody, or an agency, that an incident's complaint is about, or who declared an interest in it.

    `private` holds `name` (of somebody without an account) and `reason`.
    """

    __tablename__ = "complained_about"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'outsider', 'agency', 'interest')", name="kind"),
        CheckConstraint("(kind IN ('person', 'interest')) = (person_id IS NOT NULL)", name="person"),
        CheckConstraint("(kind = 'agency') = (agency IS NOT NULL)", name="agency"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_complained_about_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[RecusalKind] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    agency: Mapped[str | None] = mapped_column(String(120))
    private: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    named_at: Mapped[datetime]
    named_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lifting: Mapped[dict[str, Any] | None] = mapped_column(privacy.EncryptedJson)


class AccountabilityRecord(Base):
    """Who answers for what failed, for supervision and audit alone; a correction is a new row.

    `private` holds `who`, `failed`, `measure`, `decided_by` and `appeal`. Neither timeline, search, exports,
    Slack nor the API ever show it.
    """

    __tablename__ = "accountability_records"
    __table_args__ = (Index("ix_accountability_records_incident", "incident_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    private: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    written_by: Mapped[str]
    written_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    written_at: Mapped[datetime]
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("accountability_records.id"), unique=True)
