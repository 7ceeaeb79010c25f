"""What happens on an incident meets clocks and starts others: acts, decisions, withdrawals, findings."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.clocks import rules, state
from incident.db import db, insert_rows
from incident.errors import N_, Reason
from incident.models.clocks import Clock, ClockState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks.schema import Rule

# What ends a clock without anybody pressing: the act, and the house targets it meets.
MEETS = {"acknowledged": ("acknowledge",), "contacted": ("first_contact",), "answered": ("decision",)}
# An act under the name that rules give to the start event it is.
STARTS = {"answered": "decided"}
BEGINNINGS = ("aware", "classified", "decided", "withdrawn", "closed")  # start events after the opening
# What people say has happened, since no act of the service is it.
RECORDED = ("classified", "withdrawn", "aware")


def happened(
    incident: Incident,
    event: str,
    *,
    by: Actor,
    at: datetime,
    proof: dict[str, Any] | None = None,
    jurisdiction: str | None = None,
    since: datetime | None = None,
) -> list[Clock]:
    """End the house targets that an act meets, and start the clocks that begin with it; returns these.

    With a `proof` (kind and value) it meets the legal clocks, too, whose rule says that this act does. The
    rule sets are those the incident has clocks of, and `jurisdiction`; `since` is when it happened, where
    that is not now.
    """
    for each in [*state.running(incident.id), *_missed(incident.id)]:
        if each.jurisdiction == rules.INTERNAL and each.rule in MEETS.get(event, ()):
            end_met(incident, each, by=by, at=at)
        elif proof is not None and (rule := rules.of(each)) is not None and rule.met_by == event:
            end_met(incident, each, by=by, at=at, proof=proof)
    name = STARTS.get(event, event)
    begun = []
    if name in BEGINNINGS:
        sets = jurisdictions(incident.id, jurisdiction)
        begun = _begin(incident, sets, f"event:{name}", by=by, at=at, since=since, again=True)
    state.changed(incident, at=at)
    return begun


def _missed(incident_id: int) -> list[Clock]:
    found = select(Clock).where(Clock.incident_id == incident_id, Clock.state == ClockState.MISSED)
    return list(db.session.scalars(found))


def jurisdictions(incident_id: int, further: str | None = None) -> list[str]:
    """The rule sets that an incident runs clocks of, and a further one."""
    found = db.session.scalars(
        select(Clock.jurisdiction)
        .where(Clock.incident_id == incident_id, Clock.jurisdiction != rules.INTERNAL)
        .distinct()
    )
    return sorted({*found, *([further] if further else [])})


def record(
    incident: Incident, event: str, *, by: Actor, at: datetime, jurisdiction: str, happened_at: datetime
) -> list[Clock]:
    """Say that something happened that starts clocks (classified, withdrawn, aware), and since when.

    Raises Refused where no rule that applies starts with it, or where its clocks were started before.
    """
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    if event not in RECORDED:
        raise errors.Invalid(
            N_("There is no event “%(event)s”."),
            event=event,
            reasons=[Reason(N_("Use one of %(values)s."), {"values": ", ".join(RECORDED)}, ("event",))],
        )
    not_ahead(happened_at, at, "at")
    sets = jurisdictions(incident.id, jurisdiction)
    begun = _begin(incident, sets, f"event:{event}", by=by, at=at, since=happened_at)
    if not begun:
        raise errors.Refused(N_("No further clock starts with this event; add one by hand if one should."))
    incident.last_activity_at = at
    state.changed(incident, at=at)
    return begun


def not_ahead(moment: datetime, at: datetime, place: str) -> None:
    """Raise Invalid for a start that has not come yet."""
    if moment > at:
        message = N_("This time has not come yet.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=(place,))])


def repropose(incident: Incident, *, by: Actor, at: datetime, jurisdiction: str) -> list[Clock]:
    """Start the clocks of rules that have come to apply: the level, the type or the signals changed.

    What was voided or met is not started again; what no longer applies is for people to void.
    """
    if incident.drill:
        return []
    facts = rules.facts_of(incident)
    starts = {"received": facts[0].received_at, "opened": incident.opened_at, "aware": at}
    rows = [
        rules.row(rule, each, started_at=starts[rule.start_event], reasons=reasons)
        for each in jurisdictions(incident.id, jurisdiction)
        for rule in rules.today(each, at)
        if rule.clock and rule.start_event in starts and (reasons := _why(rule, facts))
    ]
    return start(incident, rows, by=by, at=at)


def _why(rule: Rule, facts: list[rules.Facts]) -> list[str]:
    return list(dict.fromkeys(code for each in facts for code in rules.why(rule.applies, each)))


def _begin(
    incident: Incident,
    sets: Iterable[str],
    because: str,
    *,
    by: Actor,
    at: datetime,
    since: datetime | None = None,
    again: bool = False,
) -> list[Clock]:
    """Start what waits for an event (`event:classified`) or for another clock (`after:dora_initial`).

    With `again` the event is an act that can happen twice, as a second decision: what it started before and
    has ended begins anew.
    """
    kind, _, name = because.partition(":")
    waiting = [
        (each, rule)
        for each in sets
        for rule in rules.today(each, at)
        if (rule.after == name if kind == "after" else rule.clock and rule.start_event == name)
    ]
    if incident.drill or not waiting:
        return []
    facts = rules.facts_of(incident)
    rows = [
        rules.row(rule, each, started_at=since or at, reasons=[because, *reasons])
        for each, rule in waiting
        if (reasons := _why(rule, facts))
    ]
    return start(incident, rows, by=by, at=at, again=again)


def start(
    incident: Incident, rows: list[dict[str, Any]], *, by: Actor, at: datetime, again: bool = False
) -> list[Clock]:
    """Write clocks that the incident does not have yet, in whatever state, and note each; with `again` those
    that have ended begin anew."""
    if not rows:
        return []
    before = _known(incident.id)
    fresh = [row for row in rows if _key(row) not in before]
    insert_rows(Clock, [{"incident_id": incident.id, **row} for row in fresh])
    present = _known(incident.id)
    begun = [present[_key(row)] for row in fresh]
    for row in rows if again else []:
        found = before.get(_key(row))
        if found is not None and (not found.live or found.kind == rules.WINDOW):
            found.begin_anew()
            for name, value in row.items():
                setattr(found, name, value)
            begun.append(found)
    for each in begun:
        noted = state.note(each, due_at=each.due_at.isoformat())
        timeline.record(incident.id, "clock_started", by=by.label, at=at, **noted)
    state.changed(incident, at=at)
    return begun


def _key(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["jurisdiction"], row["rule"], row["rule_version"]


def _known(incident_id: int) -> dict[tuple[str, str, str], Clock]:
    found = db.session.scalars(select(Clock).where(Clock.incident_id == incident_id))
    return {(each.jurisdiction, each.rule, each.rule_version): each for each in found}


def end_met(
    incident: Incident, found: Clock, *, by: Actor, at: datetime, proof: dict[str, Any] | None = None
) -> None:
    """Set a clock met, late where it was missed, and start what follows from it."""
    if proof is not None and proof["kind"] != "filing":  # a filing number looks like any long number
        proof = {**proof, "value": privacy.redact(proof["value"])}
    late = found.state == ClockState.MISSED or at > found.due_at
    if late:
        found.missed_at = found.missed_at or found.due_at
    found.state, found.ended_at, found.ended_by = ClockState.MET, at, by.label
    found.warn_at, found.paused_at, found.request, found.proof = None, None, None, proof
    data = state.note(found)
    if late:
        timeline.record(incident.id, "clock_met_late", by=by.label, at=at, **data)
    else:
        timeline.record(incident.id, "clock_met", by=by.label, at=at, **data)
    if found.jurisdiction != rules.INTERNAL:
        db.session.flush()
        _begin(incident, [found.jurisdiction], f"after:{found.rule}", by=by, at=at)
