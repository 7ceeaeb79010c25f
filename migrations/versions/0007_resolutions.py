"""Ways out for a customer: options with history and approvals, proxy labels, assessments."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("affected_customers", sa.Integer(), nullable=False),
        sa.Column("potential_loss", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("impact_customer", sa.SmallInteger(), nullable=False),
        sa.Column("impact_reputation", sa.SmallInteger(), nullable=False),
        sa.Column("impact_business", sa.SmallInteger(), nullable=False),
        sa.Column("impact_credit", sa.SmallInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("level_before", sa.SmallInteger(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("score", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("affected_customers >= 1", name=op.f("ck_assessments_affected")),
        sa.CheckConstraint("impact_business BETWEEN 0 AND 3", name=op.f("ck_assessments_impact_business")),
        sa.CheckConstraint("impact_credit BETWEEN 0 AND 3", name=op.f("ck_assessments_impact_credit")),
        sa.CheckConstraint("impact_customer BETWEEN 0 AND 3", name=op.f("ck_assessments_impact_customer")),
        sa.CheckConstraint(
            "impact_reputation BETWEEN 0 AND 3", name=op.f("ck_assessments_impact_reputation")
        ),
        sa.CheckConstraint("potential_loss IS NULL OR potential_loss >= 0", name=op.f("ck_assessments_loss")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_assessments_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
    )
    op.create_index("ix_assessments_incident", "assessments", ["incident_id", "id"], unique=False)

    op.create_table(
        "proxy_labels",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("approvals_needed", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'in_force', 'refused', 'lifted')", name=op.f("ck_proxy_labels_state")
        ),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_proxy_labels_complaint_id")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_proxy_labels_incident_id")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_proxy_labels_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_labels")),
    )
    op.create_index("ix_proxy_labels_incident", "proxy_labels", ["incident_id", "id"], unique=False)
    op.create_index(
        "ix_proxy_labels_live",
        "proxy_labels",
        ["complaint_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('proposed', 'in_force')"),
        postgresql_where=sa.text("state IN ('proposed', 'in_force')"),
    )

    op.create_table(
        "resolution_options",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("periods", sa.Integer(), nullable=True),
        sa.Column("annual_rate", sa.BigInteger(), nullable=True),
        sa.Column("first_due", sa.Date(), nullable=True),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("technical", sa.SmallInteger(), nullable=True),
        sa.Column("economic", sa.SmallInteger(), nullable=True),
        sa.Column("legal", sa.SmallInteger(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("expire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.String(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("approvals_needed", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'proposed', 'approved', 'refused', 'offered', 'countered', 'accepted', "
            "'declined', 'expired', 'replaced')",
            name=op.f("ck_resolution_options_state"),
        ),
        sa.CheckConstraint(
            "(amount IS NULL) = (currency IS NULL)", name=op.f("ck_resolution_options_currency")
        ),
        sa.CheckConstraint("amount IS NULL OR amount >= 0", name=op.f("ck_resolution_options_amount")),
        sa.CheckConstraint("economic BETWEEN 0 AND 3", name=op.f("ck_resolution_options_economic")),
        sa.CheckConstraint("legal BETWEEN 0 AND 3", name=op.f("ck_resolution_options_legal")),
        sa.CheckConstraint("technical BETWEEN 0 AND 3", name=op.f("ck_resolution_options_technical")),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_resolution_options_complaint_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"], ["people.id"], name=op.f("fk_resolution_options_created_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_resolution_options_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["resolution_options.id"], name=op.f("fk_resolution_options_previous_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["people.id"], name=op.f("fk_resolution_options_proposed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution_options")),
        sa.UniqueConstraint("previous_id", name=op.f("uq_resolution_options_previous_id")),
    )
    op.create_index(
        op.f("ix_resolution_options_complaint_id"), "resolution_options", ["complaint_id"], unique=False
    )
    op.create_index(
        "ix_resolution_options_expire",
        "resolution_options",
        ["expire_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('offered', 'countered')"),
        postgresql_where=sa.text("state IN ('offered', 'countered')"),
    )
    op.create_index(
        "ix_resolution_options_incident", "resolution_options", ["incident_id", "id"], unique=False
    )

    op.create_table(
        "option_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("department", sa.String(length=4), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "proposer_id IS NULL OR person_id <> proposer_id",
            name=op.f("ck_option_approvals_not_the_proposer"),
        ),
        sa.ForeignKeyConstraint(
            ["option_id"], ["resolution_options.id"], name=op.f("fk_option_approvals_option_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_option_approvals_person_id")),
        sa.ForeignKeyConstraint(["proposer_id"], ["people.id"], name=op.f("fk_option_approvals_proposer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_approvals")),
        sa.UniqueConstraint("option_id", "person_id", name=op.f("uq_option_approvals_option_id_person_id")),
    )
    op.create_table(
        "option_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("option_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("before", sa.String(length=10), nullable=True),
        sa.Column("after", sa.String(length=10), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["option_id"], ["resolution_options.id"], name=op.f("fk_option_events_option_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_option_events")),
    )
    op.create_index("ix_option_events_option", "option_events", ["option_id", "id"], unique=False)

    op.create_table(
        "proxy_label_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("proposer_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "person_id <> proposer_id", name=op.f("ck_proxy_label_approvals_not_the_proposer")
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["proxy_labels.id"], name=op.f("fk_proxy_label_approvals_label_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_proxy_label_approvals_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["proposer_id"], ["people.id"], name=op.f("fk_proxy_label_approvals_proposer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proxy_label_approvals")),
        sa.UniqueConstraint(
            "label_id", "person_id", name=op.f("uq_proxy_label_approvals_label_id_person_id")
        ),
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("proxy_label_approvals")
    op.drop_index("ix_option_events_option", "option_events")

    op.drop_table("option_events")
    op.drop_table("option_approvals")
    op.drop_index("ix_resolution_options_incident", "resolution_options")
    op.drop_index("ix_resolution_options_expire", "resolution_options")
    op.drop_index(op.f("ix_resolution_options_complaint_id"), "resolution_options")

    op.drop_table("resolution_options")
    op.drop_index("ix_proxy_labels_live", "proxy_labels")
    op.drop_index("ix_proxy_labels_incident", "proxy_labels")

    op.drop_table("proxy_labels")
    op.drop_index("ix_assessments_incident", "assessments")

    op.drop_table("assessments")
