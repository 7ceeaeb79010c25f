"""Runs the migrations against the application's own engine."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection

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


@contextmanager
def unbound(connection: Connection) -> Iterator[None]:
    """SQLite alters a table by dropping it and writing it anew; what refers to its rows must not refuse that,
    and is checked afterwards. The setting is only heard outside a transaction."""
    raw = connection.connection.dbapi_connection
    assert raw is not None
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
    broken = raw.execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"{len(broken)} rows refer to rows that are gone, the first in {broken[0][0]}")


def run() -> None:
    """Upgrade or downgrade; on PostgreSQL two processes that start together take turns."""
    with (
        engine.connect() as connection,
        unbound(connection) if engine.dialect.name == "sqlite" else nullcontext(),
    ):
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
