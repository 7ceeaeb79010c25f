"""Calls on complaints: one by one, in bulk, read masked, escalated later."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident.api import answered, asked, bulk, paging, views
from incident.api.door import CREATED, OK
from incident.api.registry import MIB, Answer, Ask, call
from incident.errors import N_
from incident.intake import body, receive
from incident.intake.receive import Prepared, Received
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.permissions import Permission

TAG = N_("Complaints")
NEWEST_FIRST = paging.Order("-recorded_at", ((Complaint.recorded_at, True), (Complaint.id, True)))


def _prepared(value: Any, at: datetime) -> Prepared:
    return receive.prepare(body.read(value, at=at))


@call(
    "POST",
    "/complaints",
    tag=TAG,
    summary=N_("Record a complaint; opens its incident where it must have one"),
    needs=Permission.COMPLAINTS_WRITE,
    body=body.ComplaintBody,
    read=_prepared,
    answers={CREATED: answered.Received, OK: answered.ReceivedAgain},
)
def record_complaint(ask: Ask) -> Answer:
    """201, or 200 with `duplicate` for what was sent before."""
    found = receive.receive(ask.body, by=ask.by, at=ask.at, house=ask.house)
    return Answer(OK if found.duplicate else CREATED, lambda: _received(found, ask.url))


def _received(found: Received, url: str) -> dict[str, Any]:
    answer = _pair(found.complaint, found.incident, url)
    return {**answer, "duplicate": True} if found.duplicate else answer


def _pair(complaint: Complaint, incident: Incident | None, url: str) -> dict[str, Any]:
    return {
        "complaint": views.complaint(complaint, incident.number if incident else None),
        "incident": views.summaries([incident], url)[incident.id] if incident else None,
    }


@call(
    "POST",
    "/complaints/bulk",
    tag=TAG,
    summary=N_("Record up to 1000 complaints, one JSON object a line"),
    needs=Permission.COMPLAINTS_WRITE,
    body=body.ComplaintBody,
    content_types=("application/x-ndjson", "application/ndjson"),
    limit=16 * MIB,
    own_units=True,
    answers={OK: answered.BulkReport},
)
def record_complaints(ask: Ask) -> Answer:
    """A report of every line; a bad line never loses a good one."""
    return Answer(OK, bulk.take(ask.body, by=ask.by, at=ask.at, house=ask.house))


@call(
    "GET",
    "/complaints",
    tag=TAG,
    summary=N_("List complaints, newest first, masked"),
    needs=Permission.COMPLAINTS_READ,
    query=asked.ComplaintsQuery,
    answers={OK: answered.ComplaintPage},
)
def list_complaints(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.ComplaintsQuery = ask.query
    query = select(Complaint).where(*wanted.conditions())
    rows = paging.found(query, NEWEST_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = views.numbers(row.incident_id for row in rows)

    def view(row: Complaint) -> dict[str, Any]:
        return views.complaint(row, known.get(row.incident_id))

    return Answer(OK, paging.shown(rows, NEWEST_FIRST, limit=wanted.limit, view=view))


@call(
    "GET",
    "/complaints/{id}",
    tag=TAG,
    summary=N_("Read a complaint, masked"),
    needs=Permission.COMPLAINTS_READ,
    answers={OK: answered.Complaint},
)
def show_complaint(ask: Ask, *, id: int) -> Answer:
    """One complaint."""
    found = receive.find(id)
    return Answer(OK, views.complaint(found, views.numbers([found.incident_id]).get(found.incident_id)))


@call(
    "POST",
    "/complaints/{id}/escalate",
    tag=TAG,
    summary=N_("Open the incident of a recorded complaint"),
    needs=Permission.COMPLAINTS_WRITE,
    body=asked.Escalate,
    answers={CREATED: answered.Received},
)
def escalate_complaint(ask: Ask, *, id: int) -> Answer:
    """The complaint with the incident that it opened."""
    wanted: asked.Escalate = ask.body
    complaint = receive.find(id, lock=True)
    incident = receive.escalate(complaint, reason=wanted.reason, by=ask.by, at=ask.at, house=ask.house)
    return Answer(CREATED, lambda: _pair(complaint, incident, ask.url))
