"""The contact log: what is planned or was tried, checked against the limits before it is written down."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from incident import audit, clocks, duty, errors, privacy, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.coordination import contact_entry, contact_limits, contact_preferences, contact_times, holds
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Facts, Past, Wanted
from incident.coordination.contact_limits import Violation
from incident.db import db
from incident.errors import N_
from incident.models.complaints import Complaint
from incident.models.contacts import (
    Contact,
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactState,
)
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

BACK, AHEAD = timedelta(days=60), timedelta(days=8)  # which contacts the limits look at, around the moment
COMPLIANCE = "COM"


@dataclass(frozen=True)
class Answer:
    """Whether a contact may be made now, why not, and from when on; `at` is None where waiting is no help."""

    wanted: Wanted
    violations: list[Violation]
    at: datetime | None

    @property
    def allowed(self) -> bool:
        """Whether nothing forbids it."""
        return not self.violations


def of(incident_id: int) -> list[Contact]:
    """The log of an incident, the latest first; what is still ahead stands above what was done."""
    rows = db.session.scalars(
        select(Contact)
        .where(Contact.incident_id == incident_id)
        .order_by(Contact.at.desc(), Contact.id.desc())
    )
    return sorted(rows, key=lambda each: each.state != ContactState.PLANNED)


def may(
    incident: Incident, wanted: Wanted, *, jurisdiction: str, complaint: Complaint | None = None
) -> Answer:
    """Whether the limits allow a contact, and when they will."""
    found = complaint or contact_preferences.complaint(incident, None)
    facts = _facts(incident, found, wanted, jurisdiction)
    rules = library.rules(jurisdiction).rules
    violations = contact_limits.check(facts, rules)
    return Answer(wanted, violations, contact_times.next_allowed(facts, rules) if violations else wanted.at)


def _facts(incident: Incident, complaint: Complaint | None, wanted: Wanted, jurisdiction: str) -> Facts:
    keys = contact_preferences.subjects(incident, complaint)
    wishes = contact_preferences.found(keys)
    placed = [] if incident.drill else holds.of(incident.id)
    return Facts(
        wanted=wanted,
        zone=contact_preferences.zone(wishes, jurisdiction),
        past=_past(keys, wanted.at),
        preferences=contact_preferences.of(wishes),
        hold=holds.strictest(placed),
    )


def _past(keys: list[str], at: datetime) -> list[Past]:
    """What was done with the customer around a moment, on whichever incident, and every refusal."""
    near = Contact.at.between(at - BACK, at + AHEAD)
    rows = db.session.execute(
        select(
            Contact.at,
            Contact.kind,
            Contact.channel,
            Contact.inbound,
            Contact.party,
            Contact.point,
            Contact.outcome,
        ).where(
            Contact.subject.in_(keys),
            Contact.kind != ContactKind.PLANNED,
            or_(near, Contact.outcome == contact_limits.DECLINED),
        )
    )
    return [
        Past(
            at=row.at,
            kind=ContactKind(row.kind),
            channel=ContactChannel(row.channel),
            inbound=row.inbound,
            party=ContactParty(row.party),
            point=row.point,
            outcome=row.outcome,
        )
        for row in rows
    ]


def log(incident: Incident, entry: Entry, *, by: Actor, at: datetime, jurisdiction: str) -> Contact:
    """Plan a contact or write one down.

    Raises Refused with every limit that forbids it, by code and source. A safety reason overrides the limits,
    but no hold on collecting. What has happened all the same is written down as a breach, with its reason.
    """
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    contact_entry.check(entry, at)
    complaint = contact_preferences.complaint(incident, entry.complaint)
    answer = may(incident, entry.wanted, jurisdiction=jurisdiction, complaint=complaint)
    standing = [each for each in answer.violations if not (entry.safety_reason.strip() and each.yields)]
    breach = bool(standing) and entry.kind != ContactKind.PLANNED and bool(entry.breach_reason.strip())
    if standing and not breach:
        raise contact_entry.refusal(entry, standing, answer.at)
    contact = _written(incident, complaint, entry, answer.violations, breach=breach, by=by, at=at)
    _carry_out(incident, entry)
    incident.last_activity_at = at
    _record(incident, contact, by=by, at=at)
    if contact.kind == ContactKind.CONVERSATION and contact.party != ContactParty.THIRD_PERSON:
        clocks.happened(incident, "contacted", by=by, at=at)
        outbox.enqueue(incident.id, "update_card", at=at)
    return contact


def _written(
    incident: Incident,
    complaint: Complaint | None,
    entry: Entry,
    violations: list[Violation],
    *,
    breach: bool,
    by: Actor,
    at: datetime,
) -> Contact:
    wanted = entry.wanted
    why = entry.breach_reason if breach else entry.safety_reason if violations else ""
    contact = Contact(
        incident_id=incident.id,
        complaint_id=complaint.id if complaint else None,
        subject=contact_preferences.subjects(incident, complaint)[0],
        kind=wanted.kind,
        state=ContactState.PLANNED if wanted.kind == ContactKind.PLANNED else ContactState.DONE,
        channel=wanted.channel,
        inbound=wanted.inbound,
        party=wanted.party,
        basis=wanted.basis,
        purpose=wanted.purpose,
        place=wanted.place,
        point=wanted.point,
        agreed=wanted.agreed,
        at=wanted.at,
        person_id=entry.person or by.id,
        outcome=privacy.redact(entry.outcome.strip()) or None,
        personal={name: text for name in contact_entry.TEXTS if (text := getattr(entry, name).strip())},
        violations=[each.kept() for each in violations],
        breach=breach,
        safety=bool(violations) and bool(entry.safety_reason.strip()),
        reason=privacy.redact(why.strip()) or None,
        recorded_at=at,
        recorded_by=by.label,
    )
    db.session.add(contact)
    db.session.flush()
    return contact


def _carry_out(incident: Incident, entry: Entry) -> None:
    if entry.planned is not None and entry.kind != ContactKind.PLANNED:
        ahead(incident, entry.planned).state = ContactState.DONE


def ahead(incident: Incident, contact_id: int) -> Contact:
    """A contact that is still planned; raises NotFound, or Refused where it was carried out or dropped."""
    found = db.session.get(Contact, contact_id, populate_existing=True)
    if found is None or found.incident_id != incident.id or found.kind != ContactKind.PLANNED:
        raise errors.NotFound(N_("There is no such planned contact."))
    if found.state != ContactState.PLANNED:
        raise errors.Refused(N_("This contact was carried out or dropped already."))
    return found


def drop(incident: Incident, contact_id: int, *, by: Actor, at: datetime) -> Contact:
    """Plan a contact no longer; raises NotFound or Refused."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    found = ahead(incident, contact_id)
    found.state = ContactState.DROPPED
    incident.last_activity_at = at
    timeline.record(incident.id, "contact_dropped", by=by.label, at=at, contact_channel=str(found.channel))
    return found


def _record(incident: Incident, contact: Contact, *, by: Actor, at: datetime) -> None:
    """What the timeline and the audit log say: how, when and with what outcome, and none of the words."""
    facts: dict[str, Any] = {
        "contact_channel": str(contact.channel),
        "contact_at": contact.at.isoformat(),
        "contact_outcome": contact.outcome or "-",
        "contact_id": contact.id,
    }
    if contact.kind == ContactKind.PLANNED:
        timeline.record(incident.id, "contact_planned", by=by.label, at=at, **facts)
    elif contact.kind == ContactKind.ATTEMPT:
        timeline.record(incident.id, "contact_attempted", by=by.label, at=at, **facts)
    else:
        timeline.record(incident.id, "contact_made", by=by.label, at=at, **facts)
    if contact.violations:
        _record_violations(incident, contact, by=by, at=at)


def _record_violations(incident: Incident, contact: Contact, *, by: Actor, at: datetime) -> None:
    titles = [each["title"] for each in contact.violations]
    limits = {"zh": "、".join(each["zh"] for each in titles), "en": "; ".join(each["en"] for each in titles)}
    codes = [each["rule"] for each in contact.violations]
    kept = {"rules": codes, "reason": contact.reason, "contact": contact.id}
    where = f"incident/{incident.number}"
    if not contact.breach:
        audit.record("contacts.safety_override", where, by=by.label, at=at, **kept)
        timeline.record(
            incident.id, "contact_safety", by=by.label, at=at, limits=limits, reason=contact.reason
        )
        return
    audit.record("contacts.breach", where, by=by.label, at=at, **kept)
    timeline.record(incident.id, "contact_breach", by=by.label, at=at, limits=limits, reason=contact.reason)
    head = duty.heads([COMPLIANCE]).get(COMPLIANCE)
    if head is not None and not incident.drill:
        outbox.enqueue(
            incident.id,
            "remind",
            at=at,
            key=f"contact-breach-{contact.id}",
            person_id=head.id,
            about="contact_breach",
        )
