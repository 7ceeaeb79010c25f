"""What a complaint that joins a group is recorded with, and what each customer is still owed by itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import accounts, clocks
from incident.db import db
from incident.lifecycle import linking
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.surges import causes
from incident.surges.looking import Act, Finding

ACTOR = accounts.system("surges")


@dataclass(frozen=True)
class Joining:
    """What a complaint that joins a group is recorded with."""

    surge: Surge
    incident: Incident | None
    columns: dict[str, Any]


def due_at(
    *,
    complaint_type: str,
    signals: frozenset[str],
    channel: str,
    level: int,
    received_at: datetime,
    at: datetime,
    house: House,
) -> datetime | None:
    """The complaint's own statutory due date: the first of the rules that run from its receipt. A group does
    not change what each customer is owed (facts C2)."""
    facts = clocks.Facts(complaint_type, signals, channel, level, received_at, at)
    rows = clocks.statutory(facts, jurisdiction=house.rule_set)
    return min((row["due_at"] for row in rows if row["started_at"] == received_at), default=None)


def due_of(complaint: Complaint, *, at: datetime, house: House) -> datetime | None:
    """The same for a complaint that is recorded."""
    return due_at(
        complaint_type=complaint.complaint_type,
        signals=frozenset(complaint.signals),
        channel=complaint.channel,
        level=complaint.level,
        received_at=complaint.received_at,
        at=at,
        house=house,
    )


def grave(signals: frozenset[str]) -> bool:
    """Whether a complaint has an incident of its own, whatever group it belongs to."""
    return bool(causes.GRAVE & signals)


def joining(finding: Finding, *, signals: frozenset[str], **facts: Any) -> Joining | None:
    """What a complaint is recorded with that joins an open group or is noted for a proposed one; `facts` are
    those of `due_at`. None where it belongs to none."""
    surge = finding.surge
    if surge is None or finding.act not in (Act.JOIN, Act.NOTE):
        return None
    if finding.act == Act.NOTE:
        return Joining(surge, None, {"surge_id": surge.id})
    parent = _held(surge)
    if parent is None:
        return None
    columns: dict[str, Any] = {"surge_id": surge.id, "due_at": due_at(signals=signals, **facts)}
    if grave(signals):
        return Joining(surge, None, columns)
    return Joining(surge, parent, {**columns, "incident_id": parent.id})


def _held(surge: Surge) -> Incident | None:
    """The parent, kept from ending while a complaint joins; None where it just did. Whoever ends a group
    holds its parent first, so that nobody waits for the other."""
    hold = select(Incident).where(Incident.id == surge.incident_id)
    parent = db.session.scalar(
        hold.with_for_update(read=True, key_share=True), execution_options={"populate_existing": True}
    )
    db.session.refresh(surge)
    return parent if parent and parent.is_open and surge.state == SurgeState.OPEN else None


def words(surge: Surge) -> str:
    """The cause as a reason that readers of both languages understand."""
    return f"{surge.cause['zh']} · {surge.cause['en']}"


def link_member(complaint: Complaint, own: Incident, *, at: datetime) -> None:
    """A grave complaint of a group has an incident of its own: the two are linked."""
    surge = db.session.get_one(Surge, complaint.surge_id)
    if surge.incident_id is not None:
        link(own, db.session.get_one(Incident, surge.incident_id), surge, at=at)


def link(own: Incident, parent: Incident, surge: Surge, *, at: datetime) -> None:
    """Link a member's own incident with the parent, once."""
    if all(each.incident.id != parent.id for each in linking.of(own.id)):
        linking.link(own, parent, reason=words(surge), by=ACTOR, at=at)
