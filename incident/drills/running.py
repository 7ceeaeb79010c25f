"""Opening, pausing, resuming and ending drills: each state changes under the drill's own lock."""

from datetime import datetime, timedelta

from sqlalchemy import select

from incident import audit, errors, timeline
from incident.accounts import Actor, system
from incident.db import db, unit_of_work
from incident.drills import cast, playing, scenarios, shifting, telling
from incident.errors import N_
from incident.lifecycle import acts, opening
from incident.lifecycle.common import House
from incident.models.drills import PLAYED, Drill, DrillKind, DrillRole, DrillState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.exercises import Scenario
from incident.vocabulary import Status

LATE = timedelta(hours=12)  # a drill missed by more is not opened in the middle of another day, but reported
ACTOR = system("drills")


def locked(drill_id: int) -> Drill:
    """A drill as it stands now, locked until the end of the transaction; raises NotFound."""
    db.session.flush()
    drill = db.session.get(Drill, drill_id, with_for_update=True, populate_existing=True)
    if drill is None:
        raise errors.NotFound(N_("There is no such drill."))
    return drill


def must_be(drill: Drill, *states: DrillState) -> None:
    """Raise Refused where the drill stands elsewhere."""
    if drill.state not in states:
        raise errors.Refused(
            N_("This drill is %(drill_state)s; that is not possible now."), drill_state=str(drill.state)
        )


def start_due(*, at: datetime, house: House) -> int:
    """Open the drills whose time has come; one long past is cancelled, and its staff are told of it. Returns
    how many."""
    due = list(
        db.session.scalars(
            select(Drill.id).where(Drill.state == DrillState.SCHEDULED, Drill.starts_at <= at).limit(50)
        )
    )
    for drill_id in due:
        with unit_of_work():
            drill = locked(drill_id)
            if drill.state != DrillState.SCHEDULED or drill.starts_at > at:
                continue
            if at - drill.starts_at > LATE:
                _report_missed(drill, at=at)
            else:
                _open(drill, by=ACTOR, at=at, house=house)
    return len(due)


def _report_missed(drill: Drill, *, at: datetime) -> None:
    drill.state, drill.ended_at, drill.moved_because = DrillState.CANCELLED, at, "service_was_down"
    audit.record("drills.missed", f"drill/{drill.id}", by=ACTOR.label, at=at)
    telling.to_staff(drill, "missed", at=at, when=drill.starts_at.isoformat())
    telling.tell("missed", [drill], at=at)


def begin(drill_id: int, *, by: Actor, at: datetime, house: House) -> Drill:
    """Open a scheduled drill now; raises NotFound, or Refused where it has begun or ended."""
    drill = locked(drill_id)
    cast.must_lead(drill, by)
    if drill.state != DrillState.SCHEDULED:
        raise errors.Refused(N_("This drill is %(drill_state)s already."), drill_state=str(drill.state))
    return _open(drill, by=by, at=at, house=house)


def _open(drill: Drill, *, by: Actor, at: datetime, house: House) -> Drill:
    version = library.current(drill.plan_key)
    played = script(drill)
    people = cast.everybody(drill)
    incident = opening.declare(
        opening.Opening(
            complaint_type=drill.plan_key,
            type_proposed=False,
            level=version.plan.default_level,
            level_reasons=[],
            channel="other",
            received_at=at,
            drill=True,
            participants=people[DrillRole.PLAYER],
        ),
        by=ACTOR if not by.can(Permission.DRILLS_MANAGE) else by,
        at=at,
        house=house,
    )
    drill.incident_id, drill.state, drill.started_at = incident.id, DrillState.RUNNING, at
    if played is not None:
        drill.script = played.model_dump(mode="json", exclude_defaults=True)
        playing.lay_out(drill, played, at=at)
    db.session.flush()
    return drill


def script(drill: Drill) -> Scenario | None:
    """What will be played; a scenario that has gone from the plan leaves the drill to its controller."""
    found = scenarios.find(drill.plan_key, drill.scenario) if drill.scenario else None
    if found is not None:
        return found.scenario
    return scenarios.call_tree() if drill.kind == DrillKind.CALL_TREE else None


def pause(drill_id: int, *, by: Actor, at: datetime, reason: str = "") -> Drill:
    """Let a running drill stand still: nothing is delivered, no deadline runs, nobody is reminded."""
    drill = locked(drill_id)
    cast.must_lead(drill, by)
    must_be(drill, DrillState.RUNNING)
    return _pause(drill, by=by, at=at, reason=reason)


def _pause(drill: Drill, *, by: Actor, at: datetime, reason: str) -> Drill:
    incident = db.session.get_one(Incident, drill.incident_id)
    drill.state, drill.paused_at, drill.pause_reason = DrillState.PAUSED, at, reason.strip()[:500] or None
    if incident.escalate_at is not None:
        drill.escalate_left = max(0, int((incident.escalate_at - at).total_seconds()))
        incident.escalate_at = None
    timeline.record(incident.id, "drill_paused", by=by.label, at=at, reason=drill.pause_reason or "–")
    telling.in_channel(drill, "drill_paused", at=at, name=by.name)
    telling.tell("paused", [drill], at=at)
    db.session.flush()
    return drill


def suspend(drill_id: int, *, by: Actor, at: datetime) -> Drill:
    """Pause the drill for a real emergency: anybody who takes part may, by one press; a second press of
    somebody else changes nothing."""
    drill = locked(drill_id)
    if not cast.roles_of(drill, by):
        cast.must_lead(drill, by)
    if drill.state == DrillState.PAUSED:
        return drill
    must_be(drill, DrillState.RUNNING)
    real = db.session.get(Incident, drill.interrupted_by_id or 0)
    return _pause(drill, by=by, at=at, reason=real.number if real else "")


def resume(drill_id: int, *, by: Actor, at: datetime) -> Drill:
    """Go on: everything that was still to come comes later by as long as the drill stood still."""
    drill = locked(drill_id)
    cast.must_lead(drill, by)
    must_be(drill, DrillState.PAUSED)
    assert drill.paused_at is not None  # set with the state
    stood = at - drill.paused_at
    incident = db.session.get_one(Incident, drill.incident_id)
    shifting.later(drill, stood)
    if drill.escalate_left is not None and incident.is_open and incident.acknowledged_at is None:
        incident.escalate_at = at + timedelta(seconds=drill.escalate_left)
    drill.state, drill.paused_at, drill.escalate_left = DrillState.RUNNING, None, None
    drill.paused_seconds += int(stood.total_seconds())
    timeline.record(
        incident.id, "drill_resumed", by=by.label, at=at, minutes=round(stood.total_seconds() / 60)
    )
    telling.in_channel(drill, "drill_resumed", at=at, name=by.name)
    telling.tell("resumed", [drill], at=at)
    db.session.flush()
    return drill


def stop(drill_id: int, *, by: Actor, at: datetime, reason: str = "") -> Drill:
    """End a running drill; its incident is cancelled unless it was played to its close."""
    drill = locked(drill_id)
    cast.must_lead(drill, by)
    if drill.state not in PLAYED:
        raise errors.Refused(
            N_("This drill is %(drill_state)s; only a running one can be stopped."),
            drill_state=str(drill.state),
        )
    end = drill.paused_at or at
    incident = db.session.get_one(Incident, drill.incident_id)
    playing.finish(drill, at=end)
    if incident.status == Status.OPEN:
        acts.cancel(incident, reason=reason, by=by if by.can(Permission.DRILLS_MANAGE) else ACTOR, at=at)
    if drill.paused_at is not None:
        drill.paused_seconds += int((at - drill.paused_at).total_seconds())
    drill.state, drill.ended_at, drill.paused_at = DrillState.ENDED, at, None
    telling.tell("ended", [drill], at=at)
    telling.hot_wash(drill, at=at)
    db.session.flush()
    return drill


def hold_up(drill: Drill, *, since: datetime, at: datetime) -> None:
    """Pause a drill whose injects could not be delivered while the service was down, as from then on."""
    _pause(drill, by=ACTOR, at=at, reason="service_was_down")
    drill.paused_at = since
    telling.to_staff(drill, "held_up", at=at, when=since.isoformat())
