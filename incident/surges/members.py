"""Members of a group by hand: one added, one taken out, all of it undone; nobody loses record or incident."""

from datetime import datetime

from sqlalchemy import func, select

from incident import clocks, errors, timeline
from incident.accounts import Actor
from incident.db import db, forget, insert_one, unit_of_work
from incident.errors import N_, Reason
from incident.lifecycle import acts, common, complaints, merging
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.surges import grouping, joining, tally
from incident.vocabulary import Status

AT_ONCE = 25  # members that leave an undone group in one transaction: each may open an incident
HAND = "hand"


def add(
    incident: Incident, complaint: Complaint, *, reason: str, by: Actor, at: datetime, house: House
) -> Complaint:
    """Put a complaint into an incident's group, which begins with it where there is none; raises Refused."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    words = common.clean_text(reason, "reason", N_("Say why it belongs to the group."))
    if incident.drill:
        raise errors.Refused(N_("A drill and a live incident are kept apart."))
    surge = merging.group_of(incident.id) or _by_hand(incident, by=by, at=at)
    if complaint.surge_id == surge.id:
        raise errors.Refused(N_("%(complaint)s is in the group already."), complaint=complaint.source_ref)
    _must_be_free(complaint)
    grouping.take_in(complaint, surge, incident, by=by, at=at, house=house)
    timeline.record(
        incident.id, "surge_member_added", by=by.label, at=at, complaint=complaint.source_ref, reason=words
    )
    db.session.flush()
    surge.told_members += 1
    tally.tally(surge, incident, at=at, house=house)
    return complaint


def _by_hand(incident: Incident, *, by: Actor, at: datetime) -> Surge:
    """A group that people make of an incident; no arrival joins it by itself. Its own complaints are its
    first members."""
    row = {
        "rule": HAND,
        "complaint_type": incident.complaint_type,
        "open_key": f"{HAND}:{incident.id}:{at.timestamp():.0f}",
        "cause": {"zh": incident.title_zh, "en": incident.title_en},
        "state": SurgeState.OPEN,
        "incident_id": incident.id,
        "found_at": at,
        "opened_at": at,
        "decided_by": by.label,
    }
    made = insert_one(Surge, row, unless=("incident_id",))
    surge = made or _again(incident, by=by, at=at)
    first = select(Complaint).where(Complaint.incident_id == incident.id, Complaint.surge_id.is_(None))
    for each in db.session.scalars(first):
        each.surge_id = surge.id
    db.session.flush()
    surge.told_members, surge.told_at = tally.count(surge.id), at
    surge.customers = tally.people(surge.id)
    return surge


def _again(incident: Incident, *, by: Actor, at: datetime) -> Surge:
    """The group an incident had before is taken up again."""
    surge = db.session.scalars(select(Surge).where(Surge.incident_id == incident.id)).one()
    surge.state, surge.open_key = SurgeState.OPEN, f"{HAND}:{incident.id}:{at.timestamp():.0f}"
    surge.decided_by, surge.ended_at = by.label, None
    return surge


def _must_be_free(complaint: Complaint) -> None:
    surge = db.session.get(Surge, complaint.surge_id) if complaint.surge_id else None
    if surge is None or surge.state != SurgeState.OPEN:
        return
    number = db.session.get_one(Incident, surge.incident_id).number
    raise errors.Refused(
        N_("%(complaint)s is in the group of %(number)s; take it out there first."),
        complaint=complaint.source_ref,
        number=number,
        reasons=[Reason(N_("Open %(number)s."), {"number": number}, href=f"/incidents/{number}/group")],
    )


def remove(
    incident: Incident, complaint_id: int, *, reason: str, by: Actor, at: datetime, house: House
) -> Complaint:
    """Take a complaint out: it gets back the incident it had, or one of its own where it must have one, or
    is only recorded again. Raises NotFound for one that is no member."""
    by.must(Permission.INCIDENTS_ACT)
    common.must_be_open(incident)
    words = common.clean_text(reason, "reason", N_("Say why it does not belong to the group."))
    surge = merging.group_of(incident.id)
    complaint = db.session.get(Complaint, complaint_id, with_for_update=True, populate_existing=True)
    if surge is None or complaint is None or complaint.surge_id != surge.id:
        raise errors.NotFound(N_("This complaint is not in the group."))
    _let_go(complaint, surge, incident, reason=words, by=by, at=at, house=house)
    timeline.record(
        incident.id, "surge_member_removed", by=by.label, at=at, complaint=complaint.source_ref, reason=words
    )
    db.session.flush()
    tally.tally(surge, incident, at=at, house=house, leaving=True)
    clocks.bring_up_to_date(incident)
    return complaint


def _let_go(
    complaint: Complaint,
    surge: Surge,
    parent: Incident,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    house: House,
) -> None:
    before = complaint.before_incident_id
    complaint.surge_id, complaint.left_surge_id = None, surge.id
    complaint.before_incident_id = None
    own = db.session.get(Incident, before, populate_existing=True) if before else None
    if own is not None and own.status == Status.MERGED:
        merging.unmerge(own, reason=reason, by=joining.ACTOR, at=at, house=house)
        complaint.incident_id = own.id
        return
    if complaint.incident_id != parent.id:
        return  # it has an incident of its own all the time
    complaint.incident_id = None
    if complaints.must_have_incident(complaint):
        own = complaints.open_for(complaint, by=by, at=at, house=house)
        timeline.record(own.id, "surge_left", by=by.label, at=at, parent=parent.number)


def undo(incident: Incident, *, reason: str, by: Actor, at: datetime, house: House) -> Surge:
    """Undo the grouping: every member gets back what it had. The first leave at once, the others within
    seconds; the parent ends, and the cause is not grouped again by itself for a while. Raises Refused.

    A parent that people made of an incident goes on as that incident, with its own complaints.
    """
    by.must(Permission.INCIDENTS_ACT)
    if by.id is None or by.id != incident.commander_id:
        by.must(Permission.INCIDENTS_COMMAND)
    common.must_be_open(incident)
    words = common.clean_text(reason, "reason", N_("Say why the grouping is undone."))
    surge = merging.group_of(incident.id)
    if surge is None:
        raise errors.Refused(N_("%(number)s is no group's parent."), number=incident.number)
    timeline.record(
        incident.id, "surge_undone", by=by.label, at=at, count=tally.count(surge.id), reason=words
    )
    surge.state, surge.decided_by = SurgeState.UNDONE, by.label
    surge.quiet_until = at + library.the_surges().quiet_span
    forget("surges/live")
    _leave(surge, incident, reason=words, at=at, house=house)
    if surge.rule != HAND:
        acts.cancel(incident, reason=words, by=joining.ACTOR, at=at)
    return surge


def _leave(surge: Surge, parent: Incident, *, reason: str, at: datetime, house: House) -> int:
    """The next members leave; when none is left, only the cause is held back."""
    mine = select(Complaint).where(Complaint.surge_id == surge.id).order_by(Complaint.id).limit(AT_ONCE)
    leaving = list(db.session.scalars(mine))
    for each in leaving:
        if surge.rule == HAND and each.before_incident_id is None and _was_there(each, parent):
            each.surge_id = None
        else:
            _let_go(each, surge, parent, reason=reason, by=joining.ACTOR, at=at, house=house)
    db.session.flush()
    left = db.session.scalar(select(func.count(Complaint.id)).where(Complaint.surge_id == surge.id)) or 0
    if not left:
        surge.state = SurgeState.ENDED if surge.rule == HAND else SurgeState.DISMISSED
        surge.open_key = None if surge.rule == HAND else surge.open_key
        surge.ended_at = at
    return len(leaving)


def _was_there(complaint: Complaint, parent: Incident) -> bool:
    return complaint.incident_id == parent.id


def release(surge_id: int, *, at: datetime, house: House) -> int:
    """Let the members of an undone group go that have not gone yet; returns how many went."""
    gone = 0
    while True:
        with unit_of_work():
            parent_id = db.session.scalar(select(Surge.incident_id).where(Surge.id == surge_id))
            parent = db.session.get_one(Incident, parent_id, with_for_update=True)
            surge = grouping.find(surge_id, lock=True)
            if surge.state != SurgeState.UNDONE:
                return gone
            words = joining.words(surge)
            gone += _leave(surge, parent, reason=words, at=at, house=house)
