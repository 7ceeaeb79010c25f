"""Decision letters, withdrawals, follow-ups, satisfaction and reopenings."""

import sqlalchemy as sa
from alembic import op

from incident.db import UtcDateTime
from incident.privacy import EncryptedJson

revision = "0008"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "reopenings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("new_facts", sa.Boolean(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("closed_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_reopenings_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reopenings")),
        sa.UniqueConstraint("incident_id", "round", name=op.f("uq_reopenings_incident_id_round")),
    )
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=14), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("due_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("effective", sa.Boolean(), nullable=True),
        sa.Column("content", EncryptedJson(), nullable=True),
        sa.Column("remind_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.CheckConstraint("(state = 'planned') = (ended_at IS NULL)", name=op.f("ck_follow_ups_ended")),
        sa.CheckConstraint("(state = 'planned') OR (remind_at IS NULL)", name=op.f("ck_follow_ups_reminded")),
        sa.CheckConstraint("state IN ('planned', 'done', 'dropped')", name=op.f("ck_follow_ups_state")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_follow_ups_complaint_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_follow_ups_incident_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["people.id"], name=op.f("fk_follow_ups_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint("incident_id", "key", name=op.f("uq_follow_ups_incident_id_key")),
    )
    op.create_index(
        "ix_follow_ups_due",
        "follow_ups",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_index(
        "ix_follow_ups_remind",
        "follow_ups",
        ["remind_at"],
        unique=False,
        sqlite_where=sa.text("state = 'planned'"),
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("locale", sa.String(length=5), nullable=False),
        sa.Column("content", EncryptedJson(), nullable=False),
        sa.Column("drafted", sa.Boolean(), nullable=False),
        sa.Column("written_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("submitted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_note", sa.String(), nullable=True),
        sa.Column("approved_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.Column("sent_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("sent_channel", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "state != 'sent' OR (sent_at IS NOT NULL AND approved_at IS NOT NULL)",
            name=op.f("ck_letters_sent"),
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'returned', 'approved', 'sent', 'superseded')",
            name=op.f("ck_letters_state"),
        ),
        sa.CheckConstraint(
            "approved_by_id IS NULL OR written_by_id IS NULL OR approved_by_id != written_by_id",
            name=op.f("ck_letters_approver"),
        ),
        sa.ForeignKeyConstraint(["approved_by_id"], ["people.id"], name=op.f("fk_letters_approved_by_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_letters_complaint_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_letters_incident_id")),
        sa.ForeignKeyConstraint(["submitted_by_id"], ["people.id"], name=op.f("fk_letters_submitted_by_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["people.id"], name=op.f("fk_letters_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
    )
    op.create_index("ix_letters_incident", "letters", ["incident_id", "id"], unique=False)
    op.create_index(
        "uq_letters_alone",
        "letters",
        ["incident_id", "version"],
        unique=True,
        sqlite_where=sa.text("complaint_id IS NULL"),
        postgresql_where=sa.text("complaint_id IS NULL"),
    )
    op.create_index(
        "uq_letters_complaint",
        "letters",
        ["complaint_id", "version"],
        unique=True,
        sqlite_where=sa.text("complaint_id IS NOT NULL"),
        postgresql_where=sa.text("complaint_id IS NOT NULL"),
    )
    op.create_table(
        "satisfaction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("content", EncryptedJson(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("score BETWEEN 1 AND 5", name=op.f("ck_satisfaction_score")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_satisfaction_complaint_id")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_satisfaction_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_satisfaction")),
    )
    op.create_index(op.f("ix_satisfaction_incident_id"), "satisfaction", ["incident_id"], unique=False)
    op.create_index(
        "uq_satisfaction_alone",
        "satisfaction",
        ["incident_id", "round"],
        unique=True,
        sqlite_where=sa.text("complaint_id IS NULL"),
        postgresql_where=sa.text("complaint_id IS NULL"),
    )
    op.create_index(
        "uq_satisfaction_complaint",
        "satisfaction",
        ["complaint_id", "round"],
        unique=True,
        sqlite_where=sa.text("complaint_id IS NOT NULL"),
        postgresql_where=sa.text("complaint_id IS NOT NULL"),
    )
    op.create_table(
        "withdrawals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("content", EncryptedJson(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_withdrawals_complaint_id")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_withdrawals_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawals")),
        sa.UniqueConstraint("complaint_id", "round", name=op.f("uq_withdrawals_complaint_id_round")),
    )
    op.create_index(op.f("ix_withdrawals_incident_id"), "withdrawals", ["incident_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    op.drop_table("withdrawals")
    op.drop_table("satisfaction")
    op.drop_table("letters")
    op.drop_table("follow_ups")
    op.drop_table("reopenings")
