"""The register of collection agencies that work for the institution."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class AgencyState(StrEnum):
    """Whether an agency may work."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


REMIND = text("remind_at IS NOT NULL")


class Agency(Base):
    """A collection agency; `key` is its normalised name, by which complaints are matched to it."""

    __tablename__ = "agencies"
    __table_args__ = (Index("ix_agencies_remind", "remind_at", sqlite_where=REMIND, postgresql_where=REMIND),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    department_code: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    state: Mapped[AgencyState] = mapped_column(String(10), default=AgencyState.ACTIVE)
    state_reason: Mapped[str | None]
    state_by: Mapped[str | None]
    state_at: Mapped[datetime | None]
    state_incident_id: Mapped[int | None] = mapped_column(ForeignKey("incidents.id"))
    evaluate_on: Mapped[date | None]
    evaluated_on: Mapped[date | None]
    remind_at: Mapped[datetime | None]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - the shape that SQLAlchemy asks for
