"""Calls on drills: the calendar, starting, pausing, stopping; answering and scoring injects, rating."""

from typing import Any

from sqlalchemy import select

from incident import drills, errors
from incident.api import answered_drills, asked_drills, paging, shown_drills
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.drills import answering, playing, rating, scoring
from incident.errors import N_
from incident.models.drills import Drill
from incident.permissions import Permission

TAG = N_("Drills")
LATEST_FIRST = paging.Order("-starts_at", ((Drill.starts_at, True), (Drill.id, True)))


@call(
    "GET",
    "/drills",
    tag=TAG,
    summary=N_("List drills, the latest start first"),
    needs=Permission.DRILLS_READ,
    query=asked_drills.DrillsQuery,
    answers={OK: answered_drills.DrillPage},
)
def list_drills(ask: Ask) -> Answer:
    """One page."""
    wanted: asked_drills.DrillsQuery = ask.query
    query = select(Drill).where(drills.visible(ask.by))
    if wanted.state:
        query = query.where(Drill.state == wanted.state)
    rows = paging.found(query, LATEST_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    page = paging.shown(rows, LATEST_FIRST, limit=wanted.limit, view=shown_drills.viewer(rows))
    return Answer(OK, page)


@call(
    "POST",
    "/drills",
    tag=TAG,
    summary=N_("Schedule a drill, once or recurring"),
    needs=Permission.DRILLS_MANAGE,
    body=asked_drills.ScheduleDrill,
    answers={CREATED: answered_drills.DrillsScheduled},
)
def schedule_drill(ask: Ask) -> Answer:
    """The first drill, with every one that is now on the calendar."""
    body: asked_drills.ScheduleDrill = ask.body
    wanted = drills.Wanted(
        plan_key=str(body.playbook),
        participants=list(body.participants),
        scenario=body.scenario,
        kind=body.kind,
        announced=body.announced,
        staff=body.staff.model_dump(),
    )
    made = drills.schedule(
        wanted,
        starts_at=body.starts_at,
        recurrence=body.recurrence,
        by=ask.by,
        at=ask.at,
        house=ask.house,
    )
    if not made:
        raise errors.Invalid(
            N_("The drill cannot be scheduled."),
            reasons=[
                errors.Reason(
                    N_("This recurrence never comes within the next 400 days."), loc=("recurrence",)
                )
            ],
        )
    return Answer(
        CREATED,
        lambda: {**shown_drills.one(made[0]), "drills": [shown_drills.one(each) for each in made]},
    )


@call(
    "GET",
    "/drills/{id}",
    tag=TAG,
    summary=N_("Read a drill with its injects"),
    needs=Permission.DRILLS_READ,
    answers={OK: answered_drills.DrillWhole},
)
def show_drill(ask: Ask, *, id: int) -> Answer:
    """One drill; whoever plays sees what was delivered to them, the staff everything."""
    return Answer(OK, shown_drills.whole(drills.find(id, by=ask.by), by=ask.by))


LEAD: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.DRILLS_READ,
    "answers": {OK: answered_drills.DrillWhole},
}


def _whole(ask: Ask, found: Drill) -> Answer:
    return Answer(OK, lambda: shown_drills.whole(found, by=ask.by))


@call("POST", "/drills/{id}/start", summary=N_("Start a scheduled drill now"), **LEAD)
def start_drill(ask: Ask, *, id: int) -> Answer:
    """The drill with the incident that it opened."""
    return _whole(ask, drills.begin(id, by=ask.by, at=ask.at, house=ask.house))


@call("POST", "/drills/{id}/pause", summary=N_("Pause a running drill"), body=asked_drills.PauseDrill, **LEAD)
def pause_drill(ask: Ask, *, id: int) -> Answer:
    """Nothing is delivered and no deadline runs until it goes on."""
    wanted: asked_drills.PauseDrill = ask.body
    return _whole(ask, drills.pause(id, reason=wanted.reason, by=ask.by, at=ask.at))


@call("POST", "/drills/{id}/resume", summary=N_("Let a paused drill go on"), **LEAD)
def resume_drill(ask: Ask, *, id: int) -> Answer:
    """What was still to come comes later by the length of the pause."""
    return _whole(ask, drills.resume(id, by=ask.by, at=ask.at))


@call("POST", "/drills/{id}/stop", summary=N_("Stop a running drill"), body=asked_drills.StopDrill, **LEAD)
def stop_drill(ask: Ask, *, id: int) -> Answer:
    """Its incident is cancelled unless it was played to its close."""
    wanted: asked_drills.StopDrill = ask.body
    return _whole(ask, drills.stop(id, reason=wanted.reason, by=ask.by, at=ask.at))


@call(
    "POST",
    "/drills/{id}/cancel",
    summary=N_("Take a drill off the calendar"),
    body=asked_drills.CancelDrill,
    **LEAD | {"needs": Permission.DRILLS_MANAGE},
)
def cancel_drill(ask: Ask, *, id: int) -> Answer:
    """With `programme`, every later one too."""
    wanted: asked_drills.CancelDrill = ask.body
    return _whole(ask, drills.cancel(id, programme=wanted.programme, by=ask.by, at=ask.at))


@call(
    "POST",
    "/drills/{id}/injects/{n}/respond",
    summary=N_("Answer an inject as one of its players"),
    body=asked_drills.Respond,
    **LEAD,
)
def respond_to_inject(ask: Ask, *, id: int, n: int) -> Answer:
    """Words or a choice; an inject that expects an act is answered on the incident."""
    wanted: asked_drills.Respond = ask.body
    drills.find(id, by=ask.by)
    found = drills.locked(id)
    answering.respond(found, n, words=wanted.words, choice=wanted.choice, by=ask.by, at=ask.at, via="api")
    return _whole(ask, found)


@call(
    "POST",
    "/drills/{id}/injects/{n}/score",
    summary=N_("Score an inject as an evaluator"),
    body=asked_drills.ScoreInject,
    **LEAD,
)
def score_inject(ask: Ask, *, id: int, n: int) -> Answer:
    """In place of the automatic points."""
    wanted: asked_drills.ScoreInject = ask.body
    drills.find(id, by=ask.by)
    found = drills.locked(id)
    scoring.score(found, n, points=wanted.score, note=wanted.note, by=ask.by, at=ask.at)
    return _whole(ask, found)


@call(
    "POST",
    "/drills/{id}/injects/{n}/direct",
    summary=N_("Skip an inject, or release it now or again"),
    body=asked_drills.DirectInject,
    **LEAD,
)
def direct_inject(ask: Ask, *, id: int, n: int) -> Answer:
    """By whoever leads the drill."""
    wanted: asked_drills.DirectInject = ask.body
    drills.find(id, by=ask.by)
    found = drills.locked(id)
    act = playing.skip if wanted.act == "skip" else playing.release
    act(found, n, by=ask.by, at=ask.at)
    return _whole(ask, found)


@call(
    "POST",
    "/drills/{id}/ratings",
    summary=N_("Rate an objective as an evaluator"),
    body=asked_drills.RateObjective,
    **LEAD,
)
def rate_objective(ask: Ask, *, id: int) -> Answer:
    """P, S, M, U, or NA where it could not be observed; the last one counts."""
    wanted: asked_drills.RateObjective = ask.body
    drills.find(id, by=ask.by)
    found = drills.locked(id)
    rating.rate(found, wanted.objective, str(wanted.rating), note=wanted.note, by=ask.by, at=ask.at)
    return _whole(ask, found)
