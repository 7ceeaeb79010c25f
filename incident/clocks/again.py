"""The clocks of a case that is opened again, and of one whose customers withdrew."""

from datetime import datetime

from incident import timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.clocks import acts, events, rules, state
from incident.db import db
from incident.models.clocks import Clock
from incident.models.incidents import Incident
from incident.playbooks import library

ANSWERED = "answered"


def reopened(
    incident: Incident, *, new_facts: bool, by: Actor, at: datetime, calendar: WorkingCalendar
) -> list[Clock]:
    """Run the target of the decision from now and, where new facts or reasons were brought, the periods of
    law that run from receipt (facts C6); returns these. Each keeps what became of it before."""
    known = state.of(incident.id)
    targets = rules.internal(
        incident.level, library.the_levels()[incident.level], start=at, calendar=calendar
    )
    [target] = [row for row in targets if row["rule"] in events.MEETS[ANSWERED]]
    again = [
        each
        for each in known
        if (each.rule, each.rule_version) == (target["rule"], target["rule_version"])
        or (new_facts and not incident.drill and _from_receipt(each))
    ]
    for each in again:
        _restart(each, by=by, at=at, calendar=calendar)
    if target["rule_version"] not in {each.rule_version for each in again}:
        db.session.add(Clock(incident_id=incident.id, **target))
    state.changed(incident, at=at)
    return again


def _from_receipt(clock: Clock) -> bool:
    rule = rules.of(clock)
    return rule is not None and rule.start_event == "received" and rule.clock


def _restart(clock: Clock, *, by: Actor, at: datetime, calendar: WorkingCalendar) -> None:
    rule = rules.of(clock)
    clock.begin_anew()
    clock.started_at = at
    if rule is not None:
        rules.take(clock, rule)  # an extension was for the turn before
    acts.recount(clock, rules.calendar_of(clock, calendar), at=at)
    noted = state.note(clock, due_at=clock.due_at.isoformat())
    timeline.record(clock.incident_id, "clock_restarted", by=by.label, at=at, **noted)


def nothing_owed(incident: Incident, *, reason: str, by: Actor, at: datetime) -> None:
    """Void what an answer to the customer would have met: every complaint was withdrawn (facts C7)."""
    for each in state.of(incident.id):
        rule = rules.of(each)
        house = each.jurisdiction == rules.INTERNAL and each.rule in events.MEETS[ANSWERED]
        if each.live and (house or (rule is not None and rule.met_by == ANSWERED)):
            acts.void(incident, each.id, reason=reason, by=by, at=at)
