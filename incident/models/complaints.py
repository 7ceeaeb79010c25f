"""The complaint as it arrived: facts in the open, everything personal in one encrypted column."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base

CUSTOMER_FIELDS = ("name", "phone", "email", "id_number", "account_ref")
TEXT_FIELDS = ("summary", "narrative", "demand", "escalation_reason")


class Complaint(Base):
    """One complaint; `personal` holds the customer's data and every free text."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("source", "source_ref"),
        CheckConstraint("affected_customers >= 1", name="affected"),
        Index("ix_complaints_recorded_at", "recorded_at", "id"),
        Index("ix_complaints_account_key", "account_key"),
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

    def masked(self) -> dict[str, Any]:
        """The personal part as anybody with access may see it: customer fields masked, texts redacted."""
        customer = {
            field: privacy.mask(field, value) for field, value in self.personal.get("customer", {}).items()
        }
        texts = {
            field: privacy.redact(self.personal[field]) for field in TEXT_FIELDS if self.personal.get(field)
        }
        return {"customer": customer, **texts}
