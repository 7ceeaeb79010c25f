"""Looks for contact holds whose review day has come, and reminds whoever keeps them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.models.contacts import ContactHold
from incident.models.drills import STANDING_STILL

AGAIN = timedelta(days=1)  # a hold is kept in mind once a day until it is lifted


def remind(*, at: datetime) -> int:
    """Remind those who keep a hold whose day has come, once a day until it is lifted; returns how many."""
    due = list(
        db.session.scalars(
            select(ContactHold.id)
            .where(
                ContactHold.lifted_at.is_(None),
                ContactHold.remind_at.is_not(None),
                ContactHold.remind_at <= at,
                ContactHold.incident_id.not_in(STANDING_STILL),
            )
            .limit(200)
        )
    )
    return sum(_remind_one(hold_id, at=at) for hold_id in due)


def _remind_one(hold_id: int, *, at: datetime) -> int:
    with unit_of_work() as session:
        hold = session.get_one(ContactHold, hold_id, with_for_update=True, populate_existing=True)
        if not hold.in_force or hold.remind_at is None or hold.remind_at > at:
            return 0
        hold.remind_at = at + AGAIN
        outbox.enqueue(
            hold.incident_id,
            "remind",
            at=at,
            key=f"hold-{hold.id}-{at:%Y%m%d}",
            person_id=hold.keeper_id,
            about="hold",
        )
        return 1
