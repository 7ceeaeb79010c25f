"""The sweep of groups: the live count, the level it makes, one event for many joins, and what has ended.

Complaints join by a column alone; what follows from it for the parent is done here, at most once a beat, so
that a flood of complaints writes neither a flood of events nor of messages.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select, update

from incident import clocks, notices, timeline
from incident.alerting import outbox
from incident.clocks import acts as clock_acts
from incident.clocks import rules
from incident.db import db, forget, is_sqlite, unit_of_work
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.playbooks import library
from incident.surges import causes, grouping, joining, looking, members, proposals
from incident.vocabulary import Status

TOLD_EVERY = timedelta(minutes=1)  # at most one event about joins on a parent's timeline
STRAGGLE = timedelta(
    minutes=2
)  # how long after its opening a group looks for what arrived at the same moment
FORGOTTEN_AFTER = timedelta(hours=24)  # a proposal that nobody decided and nothing joined


def sweep(*, at: datetime, house: House) -> int:
    """Bring every live group up to date; returns how many changed. Safe to run twice."""
    ids = db.session.execute(
        select(Surge.id, Surge.state).where(Surge.open_key.is_not(None) | (Surge.state == SurgeState.UNDONE))
    ).all()
    changed = 0
    for surge_id, state in ids:
        if state == SurgeState.UNDONE:
            changed += members.release(surge_id, at=at, house=house)
        else:
            with unit_of_work():
                changed += _one(surge_id, at=at, house=house)
    return changed


def _one(surge_id: int, *, at: datetime, house: House) -> bool:
    """The parent is held before the group, as by whoever joins it or undoes it."""
    parent_id = db.session.scalar(select(Surge.incident_id).where(Surge.id == surge_id))
    parent = db.session.get(Incident, parent_id or 0, with_for_update=True, populate_existing=True)
    surge = grouping.find(surge_id, lock=True)
    if surge.state == SurgeState.PROPOSED:
        return _proposal(surge, at=at)
    if surge.state == SurgeState.DISMISSED:
        return surge.quiet_until is not None and surge.quiet_until <= at and _end(surge, at=at)
    if surge.state != SurgeState.OPEN or parent is None:
        return False  # it changed a moment ago; the next beat sees it
    if parent.status != Status.OPEN:
        return _end(surge, at=at)
    stragglers = _stragglers(surge, parent, at=at, house=house)
    return tally(surge, parent, at=at, house=house) or stragglers


def _end(surge: Surge, *, at: datetime) -> bool:
    surge.state, surge.open_key, surge.ended_at = SurgeState.ENDED, None, at
    notices.clear(proposals.NOTICE.format(id=surge.id))
    forget("surges/live")
    return True


def _proposal(surge: Surge, *, at: datetime) -> bool:
    found = people(surge.id)
    newest = db.session.scalar(select(func.max(Complaint.recorded_at)).where(Complaint.surge_id == surge.id))
    if (newest or surge.found_at) < at - FORGOTTEN_AFTER:
        db.session.execute(
            update(Complaint).where(Complaint.surge_id == surge.id).values(surge_id=None),
            execution_options=grouping.FETCH,
        )
        return _end(surge, at=at)
    if found == surge.customers:
        return False
    surge.customers = found
    proposals.tell(surge, at=at)
    return True


def people(surge_id: int) -> int:
    """Different customers of a group; whoever is not named counts as one."""
    mine = Complaint.surge_id == surge_id
    named, everyone, unnamed = db.session.execute(
        select(
            func.count(Complaint.person_key.distinct()),
            func.count(Complaint.id),
            func.count(Complaint.id).filter(Complaint.person_key.is_(None)),
        ).where(mine)
    ).one()
    return int(named + unnamed) if everyone else 0


def count(surge_id: int) -> int:
    """Complaints of a group."""
    return db.session.scalar(select(func.count(Complaint.id)).where(Complaint.surge_id == surge_id)) or 0


def tally(surge: Surge, parent: Incident, *, at: datetime, house: House, leaving: bool = False) -> bool:
    """Bring the parent to what its members make of it; `leaving` lets the count go down as well."""
    found, joined = people(surge.id), count(surge.id)
    changed = found != surge.customers
    if changed:
        _count(surge, parent, found, leaving=leaving)
        _raise(surge, parent, found, at=at, house=house)
        parent.last_activity_at = at
        outbox.enqueue(parent.id, "update_card", at=at)
        outbox.enqueue(parent.id, "update_announcement", at=at)
    if joined != surge.told_members:
        changed = _earliest(surge, parent, at=at) or changed
    if joined > surge.told_members and (surge.told_at is None or at - surge.told_at >= TOLD_EVERY):
        more = joined - surge.told_members
        timeline.record(parent.id, "surge_joined", by=joining.ACTOR.label, at=at, count=more, customers=found)
        surge.told_members, surge.told_at, changed = joined, at, True
    elif joined < surge.told_members:
        surge.told_members = joined
    return changed


def _count(surge: Surge, parent: Incident, found: int, *, leaving: bool) -> None:
    """The number people see, unless somebody set a greater one by hand."""
    ours = parent.affected_customers == surge.customers
    if found > parent.affected_customers or (ours and leaving):
        parent.affected_customers = max(1, found)
    surge.customers = found


def _raise(surge: Surge, parent: Incident, found: int, *, at: datetime, house: House) -> None:
    """Each threshold raises the level once: a commander who lowers it again is not overruled."""
    reached = library.the_surges().level(found)
    if reached is None or reached.level >= surge.level_given:
        return
    surge.level_given = int(reached.level)
    if reached.level < parent.level:
        why = f"{found}：{reached.why.zh} · {reached.why.en}"
        acts.change_level(parent, reached.level, reason=why, by=joining.ACTOR, at=at, house=house)


def _earliest(surge: Surge, parent: Incident, *, at: datetime) -> bool:
    """The parent runs the earliest due date of its members: one that was received before the others were,
    and arrived later, moves it."""
    received = db.session.scalar(
        select(func.min(Complaint.received_at)).where(
            Complaint.surge_id == surge.id, Complaint.incident_id == parent.id
        )
    )
    moved = False
    for clock in clocks.of(parent.id):
        rule = rules.of(clock)
        if received is None or received >= clock.started_at or not clock.live:
            continue
        if rule is None or rule.start_event != "received":
            continue
        clock.started_at, moved = received, True
        clock_acts.recount(clock, rules.calendar_of(clock, None), at=at)
    if moved:
        clocks.bring_up_to_date(parent)
    return moved


def _stragglers(surge: Surge, parent: Incident, *, at: datetime, house: House) -> bool:
    """Complaints of the cause that were recorded while the group was being opened, and could not see it."""
    if is_sqlite() or surge.rule == "hand" or surge.opened_at is None or at - surge.opened_at > STRAGGLE:
        return False
    rows = db.session.scalars(
        select(Complaint)
        .where(
            Complaint.complaint_type == surge.complaint_type,
            Complaint.recorded_at >= surge.opened_at - STRAGGLE,
            or_(
                and_(Complaint.surge_id.is_(None), Complaint.left_surge_id.is_(None)),
                and_(Complaint.surge_id == surge.id, Complaint.incident_id.is_distinct_from(parent.id)),
            ),
        )
        .limit(looking.LOOK)
    ).all()
    groups, taken = library.the_surges(), False
    for each in rows:
        if each.surge_id == surge.id or looking.belongs(causes.of_complaint(each), surge, groups):
            grouping.take_in(each, surge, parent, by=joining.ACTOR, at=at, house=house)
            taken = True
    db.session.flush()
    return taken
