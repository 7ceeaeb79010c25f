"""What joins incidents: groups of complaints with one cause, links, and merges that can be undone."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class SurgeState(StrEnum):
    """What has become of a group; `dismissed` holds its cause back for a while, `undone` lets members go."""

    PROPOSED = "proposed"
    OPEN = "open"
    DISMISSED = "dismissed"
    UNDONE = "undone"
    ENDED = "ended"


LIVE = text("open_key IS NOT NULL")
LEAVING = text("state = 'undone'")


class Surge(Base):
    """Complaints that seem to have one cause, and their parent incident once they are grouped.

    `open_key` names the cause and is unique while the group lives: two arrivals at once cannot open two.
    `customers` and `told_members` are what was last written to the parent and to its timeline.
    """

    __tablename__ = "surges"
    __table_args__ = (
        CheckConstraint("state <> 'open' OR incident_id IS NOT NULL", name="parent"),
        Index("ix_surges_live", "complaint_type", sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_surges_leaving", "id", sqlite_where=LEAVING, postgresql_where=LEAVING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(String(20))
    complaint_type: Mapped[str] = mapped_column(String(40))
    open_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    cause_key: Mapped[int | None] = mapped_column(BigInteger)
    wording: Mapped[int | None] = mapped_column(BigInteger)
    exemplar_id: Mapped[int | None]
    cause: Mapped[dict[str, Any]]
    state: Mapped[SurgeState] = mapped_column(String(10))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"), unique=True)
    found_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    quiet_until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    customers: Mapped[int] = mapped_column(default=0)
    level_given: Mapped[int] = mapped_column(default=4)
    told_members: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]


class IncidentLink(Base):
    """Two incidents that belong together, read from both sides; the lower id stands first."""

    __tablename__ = "incident_links"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="order"),
        Index("ix_incident_links_other_id", "other_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    reason: Mapped[str]
    at: Mapped[datetime]
    by: Mapped[str]


class IncidentMerge(Base):
    """One incident merged into another; `moved` says what went over, so that it can be undone."""

    __tablename__ = "incident_merges"
    __table_args__ = (
        Index("ix_incident_merges_source_id", "source_id"),
        Index("ix_incident_merges_target_id", "target_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("incidents.id"))
    reason: Mapped[str]
    moved: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    by: Mapped[str]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
