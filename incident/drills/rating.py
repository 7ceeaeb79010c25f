"""How each objective was met, by the exercise evaluation guide: P, S, M, U, or not observed (facts §6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.drills import cast, seeing
from incident.errors import N_, Reason
from incident.models.drills import PLAYED, Drill, DrillState
from incident.models.exercises import DrillRating, Rating
from incident.playbooks.exercises import Objective

NOTE_MOST = 2_000  # characters
WEAK = (Rating.M, Rating.U)  # what a post-mortem and an improvement must follow from


@dataclass(frozen=True)
class Rated:
    """An objective with its rating, where somebody has given one."""

    key: str
    goal: Objective
    rating: DrillRating | None


def rate(
    drill: Drill, objective: str, rating: str, *, note: str = "", by: Actor, at: datetime
) -> DrillRating:
    """Rate one objective of a drill that has begun, again as often as needed; raises Invalid."""
    cast.must_judge(drill, by)
    if drill.state not in (*PLAYED, DrillState.ENDED):
        raise errors.Refused(
            N_("This drill is %(drill_state)s; that is not possible now."), drill_state=str(drill.state)
        )
    faults = _faults(drill, objective, rating, note)
    if faults:
        raise errors.Invalid(N_("The rating cannot be taken."), reasons=faults)
    facts = {"rating": Rating(rating), "note": privacy.redact(note.strip()), "by": by.label, "at": at}
    row = insert_one(
        DrillRating,
        {"drill_id": drill.id, "objective": objective, **facts},
        unless=("drill_id", "objective"),
    )
    if row is None:
        query = select(DrillRating).where(
            DrillRating.drill_id == drill.id, DrillRating.objective == objective
        )
        row = db.session.scalars(query).one()
        for name, value in facts.items():
            setattr(row, name, value)
    db.session.flush()
    return row


def _faults(drill: Drill, objective: str, rating: str, note: str) -> list[Reason]:
    script = seeing.script(drill)
    faults = []
    if script is None or objective not in script.goals:
        faults.append(Reason(N_("The drill has no such objective."), loc=("objective",)))
    if rating not in set(Rating):
        faults.append(Reason(N_("Rate with P, S, M, U or NA."), loc=("rating",)))
    if len(note) > NOTE_MOST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": NOTE_MOST}, ("note",)))
    if rating in set(WEAK) and not note.strip():
        faults.append(Reason(N_("Say what was missing: M and U lead to an improvement."), loc=("note",)))
    return faults


def of(drill: Drill) -> list[Rated]:
    """Every objective of a drill in order, with its rating."""
    script = seeing.script(drill)
    if script is None:
        return []
    rows = db.session.scalars(select(DrillRating).where(DrillRating.drill_id == drill.id))
    given = {row.objective: row for row in rows}
    return [Rated(key, goal, given.get(key)) for key, goal in script.goals.items()]
