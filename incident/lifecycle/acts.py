"""The acts on an open incident: acknowledge, move, re-grade, note, close."""

from datetime import datetime

from sqlalchemy import insert, select, update

from incident import clocks, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.coordination import (
    closing,
    departments,
    evidence,
    feedback,
    finding,
    follow_ups,
    holds,
    roles,
    telling,
    updates,
)
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import common, informing
from incident.lifecycle.common import House
from incident.models.incidents import Clock, Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.reviews import schedule as reviews
from incident.vocabulary import IncidentRole, Level, Stage, Status
from incident.webhooks import events

ORDER = list(Stage)
# Allowed moves: one step on, or back to any earlier step; what each asks is in `_move_faults`.
MOVES: dict[tuple[Stage, Stage], str] = {
    **{(here, ORDER[index + 1]): "on" for index, here in enumerate(ORDER[:-1])},
    **{(here, earlier): "back" for index, here in enumerate(ORDER) for earlier in ORDER[:index]},
}


def acknowledge(incident: Incident, *, by: Actor, at: datetime) -> Incident:
    """Somebody answers the alert; raises Conflict where somebody else was first, naming them."""
    by.must(Permission.INCIDENTS_ACT)
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can acknowledge; use a token that acts as one."))
    if incident.acknowledged_at is not None:
        first = db.session.get_one(Person, incident.acknowledged_by_id)
        if first.id == by.id:
            return incident
        raise errors.Conflict(
            N_("%(name)s acknowledged %(number)s first, at %(at)s."),
            name=first.name,
            number=incident.number,
            at=incident.acknowledged_at.isoformat(timespec="minutes"),
        )
    common.must_be_open(incident)
    recusal.must_not_be(incident, by)
    incident.acknowledged_at, incident.acknowledged_by_id = at, by.id
    incident.escalate_at, incident.last_activity_at = None, at
    incident.nag_at = at  # from now on updates are due; the sweep counts to the first
    minutes = int((at - incident.opened_at).total_seconds() // 60)
    timeline.record(incident.id, "acknowledged", by=by.label, at=at, minutes=minutes)
    if incident.commander_id is None:
        roles.assign(incident, IncidentRole.COMMANDER, db.session.get_one(Person, by.id), by=by, at=at)
    clocks.happened(incident, "acknowledged", by=by, at=at)
    follow_ups.plan_welfare(incident, by=by, at=at)
    events.tell_of(incident, "acknowledged", at=at)
    common.show(incident, at=at, said="acknowledged", name=by.name)
    outbox.enqueue(incident.id, "invite", at=at)
    return incident


def move(incident: Incident, to: str, *, by: Actor, at: datetime, reason: str = "") -> Incident:
    """Move to another of the six steps; raises Refused with what is missing."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    if to not in set(Stage):
        raise errors.Invalid(
            N_("There is no step “%(to)s”."),
            to=to,
            reasons=[Reason(N_("Use one of %(stages)s."), {"stages": ", ".join(Stage)}, loc=("to",))],
        )
    here, there = Stage(incident.stage), Stage(to)
    faults = _move_faults(incident, here, there, reason)
    if faults:
        raise errors.Refused(
            N_("%(number)s cannot move from %(stage)s to %(to)s yet."),
            number=incident.number,
            stage=str(here),
            to=to,
            reasons=faults,
        )
    incident.stage, incident.last_activity_at = there, at
    data = {"from": str(here), "to": str(there)} | ({"reason": privacy.redact(reason)} if reason else {})
    timeline.record(incident.id, "moved", by=by.label, at=at, **data)
    if ORDER.index(there) >= ORDER.index(Stage.NEGOTIATE):
        clocks.happened(incident, "contacted", by=by, at=at)
    if there == Stage.FEEDBACK and incident.resolved_at is None:
        incident.resolved_at = at
    if ORDER.index(there) < ORDER.index(Stage.FEEDBACK):
        incident.resolved_at = None  # back again: it was not resolved after all
    events.tell_of(incident, "moved", at=at, **{"from": str(here), "to": str(there)})
    common.show(incident, at=at, said="moved", stage=str(there), name=by.name)
    return incident


def _move_faults(incident: Incident, here: Stage, there: Stage, reason: str) -> list[Reason]:
    move_kind = MOVES.get((here, there))
    if move_kind is None:
        return [
            Reason(
                N_("From %(stage)s the next step is %(next)s."), {"stage": str(here), "next": ORDER[index]}
            )
            if (index := ORDER.index(here) + 1) < len(ORDER)
            else Reason(N_("%(stage)s is the last step; close the incident instead."), {"stage": str(here)})
        ]
    faults = []
    if incident.acknowledged_at is None:
        faults.append(Reason(N_("Nobody has acknowledged the incident yet."), href="#acknowledge"))
    if move_kind == "back" and not reason.strip():
        faults.append(Reason(N_("Say why it goes back a step."), loc=("reason",)))
    return faults


def change_level(
    incident: Incident, level: int, *, reason: str, by: Actor, at: datetime, house: House
) -> Incident:
    """Re-grade: anybody may raise, only the commander lowers, always with a reason (facts §3.2)."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    if level not in set(Level):
        raise errors.Invalid(
            N_("The level is 1, 2, 3 or 4."), reasons=[common.at_place("level", N_("Use 1, 2, 3 or 4."))]
        )
    words = common.clean_text(reason, "reason", N_("Say why the level changes."))
    before = incident.level
    if level == before:
        raise errors.Refused(N_("The level is %(level)s already."), level=before.numeral)
    lowering = level > before
    if lowering and by.id != incident.commander_id:
        by.must(Permission.INCIDENTS_COMMAND)
    return regrade(incident, Level(level), reason=words, by=by, at=at, house=house)


def regrade(
    incident: Incident, level: Level, *, reason: str | dict[str, str], by: Actor, at: datetime, house: House
) -> Incident:
    """Set another level, once whoever asks for it has been checked, with all that follows from it."""
    before = incident.level
    incident.level, incident.last_activity_at = level, at
    _restart_targets(incident, at=at, house=house)
    departments.regraded(incident, at=at, calendar=house.calendar)
    clocks.repropose(incident, by=by, at=at, jurisdiction=house.rule_set)
    timeline.record(
        incident.id,
        "level_changed",
        by=by.label,
        at=at,
        **{"from": before.numeral, "to": level.numeral, "reason": reason},
    )
    if incident.acknowledged_at is not None:
        updates.expect(incident, at=at, calendar=house.calendar)
    if level < before and escalation.alert_raised(incident, at=at, zone=house.zone):
        outbox.enqueue(incident.id, "invite", at=at)
    events.tell_of(incident, "level_changed", at=at, **{"from": int(before), "to": int(level)})
    common.show(incident, at=at, said="level_changed", level=level.numeral, name=by.name)
    outbox.enqueue(incident.id, "set_topic", at=at)
    return incident


def _restart_targets(incident: Incident, *, at: datetime, house: House) -> None:
    """The targets of the new level count from the opening; those already met stay met."""
    rule = library.the_levels()[incident.level]
    met = set(
        db.session.scalars(
            select(Clock.rule).where(
                Clock.incident_id == incident.id, Clock.kind == "internal", Clock.state == "met"
            )
        )
    )
    earlier = select(Clock.rule).where(
        Clock.incident_id == incident.id, Clock.rule_version == f"level-{int(incident.level)}"
    )
    known = set(db.session.scalars(earlier))
    clocks.void_all(incident, at=at, kinds=("internal",))
    db.session.execute(
        update(Clock)
        .where(
            Clock.incident_id == incident.id,
            Clock.rule_version == f"level-{int(incident.level)}",
            Clock.state == "void",
            Clock.rule.not_in(met),
        )
        .values(state="running", ended_at=None, warn_at=at),
        execution_options={"synchronize_session": "fetch"},
    )
    rows = clocks.internal(incident.level, rule, start=telling.began(incident), calendar=house.calendar)
    fresh = [{"incident_id": incident.id, **row} for row in rows if row["rule"] not in met | known]
    if fresh:
        db.session.execute(insert(Clock), fresh)
    clocks.bring_up_to_date(incident)
    if incident.acknowledged_at is None:
        due = escalation.next_rung_at(rule, incident.rung, at, house.calendar)
        incident.escalate_at = min(filter(None, (due, incident.escalate_at)), default=None)


def note(incident: Incident, text: str, *, by: Actor, at: datetime) -> Incident:
    """Add a note to the timeline; numbers and addresses that look personal are masked."""
    by.must(Permission.INCIDENTS_ACT)
    words = common.clean_text(text, "text", N_("The note is empty."))
    incident.last_activity_at = at
    timeline.record(incident.id, "note", by=by.label, at=at, text=words)
    return incident


def close(incident: Incident, *, summary: str, by: Actor, at: datetime, house: House) -> Incident:
    """Close an incident and schedule its post-mortem; raises Refused with the list of what is missing."""
    if by.id != incident.commander_id:
        by.must(Permission.INCIDENTS_CLOSE)
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    recusal.must_not_be(incident, by)
    words = common.clean_text(summary, "summary", N_("Say in a sentence how it ended."))
    missing = missing_for_close(incident)
    if missing:
        raise errors.Refused(
            N_("%(number)s cannot be closed yet; %(count)s things are missing."),
            number=incident.number,
            count=len(missing),
            reasons=missing,
        )
    incident.status, incident.closed_at, incident.last_activity_at = Status.CLOSED, at, at
    incident.resolved_at = incident.resolved_at or at
    incident.escalate_at = None
    clocks.void_all(incident, at=at)
    clocks.bring_up_to_date(incident)
    evidence.seal(incident, by=by, at=at)
    timeline.record(incident.id, "closed", by=by.label, at=at, summary=words)
    if not incident.drill:
        reviews.schedule(incident, house.calendar, by=by, at=at)
        follow_ups.plan_effect_check(incident, by=by, at=at, calendar=house.calendar)
    events.tell_of(incident, "closed", at=at)
    common.show(incident, at=at, said="closed", name=by.name)
    return incident


def missing_for_close(incident: Incident) -> list[Reason]:
    """What keeps an incident from closing, each with the place where it is done."""
    missing = []
    if incident.acknowledged_at is None:
        missing.append(Reason(N_("Nobody has acknowledged the incident yet."), href="#acknowledge"))
    missing += _missing_after(incident)
    if incident.stage != Stage.FOLLOW_UP:
        missing.append(
            Reason(
                N_("The incident is at %(stage)s; it closes from follow_up."),
                {"stage": str(incident.stage)},
                loc=("stage",),
                href="#stages",
            )
        )
    missing += finding.missing(incident)
    return [
        *missing,
        *closing.unfinished_musts(incident.id),
        *departments.still_open(incident.id),
        *holds.unsettled(incident),
        *clocks.unsettled(incident),
        *informing.unreviewed(incident),
    ]


def _missing_after(incident: Incident) -> list[Reason]:
    """Each customer is sent the decision and followed up; without a complaint the step alone is asked for."""
    untold = telling.missing(incident)
    if not untold and not feedback.given(incident.id):
        said, place = N_("The customer has not been told the result."), "#task-decision_letter"
        untold = [Reason(said, loc=("feedback",), href=place)]
    return [*untold, *telling.not_followed(incident)]


def cancel(incident: Incident, *, reason: str, by: Actor, at: datetime) -> Incident:
    """End an incident that should not go on (a drill that is stopped); raises Refused once it has ended."""
    by.must(Permission.DRILLS_MANAGE if incident.drill else Permission.INCIDENTS_COMMAND)
    common.must_be_open(incident)
    incident.status, incident.last_activity_at, incident.escalate_at = Status.CANCELLED, at, None
    clocks.void_all(incident, at=at)
    clocks.bring_up_to_date(incident)
    timeline.record(incident.id, "cancelled", by=by.label, at=at, reason=privacy.redact(reason.strip()))
    events.tell_of(incident, "closed", at=at)
    common.show(incident, at=at, said="cancelled", name=by.name)
    return incident
