"""People, their access tokens, the departments they work in and their duty shifts."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from incident import permissions
from incident.db import Base
from incident.permissions import Permission, Role


class Department(Base):
    """A department of the institution; names come from departments.toml, heads from the admin page."""

    __tablename__ = "departments"

    code: Mapped[str] = mapped_column(String(4), primary_key=True)
    name_zh: Mapped[str]
    name_en: Mapped[str]
    does_zh: Mapped[str]
    does_en: Mapped[str]
    head_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", use_alter=True))
    deputy_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", use_alter=True))

    def name(self, locale: str) -> str:
        """The name for a locale such as `zh_CN` or `en`."""
        return self.name_zh if locale.startswith("zh") else self.name_en


class Person(Base):
    """Somebody who works with the service."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[Role] = mapped_column(String(20))
    department_code: Mapped[str | None] = mapped_column(ForeignKey("departments.code"))
    agency: Mapped[str | None] = mapped_column(String(120))  # the outside agency they work for
    password_hash: Mapped[str | None]
    slack_id: Mapped[str | None] = mapped_column(unique=True)
    locale: Mapped[str | None] = mapped_column(String(5))
    timezone: Mapped[str | None]
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    group_head: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    contact_confirmed_at: Mapped[datetime | None]  # said by themselves: so they are reached
    away_until: Mapped[datetime | None]  # said by themselves: their roles are looked after meanwhile
    failed_sign_ins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    session_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person's role allows; nothing once deactivated."""
        return permissions.of(Role(self.role), self.department_code) if self.active else frozenset()

    @property
    def is_authenticated(self) -> bool:
        """Asked by the sign-in library."""
        return True

    @property
    def is_active(self) -> bool:
        """Asked by the sign-in library."""
        return self.active

    @property
    def is_anonymous(self) -> bool:
        """Asked by the sign-in library."""
        return False

    def get_id(self) -> str:
        """What the session cookie holds; changing the epoch signs every session out."""
        return f"{self.id}.{self.session_epoch}"


class Token(Base):
    """An access token: a service's (scopes) or a person's; only its SHA-256 is kept."""

    __tablename__ = "tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Repeats(StrEnum):
    """How a duty shift comes back, in the organisation's time zone."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class DutyShift(Base):
    """Somebody is on duty for a department; an override wins over the ordinary shifts it overlaps."""

    __tablename__ = "duty_shifts"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        CheckConstraint("rank IN (1, 2)", name="rank"),
        Index("ix_duty_shifts_department_starts", "department_code", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    department_code: Mapped[str] = mapped_column(ForeignKey("departments.code"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    rank: Mapped[int] = mapped_column(default=1)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    repeats: Mapped[Repeats] = mapped_column(String(6), default=Repeats.NEVER)
    repeats_until: Mapped[datetime | None]
    override: Mapped[bool] = mapped_column(default=False)


class DutySeen(Base):
    """Who was on duty for a department when the channels were last brought up to date, by person."""

    __tablename__ = "duty_seen"

    department_code: Mapped[str] = mapped_column(ForeignKey("departments.code"), primary_key=True)
    people: Mapped[list[Any]]
