"""Clocks that begin anew: what became of the turns before is kept with the clock."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; turns before this upgrade stand on the timeline alone."""
    with op.batch_alter_table("clocks") as batch:
        batch.add_column(sa.Column("earlier", sa.JSON(), nullable=False, server_default="[]"))
    with op.batch_alter_table("clocks") as batch:
        batch.alter_column("earlier", server_default=None, existing_type=sa.JSON(), existing_nullable=False)


def downgrade() -> None:
    """Take the column away."""
    with op.batch_alter_table("clocks") as batch:
        batch.drop_column("earlier")
