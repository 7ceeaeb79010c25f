"""Retention: when a piece's file was destroyed, and legal holds that keep it longer."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0025"
branch_labels = None
depends_on = None

HELD = sa.text("lifted_at IS NULL")


def upgrade() -> None:
    """Add the column (without touching the table's triggers) and the table."""
    op.add_column("evidence", sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "legal_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("placed_by", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_legal_holds_lifted")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_legal_holds_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_holds")),
    )
    op.create_index(
        "ix_legal_holds_held",
        "legal_holds",
        ["incident_id"],
        unique=True,
        sqlite_where=HELD,
        postgresql_where=HELD,
    )


def downgrade() -> None:
    """Take both away; what was destroyed stays destroyed."""
    op.drop_table("legal_holds")
    op.drop_column("evidence", "destroyed_at")
