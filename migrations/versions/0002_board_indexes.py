"""Indexes that let the board's list and figures end after a page's rows, however much is open."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_index("ix_incidents_level", "incidents", ["status", "drill", "level", "opened_at", "id"])
    # by status and kind first: asked for alone, SQLite preferred a longer index and read every open row
    op.drop_index("ix_incidents_risk", "incidents")
    op.create_index("ix_incidents_risk", "incidents", ["status", "drill", "risk_at", "id"])
    called = sa.text("state = 'called'")
    op.create_index(
        "ix_incident_departments_silent",
        "incident_departments",
        ["called_at"],
        sqlite_where=called,
        postgresql_where=called,
    )
    unfinished = sa.text("status IN ('todo', 'doing', 'blocked')")
    op.create_index("ix_tasks_due", "tasks", ["due_at"], sqlite_where=unfinished, postgresql_where=unfinished)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_tasks_due", "tasks")
    op.drop_index("ix_incident_departments_silent", "incident_departments")
    op.drop_index("ix_incidents_level", "incidents")
    op.drop_index("ix_incidents_risk", "incidents")
    open_ = sa.text("status = 'open'")
    op.create_index("ix_incidents_risk", "incidents", ["risk_at"], sqlite_where=open_, postgresql_where=open_)
