"""Webhooks out: the endpoints of other systems, and what was sent to each."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class WebhookState(StrEnum):
    """Where a message to an endpoint stands."""

    PENDING = "pending"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"


UNSENT = text("state IN ('pending', 'sending')")


class WebhookEndpoint(Base):
    """An address of another system; its signing secret stands encrypted and is shown once."""

    __tablename__ = "webhook_endpoints"

    id: Mapped[int] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(String(500), unique=True)
    events: Mapped[list[str]]
    secret: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    retry_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class WebhookMessage(Base):
    """One message to one endpoint, written with the act it tells of."""

    __tablename__ = "webhook_messages"
    __table_args__ = (
        Index("ix_webhook_messages_claim", "next_at", "id", sqlite_where=UNSENT, postgresql_where=UNSENT),
        Index("ix_webhook_messages_endpoint", "endpoint_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(40), unique=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoints.id"))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    event: Mapped[str] = mapped_column(String(40))
    happened_at: Mapped[datetime]
    data: Mapped[dict[str, Any]]
    state: Mapped[WebhookState] = mapped_column(String(8))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    give_up_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    status_code: Mapped[int | None]
    error: Mapped[str | None]
    finished_at: Mapped[datetime | None]
