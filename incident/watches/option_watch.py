"""Ends the offers whose day is over: the rows hold the due moment, and each is ended on its own."""

from datetime import datetime

from sqlalchemy import select

from incident import accounts
from incident.coordination import options
from incident.db import db, unit_of_work
from incident.models.drills import STANDING_STILL
from incident.models.resolutions import ON_OFFER, ResolutionOption

ACTOR = accounts.system("offers")
AT_A_TIME = 200  # offers of one sweep; the rest come with the next beat


def sweep(*, at: datetime) -> int:
    """End what is over; safe to run twice, and what was answered a moment before stays answered."""
    due = select(ResolutionOption.id).where(
        ON_OFFER, ResolutionOption.expire_at <= at, ResolutionOption.incident_id.not_in(STANDING_STILL)
    )
    ids = list(db.session.scalars(due.order_by(ResolutionOption.expire_at).limit(AT_A_TIME)))
    ended = 0
    for option_id in ids:
        with unit_of_work():
            incident, option = options.locked(option_id)
            ended += options.expire(incident, option, by=ACTOR, at=at)
    return ended
