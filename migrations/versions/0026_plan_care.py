"""Who looks after each plan, and by when it is looked through again."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0023"
branch_labels = None
depends_on = None

REMIND = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    """The rows come with the first beat of the scheduler: a year after the plan's first version."""
    op.create_table(
        "plan_care",
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("every_months", sa.Integer(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("reviewed_on", sa.Date(), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plan_care")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_plan_care_owner_id")),
        sa.CheckConstraint("every_months BETWEEN 1 AND 36", name=op.f("ck_plan_care_every")),
    )
    op.create_index(
        "ix_plan_care_remind", "plan_care", ["remind_at"], sqlite_where=REMIND, postgresql_where=REMIND
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("plan_care")
