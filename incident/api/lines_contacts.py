"""Contacts, preferences and holds as JSON."""

from collections.abc import Iterable

from sqlalchemy import select

from incident import i18n
from incident.api import views
from incident.api.plain import Json, by, moment
from incident.coordination.contacts import Answer
from incident.db import db
from incident.models.complaints import Complaint
from incident.models.contacts import Contact, ContactHold, ContactPreference


def contact(row: Contact, number: str, who: views.People) -> Json:
    """A line of the log; `number` is its incident's."""
    return {
        "id": row.id,
        "incident": number,
        "complaint": row.complaint_id,
        "kind": str(row.kind),
        "state": str(row.state),
        "channel": str(row.channel),
        "at": moment(row.at),
        "inbound": row.inbound,
        "party": str(row.party),
        "basis": str(row.basis) if row.basis else None,
        "purpose": str(row.purpose),
        "place": str(row.place),
        "person": views.someone(who, row.person_id),
        "outcome": row.outcome,
        **{name: row.said(name) or None for name in ("summary", "next_step", "demand", "agreement")},
        "violations": row.violations,
        "breach": row.breach,
        "safety": row.safety,
        "reason": row.reason,
        "recorded_at": moment(row.recorded_at),
        "recorded_by": by(row.recorded_by),
    }


def contacts(rows: list[Contact], number: str) -> list[Json]:
    """Many, with one query for the people."""
    who = views.people(row.person_id for row in rows)
    return [contact(row, number, who) for row in rows]


def answer(found: Answer) -> Json:
    """Whether a contact is allowed, and why not."""
    return {
        "allowed": found.allowed,
        "at": moment(found.wanted.at),
        "next_allowed_at": moment(found.at),
        "violations": [
            {
                **each.kept(),
                "why": {"zh": i18n.say(each.reason, "zh_CN"), "en": i18n.say(each.reason, "en")},
            }
            for each in found.violations
        ],
    }


def preferences(row: ContactPreference) -> Json:
    """How the customer wants to be reached."""
    return {
        "time_zone": row.time_zone,
        "earliest": row.earliest,
        "latest": row.latest,
        "days": row.days,
        "not_at_work": row.not_at_work,
        "refused_channels": row.refused_channels,
        "language": row.language,
        "representative": row.said("representative") or None,
        "note": row.said("note") or None,
        "updated_at": moment(row.updated_at),
        "updated_by": by(row.updated_by),
    }


def holds(rows: Iterable[ContactHold]) -> list[Json]:
    """Holds with their incidents and complaints, in three queries."""
    found = list(rows)
    numbers = views.numbers(row.incident_id for row in found)
    who = views.people(row.keeper_id for row in found)
    wanted = [row.complaint_id for row in found if row.complaint_id is not None]
    refs = select(Complaint.id, Complaint.source, Complaint.source_ref).where(Complaint.id.in_(wanted))
    known = {id_: {"source": source, "source_ref": ref} for id_, source, ref in db.session.execute(refs)}
    return [
        {
            "id": row.id,
            "incident": numbers[row.incident_id],
            "complaint": known.get(row.complaint_id or 0),
            "account_key": row.account_key,
            "scope": str(row.scope),
            "in_force": row.in_force,
            "placed_at": moment(row.placed_at),
            "placed_by": by(row.placed_by),
            "lifted_at": moment(row.lifted_at),
            "lifted_by": by(row.lifted_by) if row.lifted_by else None,
            "lift_reason": row.lift_reason,
            "keeper": views.someone(who, row.keeper_id),
            "review_at": moment(row.review_at),
        }
        for row in found
    ]
