"""What people do with a clock: add it, correct its start, meet it with a proof, void it with a reason."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.clocks import events, reckoning, rules, state
from incident.db import db
from incident.errors import N_, Reason
from incident.levels import LevelRule
from incident.models.clocks import Clock, ClockState
from incident.models.evidence import Evidence
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

PROOFS = ("filing", "document", "statement")
REASON_LONGEST, PROOF_LONGEST = 2_000, 500  # characters
EARLIEST = timedelta(days=366)  # a clock cannot have begun longer ago than this before it is entered


def add(
    incident: Incident,
    code: str,
    *,
    by: Actor,
    at: datetime,
    house: str,
    jurisdiction: str | None = None,
    started_at: datetime | None = None,
    reason: str = "",
) -> Clock:
    """Start a clock by hand, also of another rule set than the house's.

    It starts with `started_at`, else with the opening, the receipt or now, as the rule says. One that was
    voided runs again. Raises Invalid, or Conflict where it runs or was met.
    """
    by.must(Permission.INCIDENTS_ACT)
    must_be_open(incident)
    found_in, rule = rules.named(code, jurisdiction, at=at, house=house)
    if rule.unit not in reckoning.UNITS or rule.kind not in ("statutory", "internal"):
        raise errors.Invalid(
            N_("No clock runs for the rule “%(rule)s”."),
            rule={"zh": rule.title.zh, "en": rule.title.en},
            reasons=[Reason(N_("This rule sets no time."), loc=("rule",))],
        )
    begins = started_at or _usual_start(incident, rule.start_event, at)
    _sensible(begins, at)
    row = rules.row(rule, found_in, started_at=begins, reasons=["hand"])
    known = db.session.scalar(
        select(Clock)
        .where(
            Clock.incident_id == incident.id,
            Clock.jurisdiction == found_in,
            Clock.rule == rule.code,
            Clock.rule_version == rule.version,
        )
        .with_for_update(),
        execution_options={"populate_existing": True},
    )
    found = _again(known, row) if known is not None else Clock(incident_id=incident.id, **row)
    db.session.add(found)
    db.session.flush()
    noted = state.note(found, due_at=found.due_at.isoformat(), reason=said(reason))
    timeline.record(incident.id, "clock_added", by=by.label, at=at, **noted)
    _changed(incident, at)
    return found


def _usual_start(incident: Incident, event: str, at: datetime) -> datetime:
    if event == "received":
        return rules.facts_of(incident)[0].received_at
    return incident.opened_at if event in ("opened", "aware") else at


def _again(known: Clock, row: dict[str, Any]) -> Clock:
    if known.state != ClockState.VOID:
        raise errors.Conflict(
            N_("The clock “%(clock)s” is there already: it is %(clock_state)s."),
            clock=known.titles,
            clock_state=str(known.state),
        )
    known.begin_anew()
    for name, value in row.items():
        setattr(known, name, value)
    return known


def correct(
    incident: Incident,
    clock_id: int,
    *,
    started_at: datetime,
    reason: str,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    seen: int | None = None,
) -> Clock:
    """Set the moment a clock started; one that was missed by the wrong start runs again."""
    by.must(Permission.INCIDENTS_ACT)
    found = opened(incident, clock_id, seen=seen)
    words = must_say(reason)
    _sensible(started_at, at)
    before, found.started_at = found.due_at, started_at
    counts = rules.calendar_of(found, calendar)
    recount(found, counts, at=at)
    if found.state == ClockState.MISSED and found.due_at > at:
        found.state, found.missed_at = ClockState.RUNNING, None
        recount(found, counts, at=at)
    noted = state.note(
        found, started_at=started_at.isoformat(), due_at=found.due_at.isoformat(), reason=words,
        before=before.isoformat(),
    )  # fmt: skip
    timeline.record(incident.id, "clock_corrected", by=by.label, at=at, **noted)
    _changed(incident, at)
    return found


def recount(clock: Clock, calendar: WorkingCalendar, *, at: datetime) -> None:
    """Set when a clock is due, and when it warns next, from its start, length, calendar and pauses."""
    pauses = [(datetime.fromisoformat(p["from"]), datetime.fromisoformat(p["to"])) for p in clock.pauses]
    clock.due_at = reckoning.due(
        clock.started_at,
        clock.value,
        clock.unit,
        calendar,
        working_time=clock.jurisdiction == rules.INTERNAL and level_of(clock).working_hours_only,
        pauses=pauses,
    )
    runs = clock.state == ClockState.RUNNING
    clock.warn_at = next_warning(clock, calendar, after=at) if runs else None


def next_warning(clock: Clock, calendar: WorkingCalendar, *, after: datetime) -> datetime:
    """The next moment at which the sweep has something to do for a clock."""
    if not warns(clock):
        return clock.due_at
    given = [each["mark"] for each in clock.warnings if each["due_at"] == clock.due_at.isoformat()]
    return reckoning.next_mark(clock.started_at, clock.due_at, calendar, after=after, given=given)


def warns(clock: Clock) -> bool:
    """Whether people are told before a clock is due: not of somebody else's time, nor where the ladder of
    alerts is the warning."""
    return clock.kind != rules.WINDOW and clock.rule != rules.LADDER


def level_of(clock: Clock) -> LevelRule:
    """The level whose target a clock of the house is."""
    return library.the_levels()[int(clock.rule_version.removeprefix("level-"))]


def meet(
    incident: Incident,
    clock_id: int,
    *,
    by: Actor,
    at: datetime,
    proof: str = "",
    kind: str = "statement",
    seen: int | None = None,
) -> Clock:
    """Say that a clock's duty is done; a legal one wants its proof: a filing number, a document, a statement.

    Raises NotFound, Invalid, or Conflict where it has ended already. A missed clock is met late.
    """
    by.must(Permission.INCIDENTS_ACT)
    found = opened(incident, clock_id, seen=seen)
    given = _proof(found, proof.strip(), kind)
    events.end_met(incident, found, by=by, at=at, proof=given)
    _changed(incident, at)
    return found


def _proof(clock: Clock, text: str, kind: str) -> dict[str, Any] | None:
    if not text and clock.kind != "statutory":
        return None
    rule = rules.of(clock)
    wanted = list(rule.proof if rule and rule.proof else PROOFS)
    if not 0 < len(text) <= PROOF_LONGEST:
        message = N_("A legal clock is met with a proof: a filing number, a document or a statement.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=("proof",))])
    if kind not in wanted:
        raise errors.Invalid(
            N_("This is no proof for “%(clock)s”."),
            clock=clock.titles,
            reasons=[Reason(N_("This clock wants one of: %(proofs)s."), {"proofs": wanted}, loc=("kind",))],
        )
    if kind == "document" and text.isdecimal():
        _evidence(clock.incident_id, int(text))
    # a filing number looks like any other long number; a statement is free text
    return {"kind": kind, "value": privacy.redact(text) if kind == "statement" else text}


def _evidence(incident_id: int, number: int) -> None:
    """A document that is named by a number is a piece of evidence of the same incident."""
    found = db.session.get(Evidence, number) if number < 2**31 else None
    if found is None or found.incident_id != incident_id or found.withdrawn_at is not None:
        message = N_("There is no such piece of evidence on this incident.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=("proof",))])


def void(
    incident: Incident, clock_id: int, *, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> Clock:
    """Say, with the reason, that a clock's rule does not apply; it ends without having been met."""
    by.must(Permission.INCIDENTS_ACT)
    found = opened(incident, clock_id, seen=seen)
    words = must_say(reason)
    found.state, found.ended_at, found.ended_by = ClockState.VOID, at, by.label
    found.warn_at, found.paused_at, found.request, found.void_reason = None, None, None, words
    found.missed_at = None  # a duty that did not apply was not missed
    noted = state.note(found, reason=words)
    timeline.record(incident.id, "clock_voided", by=by.label, at=at, **noted)
    _changed(incident, at)
    return found


def opened(incident: Incident, clock_id: int, *, seen: int | None = None) -> Clock:
    """A clock that can be acted on; raises Refused once the incident ended, Conflict where somebody ended
    the clock, or changed it since the version that was `seen`."""
    must_be_open(incident)
    found = state.locked(incident, clock_id)
    if not found.live:
        raise errors.Conflict(
            N_("This clock has ended already: %(who)s set it %(clock_state)s."),
            who=(found.ended_by or "system/clocks").rsplit("/", 1)[-1],
            clock_state=str(found.state),
        )
    if seen is not None and seen != found.version:
        raise errors.Conflict(
            N_("Somebody else changed this clock a moment ago: it is %(clock_state)s. Decide again."),
            clock_state=str(found.state),
        )
    return found


def must_be_open(incident: Incident) -> None:
    """Raise Refused for an incident that has ended."""
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def must_say(reason: str) -> str:
    """A reason, redacted; raises Invalid where there is none or it is too long."""
    words = said(reason)
    if not words or len(words) > REASON_LONGEST:
        message = N_("Give the reason in 1 to 2000 characters.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=("reason",))])
    return words


def said(reason: str) -> str:
    """What somebody wrote, with what looks personal masked."""
    return privacy.redact(reason.strip())


def _sensible(started_at: datetime, at: datetime) -> None:
    events.not_ahead(started_at, at, "started_at")
    if started_at < at - EARLIEST:
        message = N_("A clock cannot have started more than a year ago.")
        raise errors.Invalid(message, reasons=[Reason(message, loc=("started_at",))])


def _changed(incident: Incident, at: datetime) -> None:
    incident.last_activity_at = at
    state.changed(incident, at=at)
