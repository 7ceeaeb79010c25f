"""What was taken once, noted so that no process takes it again."""

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from incident import clock
from incident.db import is_sqlite, unit_of_work
from incident.models.alerts import SlackReceipt


def first(key: str) -> bool:
    """Note that something was taken; False where it was taken before, by whichever process."""
    dialect = sqlite if is_sqlite() else postgresql
    noting = dialect.insert(SlackReceipt).values(key=key, at=clock.now())
    with unit_of_work() as session:
        taken = session.execute(noting.on_conflict_do_nothing().returning(SlackReceipt.key)).first()
    return taken is not None


def forget(key: str) -> None:
    """It came to nothing: whoever comes next finds the door open."""
    with unit_of_work() as session:
        session.execute(delete(SlackReceipt).where(SlackReceipt.key == key))
