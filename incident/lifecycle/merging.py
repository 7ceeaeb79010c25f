"""Merging one incident into another, and undoing it: what goes over is written down and can go back."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import clocks, errors, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.coordination import standing_aside
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common, handing_over
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.groups import IncidentMerge, Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import Status


def merge(source: Incident, target: Incident, *, reason: str, by: Actor, at: datetime) -> IncidentMerge:
    """Fold an incident into another: complaints and clocks go over, open tasks go over or are dropped with a
    note, roles the target lacks are filled. The old number stays and leads to the target.

    Raises Refused where either has ended, they are of different kinds, or the source is a group's parent.
    """
    by.must(Permission.INCIDENTS_ACT)
    if by.id is None or by.id != source.commander_id:
        by.must(Permission.INCIDENTS_CLOSE)
    words = common.clean_text(reason, "reason", N_("Say why the incidents are merged."))
    _must_fit(source, target)
    note = {"zh": f"已并入 {target.number}", "en": f"merged into {target.number}"}
    moved: dict[str, Any] = {
        "complaints": handing_over.complaints(source, target),
        "holds": handing_over.contact_holds(source, target),
        **handing_over.open_tasks(source, target, note=f"{note['zh']} · {note['en']}", at=at),
        **handing_over.running_clocks(source, target, at=at),
        "roles": handing_over.roles(source, target, at=at),
        "affected": target.affected_customers,
    }
    done = IncidentMerge(
        source_id=source.id, target_id=target.id, reason=words, moved=moved, at=at, by=by.label
    )
    db.session.add(done)
    source.status, source.merged_into_id, source.escalate_at = Status.MERGED, target.id, None
    source.last_activity_at = target.last_activity_at = at
    target.affected_customers = max(target.affected_customers, source.affected_customers, _people(target.id))
    clocks.bring_up_to_date(source)
    clocks.bring_up_to_date(target)
    timeline.record(source.id, "merged", by=by.label, at=at, target=target.number, reason=words)
    timeline.record(
        target.id, "merged_from", by=by.label, at=at, source=source.number, reason=words,
        complaints=len(moved["complaints"]), tasks=len(moved["tasks_moved"]),
    )  # fmt: skip
    standing_aside.agencies_joined(target, moved["complaints"], at=at)
    common.show(source, at=at, said="merged", number=target.number, name=by.name)
    outbox.enqueue(target.id, "update_card", at=at)
    return done


def _must_fit(source: Incident, target: Incident) -> None:
    if source.id == target.id:
        raise errors.Invalid(
            N_("An incident cannot be joined to itself."),
            reasons=[common.at_place("into", N_("Name another incident."))],
        )
    for each in (source, target):
        common.must_be_open(each)
    if source.drill != target.drill:
        raise errors.Refused(N_("A drill and a live incident are kept apart."))
    if group_of(source.id) is not None:
        raise errors.Refused(
            N_("%(number)s is the parent of a group; merge the other incident into it instead."),
            number=source.number,
        )


def group_of(incident_id: int) -> Surge | None:
    """The open group that an incident is the parent of."""
    return db.session.scalar(
        select(Surge).where(Surge.incident_id == incident_id, Surge.state == SurgeState.OPEN)
    )


def _people(incident_id: int) -> int:
    """Different customers among an incident's complaints; whoever is not named counts once each."""
    rows = db.session.execute(
        select(Complaint.person_key, Complaint.id).where(Complaint.incident_id == incident_id)
    )
    return max(1, len({key if key is not None else ("unnamed", id_) for key, id_ in rows}))


def present(source: Incident) -> IncidentMerge:
    """The merge in force of an incident that was merged; raises Refused where it is not."""
    found = db.session.scalar(
        select(IncidentMerge)
        .where(IncidentMerge.source_id == source.id, IncidentMerge.undone_at.is_(None))
        .order_by(IncidentMerge.id.desc())
        .limit(1)
    )
    if source.status != Status.MERGED or found is None:
        raise errors.Refused(N_("%(number)s is not merged into another incident."), number=source.number)
    return found


def unmerge(source: Incident, *, reason: str, by: Actor, at: datetime, house: House) -> Incident:
    """Give an incident back what went over, as far as it is still there, and let it go on; raises Refused."""
    by.must(Permission.INCIDENTS_ACT)
    done = present(source)
    target = db.session.get_one(Incident, done.target_id, with_for_update=True, populate_existing=True)
    if by.id is None or by.id not in (source.commander_id, target.commander_id):
        by.must(Permission.INCIDENTS_CLOSE)
    words = common.clean_text(reason, "reason", N_("Say why the merge is undone."))
    db.session.flush()
    handing_over.back(done.moved, source, target, at=at)
    done.undone_at, done.undone_by = at, by.label
    source.status, source.merged_into_id = Status.OPEN, None
    source.last_activity_at = target.last_activity_at = at
    if target.affected_customers > done.moved["affected"] and group_of(target.id) is None:
        target.affected_customers = max(done.moved["affected"], _people(target.id))
    if source.acknowledged_at is None:
        rule = library.the_levels()[source.level]
        source.escalate_at = escalation.next_rung_at(rule, source.rung, at, house.calendar)
    clocks.bring_up_to_date(source)
    clocks.bring_up_to_date(target)
    timeline.record(source.id, "unmerged", by=by.label, at=at, target=target.number, reason=words)
    timeline.record(target.id, "unmerged_from", by=by.label, at=at, source=source.number, reason=words)
    common.show(source, at=at, said="unmerged", number=target.number, name=by.name)
    outbox.enqueue(target.id, "update_card", at=at)
    return source


def target_of(incident: Incident) -> Incident | None:
    """Where a merged incident goes on: the end of the chain, or None for one that was not merged."""
    found = None
    while incident.merged_into_id is not None:
        found = incident = db.session.get_one(Incident, incident.merged_into_id)
    return found


def sources(incident_id: int) -> list[tuple[IncidentMerge, Incident]]:
    """The incidents that were merged into one and still are, the latest first."""
    rows = db.session.execute(
        select(IncidentMerge, Incident)
        .join(Incident, Incident.id == IncidentMerge.source_id)
        .where(IncidentMerge.target_id == incident_id, IncidentMerge.undone_at.is_(None))
        .order_by(IncidentMerge.id.desc())
        .limit(200)
    )
    return [(done, source) for done, source in rows]
