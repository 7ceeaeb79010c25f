"""Clocks: a due date that runs under a rule of law or a target of the house, with what became of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base

WARNS = text("warn_at IS NOT NULL")


class ClockState(StrEnum):
    """What has become of a clock; one that was missed may still be met, late."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"


LIVE = (ClockState.RUNNING, ClockState.PAUSED, ClockState.MISSED)  # something is still to be done


class Clock(Base):
    """A due date that runs: a rule of law by code and version, or a target of the level.

    `due_at` always follows from `started_at`, `value`, `unit`, the calendar and `pauses`. `warn_at` is the
    next moment at which the sweep has something to do, a warning or the miss; nothing unless it runs.
    `reasons` are codes such as `type:privacy_leak`; `request` is an extension or a pause that
    waits for its approver. `earlier` holds what became of each turn before the present one.
    """

    __tablename__ = "clocks"
    __table_args__ = (
        UniqueConstraint("incident_id", "jurisdiction", "rule", "rule_version"),
        CheckConstraint("(state IN ('met', 'void')) = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(state = 'paused') = (paused_at IS NOT NULL)", name="paused"),
        CheckConstraint("state IN ('running', 'paused', 'met', 'missed', 'void')", name="state"),
        Index("ix_clocks_warn_at", "warn_at", sqlite_where=WARNS, postgresql_where=WARNS),
        Index("ix_clocks_state_due", "state", "due_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[str] = mapped_column(String(10))
    rule: Mapped[str] = mapped_column(String(50))
    rule_version: Mapped[str]
    jurisdiction: Mapped[str] = mapped_column(String(5))
    calendar: Mapped[str | None] = mapped_column(String(5))
    department_code: Mapped[str | None] = mapped_column(String(4))
    title_zh: Mapped[str]
    title_en: Mapped[str]
    value: Mapped[float]
    unit: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    warn_at: Mapped[datetime | None]
    state: Mapped[ClockState] = mapped_column(String(8), default=ClockState.RUNNING)
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    missed_at: Mapped[datetime | None]
    source: Mapped[str]
    confidence: Mapped[str] = mapped_column(String(2))
    reasons: Mapped[list[Any]] = mapped_column(default=list)
    warnings: Mapped[list[Any]] = mapped_column(default=list)
    pauses: Mapped[list[Any]] = mapped_column(default=list)
    extensions: Mapped[list[Any]] = mapped_column(default=list)
    request: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    proof: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    void_reason: Mapped[str | None]
    earlier: Mapped[list[Any]] = mapped_column(default=list)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for

    def title(self, locale: str) -> str:
        """The title for a locale."""
        return self.title_zh if locale.startswith("zh") else self.title_en

    @property
    def titles(self) -> dict[str, str]:
        """The title in both languages, for a sentence that somebody else reads."""
        return {"zh": self.title_zh, "en": self.title_en}

    @property
    def live(self) -> bool:
        """Whether something is still to be done."""
        return self.state in LIVE

    @property
    def met_late(self) -> bool:
        """Whether its duty was done after the due time."""
        return self.state == ClockState.MET and self.missed_at is not None

    @property
    def ever_missed(self) -> bool:
        """Whether it was missed in this turn or in one before."""
        return self.missed_at is not None or any(each["missed_at"] for each in self.earlier)

    def begin_anew(self) -> None:
        """Let the next turn begin, keeping what became of the last; its start and length are set by whoever
        calls."""
        moments = ("started_at", "due_at", "ended_at", "missed_at")
        told = {name: at.isoformat() if (at := getattr(self, name)) else None for name in moments}
        rest = {
            name: getattr(self, name) for name in ("ended_by", "proof", "void_reason", "extensions", "pauses")
        }
        self.earlier = [*self.earlier, {"state": str(self.state), **told, **rest}]
        self.state = ClockState.RUNNING
        self.ended_at = self.ended_by = self.paused_at = self.missed_at = None
        self.request = self.proof = self.void_reason = None
        self.warnings, self.pauses, self.extensions = [], [], []

    @property
    def extended_by(self) -> str | None:
        """The code of the rule that now sets its length, where it was extended."""
        return str(self.extensions[-1]["rule"]) if self.extensions else None
