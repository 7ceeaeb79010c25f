"""Training: courses, their sessions and who came, small tests, and what people may show for it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from incident.db import Base


class Subject(StrEnum):
    """What a course teaches (requirement S0-5)."""

    PRODUCT = "product"
    LAW = "law"
    PROCESS = "process"


class CertificateSource(StrEnum):
    """How somebody came by a certificate."""

    TEST = "test"
    ATTENDANCE = "attendance"
    IMPORT = "import"


class Course(Base):
    """A course; `plan_keys` are the plans its test asks about (none: all), `audience` the departments it is
    for (none: all)."""

    __tablename__ = "courses"
    __table_args__ = (
        CheckConstraint("valid_months BETWEEN 1 AND 60", name="valid"),
        CheckConstraint("pass_percent BETWEEN 50 AND 100", name="passing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title_zh: Mapped[str]
    title_en: Mapped[str]
    subject: Mapped[Subject] = mapped_column(String(10))
    plan_keys: Mapped[list[str]]
    audience: Mapped[list[str]]
    by_test: Mapped[bool] = mapped_column(default=True)
    pass_percent: Mapped[int] = mapped_column(default=80)
    valid_months: Mapped[int] = mapped_column(default=12)
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    ended_at: Mapped[datetime | None]

    @property
    def titles(self) -> dict[str, str]:
        """The title in both languages."""
        return {"zh": self.title_zh, "en": self.title_en}


class CourseSession(Base):
    """One time that a course is held."""

    __tablename__ = "course_sessions"
    __table_args__ = (Index("ix_course_sessions_course", "course_id", "held_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    held_at: Mapped[datetime]
    place: Mapped[str]
    trainer_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]


class Attendance(Base):
    """That somebody came to a session."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("course_sessions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str]


class CourseTest(Base):
    """A test that somebody takes: `questions` as asked, with the right answers; `answers` as given."""

    __tablename__ = "course_tests"
    __table_args__ = (Index("ix_course_tests_person", "person_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    questions: Mapped[list[Any]]
    answers: Mapped[list[Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    score: Mapped[int | None]
    passed: Mapped[bool | None]


REMIND = text("remind_at IS NOT NULL")


class Certificate(Base):
    """What somebody may show for a course, from a day until a day; the latest of a course counts."""

    __tablename__ = "certificates"
    __table_args__ = (
        CheckConstraint("valid_until > got_on", name="valid"),
        UniqueConstraint("course_id", "person_id", "got_on"),
        Index("ix_certificates_person", "person_id", "course_id"),
        Index("ix_certificates_remind", "remind_at", sqlite_where=REMIND, postgresql_where=REMIND),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    got_on: Mapped[date]
    valid_until: Mapped[date]
    source: Mapped[CertificateSource] = mapped_column(String(10))
    score: Mapped[int | None]
    recorded_by: Mapped[str]
    remind_at: Mapped[datetime | None]


class ReadinessSnapshot(Base):
    """How ready the organisation was on a day: the score of 100, and its parts."""

    __tablename__ = "readiness_snapshots"

    day: Mapped[date] = mapped_column(primary_key=True)
    score: Mapped[int]
    parts: Mapped[dict[str, Any]]
    taken_at: Mapped[datetime]
