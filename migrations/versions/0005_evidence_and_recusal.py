"""Evidence, findings, whom a complaint is about, and the accountability record; their facts stay."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0003"
branch_labels = None
depends_on = None

# table → the columns that may change after a row is written (encrypted ones change with the data key)
FREE = {
    "evidence": ("private", "sealed_at", "withdrawn_at", "withdrawn_by", "withdrawal"),
    "findings": ("private",),
    "complained_about": ("private", "lifted_at", "lifted_by", "lifting"),
    "accountability_records": ("private",),
}
KEPT = {
    "evidence": (
        "id",
        "incident_id",
        "kind",
        "sha256",
        "size",
        "type",
        "claimed",
        "mismatch",
        "task_id",
        "added_by",
        "added_by_id",
        "added_at",
    ),
    "findings": (
        "id",
        "incident_id",
        "result",
        "violations",
        "rules",
        "decided_by",
        "decided_by_id",
        "decided_at",
    ),
    "complained_about": ("id", "incident_id", "kind", "person_id", "agency", "named_at", "named_by"),
    "accountability_records": (
        "id",
        "incident_id",
        "written_by",
        "written_by_id",
        "written_at",
        "replaces_id",
    ),
}


def upgrade() -> None:
    """Add the tables, the agency that somebody works for, and the triggers."""
    op.add_column("people", sa.Column("agency", sa.String(length=120), nullable=True))
    _evidence()
    _findings()
    _conduct()
    for statement in _facts_stay():
        op.execute(statement)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=127), nullable=False),
        sa.Column("claimed", sa.String(length=127), nullable=True),
        sa.Column("mismatch", sa.Boolean(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.Column("withdrawal", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("kind IN ('file', 'link', 'statement')", name=op.f("ck_evidence_kind")),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f("ck_evidence_withdrawn")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_evidence_incident_id")),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_evidence_task_id")),
        sa.ForeignKeyConstraint(["added_by_id"], ["people.id"], name=op.f("fk_evidence_added_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
    )
    op.create_index("ix_evidence_incident", "evidence", ["incident_id", "id"])
    op.create_index(op.f("ix_evidence_sha256"), "evidence", ["sha256"])
    op.create_index(op.f("ix_evidence_task_id"), "evidence", ["task_id"])


def _findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("violations", sa.JSON(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "result IN ('upheld', 'partly', 'not_upheld', 'unverifiable')", name=op.f("ck_findings_result")
        ),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_findings_incident_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["people.id"], name=op.f("fk_findings_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index("ix_findings_incident", "findings", ["incident_id", "id"])


def _conduct() -> None:
    op.create_table(
        "complained_about",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("agency", sa.String(length=120), nullable=True),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=True),
        sa.Column("lifting", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('person', 'outsider', 'agency', 'interest')", name=op.f("ck_complained_about_kind")
        ),
        sa.CheckConstraint(
            "(kind IN ('person', 'interest')) = (person_id IS NOT NULL)",
            name=op.f("ck_complained_about_person"),
        ),
        sa.CheckConstraint(
            "(kind = 'agency') = (agency IS NOT NULL)", name=op.f("ck_complained_about_agency")
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_complained_about_lifted")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_complained_about_incident_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_complained_about_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complained_about")),
    )
    op.create_index("ix_complained_about_incident", "complained_about", ["incident_id", "id"])
    op.create_table(
        "accountability_records",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("private", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_accountability_records_incident_id")
        ),
        sa.ForeignKeyConstraint(
            ["written_by_id"], ["people.id"], name=op.f("fk_accountability_records_written_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["accountability_records.id"], name=op.f("fk_accountability_records_replaces_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accountability_records")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_accountability_records_replaces_id")),
    )
    op.create_index("ix_accountability_records_incident", "accountability_records", ["incident_id", "id"])


def _facts_stay() -> list[str]:
    """Rows may be added; of a row only what FREE names may change, and none is ever removed."""
    if op.get_bind().dialect.name == "postgresql":
        function = """
            CREATE FUNCTION facts_stay() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE'
                   AND to_jsonb(NEW) - TG_ARGV::text[] = to_jsonb(OLD) - TG_ARGV::text[] THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'the facts stay as written: % on %', TG_OP, TG_TABLE_NAME;
            END $$
            """
        triggers = [
            f"CREATE TRIGGER {table}_facts_stay BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW "
            f"EXECUTE FUNCTION facts_stay({', '.join(repr(name) for name in free)})"
            for table, free in FREE.items()
        ]
        return [function, *triggers]
    statements = []
    refuse = "BEGIN SELECT RAISE(ABORT, 'the facts stay as written'); END"
    for table, columns in KEPT.items():
        same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in columns)
        statements += [
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}",
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table} WHEN NOT ({same}) {refuse}",
        ]
    return statements


def downgrade() -> None:
    """Take them away, with what is in them."""
    for table in reversed(FREE):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION facts_stay()")
    op.drop_column("people", "agency")
