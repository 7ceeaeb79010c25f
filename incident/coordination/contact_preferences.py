"""How a customer wants to be reached: kept for the customer under a blind index, not for one incident."""

import re
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.coordination.contact_facts import Preferences
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.contacts import ContactChannel, ContactPreference
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

TEXT_LONGEST = 1_000  # characters
LANGUAGE_LONGEST = 20
# by what a customer is known again, the first that is there: the field of a complaint and the kind of index
KNOWN_BY = (("account_ref", "account"), ("phone", "phone"), ("email", "email"), ("id_number", "id_number"))


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What somebody writes down of what the customer wants; times are the customer's own, like 09:30."""

    time_zone: str = ""
    earliest: str = ""
    latest: str = ""
    days: list[int] = field(default_factory=list)
    not_at_work: bool = False
    refused_channels: list[str] = field(default_factory=list)
    language: str = ""
    representative: str = ""
    note: str = ""
    complaint: int | None = None


def complaint(incident: Incident, complaint_id: int | None) -> Complaint | None:
    """The complaint whose customer is meant, the first one where none is named; raises Invalid."""
    query = select(Complaint).where(Complaint.incident_id == incident.id).order_by(Complaint.id).limit(1)
    if complaint_id is not None:
        query = query.where(Complaint.id == complaint_id)
    found = db.session.scalar(query)
    if found is None and complaint_id is not None:
        raise errors.Invalid(
            N_("This complaint does not belong to the incident."),
            reasons=[Reason(N_("This complaint does not belong to the incident."), loc=("complaint",))],
        )
    return found


def subjects(incident: Incident, complaint: Complaint | None) -> list[str]:
    """The keys a customer is found under, the one to write first; a drill's customer is nobody else."""
    if incident.drill or complaint is None:
        return [f"incident:{incident.id}"]
    customer = complaint.personal.get("customer", {})
    for name, kind in KNOWN_BY:
        if customer.get(name):
            return privacy.blind_indexes(kind, str(customer[name]))
    return [f"complaint:{complaint.id}"]


def found(keys: list[str]) -> ContactPreference | None:
    """What is noted under one of the keys, the latest."""
    return db.session.scalar(
        select(ContactPreference)
        .where(ContactPreference.subject.in_(keys))
        .order_by(ContactPreference.updated_at.desc())
        .limit(1)
    )


def of(row: ContactPreference | None) -> Preferences:
    """The wishes as the limits read them; none where nothing is noted."""
    if row is None:
        return Preferences()
    return Preferences(
        earliest=time.fromisoformat(row.earliest) if row.earliest else None,
        latest=time.fromisoformat(row.latest) if row.latest else None,
        days=frozenset(row.days),
        not_at_work=row.not_at_work,
        refused=frozenset(row.refused_channels),
        represented=row.represented,
    )


def zone(row: ContactPreference | None, jurisdiction: str) -> ZoneInfo:
    """The customer's time zone; where none is noted, that of the rule set."""
    return ZoneInfo((row.time_zone if row else None) or library.rules(jurisdiction).time_zone)


def note(
    incident: Incident, wishes: Wishes, *, by: Actor, at: datetime, version: int | None = None
) -> ContactPreference:
    """Write down what the customer wants; raises Invalid, or Conflict where `version` is no longer there."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    if faults := _faults(wishes):
        raise errors.Invalid(N_("The preferences cannot be noted."), reasons=faults)
    keys = subjects(incident, complaint(incident, wishes.complaint))
    row = found(keys)
    if version is not None and version != (row.version if row else 0):
        raise errors.Conflict(
            N_("Somebody else changed this a moment ago; look at the present state and try again.")
        )
    if row is None:
        row = ContactPreference(subject=keys[0])
        db.session.add(row)
    _write(row, incident, wishes, by=by, at=at)
    db.session.flush()
    incident.last_activity_at = at
    timeline.record(incident.id, "contact_preferences_noted", by=by.label, at=at)
    return row


def _write(row: ContactPreference, incident: Incident, wishes: Wishes, *, by: Actor, at: datetime) -> None:
    row.incident_id = incident.id
    row.time_zone = wishes.time_zone.strip() or None
    row.earliest, row.latest = _time(wishes.earliest), _time(wishes.latest)
    row.days = sorted(set(wishes.days))
    row.not_at_work = wishes.not_at_work
    row.refused_channels = sorted(set(wishes.refused_channels))
    row.language = privacy.redact(wishes.language.strip()) or None
    kept = row.personal or {}
    row.personal = {
        name: text
        for name in ("representative", "note")
        if (text := _text(str(kept.get(name, "")), getattr(wishes, name).strip()))
    }
    row.updated_at, row.updated_by = at, by.label


def _text(before: str, given: str) -> str:
    """A form shows what is kept with numbers masked; sent back unchanged it is no change."""
    return before if before and given == privacy.redact(before) else given


def _time(text: str) -> str | None:
    return f"{time.fromisoformat(text.strip()):%H:%M}" if text.strip() else None


def _faults(wishes: Wishes) -> list[Reason]:
    checks = (
        (not _is_zone(wishes.time_zone.strip()), "time_zone", N_("Use a zone like America/New_York.")),
        (not _is_time(wishes.earliest), "earliest", N_("Write a time like 09:30.")),
        (not _is_time(wishes.latest), "latest", N_("Write a time like 09:30.")),
        (any(day not in range(1, 8) for day in wishes.days), "days", N_("Days are 1 (Monday) to 7.")),
        (
            any(each not in set(ContactChannel) for each in wishes.refused_channels),
            "refused_channels",
            N_("There is no such way of contact."),
        ),
        (len(wishes.language) > LANGUAGE_LONGEST, "language", N_("This is too long.")),
        (len(wishes.representative) > TEXT_LONGEST, "representative", N_("This is too long.")),
        (len(wishes.note) > TEXT_LONGEST, "note", N_("This is too long.")),
    )
    faults = [Reason(sentence, loc=(place,)) for wrong, place, sentence in checks if wrong]
    if not faults and "" < (_time(wishes.latest) or "") <= (_time(wishes.earliest) or ""):
        faults.append(Reason(N_("The latest time comes after the earliest."), loc=("latest",)))
    return faults


def _is_time(text: str) -> bool:
    return not text.strip() or re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text.strip()) is not None


def _is_zone(name: str) -> bool:
    if not name:
        return True
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
