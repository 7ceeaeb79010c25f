"""Calls on drills: the calendar, starting, stopping, cancelling."""

from typing import Any

from sqlalchemy import select

from incident import drills, errors
from incident.api import answered_more, asked, paging, views
from incident.api.door import CREATED, OK
from incident.api.plain import by, moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.drills import Drill
from incident.permissions import Permission

TAG = N_("Drills")
LATEST_FIRST = paging.Order("-starts_at", ((Drill.starts_at, True), (Drill.id, True)))


def _view(row: Drill, numbers: dict[int | None, str]) -> dict[str, Any]:
    return {
        "id": row.id,
        "programme_id": row.programme_id,
        "playbook": row.plan_key,
        "scenario": row.scenario,
        "planned_for": moment(row.planned_for),
        "starts_at": moment(row.starts_at),
        "moved_because": row.moved_because,
        "announced": row.announced,
        "participants": row.participants,
        "state": str(row.state),
        "incident": numbers.get(row.incident_id),
        "created_at": moment(row.created_at),
        "created_by": by(row.created_by),
        "started_at": moment(row.started_at),
        "ended_at": moment(row.ended_at),
    }


def _one(row: Drill) -> dict[str, Any]:
    return _view(row, views.numbers([row.incident_id]))


@call(
    "GET",
    "/drills",
    tag=TAG,
    summary=N_("List drills, the latest start first"),
    needs=Permission.DRILLS_READ,
    query=asked.DrillsQuery,
    answers={OK: answered_more.DrillPage},
)
def list_drills(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.DrillsQuery = ask.query
    query = select(Drill).where(drills.visible(ask.by))
    if wanted.state:
        query = query.where(Drill.state == wanted.state)
    rows = paging.found(query, LATEST_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = views.numbers(row.incident_id for row in rows)
    page = paging.shown(rows, LATEST_FIRST, limit=wanted.limit, view=lambda row: _view(row, known))
    return Answer(OK, page)


@call(
    "POST",
    "/drills",
    tag=TAG,
    summary=N_("Schedule a drill, once or recurring"),
    needs=Permission.DRILLS_MANAGE,
    body=asked.ScheduleDrill,
    answers={CREATED: answered_more.DrillsScheduled},
)
def schedule_drill(ask: Ask) -> Answer:
    """The first drill, with every one that is now on the calendar."""
    wanted: asked.ScheduleDrill = ask.body
    made = drills.schedule(
        plan_key=str(wanted.playbook),
        participants=wanted.participants,
        starts_at=wanted.starts_at,
        recurrence=wanted.recurrence,
        scenario=wanted.scenario,
        announced=wanted.announced,
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
    return Answer(CREATED, lambda: {**_one(made[0]), "drills": [_one(each) for each in made]})


@call(
    "GET",
    "/drills/{id}",
    tag=TAG,
    summary=N_("Read a drill"),
    needs=Permission.DRILLS_READ,
    answers={OK: answered_more.Drill},
)
def show_drill(ask: Ask, *, id: int) -> Answer:
    """One drill."""
    return Answer(OK, _one(drills.find(id, by=ask.by)))


ACT: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.DRILLS_MANAGE,
    "answers": {OK: answered_more.Drill},
}


@call("POST", "/drills/{id}/start", summary=N_("Start a scheduled drill now"), **ACT)
def start_drill(ask: Ask, *, id: int) -> Answer:
    """The drill with the incident that it opened."""
    found = drills.begin(id, by=ask.by, at=ask.at, house=ask.house)
    return Answer(OK, lambda: _one(found))


@call("POST", "/drills/{id}/stop", summary=N_("Stop a running drill"), body=asked.StopDrill, **ACT)
def stop_drill(ask: Ask, *, id: int) -> Answer:
    """Its incident is cancelled unless it was played to its close."""
    wanted: asked.StopDrill = ask.body
    found = drills.stop(id, reason=wanted.reason, by=ask.by, at=ask.at)
    return Answer(OK, lambda: _one(found))


@call(
    "POST", "/drills/{id}/cancel", summary=N_("Take a drill off the calendar"), body=asked.CancelDrill, **ACT
)
def cancel_drill(ask: Ask, *, id: int) -> Answer:
    """With `programme`, every later one too."""
    wanted: asked.CancelDrill = ask.body
    found = drills.cancel(id, programme=wanted.programme, by=ask.by, at=ask.at)
    return Answer(OK, lambda: _one(found))
