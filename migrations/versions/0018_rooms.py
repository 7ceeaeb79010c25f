"""Channels follow duty, are found by their id, and are put away after the end."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ENDED = sa.text("status != 'open' AND channel_id IS NOT NULL")


def upgrade() -> None:
    """Add what was seen of duty, and the two ways to find an incident by its channel."""
    op.create_table(
        "duty_seen",
        sa.Column("department_code", sa.String(length=4), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_code"], ["departments.code"], name=op.f("fk_duty_seen_department_code")
        ),
        sa.PrimaryKeyConstraint("department_code", name=op.f("pk_duty_seen")),
    )
    op.create_index("ix_incidents_channel", "incidents", ["channel_id"])
    op.create_index(
        "ix_incidents_ended", "incidents", ["last_activity_at"], sqlite_where=ENDED, postgresql_where=ENDED
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_incidents_ended", "incidents")
    op.drop_index("ix_incidents_channel", "incidents")
    op.drop_table("duty_seen")
