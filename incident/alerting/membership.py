"""Who belongs in an incident's channel: whom it is for now, and whom nothing keeps there any more."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import duty, recusal
from incident.alerting import escalation, facts
from incident.alerting.facts import PersonFacts
from incident.db import db
from incident.models.alerts import Delivery, DeliveryState
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder, Task
from incident.models.people import Person
from incident.vocabulary import UNFINISHED


def responders(incident: Incident, *, at: datetime, zone: ZoneInfo) -> tuple[PersonFacts, ...]:
    """Whom the channel is for: who is on duty for the departments called out, commander, role holders,
    whoever was alerted and whoever answered; of a drill, its players and staff and nobody else. Never
    whoever must stand aside."""
    ids = _wanted(incident, at=at, zone=zone)
    there = db.session.scalars(select(Person).where(Person.id.in_(ids)))
    return facts.people(ids - {each.id for each in recusal.barred(incident, there)})


def _wanted(incident: Incident, *, at: datetime, zone: ZoneInfo) -> set[int]:
    if incident.drill:
        known = escalation.drill_addresses(incident.id)
        return set(db.session.scalars(select(Person.id).where(Person.email.in_(known))))
    mine = IncidentDepartment.incident_id == incident.id
    on_duty = duty.roster(_column(IncidentDepartment.code, mine), at=at, zone=zone).values()
    alerted = db.session.scalars(
        select(Delivery.payload).where(
            Delivery.incident_id == incident.id,
            Delivery.step == "page",
            Delivery.state != DeliveryState.SKIPPED,
        )
    )
    ids = {
        incident.commander_id,
        incident.acknowledged_by_id,
        *_column(IncidentDepartment.lead_id, mine),
        *_column(IncidentRoleHolder.person_id, IncidentRoleHolder.incident_id == incident.id),
        *(each.id for found in on_duty for each in found.people),
        *(payload.get("person_id") for payload in alerted),
    }
    return {each for each in ids if each is not None}


def _column(column: object, condition: object) -> list[Any]:
    return list(db.session.scalars(select(column).where(condition)))  # type: ignore[call-overload]


def leaving(incident: Incident, *, at: datetime, zone: ZoneInfo) -> tuple[PersonFacts, ...]:
    """Whom the service itself brought into the channel, and who is neither on duty for it, nor holds a role,
    nor was alerted, nor has something to do in it now. Who came in otherwise is let be; so is everybody once
    it is over."""
    if not incident.is_open:
        return ()
    earlier = db.session.scalars(
        select(Delivery.result).where(Delivery.incident_id == incident.id, Delivery.step == "invite")
    )
    brought: set[int] = set()
    for result in earlier:
        brought |= set((result or {}).get("brought", []))
    at_work = db.session.scalars(
        select(Task.assignee_id).where(
            Task.incident_id == incident.id,
            Task.status.in_(UNFINISHED),
        )
    )
    return facts.people(brought - _wanted(incident, at=at, zone=zone) - set(at_work))
