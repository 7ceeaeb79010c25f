"""Accountability: who answers for what failed, written and read by supervision and audit alone."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from incident import audit, errors, recusal
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.conduct import AccountabilityRecord
from incident.models.incidents import Incident
from incident.permissions import Permission

LONGEST = {"who": 200, "failed": 2_000, "measure": 2_000, "decided_by": 200, "appeal": 2_000}  # characters
NEEDED = ("who", "failed", "measure", "decided_by")


@dataclass(frozen=True)
class Answer:
    """Who answers, what failed, which measure was taken, who decided it, and whether it is appealed."""

    who: str
    failed: str
    measure: str
    decided_by: str
    appeal: str = ""


def read(incident: Incident, *, by: Actor, at: datetime) -> list[AccountabilityRecord]:
    """The records of an incident, the newest first; that somebody read them is audited.

    Raises Forbidden for everybody else, and for whoever the complaint itself is about.
    """
    by.must(Permission.ACCOUNTABILITY_READ)
    recusal.must_not_be(incident, by)
    audit.record("accountability.read", f"incident/{incident.number}", by=by.label, at=at)
    rows = select(AccountabilityRecord).where(AccountabilityRecord.incident_id == incident.id)
    return list(db.session.scalars(rows.order_by(AccountabilityRecord.id.desc())))


def standing(rows: list[AccountabilityRecord]) -> list[AccountabilityRecord]:
    """Those that no later row corrects."""
    replaced = {row.replaces_id for row in rows}
    return [row for row in rows if row.id not in replaced]


def write(
    incident: Incident, answer: Answer, *, by: Actor, at: datetime, replaces: int | None = None
) -> AccountabilityRecord:
    """Write a record, or correct one; what was corrected stays. Closed incidents too: measures come later.

    Raises Conflict where somebody else corrected the same row first.
    """
    by.must(Permission.ACCOUNTABILITY_WRITE)
    recusal.must_not_be(incident, by)
    told = {name: str(getattr(answer, name)).strip() for name in LONGEST}
    faults = [
        Reason(N_("Between 1 and %(most)s characters are needed."), {"most": most}, (name,))
        for name, most in LONGEST.items()
        if len(told[name]) > most or (name in NEEDED and not told[name])
    ]
    if faults:
        raise errors.Invalid(N_("The record cannot be written."), reasons=faults)
    if replaces is not None:
        _must_stand(incident, replaces)
    row = AccountabilityRecord(
        incident_id=incident.id,
        private=told,
        written_by=by.label,
        written_by_id=by.id,
        written_at=at,
        replaces_id=replaces,
    )
    db.session.add(row)
    db.session.flush()
    audit.record("accountability.written", f"incident/{incident.number}", by=by.label, at=at)
    return row


def _must_stand(incident: Incident, record_id: int) -> None:
    found = db.session.get(AccountabilityRecord, record_id)
    if found is None or found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such record."))
    later = select(AccountabilityRecord.id).where(AccountabilityRecord.replaces_id == record_id)
    if db.session.scalar(later) is not None:
        raise errors.Conflict(N_("Somebody corrected this record a moment ago; look at it and decide again."))
