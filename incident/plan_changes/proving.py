"""Whether a published change held in a drill: the first one played on its version or a later one."""

from datetime import datetime

from sqlalchemy import select

from incident import audit
from incident.accounts import system
from incident.db import db, unit_of_work
from incident.models.drills import Drill, DrillState
from incident.models.incidents import Incident
from incident.models.plans import ChangeState, PlanChange, PlanVersion

ACTOR = system("plan-changes")


def sweep(*, at: datetime) -> int:
    """Note the drill that proved a change, once there is one; returns how many were proven."""
    waiting = db.session.scalars(
        select(PlanChange.id).where(PlanChange.state == ChangeState.PUBLISHED, PlanChange.proven_at.is_(None))
    ).all()
    found = {change_id: drill for change_id in waiting if (drill := _drill(change_id)) is not None}
    for change_id, drill in found.items():
        with unit_of_work() as session:
            change = session.get_one(PlanChange, change_id, populate_existing=True)
            change.proven_drill_id, change.proven_at = drill.id, drill.ended_at or at
            audit.record(
                "plan_changes.proven", f"plan_change/{change.id}", by=ACTOR.label, at=at, name=change.plan_key
            )
    return len(found)


def _drill(change_id: int) -> Drill | None:
    """The first drill that was played to its end on the version that the change made, or on a later one."""
    change = db.session.get_one(PlanChange, change_id)
    return db.session.scalars(
        select(Drill)
        .join(Incident, Incident.id == Drill.incident_id)
        .join(PlanVersion, PlanVersion.id == Incident.plan_version_id)
        .where(
            Drill.plan_key == change.plan_key,
            Drill.state == DrillState.ENDED,
            PlanVersion.version >= (change.published_version or 0),
        )
        .order_by(Drill.ended_at)
        .limit(1)
    ).first()
