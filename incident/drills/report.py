"""The after-action report of a drill, from its record alone: the same record gives the same report."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from incident import errors, privacy
from incident.accounts import Actor, system
from incident.db import db
from incident.drills import cast, improving, measures, rating, seeing, washing
from incident.errors import N_, Reason
from incident.models.drills import Drill, DrillRole, DrillState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.exercises import Scenario
from incident.playbooks.library import Version

CONCLUSIONS_MOST = 8_000  # characters
READER = system("report")


@dataclass(frozen=True)
class Report:
    """Everything the report says, before it is put into words."""

    drill: Drill
    incident: Incident
    version: Version
    script: Scenario | None
    people: dict[DrillRole, list[Person]]
    measured: measures.Measures
    injects: list[seeing.Seen]
    rated: list[rating.Rated]
    points: dict[str, tuple[int, int]]
    plan: list[improving.Improvement]
    washed: washing.Summary


def gather(drill: Drill, *, zone: ZoneInfo) -> Report:
    """The report of a drill that has ended; raises Refused for any other."""
    if drill.state != DrillState.ENDED or drill.incident_id is None:
        raise errors.Refused(N_("The report is there when the drill has ended."))
    incident = db.session.get_one(Incident, drill.incident_id)
    version = library.version(incident.plan_version_id)
    found = seeing.seen(drill, by=READER)
    rated = rating.of(drill)
    measured = measures.of(drill)
    return Report(
        drill=drill,
        incident=incident,
        version=version,
        script=seeing.script(drill) if drill.script else None,
        people=cast.everybody(drill),
        measured=measured,
        injects=found,
        rated=rated,
        points=_points(found),
        plan=improving.of(drill, found, rated, measured, version, zone),
        washed=washing.summary(drill),
    )


def _points(found: list[seeing.Seen]) -> dict[str, tuple[int, int]]:
    """The points of the injects of each objective."""
    totals: dict[str, tuple[int, int]] = {}
    for each in found:
        key = each.inject.objective
        if key is None or each.result not in ("met", "missed"):
            continue
        got, most = totals.get(key, (0, 0))
        points = each.row.score if each.row.score is not None else each.row.points or 0
        totals[key] = (got + points, most + each.inject.points)
    return totals


def conclude(drill: Drill, text: str, *, by: Actor, at: datetime) -> Drill:
    """Keep the director's or the evaluator's own conclusions, redacted; raises Invalid."""
    if not cast.judges(drill, by):
        cast.must_lead(drill, by)
    if drill.state != DrillState.ENDED:
        raise errors.Refused(N_("The report is there when the drill has ended."))
    words = privacy.redact(text.strip())
    if len(words) > CONCLUSIONS_MOST:
        reason = Reason(N_("At most %(most)s characters."), {"most": CONCLUSIONS_MOST}, ("conclusions",))
        raise errors.Invalid(N_("The conclusions cannot be kept."), reasons=[reason])
    drill.conclusions = words or None
    return drill
