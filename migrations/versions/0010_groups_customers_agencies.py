"""Groups of complaints with one cause, links and merges, the customers' blind index, the agencies."""

import logging
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from incident import privacy

revision = "0010"
down_revision = "0006"
branch_labels = None
depends_on = None

log = logging.getLogger(__name__)
BATCH = 500
KNOWN = {  # index over rows that have the column → the column after it
    "cause_key": "recorded_at",
    "surge_id": "person_key",
    "agency_key": "received_at",
    "key_id": "recorded_at",
    "key_phone": "recorded_at",
    "key_email": "recorded_at",
    "key_account": "recorded_at",
}
PLAIN: dict[str, Any] = {
    "wording": sa.BigInteger(),
    "cause_key": sa.BigInteger(),
    "agency_key": sa.String(length=120),
    "key_id": sa.BigInteger(),
    "key_phone": sa.BigInteger(),
    "key_email": sa.BigInteger(),
    "key_account": sa.BigInteger(),
    "person_key": sa.BigInteger(),
    "left_surge_id": sa.Integer(),
    "due_at": sa.DateTime(timezone=True),
}
# a column with its foreign key in one statement, which SQLite takes without copying the table
LINKED = (
    ("complaints", "surge_id", "surges"),
    ("complaints", "before_incident_id", "incidents"),
    ("incidents", "merged_into_id", "incidents"),
)


def upgrade() -> None:
    """Add the tables and columns, and index the customers of the complaints that are there."""
    _tables()
    for name, kind in PLAIN.items():
        op.add_column("complaints", sa.Column(name, kind))
    op.add_column("complaints", sa.Column("repeat", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, column, other in LINKED:
        name = f"fk_{table}_{column}"
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT {name} REFERENCES {other} (id)"
        )
    op.create_index("ix_complaints_alike", "complaints", ["complaint_type", "recorded_at", "id"])
    for column, after in KNOWN.items():
        _partial(f"ix_complaints_{column}", "complaints", [column, after], f"{column} IS NOT NULL")
    _partial("ix_incidents_merged", "incidents", ["merged_into_id"], "merged_into_id IS NOT NULL")
    _index_customers()


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _tables() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "kept_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_keys")),
        sa.UniqueConstraint("name", name=op.f("uq_kept_keys_name")),
    )
    op.create_table(
        "surges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=20), nullable=False),
        sa.Column("complaint_type", sa.String(length=40), nullable=False),
        sa.Column("open_key", sa.String(length=80), nullable=True),
        sa.Column("cause_key", sa.BigInteger(), nullable=True),
        sa.Column("wording", sa.BigInteger(), nullable=True),
        sa.Column("exemplar_id", sa.Integer(), nullable=True),
        sa.Column("cause", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("opened_at", moment, nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("quiet_until", moment, nullable=True),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("customers", sa.Integer(), nullable=False),
        sa.Column("level_given", sa.Integer(), nullable=False),
        sa.Column("told_members", sa.Integer(), nullable=False),
        sa.Column("told_at", moment, nullable=True),
        sa.CheckConstraint("state <> 'open' OR incident_id IS NOT NULL", name=op.f("ck_surges_parent")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_surges_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_surges")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_surges_incident_id")),
        sa.UniqueConstraint("open_key", name=op.f("uq_surges_open_key")),
    )
    _partial("ix_surges_live", "surges", ["complaint_type"], "open_key IS NOT NULL")
    _partial("ix_surges_leaving", "surges", ["id"], "state = 'undone'")
    op.create_table(
        "incident_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_incident_links_order")),
        sa.ForeignKeyConstraint(["one_id"], ["incidents.id"], name=op.f("fk_incident_links_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["incidents.id"], name=op.f("fk_incident_links_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_links")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_incident_links_one_id_other_id")),
    )
    op.create_index("ix_incident_links_other_id", "incident_links", ["other_id"])
    op.create_table(
        "incident_merges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("undone_at", moment, nullable=True),
        sa.Column("undone_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["incidents.id"], name=op.f("fk_incident_merges_source_id")),
        sa.ForeignKeyConstraint(["target_id"], ["incidents.id"], name=op.f("fk_incident_merges_target_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_merges")),
    )
    op.create_index("ix_incident_merges_source_id", "incident_merges", ["source_id"])
    op.create_index("ix_incident_merges_target_id", "incident_merges", ["target_id"])
    op.create_table(
        "agencies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("department_code", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("state_by", sa.String(), nullable=True),
        sa.Column("state_at", moment, nullable=True),
        sa.Column("state_incident_id", sa.Integer(), nullable=True),
        sa.Column("evaluate_on", sa.Date(), nullable=True),
        sa.Column("evaluated_on", sa.Date(), nullable=True),
        sa.Column("remind_at", moment, nullable=True),
        sa.Column("notes", sa.String(), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["department_code"], ["departments.code"], name=op.f("fk_agencies_department_code")
        ),
        sa.ForeignKeyConstraint(
            ["state_incident_id"], ["incidents.id"], name=op.f("fk_agencies_state_incident_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agencies")),
        sa.UniqueConstraint("code", name=op.f("uq_agencies_code")),
        sa.UniqueConstraint("key", name=op.f("uq_agencies_key")),
    )
    _partial("ix_agencies_remind", "agencies", ["remind_at"], "remind_at IS NOT NULL")


def _index_customers() -> None:
    """The key of the blind index, and what it makes of the complaints that are there."""
    from incident import customers
    from incident.agency_names import normal

    kept = sa.table("kept_keys", sa.column("name", sa.String()), sa.column("value", privacy.EncryptedJson()))
    fresh = customers.fresh_key()
    op.get_bind().execute(sa.insert(kept).values(name=customers.KEY, value=fresh))
    index = customers.hasher(fresh)
    rows = sa.table(
        "complaints",
        sa.column("id", sa.Integer()),
        sa.column("personal", privacy.EncryptedJson()),
        sa.column("agency", sa.String()),
        sa.column("agency_key", sa.String()),
        *(sa.column(name, sa.BigInteger()) for name in (*customers.COLUMNS.values(), "person_key")),
    )
    unreadable = 0
    for id_, token, agency in _complaints(rows):
        found: dict[str, Any] = {}
        try:
            personal = privacy.EncryptedJson().process_result_value(token, op.get_bind().dialect)
        except privacy.KeysMissing:
            unreadable += 1
        else:
            found = customers.keys((personal or {}).get("customer", {}), hashed=index)
        if agency and (key := normal(agency)):
            found["agency_key"] = key
        if found:
            op.get_bind().execute(sa.update(rows).where(rows.c.id == id_).values(found))
    if unreadable:
        log.warning("%s complaints could not be read with the present DATA_KEYS; not indexed", unreadable)


def _complaints(rows: sa.TableClause) -> Iterator[tuple[int, bytes, str | None]]:
    last = 0
    raw = sa.type_coerce(rows.c.personal, sa.LargeBinary())
    while True:
        query = sa.select(rows.c.id, raw, rows.c.agency).where(rows.c.id > last).order_by(rows.c.id)
        found = op.get_bind().execute(query.limit(BATCH)).all()
        if not found:
            return
        yield from ((row[0], row[1], row[2]) for row in found)
        last = found[-1][0]


def downgrade() -> None:
    """Take them away; merged incidents become cancelled ones."""
    op.execute("UPDATE incidents SET status = 'cancelled' WHERE status = 'merged'")
    for column in KNOWN:
        op.drop_index(f"ix_complaints_{column}", "complaints")
    op.drop_index("ix_complaints_alike", "complaints")
    op.drop_index("ix_incidents_merged", "incidents")
    for table, column, _other in LINKED:
        if op.get_bind().dialect.name == "postgresql":
            op.drop_constraint(f"fk_{table}_{column}", table, type_="foreignkey")
        op.drop_column(table, column)
    for name in ("repeat", *PLAIN):
        op.drop_column("complaints", name)
    for table in ("agencies", "incident_merges", "incident_links", "surges", "kept_keys"):
        op.drop_table(table)
