"""What the whole room must know: shown on the strip across the top until somebody or something clears it."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from incident.db import db
from incident.models.ground import Notice


def put(key: str, message: str, *, at: datetime, **values: Any) -> None:
    """Show a notice, or bring its words up to date; `since` stays what it was."""
    row = db.session.get(Notice, key)
    if row is None:
        db.session.add(Notice(key=key, message=message, values=values, since=at))
    elif row.message != message or row.values != values:
        row.message, row.values = message, values


def clear(key: str) -> None:
    """Take a notice down; nothing happens where there is none."""
    db.session.execute(delete(Notice).where(Notice.key == key))


def current() -> list[Notice]:
    """The notices in force, oldest first."""
    return list(db.session.scalars(select(Notice).order_by(Notice.since, Notice.key)))
