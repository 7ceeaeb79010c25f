"""Contact with the customer: the log, what the customer wants of it, and the hold on the account."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class ContactKind(StrEnum):
    """What a line of the log is: something intended, something tried, or people who spoke."""

    PLANNED = "planned"
    ATTEMPT = "attempt"
    CONVERSATION = "conversation"


class ContactState(StrEnum):
    """Whether it is still ahead."""

    PLANNED = "planned"
    DONE = "done"
    DROPPED = "dropped"


class ContactChannel(StrEnum):
    """How somebody is reached."""

    PHONE = "phone"
    AI_VOICE = "ai_voice"
    SMS = "sms"
    APP = "app"
    EMAIL = "email"
    SOCIAL_MEDIA = "social_media"
    LETTER = "letter"
    VISIT = "visit"
    BRANCH = "branch"
    OTHER = "other"


CALLS = frozenset({ContactChannel.PHONE, ContactChannel.AI_VOICE})


class ContactParty(StrEnum):
    """Who is reached."""

    CUSTOMER = "customer"
    REPRESENTATIVE = "representative"
    THIRD_PERSON = "third_person"


class ContactPurpose(StrEnum):
    """What it is for: the complaint, the debt, or a message that a machine sends."""

    CASE = "case"
    COLLECTION = "collection"
    AUTOMATIC = "automatic"


class ContactPlace(StrEnum):
    """Where the customer is reached."""

    ANYWHERE = "anywhere"
    HOME = "home"
    WORK = "work"


class ThirdPersonBasis(StrEnum):
    """Why a third person may be asked to relay or to give contact details (facts K7, K10)."""

    UNREACHABLE = "unreachable"
    DECEASED = "deceased"
    INCAPABLE = "incapable"


class HoldScope(StrEnum):
    """What a hold stops: collection, or every contact that no person of the case makes."""

    COLLECTION = "collection"
    EVERYTHING = "everything"


IN_FORCE = text("lifted_at IS NULL")
WATCHED = text("lifted_at IS NULL AND remind_at IS NOT NULL")


class Contact(Base):
    """One contact, planned or made. `personal` holds the texts; `violations` the limits it went past."""

    __tablename__ = "contacts"
    __table_args__ = (
        CheckConstraint("kind IN ('planned', 'attempt', 'conversation')", name="kind"),
        CheckConstraint("(kind = 'planned') OR (state = 'done')", name="state"),
        CheckConstraint("NOT breach OR reason IS NOT NULL", name="breach"),
        Index("ix_contacts_incident", "incident_id", "at", "id"),
        Index("ix_contacts_subject", "subject", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    subject: Mapped[str] = mapped_column(String(64))
    kind: Mapped[ContactKind] = mapped_column(String(12))
    state: Mapped[ContactState] = mapped_column(String(8))
    channel: Mapped[ContactChannel] = mapped_column(String(12))
    inbound: Mapped[bool] = mapped_column(default=False)
    party: Mapped[ContactParty] = mapped_column(String(14), default=ContactParty.CUSTOMER)
    basis: Mapped[ThirdPersonBasis | None] = mapped_column(String(12))
    purpose: Mapped[ContactPurpose] = mapped_column(String(10), default=ContactPurpose.CASE)
    place: Mapped[ContactPlace] = mapped_column(String(8), default=ContactPlace.ANYWHERE)
    point: Mapped[str] = mapped_column(String(64), default="")
    agreed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    outcome: Mapped[str | None] = mapped_column(String(60))
    personal: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    violations: Mapped[list[Any]]
    breach: Mapped[bool] = mapped_column(default=False)
    safety: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]

    @property
    def call(self) -> bool:
        """Whether it is one that the limits on calls count."""
        return self.channel in CALLS

    def said(self, name: str) -> str:
        """One of its texts as everybody with access may read it: summary, next_step, demand, agreement."""
        return privacy.redact(str(self.personal.get(name) or ""))


class ContactPreference(Base):
    """How a customer wants to be reached; it belongs to the customer and outlives the incident."""

    __tablename__ = "contact_preferences"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), unique=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    time_zone: Mapped[str | None] = mapped_column(String(60))
    earliest: Mapped[str | None] = mapped_column(String(5))
    latest: Mapped[str | None] = mapped_column(String(5))
    days: Mapped[list[Any]]
    not_at_work: Mapped[bool] = mapped_column(default=False)
    refused_channels: Mapped[list[str]]
    language: Mapped[str | None] = mapped_column(String(20))
    personal: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    updated_at: Mapped[datetime]
    updated_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    @property
    def represented(self) -> bool:
        """Whether the customer named somebody who speaks for them."""
        return bool(self.personal.get("representative"))

    def said(self, name: str) -> str:
        """One of its texts as everybody with access may read it: representative, note."""
        return privacy.redact(str(self.personal.get(name) or ""))


class ContactHold(Base):
    """A stop on contacting a customer; the collection system obeys it until a named person lifts it."""

    __tablename__ = "contact_holds"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        CheckConstraint("(keeper_id IS NULL) = (review_at IS NULL)", name="assigned"),
        Index("ix_contact_holds_incident", "incident_id"),
        Index("ix_contact_holds_account", "account_key", sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
        Index("ix_contact_holds_review", "remind_at", sqlite_where=WATCHED, postgresql_where=WATCHED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    complaint_id: Mapped[int | None] = mapped_column(ForeignKey("complaints.id"))
    account_key: Mapped[str | None] = mapped_column(String(64))
    scope: Mapped[HoldScope] = mapped_column(String(10))
    placed_at: Mapped[datetime]
    placed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]
    lift_reason: Mapped[str | None]
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    review_at: Mapped[datetime | None]
    remind_at: Mapped[datetime | None]

    @property
    def in_force(self) -> bool:
        """Whether it still stops anything."""
        return self.lifted_at is None
