"""The lines below an incident as JSON: roles, departments, clocks, complaints, deliveries."""

from incident.api.plain import Json, moment
from incident.models.alerts import Delivery
from incident.models.complaints import Complaint
from incident.models.incidents import Clock, IncidentDepartment, IncidentRoleHolder


def role(row: IncidentRoleHolder, person: Json | None) -> Json:
    """A role of the emergency group."""
    return {
        "role": row.role,
        "department": row.department_code,
        "person": person,
        "since": moment(row.since),
    }


def department(row: IncidentDepartment, lead: Json | None, signed_off_by: Json | None) -> Json:
    """A department that was called out."""
    return {
        "department": row.code,
        "part": row.part,
        "state": str(row.state),
        "lead": lead,
        "called_at": moment(row.called_at),
        "signed_off_at": moment(row.signed_off_at),
        "signed_off_by": signed_off_by,
        "statement": row.statement,
    }


def clock(row: Clock) -> Json:
    """A clock, running or ended."""
    return {
        "id": row.id,
        "kind": row.kind,
        "rule": row.rule,
        "version": row.rule_version,
        "jurisdiction": row.jurisdiction,
        "title": {"zh": row.title_zh, "en": row.title_en},
        "value": row.value,
        "unit": row.unit,
        "started_at": moment(row.started_at),
        "due_at": moment(row.due_at),
        "state": str(row.state),
        "ended_at": moment(row.ended_at),
        "source": row.source,
        "confidence": row.confidence,
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
