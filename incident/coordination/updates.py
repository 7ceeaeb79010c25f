"""Structured updates: situation, actions, needs; due as often as the level asks, and missed aloud."""

from datetime import datetime

from sqlalchemy import select

from incident import duty, errors, privacy, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.durations import Duration
from incident.errors import N_, Reason
from incident.models.incidents import Incident, IncidentRoleHolder
from incident.models.people import Person
from incident.models.updates import IncidentUpdate
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import IncidentRole, Level, Stage

LONGEST = 1_000  # characters of one part; an update is read on a phone
WAKES = Level.MAJOR  # Ⅰ and Ⅱ are told at any hour, Ⅲ and Ⅳ in working time


def next_due(level: int, start: datetime, calendar: WorkingCalendar) -> datetime:
    """When the update after `start` is due by the level's interval (facts §3.2); Ⅲ, Ⅳ keep office hours."""
    every = library.the_levels()[level].update_interval
    return _after(every, start, calendar, working=level > WAKES)


def _after(every: Duration, start: datetime, calendar: WorkingCalendar, *, working: bool) -> datetime:
    if every.unit in ("wd", "cd"):
        return calendar.add(start, every.value, "working_days" if every.unit == "wd" else "calendar_days")
    return calendar.add_working_time(start, every.timedelta) if working else start + every.timedelta


def expect(incident: Incident, *, at: datetime, calendar: WorkingCalendar) -> None:
    """Count the time to the next update anew: the incident was answered, re-graded or told of."""
    due = next_due(incident.level, at, calendar)
    incident.update_due_at = incident.nag_at = due
    incident.nags = 0


def give(
    incident: Incident,
    *,
    situation: str,
    actions: str,
    needs: str,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> IncidentUpdate:
    """Tell everybody how it stands; raises Invalid where the situation is missing or a part is too long.

    `actions` and `needs` may be empty: nothing was done, nothing is needed. What looks personal is masked.
    """
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    parts = {name: privacy.redact(text.strip()) for name, text in
             (("situation", situation), ("actions", actions), ("needs", needs))}  # fmt: skip
    faults = [
        Reason(N_("At most %(most)s characters."), {"most": LONGEST}, (name,))
        for name, text in parts.items()
        if len(text) > LONGEST
    ]
    if not parts["situation"]:
        faults.append(Reason(N_("Say how it stands."), loc=("situation",)))
    if faults:
        raise errors.Invalid(N_("The update cannot be given."), reasons=faults)
    row = IncidentUpdate(
        incident_id=incident.id,
        at=at,
        by=by.label,
        level=int(incident.level),
        stage=Stage(incident.stage),
        **parts,
    )
    db.session.add(row)
    db.session.flush()
    incident.last_activity_at = at
    expect(incident, at=at, calendar=calendar)
    timeline.record(incident.id, "update_given", by=by.label, at=at, situation=parts["situation"])
    outbox.enqueue(incident.id, "post", at=at, key=f"update-{row.id}", said="update", name=by.name, **parts)
    outbox.enqueue(incident.id, "update_card", at=at)
    return row


def of(incident_id: int, *, newest: int = 50) -> list[IncidentUpdate]:
    """An incident's updates, the newest first."""
    rows = select(IncidentUpdate).where(IncidentUpdate.incident_id == incident_id)
    return list(db.session.scalars(rows.order_by(IncidentUpdate.id.desc()).limit(newest)))


def latest(incident_id: int) -> IncidentUpdate | None:
    """The last update of an incident."""
    return next(iter(of(incident_id, newest=1)), None)


def deputies(incident: Incident, *, at: datetime, calendar: WorkingCalendar) -> list[Person]:
    """Who stands behind the commander: the deputy, then whoever is on duty to command, then the heads; in a
    drill its participants and nobody else."""
    found = db.session.scalars(
        select(Person)
        .join(IncidentRoleHolder, IncidentRoleHolder.person_id == Person.id)
        .where(IncidentRoleHolder.incident_id == incident.id, IncidentRoleHolder.role == IncidentRole.DEPUTY)
    )
    group = escalation.group_of(incident, at=at, zone=calendar.zone)
    behind = [*found, *(group.commander or group.heads)]
    if not behind and not incident.drill:
        behind = duty.group_heads()
    return escalation.each_once(
        person for person in behind if person.active and person.id != incident.commander_id
    )
