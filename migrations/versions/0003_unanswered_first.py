"""The board's first group by an index of its own, so that PostgreSQL too reads only a page of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """PostgreSQL does not take `acknowledged_at IS NULL` for a fixed value of a longer index."""
    op.drop_index("ix_incidents_board", "incidents")
    unanswered = sa.text("acknowledged_at IS NULL")
    op.create_index(
        "ix_incidents_unanswered",
        "incidents",
        ["status", "drill", "level", "opened_at", "id"],
        sqlite_where=unanswered,
        postgresql_where=unanswered,
    )


def downgrade() -> None:
    """The longer index again."""
    op.drop_index("ix_incidents_unanswered", "incidents")
    op.create_index(
        "ix_incidents_board",
        "incidents",
        ["status", "drill", "acknowledged_at", "level", "opened_at", "id"],
    )
