"""The complaint as it arrived: facts in the open, everything personal in one encrypted column."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base

CUSTOMER_FIELDS = ("name", "phone", "email", "id_number", "account_ref")
TEXT_FIELDS = ("summary", "narrative", "demand", "escalation_reason")


def _known(column: str, *more: str) -> Index:
    """An index over the rows that have the column: most complaints have few of them."""
    there = text(f"{column} IS NOT NULL")
    return Index(f"ix_complaints_{column}", column, *more, sqlite_where=there, postgresql_where=there)


class Complaint(Base):
    """One complaint; `personal` holds the customer's data and every free text.

    `key_…` are the customer's blind index (see `customers`), `wording` and `cause_key` say which complaints
    may have one cause (see `surges`). A complaint of a group has its `surge_id`; `before_incident_id` is what
    it had before it was grouped, and `due_at` its own statutory due date.
    """

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        CheckConstraint("affected_customers >= 1", name="affected"),
        Index("ix_complaints_recorded_at", "recorded_at", "id"),
        Index("ix_complaints_account_key", "account_key"),
        Index("ix_complaints_alike", "complaint_type", "recorded_at", "id"),
        _known("cause_key", "recorded_at"),
        _known("surge_id", "person_key"),
        _known("agency_key", "received_at"),
        _known("key_id", "recorded_at"),
        _known("key_phone", "recorded_at"),
        _known("key_email", "recorded_at"),
        _known("key_account", "recorded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(String(60))
    source_ref: Mapped[str] = mapped_column(String(120))
    content_hash: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]
    channel: Mapped[str] = mapped_column(String(20))
    complaint_type: Mapped[str] = mapped_column(String(40))
    type_proposed: Mapped[bool]
    product: Mapped[str | None]
    personal: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    account_key: Mapped[str | None] = mapped_column(String(64))
    account: Mapped[dict[str, Any]]
    affected_customers: Mapped[int]
    potential_loss: Mapped[Decimal | None]
    agency: Mapped[str | None]
    region: Mapped[str | None]
    signals: Mapped[list[str]]
    escalated: Mapped[bool]
    escalated_by: Mapped[str | None]
    level: Mapped[int]
    triage: Mapped[dict[str, Any]]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), index=True)
    wording: Mapped[int | None] = mapped_column(BigInteger)
    cause_key: Mapped[int | None] = mapped_column(BigInteger)
    agency_key: Mapped[str | None] = mapped_column(String(120))
    key_id: Mapped[int | None] = mapped_column(BigInteger)
    key_phone: Mapped[int | None] = mapped_column(BigInteger)
    key_email: Mapped[int | None] = mapped_column(BigInteger)
    key_account: Mapped[int | None] = mapped_column(BigInteger)
    person_key: Mapped[int | None] = mapped_column(BigInteger)
    repeat: Mapped[bool] = mapped_column(default=False)
    surge_id: Mapped[int | None] = mapped_column(ForeignKey("surges.id"))
    left_surge_id: Mapped[int | None]
    before_incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    due_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]  # when its personal part was erased, its term being over

    def masked(self) -> dict[str, Any]:
        """The personal part as anybody with access may see it: customer fields masked, texts redacted."""
        customer = {
            field: privacy.mask(field, value) for field, value in self.personal.get("customer", {}).items()
        }
        texts = {
            field: privacy.redact(self.personal[field]) for field in TEXT_FIELDS if self.personal.get(field)
        }
        return {"customer": customer, **texts}
