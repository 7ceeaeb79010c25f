"""Post-mortems as documents: meeting, sections in versions, findings, signatures, editions and actions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None

INVITING, OPEN = sa.text("invite_at IS NOT NULL"), sa.text("state = 'open'")
MOMENT = sa.DateTime(timezone=True)
STATES = "state IN ('scheduled', 'held', 'completed')"
CATEGORIES = "category IS NULL OR category IN ('people', 'process', 'system', 'vendor', 'policy')"


def moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    """A column that holds a moment."""
    return sa.Column(name, MOMENT, nullable=nullable)


def upgrade() -> None:
    """Add them; a post-mortem that was scheduled before meets at its limit, as it did."""
    with op.batch_alter_table("reviews") as batch:
        for column in (
            moment("meets_at", nullable=True),
            sa.Column("place", sa.String(), nullable=True),
            sa.Column("triggers", sa.JSON(), nullable=False, server_default='["level"]'),
            sa.Column("lateness", sa.Integer(), nullable=False, server_default="0"),
            moment("invite_at", nullable=True),
            sa.Column("invitations", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
            moment("held_at", nullable=True),
            sa.Column("edition", sa.Integer(), nullable=False, server_default="0"),
            moment("published_at", nullable=True),
            sa.Column("amendment", sa.String(), nullable=True),
        ):
            batch.add_column(column)
        batch.create_check_constraint(op.f("ck_reviews_state"), STATES)
    op.execute("UPDATE reviews SET meets_at = due_at")
    with op.batch_alter_table("reviews") as batch:
        batch.alter_column("meets_at", existing_type=MOMENT, nullable=False)
        for name, kind in (
            ("triggers", sa.JSON()),
            ("lateness", sa.Integer()),
            ("invitations", sa.Integer()),
            ("revision", sa.Integer()),
            ("edition", sa.Integer()),
        ):
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)
    op.create_index(
        "ix_reviews_invite", "reviews", ["invite_at"], sqlite_where=INVITING, postgresql_where=INVITING
    )
    _texts()
    _findings()
    _signatures()
    _actions()


def _table(name: str, *columns: Any, **given: Any) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        **given,
    )


def _key(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=f"fk_{table}_{column}")


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=f"uq_{table}_{'_'.join(columns)}")


def _texts() -> None:
    _table(
        "review_texts",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        moment("at"),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("named", sa.JSON(), nullable=False),
        _key("review_texts", "review_id", "reviews"),
        _unique("review_texts", "review_id", "name", "version"),
    )
    _table(
        "review_events",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        _key("review_events", "review_id", "reviews"),
        _key("review_events", "event_id", "timeline_events"),
        _unique("review_events", "review_id", "event_id"),
    )


def _findings() -> None:
    _table(
        "review_findings",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("category", sa.String(length=10), nullable=True),
        sa.Column("step", sa.String(length=50), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        moment("added_at"),
        sa.Column("added_by", sa.String(), nullable=False),
        moment("withdrawn_at", nullable=True),
        sa.Column("withdrawn_by", sa.String(), nullable=True),
        sa.CheckConstraint(CATEGORIES, name=op.f("ck_review_findings_category")),
        _key("review_findings", "review_id", "reviews"),
        _key("review_findings", "parent_id", "review_findings"),
    )
    op.create_index("ix_review_findings_review", "review_findings", ["review_id", "id"])
    op.create_index("ix_review_findings_cause", "review_findings", ["category", "added_at"])


def _signatures() -> None:
    _table(
        "review_signatures",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        moment("at"),
        _key("review_signatures", "review_id", "reviews"),
        _key("review_signatures", "person_id", "people"),
        _unique("review_signatures", "review_id", "revision", "role"),
        _unique("review_signatures", "review_id", "revision", "person_id"),
    )
    _table(
        "review_editions",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        moment("at"),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("content", sa.JSON(), nullable=False),
        _key("review_editions", "review_id", "reviews"),
        _unique("review_editions", "review_id", "number"),
    )


def _actions() -> None:
    _table(
        "review_actions",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("finding_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        moment("due_at"),
        moment("first_due_at"),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("proof", sa.String(), nullable=True),
        moment("done_at", nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        moment("verified_at", nullable=True),
        sa.Column("verified_by_id", sa.Integer(), nullable=True),
        moment("remind_at", nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        moment("created_at"),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'verified', 'dropped')", name=op.f("ck_review_actions_state")
        ),
        sa.CheckConstraint(
            "kind IN ('prevent', 'detect', 'fix', 'improve', 'train')", name=op.f("ck_review_actions_kind")
        ),
        sa.CheckConstraint(
            "(state = 'verified') = (verified_at IS NOT NULL)", name=op.f("ck_review_actions_verified")
        ),
        sa.CheckConstraint(
            "(state = 'open') OR (remind_at IS NULL)", name=op.f("ck_review_actions_reminded")
        ),
        _key("review_actions", "review_id", "reviews"),
        _key("review_actions", "finding_id", "review_findings"),
        _key("review_actions", "owner_id", "people"),
        _key("review_actions", "done_by_id", "people"),
        _key("review_actions", "verified_by_id", "people"),
    )
    for name, columns, where in (
        ("review", ["review_id", "id"], None),
        ("due", ["due_at", "id"], OPEN),
        ("remind", ["remind_at"], OPEN),
        ("owner", ["owner_id", "state"], None),
    ):
        op.create_index(
            f"ix_review_actions_{name}",
            "review_actions",
            columns,
            sqlite_where=where,
            postgresql_where=where,
        )
    _table(
        "review_action_events",
        sa.Column("action_id", sa.Integer(), nullable=False),
        moment("at"),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        _key("review_action_events", "action_id", "review_actions"),
    )
    op.create_index("ix_review_action_events_action", "review_action_events", ["action_id", "id"])


def downgrade() -> None:
    """Take them away; one that was being written is scheduled again."""
    for name in (
        "review_action_events",
        "review_actions",
        "review_editions",
        "review_signatures",
        "review_findings",
        "review_events",
        "review_texts",
    ):
        op.drop_table(name)
    op.drop_index("ix_reviews_invite", "reviews")
    op.execute("UPDATE reviews SET state = 'scheduled' WHERE state = 'held'")
    with op.batch_alter_table("reviews") as batch:
        batch.drop_constraint(op.f("ck_reviews_state"), type_="check")
        for name in (
            "amendment",
            "published_at",
            "edition",
            "held_at",
            "revision",
            "invitations",
            "invite_at",
            "lateness",
            "triggers",
            "place",
            "meets_at",
        ):
            batch.drop_column(name)
