"""Calls that read incidents, and the one that declares one by hand."""

from typing import Any

from sqlalchemy import Select, exists, select

from incident.api import answered, asked, paging, views
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.intake import receive
from incident.lifecycle import common
from incident.models.incidents import Incident, IncidentDepartment
from incident.models.records import TimelineEvent
from incident.permissions import Permission

TAG = N_("Incidents")
SORTS: dict[str, paging.Order] = {
    name: paging.Order(name, columns)
    for name, columns in {
        "-opened_at": ((Incident.opened_at, True), (Incident.id, True)),
        "opened_at": ((Incident.opened_at, False), (Incident.id, False)),
        "-last_activity_at": ((Incident.last_activity_at, True), (Incident.id, True)),
        "last_activity_at": ((Incident.last_activity_at, False), (Incident.id, False)),
        "level": ((Incident.level, False), (Incident.opened_at, True), (Incident.id, True)),
    }.items()
}
OLDEST_FIRST = paging.Order("events", ((TimelineEvent.id, False),))


@call(
    "GET",
    "/incidents",
    tag=TAG,
    summary=N_("List incidents; drills only where they are asked for"),
    needs=Permission.INCIDENTS_READ,
    query=asked.IncidentsQuery,
    answers={OK: answered.IncidentPage},
)
def list_incidents(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.IncidentsQuery = ask.query
    order = SORTS[wanted.sort]
    rows = paging.found(_filtered(wanted), order, limit=wanted.limit, cursor=wanted.cursor)
    known = views.summaries(rows, ask.url)
    return Answer(OK, paging.shown(rows, order, limit=wanted.limit, view=lambda row: known[row.id]))


def _filtered(wanted: asked.IncidentsQuery) -> Select[Any]:
    lists: dict[Any, list[Any]] = {
        Incident.status: wanted.status,
        Incident.stage: wanted.stage,
        Incident.level: wanted.level,
        Incident.complaint_type: wanted.type,
    }
    query = select(Incident).where(*(column.in_(values) for column, values in lists.items() if values))
    if wanted.drill != "all":
        query = query.where(Incident.drill.is_(wanted.drill == "true"))
    if wanted.department:
        query = query.where(
            exists().where(
                IncidentDepartment.incident_id == Incident.id, IncidentDepartment.code.in_(wanted.department)
            )
        )
    if wanted.q:
        query = query.where(Incident.search_text.contains(wanted.q.lower(), autoescape=True))
    if wanted.opened_from:
        query = query.where(Incident.opened_at >= wanted.opened_from)
    if wanted.opened_to:
        query = query.where(Incident.opened_at <= wanted.opened_to)
    return query


@call(
    "POST",
    "/incidents",
    tag=TAG,
    summary=N_("Declare an incident by hand"),
    needs=Permission.COMPLAINTS_WRITE,
    body=asked.Declare,
    answers={CREATED: answered.Incident},
)
def declare_incident(ask: Ask) -> Answer:
    """The incident, whole."""
    wanted: asked.Declare = ask.body
    incident = receive.declare_by_hand(
        complaint_type=str(wanted.complaint_type),
        summary=wanted.summary,
        level=wanted.level,
        affected_customers=wanted.affected_customers,
        signals=frozenset(str(signal) for signal in wanted.signals),
        channel=str(wanted.channel),
        product=wanted.product,
        by=ask.by,
        at=ask.at,
        house=ask.house,
    )
    return Answer(CREATED, lambda: views.incident(incident, ask.url))


@call(
    "GET",
    "/incidents/{number}",
    tag=TAG,
    summary=N_("Read an incident with everything that belongs to it"),
    needs=Permission.INCIDENTS_READ,
    answers={OK: answered.Incident},
)
def show_incident(ask: Ask, *, number: str) -> Answer:
    """The incident, whole."""
    return Answer(OK, views.incident(common.by_number(number), ask.url))


@call(
    "GET",
    "/incidents/{number}/timeline",
    tag=TAG,
    summary=N_("Read everything that happened on an incident, oldest first"),
    needs=Permission.INCIDENTS_READ,
    query=asked.PageQuery,
    answers={OK: answered.EventPage},
)
def show_timeline(ask: Ask, *, number: str) -> Answer:
    """One page of events."""
    incident, wanted = common.by_number(number), ask.query
    query = select(TimelineEvent).where(TimelineEvent.incident_id == incident.id)
    page = paging.page(query, OLDEST_FIRST, limit=wanted.limit, cursor=wanted.cursor, view=views.event)
    return Answer(OK, page)
