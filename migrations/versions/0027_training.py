"""Courses, sessions, tests and certificates; and how ready the organisation was on each day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
REMIND = sa.text("remind_at IS NOT NULL")
COURSE = ("course_id", "courses")
PERSON = ("person_id", "people")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _key(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def upgrade() -> None:
    """Make the tables; the first courses come with the next preparation."""
    with op.batch_alter_table("people") as batch:
        batch.add_column(sa.Column("contact_confirmed_at", MOMENT, nullable=True))
    op.create_table(
        "courses",
        _id(),
        sa.Column("code", sa.String(20), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("subject", sa.String(10), nullable=False),
        sa.Column("plan_keys", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("by_test", sa.Boolean(), nullable=False),
        sa.Column("pass_percent", sa.Integer(), nullable=False),
        sa.Column("valid_months", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        _key("courses"),
        sa.UniqueConstraint("code", name=op.f("uq_courses_code")),
        sa.CheckConstraint("valid_months BETWEEN 1 AND 60", name=op.f("ck_courses_valid")),
        sa.CheckConstraint("pass_percent BETWEEN 50 AND 100", name=op.f("ck_courses_passing")),
    )
    op.create_table(
        "course_sessions",
        _id(),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("held_at", MOMENT, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        _key("course_sessions"),
        _reference("course_sessions", *COURSE),
        _reference("course_sessions", "trainer_id", "people"),
    )
    op.create_index("ix_course_sessions_course", "course_sessions", ["course_id", "held_at"])
    op.create_table(
        "attendances",
        _id(),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        _key("attendances"),
        _reference("attendances", "session_id", "course_sessions"),
        _reference("attendances", *PERSON),
        sa.UniqueConstraint("session_id", "person_id", name=op.f("uq_attendances_session_id_person_id")),
    )
    _tests()
    op.create_table(
        "readiness_snapshots",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_readiness_snapshots")),
    )


def _tests() -> None:
    op.create_table(
        "course_tests",
        _id(),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        _key("course_tests"),
        _reference("course_tests", *COURSE),
        _reference("course_tests", *PERSON),
    )
    op.create_index("ix_course_tests_person", "course_tests", ["person_id", "course_id"])
    op.create_table(
        "certificates",
        _id(),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("got_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("remind_at", MOMENT, nullable=True),
        _key("certificates"),
        _reference("certificates", *COURSE),
        _reference("certificates", *PERSON),
        sa.CheckConstraint("valid_until > got_on", name=op.f("ck_certificates_valid")),
        sa.UniqueConstraint(
            "course_id", "person_id", "got_on", name=op.f("uq_certificates_course_id_person_id_got_on")
        ),
    )
    op.create_index("ix_certificates_person", "certificates", ["person_id", "course_id"])
    op.create_index(
        "ix_certificates_remind", "certificates", ["remind_at"], sqlite_where=REMIND, postgresql_where=REMIND
    )


def downgrade() -> None:
    """Take them away."""
    for table in (
        "readiness_snapshots",
        "certificates",
        "course_tests",
        "attendances",
        "course_sessions",
        "courses",
    ):
        op.drop_table(table)
    with op.batch_alter_table("people") as batch:
        batch.drop_column("contact_confirmed_at")
