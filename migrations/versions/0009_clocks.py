"""Clocks that pause, are extended and missed, and people's calendar feeds."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0012"
branch_labels = None
depends_on = None

WARNS = sa.text("warn_at IS NOT NULL")
LISTS = ("reasons", "warnings", "pauses", "extensions")


def upgrade() -> None:
    """Add the columns; a running clock is looked at by the next sweep, which finds its next warning."""
    with op.batch_alter_table("clocks") as batch:
        batch.add_column(sa.Column("calendar", sa.String(5), nullable=True))
        batch.add_column(sa.Column("department_code", sa.String(4), nullable=True))
        batch.add_column(sa.Column("warn_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("ended_by", sa.String(), nullable=True))
        batch.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True))
        for name in LISTS:
            batch.add_column(sa.Column(name, sa.JSON(), nullable=False, server_default="[]"))
        batch.add_column(sa.Column("request", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("proof", sa.JSON(), nullable=True))
        batch.add_column(sa.Column("void_reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
        batch.drop_constraint(op.f("ck_clocks_ended"), type_="check")
        batch.create_check_constraint(
            op.f("ck_clocks_ended"), "(state IN ('met', 'void')) = (ended_at IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_clocks_paused"), "(state = 'paused') = (paused_at IS NOT NULL)"
        )
        batch.create_check_constraint(
            op.f("ck_clocks_state"), "state IN ('running', 'paused', 'met', 'missed', 'void')"
        )
    with op.batch_alter_table("clocks") as batch:
        for name in (*LISTS, "version"):
            batch.alter_column(name, server_default=None)
    op.execute("UPDATE clocks SET warn_at = started_at WHERE state = 'running'")
    op.execute("UPDATE clocks SET calendar = jurisdiction WHERE jurisdiction <> 'house'")
    op.create_index("ix_clocks_warn_at", "clocks", ["warn_at"], sqlite_where=WARNS, postgresql_where=WARNS)
    op.create_index("ix_clocks_state_due", "clocks", ["state", "due_at", "id"])
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_calendar_feeds_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feeds_digest")),
    )
    op.create_index(op.f("ix_calendar_feeds_person_id"), "calendar_feeds", ["person_id"])


def downgrade() -> None:
    """Take them away; what was paused or missed runs again, since the old tables know no such state."""
    op.drop_table("calendar_feeds")
    op.drop_index("ix_clocks_state_due", "clocks")
    op.drop_index("ix_clocks_warn_at", "clocks")
    with op.batch_alter_table("clocks") as batch:
        for name in ("ck_clocks_state", "ck_clocks_paused", "ck_clocks_ended"):
            batch.drop_constraint(op.f(name), type_="check")
    op.execute("UPDATE clocks SET state = 'running' WHERE state IN ('paused', 'missed')")
    op.execute("UPDATE clocks SET state = 'void', kind = 'statutory' WHERE kind = 'window'")
    op.execute("UPDATE clocks SET ended_at = due_at WHERE state = 'void' AND ended_at IS NULL")
    with op.batch_alter_table("clocks") as batch:
        batch.create_check_constraint(op.f("ck_clocks_ended"), "(state = 'running') = (ended_at IS NULL)")
        for name in (
            "version", "void_reason", "proof", "request", *reversed(LISTS), "missed_at", "paused_at",
            "ended_by", "warn_at", "department_code", "calendar",
        ):  # fmt: skip
            batch.drop_column(name)
