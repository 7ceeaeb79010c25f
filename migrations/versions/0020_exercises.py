"""Drills are played: roles, injects and their answers, ratings, the hot wash, own scenarios, blackouts."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0015"
branch_labels = None
depends_on = None

PENDING = sa.text("state = 'pending'")
OPEN = sa.text("state = 'delivered' AND judged_at IS NULL")


def moment(name: str, *, nullable: bool = True) -> sa.Column:
    """A column that holds a time."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def column(name: str, kind: sa.types.TypeEngine, *, nullable: bool = False) -> sa.Column:
    """Any other column."""
    return sa.Column(name, kind, nullable=nullable)


def upgrade() -> None:
    """Every drill of before was a table-top without staff; those that were played keep no script."""
    for table in ("drill_programmes", "drills"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("kind", sa.String(12), nullable=False, server_default="tabletop"))
            batch.add_column(sa.Column("staff", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("drills") as batch:
        batch.add_column(column("script", sa.JSON(), nullable=True))
        batch.add_column(moment("paused_at"))
        batch.add_column(sa.Column("paused_seconds", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(column("pause_reason", sa.String(), nullable=True))
        batch.add_column(column("escalate_left", sa.Integer(), nullable=True))
        batch.add_column(column("interrupted_by_id", sa.Integer(), nullable=True))
        batch.add_column(column("conclusions", sa.String(), nullable=True))
        batch.add_column(sa.Column("hot_washed", sa.JSON(), nullable=False, server_default="[]"))
        batch.create_foreign_key(
            op.f("fk_drills_interrupted_by_id"), "incidents", ["interrupted_by_id"], ["id"]
        )
    for table in ("drill_programmes", "drills"):
        with op.batch_alter_table(table) as batch:
            batch.alter_column("kind", server_default=None, existing_type=sa.String(12))
            batch.alter_column("staff", server_default=None, existing_type=sa.JSON())
    with op.batch_alter_table("drills") as batch:
        batch.alter_column("paused_seconds", server_default=None, existing_type=sa.Integer())
        batch.alter_column("hot_washed", server_default=None, existing_type=sa.JSON())
    op.create_index("ix_drills_incident_id", "drills", ["incident_id"])
    _injects()
    _answers()
    _others()


def _injects() -> None:
    op.create_table(
        "drill_injects",
        column("id", sa.Integer()),
        column("drill_id", sa.Integer()),
        column("number", sa.Integer()),
        column("content", sa.JSON()),
        column("state", sa.String(10)),
        moment("due_at", nullable=False),
        moment("delivered_at"),
        column("times", sa.Integer()),
        column("recipients", sa.JSON()),
        moment("answer_by"),
        moment("judged_at"),
        column("met", sa.Boolean(), nullable=True),
        column("points", sa.Integer(), nullable=True),
        column("score", sa.Integer(), nullable=True),
        column("note", sa.String(), nullable=True),
        column("scored_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_injects")),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], name=op.f("fk_drill_injects_drill_id")),
        sa.UniqueConstraint("drill_id", "number", name=op.f("uq_drill_injects_drill_id_number")),
    )
    for name, by, where in (("due", "due_at", PENDING), ("open", "answer_by", OPEN)):
        op.create_index(
            f"ix_drill_injects_{name}", "drill_injects", [by], sqlite_where=where, postgresql_where=where
        )


def _answers() -> None:
    op.create_table(
        "drill_responses",
        column("id", sa.Integer()),
        column("inject_id", sa.Integer()),
        column("person_id", sa.Integer(), nullable=True),
        column("by", sa.String()),
        moment("at", nullable=False),
        column("in_time", sa.Boolean()),
        column("choice", sa.Integer(), nullable=True),
        column("words", sa.String(), nullable=True),
        column("via", sa.String(8)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_responses")),
        sa.ForeignKeyConstraint(
            ["inject_id"], ["drill_injects.id"], name=op.f("fk_drill_responses_inject_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drill_responses_person_id")),
        sa.UniqueConstraint("inject_id", "person_id", name=op.f("uq_drill_responses_inject_id_person_id")),
    )
    op.create_index("ix_drill_responses_inject_id", "drill_responses", ["inject_id"])
    op.create_table(
        "drill_ratings",
        column("id", sa.Integer()),
        column("drill_id", sa.Integer()),
        column("objective", sa.String(50)),
        column("rating", sa.String(2)),
        column("note", sa.String()),
        column("by", sa.String()),
        moment("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_ratings")),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], name=op.f("fk_drill_ratings_drill_id")),
        sa.UniqueConstraint("drill_id", "objective", name=op.f("uq_drill_ratings_drill_id_objective")),
    )
    op.create_table(
        "drill_hot_washes",
        column("id", sa.Integer()),
        column("drill_id", sa.Integer()),
        column("person_id", sa.Integer(), nullable=True),
        column("day", sa.Date()),
        column("answers", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_hot_washes")),
        sa.ForeignKeyConstraint(["drill_id"], ["drills.id"], name=op.f("fk_drill_hot_washes_drill_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_drill_hot_washes_person_id")),
    )
    op.create_index("ix_drill_hot_washes_drill_id", "drill_hot_washes", ["drill_id"])


def _others() -> None:
    op.create_table(
        "drill_scenarios",
        column("id", sa.Integer()),
        column("plan_key", sa.String(40)),
        column("key", sa.String(50)),
        column("content", sa.JSON()),
        column("created_by", sa.String()),
        column("changed_by", sa.String()),
        moment("changed_at", nullable=False),
        moment("retired_at"),
        column("version", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_scenarios")),
        sa.UniqueConstraint("plan_key", "key", name=op.f("uq_drill_scenarios_plan_key_key")),
    )
    op.create_table(
        "drill_blackouts",
        column("id", sa.Integer()),
        column("first_day", sa.Date()),
        column("last_day", sa.Date()),
        column("reason", sa.String()),
        column("created_by", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drill_blackouts")),
    )


def downgrade() -> None:
    """Take them away; a paused drill is a running one again."""
    for table in (
        "drill_blackouts",
        "drill_scenarios",
        "drill_hot_washes",
        "drill_ratings",
        "drill_responses",
        "drill_injects",
    ):
        op.drop_table(table)
    op.execute("UPDATE drills SET state = 'running' WHERE state = 'paused'")
    op.drop_index("ix_drills_incident_id", "drills")
    with op.batch_alter_table("drills") as batch:
        batch.drop_constraint(op.f("fk_drills_interrupted_by_id"), type_="foreignkey")
        for name in (
            "script",
            "paused_at",
            "paused_seconds",
            "pause_reason",
            "escalate_left",
            "interrupted_by_id",
            "conclusions",
            "hot_washed",
        ):
            batch.drop_column(name)
    for table in ("drill_programmes", "drills"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("kind")
            batch.drop_column("staff")
