"""The drills that were held, as readiness counts them: of which plan, when, and who took part."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from incident.db import db
from incident.drills import results
from incident.models.drills import Drill, DrillState
from incident.models.exercises import DrillRating, Rating
from incident.models.people import Person

# worth of the gravest rating of a drill, of 100 (facts §6: P achieved … U not achieved)
WORTH = {"P": 100, "S": 75, "M": 40, "U": 0}


@dataclass(frozen=True)
class Held:
    """A drill that was played to its end; `rating` is its gravest one, if any was given."""

    drill_id: int
    plan_key: str
    ended_at: datetime
    departments: frozenset[str]
    rating: str | None


def held(*, since: datetime) -> list[Held]:
    """The drills that ended since a moment, the latest first."""
    rows = db.session.scalars(
        select(Drill)
        .where(Drill.state == DrillState.ENDED, Drill.ended_at >= since)
        .order_by(Drill.ended_at.desc(), Drill.id.desc())
    ).all()
    people = db.session.execute(select(Person.email, Person.department_code)) if rows else ()
    where = {email: code for email, code in people}
    rated: dict[int, list[Rating]] = {}
    wanted = select(DrillRating.drill_id, DrillRating.rating).where(
        DrillRating.drill_id.in_([row.id for row in rows])
    )
    for drill_id, rating in db.session.execute(wanted):
        rated.setdefault(drill_id, []).append(rating)
    return [
        Held(
            row.id,
            row.plan_key,
            row.ended_at,
            frozenset(code for email in row.participants if (code := where.get(email))),
            results.worst(rated.get(row.id, [])),
        )
        for row in rows
        if row.ended_at is not None
    ]


def announced() -> dict[str, datetime]:
    """When the next drill of each plan begins, of those that everybody may know of."""
    rows = db.session.execute(
        select(Drill.plan_key, func.min(Drill.starts_at))
        .where(Drill.state == DrillState.SCHEDULED, Drill.announced)
        .group_by(Drill.plan_key)
    )
    return {key: starts_at for key, starts_at in rows}
