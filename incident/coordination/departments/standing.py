"""Department lines: who was called out, where each stands, and which moves its state allows."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident import errors, recusal, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.coordination import pace
from incident.db import db
from incident.duty import OnDuty
from incident.errors import N_, Reason
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import Plan
from incident.vocabulary import UNFINISHED, TaskStatus

S = DepartmentState
# (state, act): the state it leads to; an act that is not here is refused
MOVES: dict[tuple[DepartmentState, str], DepartmentState] = {
    (S.CALLED, "accept"): S.ACCEPTED,
    (S.CALLED, "start"): S.WORKING,
    (S.ACCEPTED, "start"): S.WORKING,
    (S.CALLED, "report"): S.WORKING,
    (S.ACCEPTED, "report"): S.WORKING,
    (S.WORKING, "report"): S.WORKING,
    (S.BLOCKED, "report"): S.BLOCKED,
    (S.CALLED, "block"): S.BLOCKED,
    (S.ACCEPTED, "block"): S.BLOCKED,
    (S.WORKING, "block"): S.BLOCKED,
    (S.BLOCKED, "unblock"): S.WORKING,
    (S.CALLED, "sign_off"): S.SIGNED_OFF,
    (S.ACCEPTED, "sign_off"): S.SIGNED_OFF,
    (S.WORKING, "sign_off"): S.SIGNED_OFF,
    **{(here, "stand_down"): S.STOOD_DOWN for here in (S.CALLED, S.ACCEPTED, S.WORKING, S.BLOCKED)},
    **{(here, "hand_over"): here for here in (S.CALLED, S.ACCEPTED, S.WORKING, S.BLOCKED)},
    (S.SIGNED_OFF, "call_out"): S.CALLED,
    (S.STOOD_DOWN, "call_out"): S.CALLED,
}
ENDED = (S.SIGNED_OFF, S.STOOD_DOWN)
# what an act wants to have come about: whoever finds it so was second
WANTED: dict[str, tuple[DepartmentState, ...]] = {
    "accept": (S.ACCEPTED, S.WORKING, S.BLOCKED),
    "block": (S.BLOCKED,),
    "unblock": (S.ACCEPTED, S.WORKING),
    "sign_off": (S.SIGNED_OFF,),
    "stand_down": (S.STOOD_DOWN,),
    "call_out": (S.CALLED, S.ACCEPTED, S.WORKING, S.BLOCKED),
}


def called_out(
    plan: Plan, on_duty: dict[str, OnDuty], *, level: int, at: datetime, calendar: WorkingCalendar
) -> list[dict[str, Any]]:
    """Rows for the departments a plan calls out, each led by whoever is on duty for it."""
    due = pace.accept_by(library.the_levels()[level], at, calendar)
    return [
        {
            "code": each.code,
            "part": each.part,
            "state": S.CALLED,
            "lead_id": lead.id if (lead := first(on_duty.get(each.code))) else None,
            "called_at": at,
            "accept_by": due,
            "escalate_at": due,
        }
        for each in plan.departments
    ]


def calls(
    incident_id: int, rows: Iterable[dict[str, Any]], told: set[int], *, at: datetime
) -> list[dict[str, Any]]:
    """The step that calls the leads of an opening's rows, each by one message that names their departments;
    whoever is alerted anyway needs no second."""
    leads = {row["code"]: row["lead_id"] for row in rows if row["lead_id"] not in (None, *told)}
    return [outbox.row(incident_id, "call_leads", at=at, leads=leads)] if leads else []


def first(duty: OnDuty | None) -> Person | None:
    """Whoever answers first for a department."""
    return duty.first if duty else None


def lines(incident_id: int) -> list[IncidentDepartment]:
    """The department lines of an incident, responsible ones first."""
    return list(
        db.session.scalars(
            select(IncidentDepartment)
            .where(IncidentDepartment.incident_id == incident_id)
            .order_by(IncidentDepartment.part, IncidentDepartment.id)
        )
    )


def find(incident_id: int, code: str) -> IncidentDepartment | None:
    """One line as it stands now, or nothing where the department was not called out."""
    db.session.flush()
    return db.session.scalar(
        select(IncidentDepartment).where(
            IncidentDepartment.incident_id == incident_id, IncidentDepartment.code == code
        ),
        execution_options={"populate_existing": True},
    )


def line(incident: Incident, code: str) -> IncidentDepartment:
    """One line; raises NotFound where the department was not called out."""
    found = find(incident.id, code)
    if found is None:
        raise errors.NotFound(N_("%(code)s was not called out for this incident."), code=code)
    return found


def moved(found: IncidentDepartment, act: str) -> DepartmentState:
    """The state an act leads to; raises Conflict where somebody did it before, Refused where the present
    state does not allow it."""
    here = DepartmentState(found.state)
    to = MOVES.get((here, act))
    if to is not None:
        return to
    if here not in WANTED.get(act, ()):
        raise errors.Refused(
            N_("This is not possible while %(department)s is “%(line_state)s”."),
            department=found.code,
            line_state=str(here),
        )
    if act == "accept" and found.accepted_at is not None:
        who = db.session.get(Person, found.accepted_by_id) if found.accepted_by_id else None
        raise errors.Conflict(
            N_("%(name)s accepted for %(department)s first, at %(at)s; it is “%(line_state)s”."),
            name=who.name if who else {"zh": "系统账号", "en": "A service"},
            department=found.code,
            at=found.accepted_at.isoformat(timespec="minutes"),
            line_state=str(here),
        )
    raise errors.Conflict(
        N_("%(department)s is “%(line_state)s” already."), department=found.code, line_state=str(here)
    )


def accepted(incident: Incident, found: IncidentDepartment, *, by: Actor, at: datetime) -> None:
    """Note who accepted; a line without a lead is led by whoever accepts it."""
    found.accepted_at, found.accepted_by_id = at, by.id
    if found.lead_id is None and recusal.bar(incident, by) is None:
        found.lead_id = by.id
    timeline.record(found.incident_id, "department_accepted", by=by.label, at=at, department=found.code)


def heard(found: IncidentDepartment, incident: Incident, *, at: datetime, calendar: WorkingCalendar) -> None:
    """A department was heard of: the time to its next update begins anew."""
    due = pace.next_update(library.the_levels()[incident.level], at, calendar)
    found.next_update_at, found.rung = due, 0
    found.escalate_at = pace.awake(incident.level, due, calendar)


def started(incident: Incident, code: str, *, by: Actor, at: datetime) -> None:
    """The first task taken up accepts a department's line and starts it, without a button for it.

    When the next update is due is set by the watch, which knows the calendar.
    """
    found = line(incident, code)
    to = MOVES.get((DepartmentState(found.state), "start"))
    if to is None:
        return
    if found.state == S.CALLED:
        accepted(incident, found, by=by, at=at)
        found.next_update_at, found.escalate_at, found.rung = None, at, 0
    found.state = to


def regraded(incident: Incident, *, at: datetime, calendar: WorkingCalendar) -> None:
    """A graver level is faster: what is due later than its pace allows comes forward."""
    rule = library.the_levels()[incident.level]
    accept, update = pace.accept_by(rule, at, calendar), pace.next_update(rule, at, calendar)
    for each in lines(incident.id):
        if each.state == S.CALLED and each.accept_by and accept < each.accept_by:
            each.accept_by = accept
            each.escalate_at = accept if each.rung == 0 else each.escalate_at
        elif each.next_update_at and update < each.next_update_at:
            heard(each, incident, at=at, calendar=calendar)


def unfinished(incident_id: int, code: str) -> list[Reason]:
    """The must-do tasks that keep a department from signing off."""
    rows = db.session.scalars(
        select(Task).where(
            Task.incident_id == incident_id,
            Task.department_code == code,
            Task.must,
            Task.status.in_(UNFINISHED),
        )
    )
    return [
        Reason(
            N_("The task “%(task)s” is not done."),
            {"task": {"zh": task.title_zh, "en": task.title_en}},
            loc=("tasks", task.id),
            href=f"#task-{task.id}",
        )
        for task in rows
    ]


def still_open(incident_id: int) -> list[Reason]:
    """What keeps an incident from closing: responsible departments that have neither signed off nor been
    stood down, and supporting ones with tasks still in hand."""
    busy = set(
        db.session.scalars(
            select(Task.department_code)
            .where(Task.incident_id == incident_id, Task.status.in_([TaskStatus.DOING, TaskStatus.BLOCKED]))
            .group_by(Task.department_code)
            .having(func.count() > 0)
        )
    )
    return [
        Reason(
            N_("The department %(department)s has not signed off."),
            {"department": each.code},
            loc=("departments", each.code),
            href=f"#department-{each.code}",
        )
        for each in lines(incident_id)
        if each.state not in ENDED and (each.part == "responsible" or each.code in busy)
    ]
