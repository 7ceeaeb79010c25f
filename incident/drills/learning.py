"""A drill with an objective rated M or U is followed by a post-mortem, led by its director (facts §7)."""

from datetime import datetime, timedelta

from sqlalchemy import exists, select

from incident import accounts
from incident.db import db, unit_of_work
from incident.drills import cast
from incident.drills.rating import WEAK
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillRole, DrillState
from incident.models.exercises import DrillRating
from incident.models.incidents import Incident
from incident.models.reviews import Review, Trigger
from incident.reviews import schedule

ACTOR = accounts.system("drills")
BACK = timedelta(days=90)  # a rating given later than this changes nothing any more
BATCH = 50  # drills of one sweep


def review_due(*, at: datetime, house: House) -> int:
    """Schedule the post-mortems of drills that ended with a weak rating and have none; returns how many.

    A sweep and no act of the rating: ratings are changed while the drill runs, and count once it is over.
    """
    weak = exists().where(DrillRating.drill_id == Drill.id, DrillRating.rating.in_(WEAK))
    there = exists().where(Review.incident_id == Drill.incident_id)
    due = db.session.scalars(
        select(Drill.id)
        .where(
            Drill.state == DrillState.ENDED,
            Drill.ended_at > at - BACK,
            Drill.incident_id.is_not(None),
            weak,
            ~there,
        )
        .order_by(Drill.ended_at)
        .limit(BATCH)
    ).all()
    for drill_id in due:
        with unit_of_work() as session:
            drill = session.get_one(Drill, drill_id, with_for_update=True, populate_existing=True)
            incident = session.get_one(Incident, drill.incident_id, with_for_update=True)
            directors = cast.everybody(drill)[DrillRole.DIRECTOR]
            schedule.required(
                incident,
                Trigger.DRILL_RATING,
                by=ACTOR,
                at=at,
                calendar=house.calendar,
                owner=directors[0] if directors else None,
            )
    return len(due)
