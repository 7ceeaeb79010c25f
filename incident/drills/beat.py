"""The beat of drills that are played: acts are seen, deadlines end, injects come, emergencies interrupt."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.exc import SQLAlchemyError

from incident import errors
from incident.accounts import system
from incident.db import db, unit_of_work
from incident.drills import answering, playing, running, scoring, telling
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillState
from incident.models.exercises import DrillInject, InjectState
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from incident.vocabulary import Level, Status

ACTOR = system("drills")
# An inject this late was held up by a stop of the service: the drill is paused, and its staff go on when the
# players are back, instead of everything coming at once.
HELD_UP = timedelta(minutes=15)
TOGETHER = (
    5  # drills in a unit of work: a quarter of a second's work at most, so that alerts wait for no more
)
FAULTS = (SQLAlchemyError, errors.DomainError, LookupError, ValueError)


def run(*, at: datetime, house: House) -> int:
    """Open what is due and move on what runs; returns how much happened."""
    return running.start_due(at=at, house=house) + move_on(at=at)


def move_on(*, at: datetime) -> int:
    """Move every running drill on; returns how much happened.

    Safe to run twice and in two processes; what was due while nobody ran it is done at the next beat. A few
    drills share a unit of work, since a commit costs more than a drill; where one of them fails, each gets
    its own, and the others go on. Raises an ExceptionGroup of the faults afterwards.
    """
    going = {each.id: each for each in db.session.scalars(_running())}
    if not going:
        return 0
    wanted = _due(at=at)
    wanted |= {each.id for each in going.values() if each.id not in wanted and answering.acts_found(each)}
    count, faults = 0, list[Exception]()
    ids = sorted(wanted)
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        try:
            count += _move_together(some, at=at)
        except FAULTS:
            count += _one_by_one(some, faults, at=at)
    if faults:
        raise ExceptionGroup(f"{len(faults)} drills could not go on", faults)
    return count + _interrupt(list(going), at=at)


def _move_together(some: Sequence[int], *, at: datetime) -> int:
    with unit_of_work():
        return sum(_move_on(drill_id, at=at) for drill_id in some)


def _one_by_one(some: Sequence[int], faults: list[Exception], *, at: datetime) -> int:
    count = 0
    for drill_id in some:
        try:
            count += _move_together([drill_id], at=at)
        except FAULTS as fault:
            faults.append(fault)
    return count


def _running() -> Select[Drill]:
    """The drills that run, as they stand now."""
    query = select(Drill).where(Drill.state == DrillState.RUNNING).order_by(Drill.id)
    return query.execution_options(populate_existing=True)


def _due(*, at: datetime) -> set[int]:
    """Ids of the drills with something to deliver or to end: one look without a lock."""
    comes = (DrillInject.state == InjectState.PENDING) & (DrillInject.due_at <= at)
    ends = (
        (DrillInject.state == InjectState.DELIVERED)
        & DrillInject.judged_at.is_(None)
        & (DrillInject.answer_by < at)
    )
    query = select(DrillInject.drill_id).join(Drill, Drill.id == DrillInject.drill_id)
    found = query.where(Drill.state == DrillState.RUNNING, or_(comes, ends)).distinct()
    return set(db.session.scalars(found))


def _move_on(drill_id: int, *, at: datetime) -> int:
    drill = running.locked(drill_id)
    if drill.state != DrillState.RUNNING:
        return 0
    late = _oldest(drill)
    if late is not None and at - late > HELD_UP:
        answering.observe(drill, at=at)
        running.hold_up(drill, since=late, at=at)
        return 1
    count = answering.observe(drill, at=at) + scoring.judge_due(drill, at=at)
    count += playing.deliver_due(drill, at=at)
    return count + answering.observe(drill, at=at)  # what was done before it was asked for


def _oldest(drill: Drill) -> datetime | None:
    """Since when an inject has been due that waits for nothing but its time."""
    rows = (
        row.due_at
        for row in playing.of(drill)
        if row.state == InjectState.PENDING and row.content.get("condition") is None
    )
    return min(rows, default=None)


def _interrupt(ids: list[int], *, at: datetime) -> int:
    """Tell the staff of running drills, once for each, that a real emergency of level Ⅰ or Ⅱ has come."""
    drills = list(
        db.session.scalars(select(Drill).where(Drill.id.in_(ids), Drill.state == DrillState.RUNNING))
    )
    since = min((each.started_at for each in drills if each.started_at), default=at)
    raised = exists().where(
        TimelineEvent.incident_id == Incident.id,
        TimelineEvent.kind == "level_changed",
        TimelineEvent.at >= since,
    )
    grave = db.session.scalars(
        select(Incident)
        .where(
            Incident.status == Status.OPEN,
            Incident.drill.is_(False),
            Incident.level <= Level.MAJOR,
            or_(Incident.opened_at >= since, raised),
        )
        .order_by(Incident.id.desc())
        .limit(1)
    ).first()
    if grave is None:
        return 0
    return sum(_tell_of(each.id, grave, at=at) for each in drills if (each.interrupted_by_id or 0) < grave.id)


def _tell_of(drill_id: int, grave: Incident, *, at: datetime) -> int:
    with unit_of_work():
        drill = running.locked(drill_id)
        told = drill.interrupted_by_id or 0
        if drill.state != DrillState.RUNNING or told >= grave.id:
            return 0
        if drill.started_at is None or grave.last_activity_at < drill.started_at:
            return 0
        drill.interrupted_by_id = grave.id
        telling.interrupted(drill, grave, at=at)
        return 1
