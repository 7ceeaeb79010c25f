"""What other parts read of drills that were held: for readiness, changes of plans and post-mortems."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident.db import db
from incident.drills import cast, playing, rating, scoring
from incident.models.drills import Drill, DrillKind, DrillState
from incident.models.exercises import Rating
from incident.models.incidents import Incident


@dataclass(frozen=True)
class Result:
    """One drill that was held: of which plan and version, when, who took part, its ratings and score.

    `departments` are the codes of the players' departments, `ratings` by objective, `worst` the gravest one
    (None where nothing was rated), `percent` the share of the points.
    """

    drill_id: int
    incident_id: int
    number: str
    plan_key: str
    plan_number: int
    kind: DrillKind
    scenario: str | None
    started_at: datetime
    ended_at: datetime
    departments: tuple[str, ...]
    ratings: dict[str, Rating]
    worst: Rating | None
    percent: int | None

    @property
    def weak(self) -> bool:
        """Whether an objective was met badly or not at all: a post-mortem follows."""
        return self.worst in rating.WEAK


def held(
    *, plan_key: str | None = None, since: datetime | None = None, drill_id: int | None = None
) -> list[Result]:
    """The drills played to their end, the latest first; of one plan, since a moment, or a single one."""
    query = (
        select(Drill, Incident.number, Incident.plan_number)
        .join(Incident, Incident.id == Drill.incident_id)
        .where(Drill.state == DrillState.ENDED)
        .order_by(Drill.ended_at.desc(), Drill.id.desc())
    )
    if plan_key is not None:
        query = query.where(Drill.plan_key == plan_key)
    if since is not None:
        query = query.where(Drill.ended_at >= since)
    if drill_id is not None:
        query = query.where(Drill.id == drill_id)
    return [_result(drill, number, version) for drill, number, version in db.session.execute(query)]


def _result(drill: Drill, number: str, version: int) -> Result:
    assert drill.incident_id and drill.started_at and drill.ended_at  # it was played
    given = {each.key: each.rating.rating for each in rating.of(drill) if each.rating is not None}
    codes = dict.fromkeys(each.department_code for each in cast.players(drill) if each.department_code)
    return Result(
        drill_id=drill.id,
        incident_id=drill.incident_id,
        number=number,
        plan_key=drill.plan_key,
        plan_number=version,
        kind=drill.kind,
        scenario=drill.scenario,
        started_at=drill.started_at,
        ended_at=drill.ended_at,
        departments=tuple(codes),
        ratings=given,
        worst=worst(given.values()),
        percent=scoring.total(playing.of(drill)).percent,
    )


def worst(ratings: Iterable[Rating]) -> Rating | None:
    """The gravest of some ratings; what was not observed does not count."""
    order = [Rating.U, Rating.M, Rating.S, Rating.P]
    found = set(ratings)
    return next((each for each in order if each in found), None)
