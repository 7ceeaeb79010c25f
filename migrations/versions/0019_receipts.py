"""Requests from Slack are known to be done, so that one whose process died is taken again."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment; what was taken before is done."""
    op.add_column("slack_receipts", sa.Column("done_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE slack_receipts SET done_at = at")


def downgrade() -> None:
    """Take it away."""
    op.drop_column("slack_receipts", "done_at")
