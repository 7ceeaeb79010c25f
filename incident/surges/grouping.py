"""The life of a group: proposed, confirmed or opened by itself, dismissed, and complaints that join it."""

from datetime import datetime

from sqlalchemy import select, update

from incident import clocks, errors, recusal, timeline
from incident.accounts import Actor
from incident.coordination import holds, standing_aside
from incident.db import db, forget, insert_one
from incident.errors import N_
from incident.lifecycle import merging, opening
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.surges import causes, joining, proposals
from incident.surges.causes import Arrival
from incident.surges.looking import Act, Finding
from incident.vocabulary import Signal

FETCH = {"synchronize_session": "fetch"}
# What a parent inherits of its members' signals; the others are one customer's own.
SHARED = frozenset(
    {Signal.REGULATOR_TRANSFER, Signal.MEDIA_EXPOSURE, Signal.JOINT_COMPLAINT, Signal.DATA_LEAK}
)


def begin(
    finding: Finding, found: Arrival, complaint: Complaint, *, by: Actor, at: datetime, house: House
) -> Incident | None:
    """What follows from the arrival of a complaint that was just recorded: a proposal, or a group that opens
    by itself with this complaint in it. Returns the parent that it belongs to now."""
    if finding.act not in (Act.PROPOSE, Act.OPEN):
        return None
    surge = finding.surge or _found(finding, found, complaint, at=at)
    if surge is None:  # the same cause was found a moment ago by somebody else; the next look sees it
        return None
    ids = [*finding.members, complaint.id]
    _mark(surge, ids)
    complaint.surge_id = surge.id
    if finding.act == Act.OPEN:
        return open_group(surge, by=joining.ACTOR, at=at, house=house, customers=finding.customers)
    surge.customers = finding.customers
    proposals.propose(surge, members=len(ids), at=at)
    return None


def _found(finding: Finding, found: Arrival, complaint: Complaint, *, at: datetime) -> Surge | None:
    rule = finding.rule
    assert rule is not None  # a finding that acts names its rule
    exemplar = min([*finding.members, complaint.id])
    cause_key = found.causes.get(rule.key)
    name = exemplar if rule.key == "wording" else cause_key
    row = {
        "rule": rule.key,
        "complaint_type": found.complaint_type,
        "open_key": f"{rule.key}:{found.complaint_type}:{name}",
        "cause_key": cause_key,
        "wording": found.wording if rule.key == "wording" else None,
        "exemplar_id": exemplar,
        "cause": causes.described(rule, found),
        "state": SurgeState.PROPOSED,
        "found_at": at,
    }
    made = insert_one(Surge, row, unless=("open_key",))
    forget("surges/live")
    return made


def _mark(surge: Surge, ids: list[int]) -> None:
    db.session.execute(
        update(Complaint)
        .where(Complaint.id.in_(ids), Complaint.surge_id.is_(None))
        .values(surge_id=surge.id),
        execution_options=FETCH,
    )


def find(surge_id: int, *, lock: bool = False) -> Surge:
    """A group by its id; raises NotFound."""
    found = db.session.get(Surge, surge_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such group."))
    return found


def confirm(surge: Surge, *, by: Actor, at: datetime, house: House) -> Incident:
    """People say that it is one cause: the parent opens; raises Conflict where somebody was first."""
    by.must(Permission.INCIDENTS_ACT)
    proposals.must_be_proposed(surge)
    return open_group(surge, by=by, at=at, house=house)


def open_group(surge: Surge, *, by: Actor, at: datetime, house: House, customers: int = 0) -> Incident:
    """Open the parent with everything that belongs to an incident, and bring the members in.

    Incidents of members that nobody has answered yet are merged into the parent, so that there is one alert
    instead of many; those that somebody works on are linked and stay. One alert goes out, for the parent.
    """
    members = list(
        db.session.scalars(
            select(Complaint).where(Complaint.surge_id == surge.id).order_by(Complaint.id),
            execution_options={"populate_existing": True},
        )
    )
    people = customers or _people(members)
    parent = _declare(surge, members, people, by=by, at=at, house=house)
    surge.state, surge.incident_id = SurgeState.OPEN, parent.id
    surge.opened_at, surge.decided_by = at, by.label
    surge.customers, surge.told_members, surge.told_at = people, len(members), at
    for complaint in members:
        take_in(complaint, surge, parent, by=by, at=at, house=house)
    clocks.bring_up_to_date(parent)
    timeline.record(
        parent.id, "surge_opened", by=by.label, at=at, count=len(members), customers=surge.customers,
        cause=surge.cause,
    )  # fmt: skip
    proposals.settled(surge, at=at)
    forget("surges/live")
    db.session.flush()
    return parent


def _people(members: list[Complaint]) -> int:
    return max(1, len({each.person_key or ("unnamed", each.id) for each in members}))


def _declare(
    surge: Surge, members: list[Complaint], customers: int, *, by: Actor, at: datetime, house: House
) -> Incident:
    """The parent: the members' type, their gravest level but for what is one customer's own, and the level
    that so many customers make."""
    calm = [each for each in members if not joining.grave(frozenset(each.signals))] or members
    reached = library.the_surges().level(customers)
    own = min(each.level for each in calm)
    gravest = min((each for each in calm), key=lambda each: each.level)
    reasons = [{"zh": f"共 {customers} 位客户", "en": f"{customers} customers"}]
    reasons += [dict(each) for each in gravest.triage["level_reasons"]]
    if reached is not None:
        reasons.append({"zh": reached.why.zh, "en": reached.why.en})
        surge.level_given = int(reached.level)
    shared = {signal for each in calm for signal in each.signals} & {str(each) for each in SHARED}
    return opening.declare(
        opening.Opening(
            complaint_type=surge.complaint_type,
            type_proposed=False,
            level=min(own, reached.level if reached else own),
            level_reasons=reasons,
            channel=gravest.channel,
            received_at=min(each.received_at for each in members),
            signals=frozenset(shared),
            product=gravest.product if len({each.product for each in members}) == 1 else None,
            affected_customers=max([customers, *(each.affected_customers for each in members)]),
            agencies=recusal.alike(each.agency for each in members),
        ),
        by=by,
        at=at,
        house=house,
    )


def take_in(
    complaint: Complaint, surge: Surge, parent: Incident, *, by: Actor, at: datetime, house: House
) -> None:
    """Make a recorded complaint a member: its incident is merged, or linked where somebody works on it or it
    is grave; one without an incident goes to the parent. It keeps its own record and due date."""
    complaint.surge_id, complaint.left_surge_id = surge.id, None
    complaint.due_at = complaint.due_at or joining.due_of(complaint, at=at, house=house)
    own = _locked(complaint.incident_id) if complaint.incident_id not in (None, parent.id) else None
    if complaint.incident_id == parent.id:
        return
    if own is None:
        if not joining.grave(frozenset(complaint.signals)):
            complaint.incident_id = parent.id
            holds.of_member(parent, complaint, by=by, at=at)
            standing_aside.agencies_joined(parent, [complaint.id], at=at)
        return
    apart = own.acknowledged_at is not None or joining.grave(frozenset(complaint.signals)) or not own.is_open
    if apart:
        joining.link(own, parent, surge, at=at)
        return
    complaint.before_incident_id = own.id
    merging.merge(own, parent, reason=joining.words(surge), by=joining.ACTOR, at=at)
    db.session.refresh(complaint, ["incident_id"])


def _locked(incident_id: int | None) -> Incident | None:
    """As it is now, whoever acts on it at this moment."""
    return db.session.get(Incident, incident_id or 0, with_for_update=True, populate_existing=True)
