"""Department lines: who was called out, who works, who has signed off."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from incident import errors, privacy, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.coordination import recusal
from incident.db import db
from incident.duty import OnDuty
from incident.errors import N_, Reason
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment, Task
from incident.permissions import Permission
from incident.playbooks.schema import Plan
from incident.vocabulary import TaskStatus

STATEMENT_LONGEST = 2_000  # characters


def called_out(plan: Plan, on_duty: dict[str, OnDuty], *, at: datetime) -> list[dict[str, Any]]:
    """Rows for the departments a plan calls out, each led by whoever is on duty for it."""
    return [
        {
            "code": each.code,
            "part": each.part,
            "state": DepartmentState.CALLED,
            "lead_id": _lead(on_duty.get(each.code)),
            "called_at": at,
        }
        for each in plan.departments
    ]


def _lead(duty: OnDuty | None) -> int | None:
    return duty.first.id if duty and duty.first else None


def lines(incident_id: int) -> list[IncidentDepartment]:
    """The department lines of an incident, responsible ones first."""
    return list(
        db.session.scalars(
            select(IncidentDepartment)
            .where(IncidentDepartment.incident_id == incident_id)
            .order_by(IncidentDepartment.part, IncidentDepartment.id)
        )
    )


def line(incident: Incident, code: str) -> IncidentDepartment:
    """One line; raises NotFound where the department was not called out."""
    found = db.session.scalar(
        select(IncidentDepartment).where(
            IncidentDepartment.incident_id == incident.id, IncidentDepartment.code == code
        )
    )
    if found is None:
        raise errors.NotFound(N_("%(code)s was not called out for this incident."), code=code)
    return found


def started(incident: Incident, code: str) -> None:
    """A department whose first task is taken up works, without anybody pressing a button for it."""
    found = line(incident, code)
    if found.state == DepartmentState.CALLED:
        found.state = DepartmentState.WORKING


def sign_off(incident: Incident, code: str, *, statement: str, by: Actor, at: datetime) -> IncidentDepartment:
    """Say that a department's part is finished; raises Refused while its tasks are not."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    found = line(incident, code)
    if found.state == DepartmentState.SIGNED_OFF:
        raise errors.Refused(N_("%(code)s has signed off already."), code=code)
    recusal.must_not_be(incident, by)
    words = privacy.redact(statement.strip())
    if not words or len(words) > STATEMENT_LONGEST:
        raise errors.Invalid(
            N_("Say in one or two sentences what was done."),
            reasons=[Reason(N_("A statement of 1 to 2000 characters is needed."), loc=("statement",))],
        )
    left = _unfinished(incident.id, code)
    if left:
        raise errors.Refused(
            N_("%(code)s still has %(count)s tasks that must be done."),
            code=code,
            count=len(left),
            reasons=left,
        )
    found.state, found.signed_off_at, found.statement = DepartmentState.SIGNED_OFF, at, words
    found.signed_off_by_id = by.id
    incident.last_activity_at = at
    timeline.record(
        incident.id, "department_signed_off", by=by.label, at=at, department=code, statement=words
    )
    outbox.enqueue(incident.id, "update_card", at=at)
    return found


def _unfinished(incident_id: int, code: str) -> list[Reason]:
    rows = db.session.scalars(
        select(Task).where(
            Task.incident_id == incident_id,
            Task.department_code == code,
            Task.must,
            Task.status.not_in([TaskStatus.DONE, TaskStatus.DROPPED]),
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
    """What keeps an incident from closing: responsible departments that have not signed off, and
    supporting ones with tasks still in hand."""
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
        if each.state != DepartmentState.SIGNED_OFF and (each.part == "responsible" or each.code in busy)
    ]
