"""What was found: pieces of evidence, each under its content hash, and the finding with its history."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident import privacy
from incident.db import Base


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    FILE = "file"
    LINK = "link"
    STATEMENT = "statement"


class FindingResult(StrEnum):
    """What the inquiry came to."""

    UPHELD = "upheld"
    PARTLY = "partly"
    NOT_UPHELD = "not_upheld"
    UNVERIFIABLE = "unverifiable"


class Evidence(Base):
    """One piece of evidence: never changed, only withdrawn with a reason, and sealed at closing. Once its
    term of retention is over its file is destroyed, and the record stays.

    `private` holds what may be personal: `name` (of a file), `url`, `text`, `description`, `source`. The
    database refuses to change the other facts, or to remove a row.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("kind IN ('file', 'link', 'statement')", name="kind"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn"),
        Index("ix_evidence_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    kind: Mapped[EvidenceKind] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int]
    type: Mapped[str] = mapped_column(String(127))
    claimed: Mapped[str | None] = mapped_column(String(127))
    mismatch: Mapped[bool] = mapped_column(default=False)
    private: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    task_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    added_by: Mapped[str]
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    added_at: Mapped[datetime]
    sealed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None]
    withdrawal: Mapped[dict[str, Any] | None] = mapped_column(privacy.EncryptedJson)
    destroyed_at: Mapped[datetime | None]


HELD = text("lifted_at IS NULL")


class LegalHold(Base):
    """The evidence of an incident is kept beyond its term. `private` holds `reason` and `lifting`."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted"),
        Index("ix_legal_holds_held", "incident_id", unique=True, sqlite_where=HELD, postgresql_where=HELD),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    private: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    placed_at: Mapped[datetime]
    placed_by: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None]


class Finding(Base):
    """What somebody found, and on what grounds; a later row of the same incident takes its place.

    `private` holds `reasons` and `reference` (the legal basis in free words); `rules` names rules of the rule
    sets as {jurisdiction, code, version}.
    """

    __tablename__ = "findings"
    __table_args__ = (
        CheckConstraint("result IN ('upheld', 'partly', 'not_upheld', 'unverifiable')", name="result"),
        Index("ix_findings_incident", "incident_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    result: Mapped[FindingResult] = mapped_column(String(12))
    private: Mapped[dict[str, Any]] = mapped_column(privacy.EncryptedJson)
    violations: Mapped[list[str]]
    rules: Mapped[list[Any]]
    decided_by: Mapped[str]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]
