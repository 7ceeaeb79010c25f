"""The outbox: everything that leaves the process, each step with its own state, retry and reason."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class DeliveryState(StrEnum):
    """Where a delivery stands; `waiting` waits for another step, `pending` for a sender or its time."""

    WAITING = "waiting"
    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


UNDELIVERED = text("state IN ('pending', 'sending')")
ON_ITS_WAY = text("state = 'sending'")


class Delivery(Base):
    """One step to be taken outside: composed from current facts when it is sent."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_claim",
            "priority",
            "id",
            sqlite_where=UNDELIVERED,
            postgresql_where=UNDELIVERED,
        ),
        Index("ix_deliveries_lane", "lane", sqlite_where=UNDELIVERED, postgresql_where=UNDELIVERED),
        Index("ix_deliveries_sending", "lane", sqlite_where=ON_ITS_WAY, postgresql_where=ON_ITS_WAY),
        Index("ix_deliveries_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    step: Mapped[str] = mapped_column(String(30))
    after: Mapped[str | None] = mapped_column(String(30))
    lane: Mapped[str] = mapped_column(String(40), default="", server_default="")
    priority: Mapped[int]
    payload: Mapped[dict[str, Any]]
    state: Mapped[DeliveryState] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    uncertain: Mapped[bool] = mapped_column(default=False)
    next_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None]
    error_kind: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]


class Budget(Base):
    """When a method or a lane may be used again, kept here so that all senders share what Slack allows."""

    __tablename__ = "delivery_budgets"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    free_at: Mapped[datetime] = mapped_column(index=True)


class SlackReceipt(Base):
    """A request from Slack that was taken, by its event or trigger id, so that a repeat does nothing once it
    is done."""

    __tablename__ = "slack_receipts"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    done_at: Mapped[datetime | None]
