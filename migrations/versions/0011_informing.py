"""Structured updates with their cadence, hand-overs with a briefing, absence, and executive reports."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OPEN, OFFERED = sa.text("status = 'open'"), sa.text("state = 'offered'")
ADDED = (
    ("incidents", sa.Column("update_due_at", sa.DateTime(timezone=True), nullable=True)),
    ("incidents", sa.Column("nag_at", sa.DateTime(timezone=True), nullable=True)),
    ("incidents", sa.Column("nags", sa.Integer(), nullable=False, server_default="0")),
    ("incidents", sa.Column("absent_since", sa.DateTime(timezone=True), nullable=True)),
    ("incidents", sa.Column("data_reviewed_at", sa.DateTime(timezone=True), nullable=True)),
    ("incidents", sa.Column("data_reviewed_by", sa.String(), nullable=True)),
    ("people", sa.Column("away_until", sa.DateTime(timezone=True), nullable=True)),
)


def upgrade() -> None:
    """Add them."""
    for table, column in ADDED:
        op.add_column(table, column)
    op.create_index("ix_incidents_nag", "incidents", ["nag_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_table(
        "incident_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("situation", sa.String(), nullable=False),
        sa.Column("actions", sa.String(), nullable=False),
        sa.Column("needs", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_incident_updates_incident_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incident_updates"),
    )
    op.create_index("ix_incident_updates_incident", "incident_updates", ["incident_id", "id"])
    _hand_overs()
    op.create_table(
        "executive_reports",
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_executive_reports"),
    )


def _hand_overs() -> None:
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=24), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=True),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("briefing", sa.JSON(), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offered_by", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("remind_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('offered', 'accepted', 'declined', 'withdrawn')", name=op.f("ck_hand_overs_state")
        ),
        sa.CheckConstraint("(state = 'offered') = (ended_at IS NULL)", name=op.f("ck_hand_overs_ended")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name="fk_hand_overs_incident_id"),
        sa.ForeignKeyConstraint(["from_id"], ["people.id"], name="fk_hand_overs_from_id"),
        sa.ForeignKeyConstraint(["to_id"], ["people.id"], name="fk_hand_overs_to_id"),
        sa.PrimaryKeyConstraint("id", name="pk_hand_overs"),
    )
    op.create_index("ix_hand_overs_incident", "hand_overs", ["incident_id", "id"])
    for name, columns, unique in (
        ("ix_hand_overs_to", ["to_id"], False),
        ("uq_hand_overs_open", ["incident_id", "role"], True),
        ("ix_hand_overs_remind", ["remind_at"], False),
    ):
        op.create_index(
            name, "hand_overs", columns, unique=unique, sqlite_where=OFFERED, postgresql_where=OFFERED
        )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("executive_reports")
    op.drop_table("hand_overs")
    op.drop_table("incident_updates")
    op.drop_index("ix_incidents_nag", "incidents")
    for table, column in reversed(ADDED):
        op.drop_column(table, column.name)
