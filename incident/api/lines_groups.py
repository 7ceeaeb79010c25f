"""Groups, links and merges as JSON, written by hand: the shapes are described in `answered_groups`."""

from sqlalchemy import select

from incident.api.plain import Json, moment
from incident.db import db
from incident.lifecycle import linking, merging
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.surges import tally

MEMBERS = 200  # members that the full incident holds; `members_count` says how many there are


def joined(row: Incident) -> Json:
    """What joins an incident to others: its group, the incidents merged into it, its links."""
    surge = merging.group_of(row.id)
    target = merging.target_of(row)
    return {
        "parent": _parent(row),
        "members": members(surge, row) if surge else [],
        "members_count": tally.count(surge.id) if surge else 0,
        "group": group(surge, row.number) if surge else None,
        "merged_into": target.number if target else None,
        "merged": [source.number for _done, source in merging.sources(row.id)],
        "links": [link(each) for each in linking.of(row.id)],
    }


def _parent(row: Incident) -> str | None:
    """The parent of the group that the incident, or a complaint of it, belongs to."""
    mine = Complaint.before_incident_id if row.merged_into_id is not None else Complaint.incident_id
    return db.session.scalar(
        select(Incident.number)
        .join(Surge, Surge.incident_id == Incident.id)
        .join(Complaint, Complaint.surge_id == Surge.id)
        .where(mine == row.id, Surge.state == SurgeState.OPEN, Incident.id != row.id)
        .limit(1)
    )


def members(surge: Surge, parent: Incident) -> list[Json]:
    """The first members, in the order they came."""
    rows = db.session.execute(
        select(Complaint, Incident.number)
        .outerjoin(Incident, (Incident.id == Complaint.incident_id) & (Incident.id != parent.id))
        .where(Complaint.surge_id == surge.id)
        .order_by(Complaint.id)
        .limit(MEMBERS)
    )
    return [
        {
            "complaint": each.id,
            "source": each.source,
            "source_ref": each.source_ref,
            "received_at": moment(each.received_at),
            "due_at": moment(each.due_at),
            "repeat": each.repeat,
            "incident": number,
        }
        for each, number in rows
    ]


def link(row: linking.Linked) -> Json:
    """The other end of a link."""
    return {"id": row.id, "incident": row.incident.number, "reason": row.reason, "at": moment(row.at)}


def group(row: Surge, number: str | None) -> Json:
    """A group in short."""
    return {
        "id": row.id,
        "rule": row.rule,
        "complaint_type": row.complaint_type,
        "cause": row.cause,
        "state": str(row.state),
        "incident": number,
        "customers": row.customers,
        "complaints": tally.count(row.id),
        "found_at": moment(row.found_at),
        "opened_at": moment(row.opened_at),
        "ended_at": moment(row.ended_at),
    }
