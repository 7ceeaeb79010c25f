"""Tasks wait for one another, have a checklist and somebody who can unblock them, and remind by a column."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0007"
branch_labels = None
depends_on = None

UNFINISHED = "status IN ('todo', 'doing', 'blocked')"
REMINDED = sa.text("remind_at IS NOT NULL")


def upgrade() -> None:
    """Add the columns; what is open already is reminded of when it is due.

    Added in place: on SQLite a table that is made anew would be emptied under the rows that refer to it.
    """
    nothing = {"nullable": False, "server_default": "[]"}
    for column in (
        sa.Column("after", sa.JSON(), **nothing),
        sa.Column("checklist", sa.JSON(), **nothing),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders_stopped", sa.Boolean(), nullable=False, server_default=sa.false()),
    ):
        op.add_column("tasks", column)
    owner = sa.ForeignKey("people.id", name=op.f("fk_tasks_unblocker_id"))
    op.add_column(
        "tasks", sa.Column("unblocker_id", sa.Integer(), owner, nullable=True), inline_references=True
    )
    op.create_index(
        "ix_tasks_remind", "tasks", ["remind_at"], sqlite_where=REMINDED, postgresql_where=REMINDED
    )
    op.execute(
        f"UPDATE tasks SET remind_at = due_at WHERE {UNFINISHED}"  # noqa: S608 - our own words
        " AND incident_id IN (SELECT id FROM incidents WHERE status = 'open')"
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_tasks_remind", "tasks")
    with op.batch_alter_table("tasks") as batch:
        for name in ("unblocker_id", "reminders_stopped", "remind_at", "checklist", "after"):
            batch.drop_column(name)
