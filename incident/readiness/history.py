"""The score of each day, taken once a day by the scheduler."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from incident.db import db, unit_of_work
from incident.lifecycle.common import House
from incident.models.training import ReadinessSnapshot
from incident.readiness import score

SHOWN = timedelta(days=365)


def take(*, at: datetime, house: House) -> int:
    """Take today's snapshot unless there is one; returns how many were taken."""
    today = at.astimezone(house.zone).date()
    if db.session.get(ReadinessSnapshot, today) is not None:
        return 0
    found = score.now(at=at, house=house)
    with unit_of_work() as session:
        if session.get(ReadinessSnapshot, today) is None:
            session.add(ReadinessSnapshot(day=today, score=found.score, parts=found.as_parts(), taken_at=at))
    return 1


def since(day: date) -> list[ReadinessSnapshot]:
    """The snapshots since a day, oldest first."""
    query = select(ReadinessSnapshot).where(ReadinessSnapshot.day >= day).order_by(ReadinessSnapshot.day)
    return list(db.session.scalars(query))
