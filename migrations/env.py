"""Runs the migrations against the application's own engine."""

from typing import Any

from alembic import context
from flask import current_app

from incident import db as database

engine = current_app.extensions["migrate"].db.engine


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Our column types stand in migrations as what the database stores."""
    if kind == "type" and isinstance(item, database.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and item.__class__.__name__ == "LevelType":
        return "sa.SmallInteger()"
    if kind == "type" and item.__class__.__name__ == "Hundredths":
        return "sa.BigInteger()"
    if kind == "type" and item.__class__.__name__ == "EncryptedJson":
        return "sa.LargeBinary()"
    return False


def run() -> None:
    """Upgrade or downgrade; on PostgreSQL two processes that start together take turns."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_lock(7276543)")
        context.configure(
            connection=connection,
            target_metadata=database.db.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_unlock(7276543)")
            connection.commit()


run()
