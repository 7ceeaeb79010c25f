"""Calls on clocks: the list by urgency, starting one, and everything that can be done with it."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from incident import clocks, errors
from incident.api import answered, answered_clocks, asked_clocks, lines_clocks, paging, views
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import clock_approval
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common
from incident.models.clocks import Clock
from incident.models.incidents import Incident
from incident.permissions import Permission

TAG = N_("Clocks")
SOONEST = paging.Order("due_at", ((Clock.due_at, False), (Clock.id, False)))
ACT: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.INCIDENTS_ACT,
    "answers": {OK: answered_clocks.Clock},
}
Act = Callable[[Incident], Clock]


@call(
    "GET",
    "/clocks",
    tag=TAG,
    summary=N_("List clocks over all incidents, the soonest due first"),
    needs=Permission.INCIDENTS_READ,
    query=asked_clocks.ClocksQuery,
    answers={OK: answered_clocks.ClockPage},
)
def list_clocks(ask: Ask) -> Answer:
    """One page."""
    wanted: asked_clocks.ClocksQuery = ask.query
    query = (
        select(Clock)
        .join(Incident, Incident.id == Clock.incident_id)
        .where(
            *clocks.conditions(
                states=[str(each) for each in wanted.state],
                jurisdiction=wanted.jurisdiction or "",
                department=(wanted.department or "").upper(),
                drill=wanted.drill,
            )
        )
    )
    if wanted.due_before is not None:
        query = query.where(Clock.due_at < wanted.due_before)
    rows = paging.found(query, SOONEST, limit=wanted.limit, cursor=wanted.cursor)
    numbers = views.numbers(row.incident_id for row in rows)
    page = paging.shown(
        rows, SOONEST, limit=wanted.limit, view=lambda row: lines_clocks.clock(row, numbers[row.incident_id])
    )
    return Answer(OK, page)


@call(
    "POST",
    "/incidents/{number}/clocks",
    tag=TAG,
    summary=N_("Start a clock by hand, also of another rule set"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_clocks.AddClock,
    answers={CREATED: answered_clocks.Clock},
)
def add_clock(ask: Ask, *, number: str) -> Answer:
    """The clock."""
    wanted: asked_clocks.AddClock = ask.body
    incident = common.by_number(number, lock=True)
    found = clocks.add(
        incident,
        wanted.rule,
        jurisdiction=wanted.jurisdiction,
        started_at=wanted.started_at,
        reason=wanted.reason,
        by=ask.by,
        at=ask.at,
        house=ask.house.rule_set,
    )
    return Answer(CREATED, lambda: lines_clocks.clock(found, incident.number))


@call(
    "POST",
    "/incidents/{number}/clocks/events",
    tag=TAG,
    summary=N_("Say that something happened that starts clocks"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_clocks.RecordEvent,
    answers={CREATED: answered_clocks.ClocksStarted},
)
def record_clock_event(ask: Ask, *, number: str) -> Answer:
    """The clocks that it started."""
    wanted: asked_clocks.RecordEvent = ask.body
    incident = common.by_number(number, lock=True)
    begun = clocks.record(
        incident,
        wanted.event,
        happened_at=wanted.at or ask.at,
        by=ask.by,
        at=ask.at,
        jurisdiction=ask.house.rule_set,
    )
    return Answer(CREATED, lambda: {"items": [lines_clocks.clock(each, incident.number) for each in begun]})


def _on(id: int, act: Act) -> Answer:
    found = db.session.get(Clock, id)
    if found is None:
        raise errors.NotFound(N_("There is no such clock."))
    incident = db.session.get_one(Incident, found.incident_id, with_for_update=True, populate_existing=True)
    changed = act(incident)
    return Answer(OK, lambda: lines_clocks.clock(changed, incident.number))


@call(
    "POST",
    "/clocks/{id}/pause",
    summary=N_("Let a clock stand still, or ask for it"),
    body=asked_clocks.ClockReason,
    **ACT,
)
def pause_clock(ask: Ask, *, id: int) -> Answer:
    """Paused, or with a request that waits for approval."""
    return _on(id, lambda found: clocks.pause(found, id, reason=ask.body.reason, by=ask.by, at=ask.at))


@call(
    "POST",
    "/clocks/{id}/resume",
    summary=N_("Let a paused clock run on"),
    body=asked_clocks.ClockReason,
    **ACT,
)
def resume_clock(ask: Ask, *, id: int) -> Answer:
    """Running, with its new due time."""
    calendar = ask.house.calendar
    return _on(
        id,
        lambda found: clocks.resume(
            found, id, reason=ask.body.reason, by=ask.by, at=ask.at, calendar=calendar
        ),
    )


@call(
    "POST",
    "/clocks/{id}/extend",
    summary=N_("Lengthen a clock to the next step of its rules, or ask for it"),
    body=asked_clocks.ClockReason,
    **ACT,
)
def extend_clock(ask: Ask, *, id: int) -> Answer:
    """Extended, or with a request that waits for approval."""
    return _on(id, lambda found: clocks.extend(found, id, reason=ask.body.reason, by=ask.by, at=ask.at))


@call("POST", "/clocks/{id}/approve", summary=N_("Grant what was asked for a clock"), **ACT)
def approve_clock(ask: Ask, *, id: int) -> Answer:
    """Only a person whom the rule names, and never whoever asked."""
    return _on(id, lambda found: clock_approval.approve(found, id, by=ask.by, at=ask.at))


@call(
    "POST",
    "/clocks/{id}/refuse",
    summary=N_("Turn down what was asked for a clock"),
    body=asked_clocks.ClockReason,
    **ACT,
)
def refuse_clock(ask: Ask, *, id: int) -> Answer:
    """It runs on as it was."""
    return _on(
        id, lambda found: clock_approval.refuse(found, id, reason=ask.body.reason, by=ask.by, at=ask.at)
    )


@call(
    "POST",
    "/clocks/{id}/correct",
    summary=N_("Correct since when a clock runs"),
    body=asked_clocks.CorrectClock,
    **ACT,
)
def correct_clock(ask: Ask, *, id: int) -> Answer:
    """With its new due time."""
    wanted: asked_clocks.CorrectClock = ask.body
    return _on(
        id,
        lambda found: clocks.correct(
            found,
            id,
            started_at=wanted.started_at,
            reason=wanted.reason,
            by=ask.by,
            at=ask.at,
            calendar=ask.house.calendar,
        ),
    )


@call(
    "POST",
    "/clocks/{id}/meet",
    summary=N_("Say, with the proof, that a clock's duty is done"),
    body=asked_clocks.MeetClock,
    **ACT,
)
def meet_clock(ask: Ask, *, id: int) -> Answer:
    """The clock stops."""
    wanted: asked_clocks.MeetClock = ask.body
    return _on(
        id,
        lambda found: clocks.meet(found, id, proof=wanted.proof, kind=wanted.kind, by=ask.by, at=ask.at),
    )


@call(
    "POST",
    "/clocks/{id}/void",
    summary=N_("Void a clock whose rule does not apply"),
    body=asked_clocks.ClockReason,
    **ACT,
)
def void_clock(ask: Ask, *, id: int) -> Answer:
    """It ends without having been met."""
    return _on(id, lambda found: clocks.void(found, id, reason=ask.body.reason, by=ask.by, at=ask.at))


@call(
    "POST",
    "/incidents/{number}/clocks/{id}/meet",
    tag=TAG,
    summary=N_("The same below its incident; answers with the incident"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_clocks.MeetClock,
    answers={OK: answered.Incident},
)
def meet_clock_of_incident(ask: Ask, *, number: str, id: int) -> Answer:
    """The incident with the clock stopped."""
    wanted: asked_clocks.MeetClock = ask.body
    incident = common.by_number(number, lock=True)
    clocks.meet(incident, id, proof=wanted.proof, kind=wanted.kind, by=ask.by, at=ask.at)
    return Answer(OK, lambda: views.incident(incident, ask.url))
