"""What goes from one incident to another when they are merged, each piece with what takes it back again."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from incident.clocks import acts as clock_acts
from incident.clocks import rules
from incident.coordination import departments, tasks
from incident.coordination import roles as group_roles
from incident.db import db, insert_rows
from incident.models.complaints import Complaint
from incident.models.contacts import ContactHold
from incident.models.incidents import (
    Clock,
    ClockState,
    Incident,
    IncidentDepartment,
    IncidentRoleHolder,
    Task,
)
from incident.vocabulary import IncidentRole, TaskStatus

FETCH = {"synchronize_session": "fetch"}
MOVED = "from{source}_"  # stands before the key of a task that came from another incident
KEY_LONGEST = 50


def complaints(source: Incident, target: Incident) -> list[int]:
    """All of the source's complaints; each keeps its own record. Returns their ids."""
    ids = list(db.session.scalars(select(Complaint.id).where(Complaint.incident_id == source.id)))
    db.session.execute(
        update(Complaint).where(Complaint.incident_id == source.id).values(incident_id=target.id),
        execution_options=FETCH,
    )
    return ids


def open_tasks(source: Incident, target: Incident, *, note: str, at: datetime) -> dict[str, Any]:
    """Steps that the target's plan has too are dropped with a note, what is the source's own goes over."""
    known = {each.key for each in tasks.of(target.id)}
    moved: list[dict[str, Any]] = []
    dropped: list[dict[str, Any]] = []
    for each in tasks.of(source.id):
        if each.finished:
            continue
        if each.key in known:
            dropped.append({"id": each.id, "status": str(each.status), "note": each.note})
            each.status, each.note = TaskStatus.DROPPED, note
        else:
            moved.append({"id": each.id, "key": each.key, "after": list(each.after)})
            each.after = []  # what it waited for stays behind
            each.incident_id = target.id
            each.key = (MOVED.format(source=source.id) + each.key)[:KEY_LONGEST]
            _call_out(target, each, at=at)
    return {"tasks_moved": moved, "tasks_dropped": dropped}


def _call_out(target: Incident, task: Task, *, at: datetime) -> None:
    """A task needs its department at the target, or nobody would see it there."""
    if task.department_code in {each.code for each in departments.lines(target.id)}:
        return
    row = {
        "incident_id": target.id,
        "code": task.department_code,
        "part": "support",
        "lead_id": task.assignee_id,
        "called_at": at,
    }
    insert_rows(IncidentDepartment, [row])


def running_clocks(source: Incident, target: Incident, *, at: datetime) -> dict[str, Any]:
    """A duty of law that the target has too runs there from the earlier start; one it has not goes over; the
    source's own targets end. What was missed stays missed, where it was."""
    here = {_rule(each): each for each in _live(target.id)}
    ended: list[dict[str, Any]] = []
    moved: list[int] = []
    shifted: list[dict[str, Any]] = []
    for each in _live(source.id):
        mine = here.get(_rule(each))
        if each.kind != "internal" and mine is None:
            if not _ever(target.id, each):
                moved.append(each.id)
                each.incident_id = target.id
            continue
        if mine is not None and mine.live and each.kind != "internal" and each.started_at < mine.started_at:
            shifted.append({"id": mine.id, "from": mine.started_at.isoformat()})
            _restart(mine, each.started_at, at=at)
            shifted[-1]["to"] = mine.started_at.isoformat()
        if each.state != ClockState.MISSED:
            ended.append({"id": each.id, "state": str(each.state), "paused_at": _text(each.paused_at)})
            each.state, each.ended_at, each.paused_at = ClockState.VOID, at, None
            each.warn_at, each.void_reason = None, target.number
    db.session.flush()
    return {"clocks_ended": ended, "clocks_moved": moved, "clocks_shifted": shifted}


def contact_holds(source: Incident, target: Incident) -> list[int]:
    """The holds on the customers' accounts go on, and are lifted at the target. Returns their ids."""
    ids = list(db.session.scalars(select(ContactHold.id).where(ContactHold.incident_id == source.id)))
    _hand_holds(ids, source.id, target.id)
    return ids


def _hand_holds(ids: list[int], here: int, there: int) -> None:
    db.session.execute(
        update(ContactHold)
        .where(ContactHold.id.in_(ids), ContactHold.incident_id == here)
        .values(incident_id=there),
        execution_options=FETCH,
    )


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _restart(clock: Clock, start: datetime, *, at: datetime) -> None:
    clock.started_at = start
    clock_acts.recount(clock, rules.calendar_of(clock, None), at=at)


def _rule(clock: Clock) -> tuple[str, str, str]:
    return clock.jurisdiction, clock.rule, clock.rule_version


def _live(incident_id: int) -> list[Clock]:
    return list(
        db.session.scalars(
            select(Clock).where(Clock.incident_id == incident_id, Clock.ended_at.is_(None)).order_by(Clock.id)
        )
    )


def _ever(incident_id: int, clock: Clock) -> bool:
    """Whether the incident has, or had, a clock of the same rule: it then stays with the source."""
    found = select(Clock.id).where(
        Clock.incident_id == incident_id,
        Clock.jurisdiction == clock.jurisdiction,
        Clock.rule == clock.rule,
        Clock.rule_version == clock.rule_version,
    )
    return db.session.scalar(found.limit(1)) is not None


def roles(source: Incident, target: Incident, *, at: datetime) -> list[str]:
    """Roles that nobody holds at the target are filled by whoever held them at the source."""
    there = {each.role: each for each in group_roles.of(target.id)}
    filled = []
    for each in group_roles.of(source.id):
        mine = there.get(each.role)
        if each.person_id is None or (mine is not None and mine.person_id is not None):
            continue
        if mine is None:
            values = {"role": each.role, "department_code": each.department_code}
            mine = IncidentRoleHolder(incident_id=target.id, **values)
            db.session.add(mine)
        mine.person_id, mine.since = each.person_id, at
        if each.role == IncidentRole.COMMANDER:
            target.commander_id = each.person_id
        filled.append(each.role)
    return filled


def back(moved: dict[str, Any], source: Incident, target: Incident, *, at: datetime) -> None:
    """Take back what is still at the target as it was handed over; what was done there stays done."""
    db.session.execute(
        update(Complaint)
        .where(Complaint.id.in_(moved["complaints"]), Complaint.incident_id == target.id)
        .values(incident_id=source.id),
        execution_options=FETCH,
    )
    for each in moved["tasks_moved"]:
        task = db.session.get_one(Task, each["id"])
        if task.incident_id == target.id:
            task.incident_id, task.key, task.after = source.id, each["key"], each["after"]
    for each in moved["tasks_dropped"]:
        task = db.session.get_one(Task, each["id"])
        if task.status == TaskStatus.DROPPED:
            task.status, task.note = TaskStatus(each["status"]), each["note"]
    _hand_holds(moved["holds"], target.id, source.id)
    _clocks_back(moved, source, target, at=at)


def _clocks_back(moved: dict[str, Any], source: Incident, target: Incident, *, at: datetime) -> None:
    for id_ in moved["clocks_moved"]:
        clock = db.session.get_one(Clock, id_)
        if clock.incident_id == target.id:
            clock.incident_id = source.id
    for each in moved["clocks_ended"]:
        clock = db.session.get_one(Clock, each["id"])
        if clock.state == ClockState.VOID:
            clock.state, clock.ended_at, clock.void_reason = ClockState(each["state"]), None, None
            clock.paused_at = datetime.fromisoformat(each["paused_at"]) if each["paused_at"] else None
            if clock.state == ClockState.RUNNING:
                clock.warn_at = max(at, clock.started_at)  # the sweep finds what comes next
    for each in moved["clocks_shifted"]:
        clock = db.session.get_one(Clock, each["id"])
        if clock.live and clock.started_at.isoformat() == each["to"]:
            _restart(clock, datetime.fromisoformat(each["from"]), at=at)
    db.session.flush()
