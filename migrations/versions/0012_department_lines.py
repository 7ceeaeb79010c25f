"""Department lines: when each must accept and report, why it is blocked, and whom its silence was told."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENTS = ("accept_by", "accepted_at", "next_update_at", "reported_at", "escalate_at")
STATES = "state IN ('called', 'accepted', 'working', 'blocked', 'signed_off', 'stood_down')"
CALLED = sa.text("state = 'called'")
WATCHED = sa.text("escalate_at IS NOT NULL")
# what the board called silent until now: half an hour without taking anything up
LATER = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', called_at, '+30 minutes')",
    "postgresql": "called_at + interval '30 minutes'",
}


def upgrade() -> None:
    """Add the columns. Lines called out before are shown as late, and nobody is alerted of them: an upgrade
    must not wake every head at once."""
    op.drop_index("ix_incident_departments_silent", "incident_departments")
    with op.batch_alter_table("incident_departments") as batch:
        for name in MOMENTS:
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("accepted_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("report", sa.String(), nullable=True))
        batch.add_column(sa.Column("reason", sa.String(), nullable=True))
        batch.add_column(sa.Column("rung", sa.Integer(), nullable=False, server_default="0"))
        batch.create_foreign_key(
            op.f("fk_incident_departments_accepted_by_id"), "people", ["accepted_by_id"], ["id"]
        )
        batch.create_check_constraint(op.f("ck_incident_departments_state"), STATES)
    with op.batch_alter_table("incident_departments") as batch:
        batch.alter_column("rung", server_default=None, existing_type=sa.Integer(), existing_nullable=False)
    later = LATER[op.get_bind().dialect.name]
    op.execute(f"UPDATE incident_departments SET accept_by = {later} WHERE state = 'called'")  # noqa: S608 - a constant of this file
    for name, column, where in (("silent", "accept_by", CALLED), ("escalate", "escalate_at", WATCHED)):
        op.create_index(
            f"ix_incident_departments_{name}",
            "incident_departments",
            [column],
            sqlite_where=where,
            postgresql_where=where,
        )


def downgrade() -> None:
    """Take them away; what the old states do not know becomes the nearest of them."""
    op.drop_index("ix_incident_departments_escalate", "incident_departments")
    op.drop_index("ix_incident_departments_silent", "incident_departments")
    with op.batch_alter_table("incident_departments") as batch:
        batch.drop_constraint(op.f("ck_incident_departments_state"), type_="check")
        batch.drop_constraint(op.f("fk_incident_departments_accepted_by_id"), type_="foreignkey")
        for name in (*MOMENTS, "accepted_by_id", "report", "reason", "rung"):
            batch.drop_column(name)
    op.execute("UPDATE incident_departments SET state = 'working' WHERE state IN ('accepted', 'blocked')")
    op.execute("UPDATE incident_departments SET state = 'signed_off' WHERE state = 'stood_down'")
    op.create_index(
        "ix_incident_departments_silent",
        "incident_departments",
        ["called_at"],
        sqlite_where=CALLED,
        postgresql_where=CALLED,
    )
