"""The measures of a drill (facts §6): times to acknowledge, to assemble and to first contact, and shares."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from incident.db import db
from incident.drills import answering, cast, playing, scoring
from incident.models.drills import Drill
from incident.models.exercises import InjectState
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.models.records import TimelineEvent
from incident.vocabulary import Stage, TaskStatus

CONTACT = ("contact_made", "contact_attempted")
TALKING = (Stage.NEGOTIATE, Stage.RESOLVE, Stage.FEEDBACK, Stage.FOLLOW_UP)


@dataclass(frozen=True)
class Measures:
    """What was measured; a time is None where it never came to it, a share is (how many, of how many)."""

    acknowledged: timedelta | None
    assembled: timedelta | None
    departments: tuple[int, int]
    contacted: timedelta | None
    in_time: tuple[int, int]
    took_part: tuple[int, int]
    absent: list[str]
    checklist: tuple[int, int]
    undone: list[Task]
    score: scoring.Total


def of(drill: Drill) -> Measures:
    """The measures of a drill that has begun."""
    assert drill.started_at is not None  # it has begun
    incident = db.session.get_one(Incident, drill.incident_id)
    players = cast.players(drill)
    events = list(
        db.session.scalars(
            select(TimelineEvent).where(TimelineEvent.incident_id == incident.id).order_by(TimelineEvent.id)
        )
    )
    rows = playing.of(drill)
    judged = [row for row in rows if row.state == InjectState.DELIVERED and row.met is not None]
    accepted, called = _departments(incident, players)
    active = _active(drill, events)
    tasks = list(
        db.session.scalars(
            select(Task).where(Task.incident_id == incident.id, Task.must).order_by(Task.position, Task.id)
        )
    )
    done = [task for task in tasks if task.status == TaskStatus.DONE]
    asked = {playing.content(row).target for row in judged}
    return Measures(
        acknowledged=_after(drill, incident.acknowledged_at),
        assembled=_after(drill, max(accepted)) if accepted and len(accepted) == called else None,
        departments=(len(accepted), called),
        contacted=_after(drill, _contacted(events)),
        in_time=(sum(bool(row.met) for row in judged), len(judged)),
        took_part=(sum(each.id in active for each in players), len(players)),
        absent=[each.name for each in players if each.id not in active],
        checklist=(len(done), len(tasks)),
        undone=[task for task in tasks if task.status != TaskStatus.DONE and task.key in asked],
        score=scoring.total(rows),
    )


def _after(drill: Drill, moment: datetime | None) -> timedelta | None:
    return None if moment is None or drill.started_at is None else max(moment - drill.started_at, timedelta())


def _departments(incident: Incident, players: list[Person]) -> tuple[list[datetime], int]:
    """When each department that has a player accepted, and how many there are."""
    here = {each.department_code for each in players}
    rows = db.session.execute(
        select(IncidentDepartment.code, IncidentDepartment.accepted_at).where(
            IncidentDepartment.incident_id == incident.id
        )
    )
    mine = [(code, at) for code, at in rows if code in here]
    return [at for _code, at in mine if at is not None], len(mine)


def _active(drill: Drill, events: list[TimelineEvent]) -> set[int | None]:
    """Ids of those who answered an inject or did anything on the incident."""
    answered = {each.person_id for found in answering.of(drill).values() for each in found}
    return answered | {answering.person_of(event.actor) for event in events}


def _contacted(events: list[TimelineEvent]) -> datetime | None:
    return next(
        (
            event.at
            for event in events
            if event.kind in CONTACT or (event.kind == "moved" and event.data.get("to") in TALKING)
        ),
        None,
    )
