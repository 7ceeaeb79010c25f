"""Deliveries know the lane they go out in, and all senders share what Slack allows."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0027"
branch_labels = None
depends_on = None

UNDELIVERED = sa.text("state IN ('pending', 'sending')")
ON_ITS_WAY = sa.text("state = 'sending'")


def upgrade() -> None:
    """Add the lane and the budgets. What waits now has no lane: it goes out as it would have."""
    op.add_column(
        "deliveries", sa.Column("lane", sa.String(length=40), nullable=False, server_default=sa.text("''"))
    )
    op.execute("UPDATE deliveries SET priority = priority * 10")
    op.drop_index("ix_deliveries_claim", "deliveries")
    for name, columns, where in (
        ("ix_deliveries_claim", ["priority", "id"], UNDELIVERED),
        ("ix_deliveries_lane", ["lane"], UNDELIVERED),
        ("ix_deliveries_sending", ["lane"], ON_ITS_WAY),
    ):
        op.create_index(name, "deliveries", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "delivery_budgets",
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_delivery_budgets")),
    )
    op.create_index("ix_delivery_budgets_free_at", "delivery_budgets", ["free_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("delivery_budgets")
    for name in ("ix_deliveries_sending", "ix_deliveries_lane", "ix_deliveries_claim"):
        op.drop_index(name, "deliveries")
    op.create_index(
        "ix_deliveries_claim",
        "deliveries",
        ["priority", "next_at", "id"],
        sqlite_where=UNDELIVERED,
        postgresql_where=UNDELIVERED,
    )
    op.execute("UPDATE deliveries SET priority = priority / 10")
    op.drop_column("deliveries", "lane")
