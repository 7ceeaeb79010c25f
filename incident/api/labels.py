"""Calls on the label “malicious proxy” of a complaint; for those who act, and never for the customer."""

from typing import Any

from incident import errors
from incident.api import answered_resolution, asked_resolution, lines_resolution
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import proxy_label
from incident.db import db
from incident.errors import N_
from incident.intake import receive
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.permissions import Permission

TAG = N_("Labels")

ACT: dict[str, Any] = {
    "tag": TAG,
    "needs": Permission.INCIDENTS_ACT,
    "answers": {OK: answered_resolution.ProxyLabel},
}


@call(
    "GET",
    "/incidents/{number}/proxy_labels",
    tag=TAG,
    summary=N_("List the labels “malicious proxy” on an incident's complaints"),
    needs=Permission.INCIDENTS_ACT,
    answers={OK: answered_resolution.LabelPage},
)
def list_proxy_labels(ask: Ask, *, number: str) -> Answer:
    """The newest first."""
    incident = common.by_number(number)
    items = [lines_resolution.label(incident, each) for each in proxy_label.of(incident.id)]
    return Answer(OK, {"items": items, "next_cursor": None})


@call(
    "POST",
    "/complaints/{id}/proxy_label",
    tag=TAG,
    summary=N_("Propose the label “malicious proxy” with its grounds"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_resolution.ProposeLabel,
    answers={CREATED: answered_resolution.ProxyLabel},
)
def propose_proxy_label(ask: Ask, *, id: int) -> Answer:
    """Two different people must approve it, neither of them the proposer."""
    wanted: asked_resolution.ProposeLabel = ask.body
    complaint = receive.find(id)
    if complaint.incident_id is None:
        raise errors.Refused(N_("This complaint has no incident; escalate it first."))
    incident = db.session.get_one(
        Incident, complaint.incident_id, with_for_update=True, populate_existing=True
    )
    row = proxy_label.propose(incident, complaint, grounds=wanted.grounds, by=ask.by, at=ask.at)
    return Answer(CREATED, lambda: lines_resolution.label(incident, row))


@call("POST", "/proxy_labels/{id}/approve", summary=N_("Approve a label, as a person"), **ACT)
def approve_proxy_label(ask: Ask, *, id: int) -> Answer:
    """The last approval puts it in force."""
    incident, row = proxy_label.locked(id)
    proxy_label.approve(incident, row, by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_resolution.label(incident, row))


@call(
    "POST",
    "/proxy_labels/{id}/refuse",
    summary=N_("Refuse a label, as a person"),
    body=asked_resolution.EndLabel,
    **ACT,
)
def refuse_proxy_label(ask: Ask, *, id: int) -> Answer:
    """With the reason."""
    wanted: asked_resolution.EndLabel = ask.body
    incident, row = proxy_label.locked(id)
    proxy_label.refuse(incident, row, reason=wanted.reason, by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_resolution.label(incident, row))


@call(
    "POST",
    "/proxy_labels/{id}/lift",
    summary=N_("Take a label off again"),
    body=asked_resolution.EndLabel,
    **ACT,
)
def lift_proxy_label(ask: Ask, *, id: int) -> Answer:
    """With the reason."""
    wanted: asked_resolution.EndLabel = ask.body
    incident, row = proxy_label.locked(id)
    proxy_label.lift(incident, row, reason=wanted.reason, by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_resolution.label(incident, row))
