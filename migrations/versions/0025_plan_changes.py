"""Change requests on plans, who has read a version, and what the plan files were last seen to say."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WAITING = sa.text("state = 'scheduled'")
UNPROVEN = sa.text("state = 'published' AND proven_at IS NULL")
REMIND = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    """Every version so far came from the files: the latest of each is what they say now."""
    _changes()
    with op.batch_alter_table("plan_versions") as batch:
        batch.add_column(sa.Column("note", sa.String(), nullable=True))
        batch.add_column(sa.Column("filed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("plan_versions") as batch:
        batch.alter_column("filed", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    op.execute(
        "UPDATE plan_versions SET filed = true WHERE version ="
        " (SELECT max(other.version) FROM plan_versions AS other WHERE other.key = plan_versions.key)"
    )
    op.create_table(
        "plan_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("remind_at", MOMENT, nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_readings")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["plan_versions.id"], name=op.f("fk_plan_readings_version_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_plan_readings_person_id")),
        sa.UniqueConstraint("version_id", "person_id", name=op.f("uq_plan_readings_version_id_person_id")),
    )
    op.create_index("ix_plan_readings_person", "plan_readings", ["person_id"])
    op.create_index(
        "ix_plan_readings_remind",
        "plan_readings",
        ["remind_at"],
        sqlite_where=REMIND,
        postgresql_where=REMIND,
    )


def _changes() -> None:
    op.create_table(
        "plan_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_key", sa.String(40), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("origin", sa.String(10), nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.Column("effective_at", MOMENT, nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("published_by", sa.String(), nullable=True),
        sa.Column("published_version", sa.Integer(), nullable=True),
        sa.Column("trouble", sa.String(20), nullable=True),
        sa.Column("proven_at", MOMENT, nullable=True),
        sa.Column("proven_drill_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_changes")),
        sa.ForeignKeyConstraint(
            ["proven_drill_id"], ["drills.id"], name=op.f("fk_plan_changes_proven_drill_id")
        ),
        sa.CheckConstraint(
            "state != 'published' OR published_version IS NOT NULL", name=op.f("ck_plan_changes_published")
        ),
    )
    op.create_index("ix_plan_changes_plan", "plan_changes", ["plan_key", "id"])
    for name, column, where in (("waiting", "effective_at", WAITING), ("unproven", "plan_key", UNPROVEN)):
        op.create_index(
            f"ix_plan_changes_{name}", "plan_changes", [column], sqlite_where=where, postgresql_where=where
        )


def downgrade() -> None:
    """Take them away; published versions stay as they are."""
    op.drop_table("plan_readings")
    with op.batch_alter_table("plan_versions") as batch:
        for name in ("filed", "note"):
            batch.drop_column(name)
    op.drop_table("plan_changes")
