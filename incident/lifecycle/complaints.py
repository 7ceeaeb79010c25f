"""Opens the incident of one complaint: on arrival, on escalation, and when it leaves a group."""

from datetime import datetime

from incident import recusal
from incident.accounts import Actor
from incident.coordination import holds
from incident.lifecycle import opening
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.incidents import Incident


def must_have_incident(complaint: Complaint) -> bool:
    """Whether somebody escalated it, or triage found what demands an incident."""
    return complaint.escalated or bool(complaint.triage.get("opens_incident"))


def open_for(complaint: Complaint, *, by: Actor, at: datetime, house: House) -> Incident:
    """Open the incident of a complaint, at what triage made of it."""
    incident = opening.declare(
        opening.Opening(
            complaint_type=complaint.complaint_type,
            type_proposed=complaint.type_proposed,
            level=complaint.level,
            level_reasons=list(complaint.triage["level_reasons"]),
            channel=complaint.channel,
            received_at=complaint.received_at,
            signals=frozenset(complaint.signals),
            product=complaint.product,
            affected_customers=complaint.affected_customers,
            complaint_ref=complaint.source_ref,
            held=holds.held(complaint),
            agencies=recusal.alike([complaint.agency]),
        ),
        by=by,
        at=at,
        house=house,
    )
    complaint.incident_id = incident.id
    return incident
