"""Whether published changes of plans held: the first well-rated drill on their version proves them."""

from datetime import datetime

from sqlalchemy import select

from incident import audit
from incident.accounts import system
from incident.db import db, unit_of_work
from incident.drills import results
from incident.drills.results import Result
from incident.models.plans import ChangeState, PlanChange

ACTOR = system("plan-changes")


def sweep(*, at: datetime) -> int:
    """Note the drill that proved a change, once there is one; returns how many were proven."""
    waiting = db.session.scalars(
        select(PlanChange).where(PlanChange.state == ChangeState.PUBLISHED, PlanChange.proven_at.is_(None))
    ).all()
    found = {change.id: proof for change in waiting if (proof := _proof(change)) is not None}
    for change_id, proof in found.items():
        with unit_of_work() as session:
            change = session.get_one(PlanChange, change_id, populate_existing=True)
            change.proven_drill_id, change.proven_at = proof.drill_id, proof.ended_at
            subject = f"plan_change/{change.id}"
            audit.record("plan_changes.proven", subject, by=ACTOR.label, at=at, name=change.plan_key)
    return len(found)


def tested(change: PlanChange) -> list[Result]:
    """The rated drills on the version that a change made, or on a later one; the earliest first."""
    held = results.held(plan_key=change.plan_key, since=change.published_at)
    number = change.published_version or 0
    return [each for each in reversed(held) if each.plan_number >= number and each.worst is not None]


def _proof(change: PlanChange) -> Result | None:
    """The first drill whose gravest rating is good enough; one that nobody rated proves nothing."""
    return next((each for each in tested(change) if not each.weak), None)
