"""The one verb by which every complaint comes in, whatever the edge; and then: escalate, reveal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import audit, customers, errors, privacy, timeline
from incident.accounts import Actor
from incident.coordination import holds, standing_aside
from incident.db import db, insert_one
from incident.errors import N_, Reason
from incident.intake.body import ComplaintBody
from incident.lifecycle import complaints, opening
from incident.lifecycle.common import House, clean_text
from incident.models.complaints import CUSTOMER_FIELDS, TEXT_FIELDS, Complaint
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.surges import causes, grouping, joining, looking
from incident.surges.causes import Arrival
from incident.triage import Assessment, Facts, assess
from incident.triage import model as type_model
from incident.vocabulary import ComplaintType, Signal

REASON_LONGEST = 500  # characters


@dataclass(frozen=True)
class Prepared:
    """A checked and graded complaint, ready to be written; made outside the transaction.

    `arrival` is what it is compared by with other complaints, `index` the customer's blind index.
    """

    body: ComplaintBody
    assessment: Assessment
    content_hash: str
    arrival: Arrival
    index: dict[str, int]
    repeat: bool


@dataclass(frozen=True)
class Received:
    """What became of a complaint; `opened` says that an incident was opened by it, its own or its group's."""

    complaint: Complaint
    incident: Incident | None
    duplicate: bool
    opened: bool = False


def prepare(body: ComplaintBody, *, at: datetime | None = None) -> Prepared:
    """Grade a complaint, and look whether its customer complained before; `at` is now unless said otherwise.

    A repeated complaint that was found counts like one that the sender declared, with the reason written.
    """
    index = customers.keys(body.customer.model_dump())
    repeat = customers.complained_before(index, at=at or body.received_at, but=(body.source, body.source_ref))
    declared = {str(signal) for signal in body.signals}
    facts = Facts(
        summary=body.summary,
        narrative=body.narrative,
        demand=body.demand,
        complaint_type=str(body.complaint_type) if body.complaint_type else None,
        channel=str(body.channel),
        product=body.product,
        declared_signals=frozenset(declared | ({str(Signal.REPEAT)} if repeat else set())),
        affected_customers=body.affected_customers,
        potential_loss=body.potential_loss,
        days_overdue=body.account.days_overdue,
        amount_overdue=body.account.amount_overdue,
        agency=body.agency,
    )
    assessment = assess(
        facts, vocabulary=library.the_vocabulary(), levels=library.the_levels(), model=type_model.shipped()
    )
    arrival = causes.arrival(
        complaint_type=assessment.complaint_type,
        text=causes.text_of(body.summary, body.narrative),
        agency=body.agency,
        product=body.product,
        region=body.region,
        person_key=index.get("person_key"),
        received_at=body.received_at,
    )
    return Prepared(body, assessment, body.content_hash(), arrival, index, repeat)


def receive(prepared: Prepared, *, by: Actor, at: datetime, house: House) -> Received:
    """Record a complaint and open its incident where it must have one; idempotent on source + source_ref.

    The same content again gives what the first gave, with `duplicate`; raises Conflict for other content.
    """
    by.must(Permission.COMPLAINTS_WRITE)
    finding = looking.find(prepared.arrival, at=at)
    columns = _columns(prepared, by=by, at=at)
    joined = joining.joining(
        finding,
        complaint_type=columns["complaint_type"],
        signals=frozenset(columns["signals"]),
        channel=columns["channel"],
        level=columns["level"],
        received_at=columns["received_at"],
        at=at,
        house=house,
    )
    columns |= joined.columns if joined else {}
    complaint = insert_one(Complaint, columns, unless=("source", "source_ref"))
    if complaint is None:
        return _known(prepared)
    parent = joined.incident if joined else None
    if parent is not None:
        holds.of_member(parent, complaint, by=by, at=at)
        standing_aside.agencies_joined(parent, [complaint.id], at=at)
    begun = grouping.begin(finding, prepared.arrival, complaint, by=by, at=at, house=house)
    incident = _incident(complaint, parent or begun, by=by, at=at, house=house)
    return Received(
        complaint, incident, duplicate=False, opened=incident is not None and incident is not parent
    )


def _incident(
    complaint: Complaint, parent: Incident | None, *, by: Actor, at: datetime, house: House
) -> Incident | None:
    """Its group's, where it belongs to one; its own where it must have one, always where life is at risk."""
    if parent is not None and complaint.incident_id == parent.id:
        return parent
    own = complaints.must_have_incident(complaint) or joining.grave(frozenset(complaint.signals))
    if not own:
        return None
    incident = complaints.open_for(complaint, by=by, at=at, house=house)
    if complaint.surge_id is not None:
        joining.link_member(complaint, incident, at=at)
    return incident


def _columns(prepared: Prepared, *, by: Actor, at: datetime) -> dict[str, Any]:
    body, assessment = prepared.body, prepared.assessment
    texts = {name: getattr(body, name) for name in TEXT_FIELDS if getattr(body, name)}
    customer = {name: value for name, value in body.customer.model_dump().items() if value}
    signals = sorted(
        {hit.signal for hit in assessment.signals if hit.counts} | {str(s) for s in body.signals}
    )
    return {
        "source": body.source,
        "source_ref": body.source_ref,
        "content_hash": prepared.content_hash,
        "received_at": body.received_at,
        "recorded_at": at,
        "recorded_by": by.label,
        "channel": str(body.channel),
        "complaint_type": assessment.complaint_type,
        "type_proposed": assessment.proposed,
        "product": body.product,
        "personal": {"customer": customer, **texts},
        "account_key": holds.account_key(customer.get("account_ref")),
        "account": body.account.model_dump(mode="json", exclude_none=True),
        "affected_customers": body.affected_customers,
        "potential_loss": body.potential_loss,
        "agency": body.agency,
        "region": body.region,
        "signals": signals,
        "escalated": body.escalated,
        "escalated_by": body.escalated_by,
        "level": assessment.level,
        "triage": {**assessment.as_dict(), "repeat_found": prepared.repeat},
        "repeat": str(Signal.REPEAT) in signals,
        **prepared.arrival.columns,
        **prepared.index,
    }


def _known(prepared: Prepared) -> Received:
    body = prepared.body
    complaint = db.session.scalars(
        select(Complaint).where(Complaint.source == body.source, Complaint.source_ref == body.source_ref)
    ).one()
    if complaint.content_hash != prepared.content_hash:
        raise errors.Conflict(
            N_("%(source)s sent %(source_ref)s before, with other content."),
            source=body.source,
            source_ref=body.source_ref,
            reasons=[Reason(N_("Use a new source_ref, or send the same content."), loc=("source_ref",))],
        )
    incident = db.session.get(Incident, complaint.incident_id) if complaint.incident_id else None
    return Received(complaint, incident, duplicate=True)


def find(complaint_id: int, *, lock: bool = False) -> Complaint:
    """A complaint by its id; raises NotFound."""
    found = db.session.get(Complaint, complaint_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no complaint %(id)s."), id=complaint_id)
    return found


def escalate(complaint: Complaint, *, reason: str, by: Actor, at: datetime, house: House) -> Incident:
    """Open the incident of a complaint that was only recorded; raises Refused where it has one."""
    by.must(Permission.COMPLAINTS_WRITE)
    if complaint.incident_id is not None:
        known = db.session.get_one(Incident, complaint.incident_id)
        raise errors.Refused(
            N_("This complaint has the incident %(number)s already."),
            number=known.number,
            reasons=[Reason(N_("Open it on the board."), href=f"/incidents/{known.number}")],
        )
    words = clean_text(reason, "reason", N_("Say why it is escalated."))
    complaint.escalated, complaint.escalated_by = True, by.label
    complaint.personal = {**complaint.personal, "escalation_reason": words[:REASON_LONGEST]}
    return complaints.open_for(complaint, by=by, at=at, house=house)


def declare_by_hand(
    *,
    complaint_type: str,
    summary: str,
    by: Actor,
    at: datetime,
    house: House,
    level: int | None = None,
    affected_customers: int = 1,
    signals: frozenset[str] = frozenset(),
    channel: str = "other",
    product: str | None = None,
) -> Incident:
    """Open an incident without a complaint record; the summary becomes its first note. Raises Invalid."""
    by.must(Permission.COMPLAINTS_WRITE)
    if complaint_type not in set(ComplaintType):
        raise errors.Invalid(
            N_("There is no complaint type “%(type)s”."),
            type=complaint_type,
            reasons=[Reason(N_("Choose one of the known types."), loc=("complaint_type",))],
        )
    words = clean_text(summary, "summary", N_("Say in a sentence what happened."))
    facts = Facts(
        summary=None,
        narrative=summary,
        demand=None,
        complaint_type=complaint_type,
        channel=channel,
        product=product,
        declared_signals=signals,
        affected_customers=affected_customers,
        potential_loss=None,
        days_overdue=None,
        amount_overdue=None,
        agency=None,
    )
    assessment = assess(
        facts, vocabulary=library.the_vocabulary(), levels=library.the_levels(), model=type_model.shipped()
    )
    found = signals | {hit.signal for hit in assessment.signals if hit.counts}
    incident = opening.declare(
        opening.Opening(
            complaint_type=complaint_type,
            type_proposed=False,
            level=min(level or 4, assessment.level),
            level_reasons=assessment.level_reasons,
            channel=channel,
            received_at=at,
            signals=found,
            product=product,
            affected_customers=affected_customers,
        ),
        by=by,
        at=at,
        house=house,
    )
    timeline.record(incident.id, "note", by=by.label, at=at, text=words)
    return incident


def reveal(complaint: Complaint, field: str, *, reason: str, by: Actor, at: datetime) -> str:
    """One personal field in the open, with a reason that goes to the audit log; raises Invalid, NotFound."""
    by.must(Permission.COMPLAINTS_REVEAL)
    if field not in (*CUSTOMER_FIELDS, *TEXT_FIELDS):
        raise errors.NotFound(N_("There is no field “%(field)s”."), field=field)
    if complaint.erased_at is not None:
        raise errors.NotFound(N_("The personal data of this complaint was erased when its term was over."))
    words = clean_text(reason, "reason", N_("Say why you need to see it."))
    value = (
        complaint.personal.get(field) if field in TEXT_FIELDS else complaint.personal["customer"].get(field)
    )
    audit.record(
        "complaints.revealed",
        f"complaint/{complaint.id}",
        by=by.label,
        at=at,
        field=field,
        reason=privacy.redact(words),
    )
    return str(value or "")
