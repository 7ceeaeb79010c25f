"""Small tables that the ground needs: counters, notices, heartbeats, calendar days, imports, idempotency."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class Counter(Base):
    """The last number given out in a series such as `INC-2026`."""

    __tablename__ = "counters"

    series: Mapped[str] = mapped_column(String(30), primary_key=True)
    value: Mapped[int]


class Notice(Base):
    """Something the whole room must know, shown on the strip across the top until it is cleared."""

    __tablename__ = "notices"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    message: Mapped[str]
    values: Mapped[dict[str, Any]]
    since: Mapped[datetime]


class Heartbeat(Base):
    """When a background part last said that it lives."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
    holder: Mapped[str]


class CalendarDay(Base):
    """A day that differs from its weekday: a holiday, or a weekend day that is worked (make-up day)."""

    __tablename__ = "calendar_days"

    jurisdiction: Mapped[str] = mapped_column(String(5), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    working: Mapped[bool]
    name: Mapped[str]
    source: Mapped[str]


class ImportRun(Base):
    """How far the import of one file has come, so that an interrupted one resumes."""

    __tablename__ = "import_runs"

    file_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[str] = mapped_column(String(60), primary_key=True)
    lines: Mapped[int]
    counts: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    finished: Mapped[bool]


class IdempotentAnswer(Base):
    """The answer that was given to a write with an `Idempotency-Key`."""

    __tablename__ = "idempotent_answers"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)


class KeptKey(Base):
    """A key that the service made for itself, encrypted under the data keys and re-encrypted with them."""

    __tablename__ = "kept_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    value: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
