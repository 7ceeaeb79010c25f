"""The lines below an incident as JSON: roles, departments, complaints, deliveries."""

from incident.api.plain import Json, moment
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.incidents import IncidentDepartment, IncidentRoleHolder


def role(row: IncidentRoleHolder, person: Json | None) -> Json:
    """A role of the emergency group."""
    return {
        "role": row.role,
        "department": row.department_code,
        "person": person,
        "since": moment(row.since),
    }


def department(row: IncidentDepartment, who: dict[int, Json]) -> Json:
    """A department that was called out; `who` holds its lead and whoever accepted and signed off."""
    return {
        "department": row.code,
        "part": row.part,
        "state": str(row.state),
        "lead": who.get(row.lead_id or 0),
        "called_at": moment(row.called_at),
        "accept_by": moment(row.accept_by),
        "accepted_at": moment(row.accepted_at),
        "accepted_by": who.get(row.accepted_by_id or 0),
        "next_update_at": moment(row.next_update_at),
        "reported_at": moment(row.reported_at),
        "report": row.report,
        "reason": row.reason,
        "signed_off_at": moment(row.signed_off_at),
        "signed_off_by": who.get(row.signed_off_by_id or 0),
        "statement": row.statement,
    }


def complaint_ref(row: Complaint) -> Json:
    """A complaint in short."""
    return {
        "id": row.id,
        "source": row.source,
        "source_ref": row.source_ref,
        "received_at": moment(row.received_at),
        "channel": row.channel,
    }


def delivery(row: Delivery) -> Json:
    """One step to be taken outside, without its payload."""
    return {
        "id": row.id,
        "step": row.step,
        "state": str(row.state),
        "attempts": row.attempts,
        "next_at": moment(row.next_at),
        "finished_at": moment(row.finished_at),
        "error": row.error,
    }
