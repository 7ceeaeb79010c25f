"""What was taken once, noted so that no process takes it again."""

from datetime import timedelta

from sqlalchemy import and_, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from incident import clock
from incident.db import is_sqlite, unit_of_work
from incident.models.alerts import SlackReceipt

LOST = timedelta(
    seconds=30
)  # Slack gives up on an answer after three; its second repeat comes after a minute


def first(key: str, *, to_finish: bool = False) -> bool:
    """Note that something is taken; False where it was taken before, by whichever process.

    What is still `to_finish` and is neither finished nor given back was lost with its process: after `LOST`
    the next repeat finds the door open.
    """
    dialect = sqlite if is_sqlite() else postgresql
    at = clock.now()
    lost = and_(SlackReceipt.done_at.is_(None), SlackReceipt.at < at - LOST)
    noting = (
        dialect.insert(SlackReceipt)
        .values(key=key, at=at, done_at=None if to_finish else at)
        .on_conflict_do_update(index_elements=["key"], set_={"at": at}, where=lost)
        .returning(SlackReceipt.key)
    )
    with unit_of_work() as session:
        return session.execute(noting).first() is not None


def finish(key: str) -> None:
    """It was done, and everything that follows from it is in the database: no repeat does anything."""
    with unit_of_work() as session:
        session.execute(update(SlackReceipt).where(SlackReceipt.key == key).values(done_at=clock.now()))


def forget(key: str) -> None:
    """It came to nothing: whoever comes next finds the door open."""
    with unit_of_work() as session:
        session.execute(delete(SlackReceipt).where(SlackReceipt.key == key))
