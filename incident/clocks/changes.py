"""Pausing, resuming and extending a clock: with a reason, an approver where the rule wants one, a notice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incident import errors, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.clocks import acts, notice, rules, state
from incident.db import db
from incident.errors import N_
from incident.models.clocks import Clock, ClockState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission, Role
from incident.playbooks.schema import Approvers, Rule

NOTICE_WITHIN = timedelta(days=1)  # the complainant hears of a pause or an extension within this time
PAUSE, EXTEND = "pause", "extend"


@dataclass(frozen=True)
class Open:
    """What people may ask for a clock: the rule that lengthens it, and the one that lets it stand still."""

    extension: Rule | None
    pause: Rule | None


def open_to(clock: Clock, at: datetime) -> Open:
    """What may be asked for a running clock."""
    if clock.state != ClockState.RUNNING or clock.jurisdiction == rules.INTERNAL:
        return Open(None, None)
    present = clock.extended_by or clock.rule
    found = rules.today(clock.jurisdiction, at)
    return Open(
        next((rule for rule in found if rule.extension_of == present), None),
        next((rule for rule in found if clock.rule in rule.pause_of), None),
    )


def pause(
    incident: Incident, clock_id: int, *, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> Clock:
    """Let a clock stand still, or ask for it where the rule wants an approver; raises Refused where no rule
    lets this clock stand still."""
    found, words = _asked(incident, clock_id, reason, by=by, seen=seen)
    rule = open_to(found, at).pause
    if rule is None:
        raise errors.Refused(N_("No rule lets the clock “%(clock)s” stand still."), clock=found.titles)
    return _do_or_ask(incident, found, PAUSE, rule, words, by=by, at=at)


def extend(
    incident: Incident, clock_id: int, *, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> Clock:
    """Lengthen a clock to the next step that its rules know, or ask for it where an approver is wanted;
    raises Refused where there is no further step."""
    found, words = _asked(incident, clock_id, reason, by=by, seen=seen)
    rule = open_to(found, at).extension
    if rule is None:
        raise errors.Refused(N_("No rule extends the clock “%(clock)s” further."), clock=found.titles)
    return _do_or_ask(incident, found, EXTEND, rule, words, by=by, at=at)


def _asked(
    incident: Incident, clock_id: int, reason: str, *, by: Actor, seen: int | None
) -> tuple[Clock, str]:
    by.must(Permission.INCIDENTS_ACT)
    found = acts.opened(incident, clock_id, seen=seen)
    if found.state != ClockState.RUNNING:
        raise errors.Conflict(
            N_("Only a running clock can be paused or extended; this one is %(clock_state)s."),
            clock_state=str(found.state),
        )
    if found.request is not None:
        raise errors.Conflict(
            N_("%(who)s has asked for this clock already; that waits for approval."),
            who=str(found.request["by"]).rsplit("/", 1)[-1],
        )
    return found, acts.must_say(reason)


def _do_or_ask(
    incident: Incident, found: Clock, act: str, rule: Rule, words: str, *, by: Actor, at: datetime
) -> Clock:
    if rule.approvers is None:
        _carry_out(incident, found, act, rule, words, by=by.label, approved_by=None, at=at)
    else:
        found.request = {
            "act": act,
            "rule": rule.code,
            "reason": words,
            "by": by.label,
            "by_id": by.id,
            "at": at.isoformat(),
        }
        noted = state.note(found, clock_act=act, reason=words)
        timeline.record(incident.id, "clock_asked", by=by.label, at=at, **noted)
    _done(incident, at)
    return found


def approve(incident: Incident, clock_id: int, *, by: Actor, at: datetime, seen: int | None = None) -> Clock:
    """Grant what was asked for a clock; raises Forbidden for whoever asked and for whom the rule does not
    name, Conflict where nothing waits any more."""
    found, rule = _waiting(incident, clock_id, by=by, at=at, seen=seen)
    asked = found.request or {}
    found.request = None
    _carry_out(
        incident, found, asked["act"], rule, asked["reason"], by=asked["by"], approved_by=by.label, at=at
    )
    _done(incident, at)
    return found


def refuse(
    incident: Incident, clock_id: int, *, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> Clock:
    """Turn down what was asked for a clock, with the reason; it runs on as it was."""
    found, _rule = _waiting(incident, clock_id, by=by, at=at, seen=seen)
    words, asked = acts.must_say(reason), found.request or {}
    found.request = None
    noted = state.note(found, clock_act=asked["act"], reason=words)
    timeline.record(incident.id, "clock_request_refused", by=by.label, at=at, **noted)
    _done(incident, at)
    return found


def _waiting(
    incident: Incident, clock_id: int, *, by: Actor, at: datetime, seen: int | None
) -> tuple[Clock, Rule]:
    by.must(Permission.INCIDENTS_ACT)
    found = acts.opened(incident, clock_id, seen=seen)
    if found.request is None:
        raise errors.Conflict(N_("Nothing waits for approval on this clock any more."))
    if found.state != ClockState.RUNNING:
        raise errors.Conflict(
            N_("Only a running clock can be paused or extended; this one is %(clock_state)s."),
            clock_state=str(found.state),
        )
    rule = next((r for r in rules.today(found.jurisdiction, at) if r.code == found.request["rule"]), None)
    if rule is None or rule.approvers is None:
        raise errors.Refused(N_("The rule that was asked for is no longer in force; refuse the request."))
    _may_approve(rule.approvers, found.request, by)
    return found, rule


def _may_approve(approvers: Approvers, asked: dict[str, Any], by: Actor) -> None:
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can approve; use a token that acts as one."))
    if by.id == asked["by_id"]:
        raise errors.Forbidden(N_("Whoever asks cannot approve; somebody else must."))
    person = db.session.get_one(Person, by.id)
    if Role(person.role) not in approvers.roles and person.department_code not in approvers.departments:
        raise errors.Forbidden(
            N_("%(name)s may not approve this; the rule wants one of: %(roles)s, %(departments)s."),
            name=person.name,
            roles=[str(each) for each in approvers.roles],
            departments=list(approvers.departments),
        )


def may_approve(clock: Clock, by: Actor, at: datetime) -> bool:
    """Whether a reader may decide what waits on a clock; pages show the buttons by it."""
    if clock.request is None:
        return False
    rule = next((r for r in rules.today(clock.jurisdiction, at) if r.code == clock.request["rule"]), None)
    if rule is None or rule.approvers is None:
        return False
    try:
        _may_approve(rule.approvers, clock.request, by)
    except errors.Forbidden:
        return False
    return True


def _carry_out(
    incident: Incident,
    found: Clock,
    act: str,
    rule: Rule,
    words: str,
    *,
    by: str,
    approved_by: str | None,
    at: datetime,
) -> None:
    before, actor = found.due_at, approved_by or by
    if act == PAUSE:
        found.state, found.paused_at, found.warn_at = ClockState.PAUSED, at, None
        timeline.record(incident.id, "clock_paused", by=actor, at=at, **state.note(found, reason=words))
    else:
        _lengthen(found, rule, words, by=by, approved_by=approved_by, at=at)
        noted = state.note(found, due_at=found.due_at.isoformat(), before=before.isoformat(), reason=words)
        timeline.record(incident.id, "clock_extended", by=actor, at=at, **noted)
    if rule.notice is not None:
        notice.as_task(
            incident, found, rule.notice, actor=actor, at=at, due_at=min(before, at + NOTICE_WITHIN)
        )


def _lengthen(
    found: Clock, rule: Rule, words: str, *, by: str, approved_by: str | None, at: datetime
) -> None:
    before, calendar = found.due_at, rules.calendar_of(found, None)
    rules.take(found, rule)
    acts.recount(found, calendar, at=at)
    entry = {
        "rule": rule.code,
        "version": rule.version,
        "reason": words,
        "by": by,
        "approved_by": approved_by,
        "at": at.isoformat(),
        "from": before.isoformat(),
        "to": found.due_at.isoformat(),
    }
    found.extensions = [*found.extensions, entry]


def resume(
    incident: Incident,
    clock_id: int,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    seen: int | None = None,
) -> Clock:
    """Let a paused clock run on: what was left at the pause is left again."""
    by.must(Permission.INCIDENTS_ACT)
    found = acts.opened(incident, clock_id, seen=seen)
    if found.state != ClockState.PAUSED or found.paused_at is None:
        raise errors.Conflict(
            N_("This clock does not stand still; it is %(clock_state)s."), clock_state=str(found.state)
        )
    words = acts.must_say(reason)
    entry = {"from": found.paused_at.isoformat(), "to": at.isoformat(), "reason": words, "by": by.label}
    found.pauses = [*found.pauses, entry]
    found.state, found.paused_at = ClockState.RUNNING, None
    acts.recount(found, rules.calendar_of(found, calendar), at=at)
    noted = state.note(found, due_at=found.due_at.isoformat(), reason=words)
    timeline.record(incident.id, "clock_resumed", by=by.label, at=at, **noted)
    _done(incident, at)
    return found


def _done(incident: Incident, at: datetime) -> None:
    incident.last_activity_at = at
    state.changed(incident, at=at)
