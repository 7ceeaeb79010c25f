"""Links between incidents that belong together: one row, read from both sides, with the reason."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from incident import errors, timeline
from incident.accounts import Actor
from incident.db import db, insert_one
from incident.errors import N_
from incident.lifecycle import common
from incident.models.groups import IncidentLink
from incident.models.incidents import Incident
from incident.permissions import Permission


@dataclass(frozen=True)
class Linked:
    """The other end of a link, and why."""

    id: int
    incident: Incident
    reason: str
    at: datetime
    by: str


def _pair(one: Incident, other: Incident) -> tuple[int, int]:
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def link(incident: Incident, other: Incident, *, reason: str, by: Actor, at: datetime) -> IncidentLink:
    """Say that two incidents belong together, on both timelines; raises Invalid, or Refused where they are
    linked already. An ended incident may be linked: what was learnt there still helps."""
    by.must(Permission.INCIDENTS_ACT)
    words = common.clean_text(reason, "reason", N_("Say why they belong together."))
    if other.id == incident.id:
        raise errors.Invalid(
            N_("An incident cannot be joined to itself."),
            reasons=[common.at_place("incident", N_("Name another incident."))],
        )
    if other.drill != incident.drill:
        raise errors.Refused(N_("A drill and a live incident are kept apart."))
    one, two = _pair(incident, other)
    row = {"one_id": one, "other_id": two, "reason": words, "at": at, "by": by.label}
    made = insert_one(IncidentLink, row, unless=("one_id", "other_id"))
    if made is None:
        raise errors.Refused(
            N_("%(number)s and %(other)s are linked already."), number=incident.number, other=other.number
        )
    for here, there in ((incident, other), (other, incident)):
        here.last_activity_at = at
        timeline.record(here.id, "linked", by=by.label, at=at, other=there.number, reason=words)
    return made


def unlink(incident: Incident, link_id: int, *, by: Actor, at: datetime) -> None:
    """Take a link away, on both timelines; raises NotFound."""
    by.must(Permission.INCIDENTS_ACT)
    found = db.session.get(IncidentLink, link_id)
    if found is None or incident.id not in (found.one_id, found.other_id):
        raise errors.NotFound(N_("There is no such link on this incident."))
    other = db.session.get_one(Incident, found.other_id if found.one_id == incident.id else found.one_id)
    db.session.delete(found)
    for here, there in ((incident, other), (other, incident)):
        here.last_activity_at = at
        timeline.record(here.id, "unlinked", by=by.label, at=at, other=there.number)


def of(incident_id: int) -> list[Linked]:
    """The incidents linked with one, the oldest link first."""
    mine = or_(IncidentLink.one_id == incident_id, IncidentLink.other_id == incident_id)
    rows = db.session.execute(
        select(IncidentLink, Incident)
        .join(
            Incident,
            (Incident.id != incident_id)
            & ((Incident.id == IncidentLink.one_id) | (Incident.id == IncidentLink.other_id)),
        )
        .where(mine)
        .order_by(IncidentLink.id)
    )
    return [Linked(row.id, other, row.reason, row.at, row.by) for row, other in rows]
