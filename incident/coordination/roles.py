"""Roles of the emergency group: who holds them at the start, and handing them on."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, recusal, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.db import db
from incident.duty import OnDuty
from incident.errors import N_
from incident.models.incidents import Incident, IncidentRoleHolder
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks.schema import Plan
from incident.vocabulary import IncidentRole


def from_roster(
    plan: Plan, on_duty: dict[str, OnDuty], commander: Person | None, *, at: datetime
) -> list[dict[str, Any]]:
    """Rows for the plan's roles, held by whoever is on duty for the department that gives them."""
    rows = []
    for each in plan.roles:
        duty = on_duty.get(each.department)
        holder = commander if each.role == IncidentRole.COMMANDER else (duty.first if duty else None)
        rows.append(
            {
                "role": str(each.role),
                "department_code": each.department,
                "person_id": holder.id if holder else None,
                "since": at,
            }
        )
    return rows


def of(incident_id: int) -> list[IncidentRoleHolder]:
    """The roles of an incident in the plan's order."""
    return list(
        db.session.scalars(
            select(IncidentRoleHolder)
            .where(IncidentRoleHolder.incident_id == incident_id)
            .order_by(IncidentRoleHolder.id)
        )
    )


def assign(incident: Incident, role: str, person: Person, *, by: Actor, at: datetime) -> IncidentRoleHolder:
    """Give a role to somebody; raises Refused once closed or for somebody inactive,
    and Forbidden for whoever must stand aside."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    if not person.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=person.name)
    if role not in set(IncidentRole):
        raise errors.Invalid(N_("There is no role “%(role)s”."), role=role)
    recusal.must_not_be(incident, person)
    found = next((each for each in of(incident.id) if each.role == role), None)
    if found is None:
        found = IncidentRoleHolder(
            incident_id=incident.id, role=role, department_code=person.department_code or "", since=at
        )
        db.session.add(found)
    found.person_id, found.since = person.id, at
    if role == IncidentRole.COMMANDER:
        incident.commander_id = person.id
    incident.last_activity_at = at
    timeline.record(incident.id, "role_taken", by=by.label, at=at, person=person.name, role=role)
    outbox.enqueue(incident.id, "invite", at=at)
    outbox.enqueue(incident.id, "update_card", at=at)
    return found
