"""Retention: when the personal data of an incident, and of a complaint without one, was erased."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0019"
branch_labels = None
depends_on = None

TABLES = ("complaints", "incidents")


def upgrade() -> None:
    """Add a column to each (without touching the tables' triggers)."""
    for table in TABLES:
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_column(table, "erased_at")
