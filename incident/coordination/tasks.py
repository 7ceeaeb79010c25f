"""Tasks: the plan's steps with an owner and a due time, and those added by hand."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import clocks, errors, privacy, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.coordination import departments, recusal
from incident.db import db
from incident.durations import Duration, parse
from incident.duty import OnDuty
from incident.errors import N_, Reason
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks.schema import Plan
from incident.vocabulary import Stage, TaskStatus

TITLE_LONGEST, NOTE_LONGEST = 200, 2_000  # characters
S = TaskStatus
# (from, to): whether a note must say why
MOVES: dict[tuple[TaskStatus, TaskStatus], bool] = {
    (S.TODO, S.DOING): False,
    (S.TODO, S.DONE): False,
    (S.TODO, S.BLOCKED): True,
    (S.TODO, S.DROPPED): True,
    (S.DOING, S.TODO): False,
    (S.DOING, S.DONE): False,
    (S.DOING, S.BLOCKED): True,
    (S.DOING, S.DROPPED): True,
    (S.BLOCKED, S.TODO): False,
    (S.BLOCKED, S.DOING): False,
    (S.BLOCKED, S.DONE): False,
    (S.BLOCKED, S.DROPPED): True,
    (S.DONE, S.DOING): True,
    (S.DROPPED, S.TODO): True,
}
FEEDBACK = "decision_letter"  # the step in every plan that tells the customer the result


def due_after(start: datetime, due: Duration, calendar: WorkingCalendar) -> datetime:
    """When a step is due that has `due` from the activation: hours by the clock, days by the calendar."""
    if due.unit in ("wd", "cd"):
        return calendar.add(start, due.value, "working_days" if due.unit == "wd" else "calendar_days")
    return start + due.timedelta


def planned(
    plan: Plan, on_duty: dict[str, OnDuty], *, at: datetime, calendar: WorkingCalendar
) -> list[dict[str, Any]]:
    """Rows for a plan's steps; whoever is on duty for a department owns its tasks until handed on."""
    rows = []
    for position, step in enumerate(plan.steps):
        duty = on_duty.get(step.department)
        rows.append(
            {
                "key": step.key,
                "position": position,
                "department_code": step.department,
                "stage": step.stage,
                "title_zh": step.title.zh,
                "title_en": step.title.en,
                "must": step.must,
                "due_at": due_after(at, parse(step.due), calendar),
                "status": TaskStatus.TODO,
                "assignee_id": duty.first.id if duty and duty.first else None,
            }
        )
    return rows


def of(incident_id: int) -> list[Task]:
    """An incident's tasks in the plan's order."""
    return list(
        db.session.scalars(
            select(Task).where(Task.incident_id == incident_id).order_by(Task.position, Task.id)
        )
    )


def add(
    incident: Incident,
    *,
    title: str,
    department: str,
    due_at: datetime,
    by: Actor,
    at: datetime,
    must: bool = False,
) -> Task:
    """Add a task by hand; raises Invalid, or NotFound for a department that was not called out."""
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    words = privacy.redact(title.strip())
    if not words or len(words) > TITLE_LONGEST:
        raise errors.Invalid(
            N_("The task cannot be added."),
            reasons=[Reason(N_("A title of 1 to 200 characters is needed."), loc=("title",))],
        )
    departments.line(incident, department)
    task = Task(
        incident_id=incident.id,
        key=f"added_{secrets.token_hex(4)}",
        position=1_000,
        department_code=department,
        stage=Stage(incident.stage),
        title_zh=words,
        title_en=words,
        must=must,
        due_at=due_at,
    )
    db.session.add(task)
    incident.last_activity_at = at
    db.session.flush()
    timeline.record(incident.id, "task_added", by=by.label, at=at, task=words, task_id=task.id)
    return task


def change(
    task: Task,
    incident: Incident,
    *,
    by: Actor,
    at: datetime,
    status: str | None = None,
    assignee: Person | None = None,
    due_at: datetime | None = None,
    note: str | None = None,
) -> Task:
    """Set a task's status, owner, due time or note; raises Refused for a move the table does not allow."""
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    words = privacy.redact(note.strip())[:NOTE_LONGEST] if note else None
    if words:
        task.note = words
    if assignee is not None and assignee.id != task.assignee_id:
        recusal.must_not_be(incident, assignee)
        _reassign(task, assignee, by=by, at=at)
    if due_at is not None and due_at != task.due_at:
        task.due_at = due_at
        timeline.record(
            incident.id, "task_moved", by=by.label, at=at, task=_title(task), due_at=due_at.isoformat()
        )
    if status is not None and status not in set(TaskStatus):
        raise errors.Invalid(
            N_("There is no task status “%(value)s”."),
            value=status,
            reasons=[
                Reason(N_("Use one of %(values)s."), {"values": ", ".join(TaskStatus)}, loc=("status",))
            ],
        )
    if status is not None and status != task.status:
        _move(task, incident, TaskStatus(status), words, by=by, at=at)
    incident.last_activity_at = at
    outbox.enqueue(incident.id, "update_card", at=at)
    return task


def _must_be_open(incident: Incident) -> None:
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def _title(task: Task) -> dict[str, str]:
    return {"zh": task.title_zh, "en": task.title_en}


def _reassign(task: Task, assignee: Person, *, by: Actor, at: datetime) -> None:
    if not assignee.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=assignee.name)
    task.assignee_id = assignee.id
    timeline.record(
        task.incident_id, "task_reassigned", by=by.label, at=at, task=_title(task), to=assignee.name
    )


def _move(
    task: Task, incident: Incident, to: TaskStatus, note: str | None, *, by: Actor, at: datetime
) -> None:
    needs_note = MOVES.get((TaskStatus(task.status), to))
    if needs_note is None:
        raise errors.Refused(
            N_("A task that is %(status)s cannot become %(to)s."), status=str(task.status), to=str(to)
        )
    if needs_note and not note:
        raise errors.Invalid(
            N_("Say why in a note."), reasons=[Reason(N_("A note is needed for this."), loc=("note",))]
        )
    task.status = to
    task.done_at, task.done_by = (at, by.label) if to == TaskStatus.DONE else (None, None)
    if task.assignee_id is None and by.kind == "person" and to in (TaskStatus.DOING, TaskStatus.DONE):
        recusal.must_not_be(incident, by)
        task.assignee_id = by.id  # whoever does it owns it: every task has an owner
    departments.started(incident, task.department_code)
    data = {"note": note} if note else {}
    timeline.record(
        task.incident_id,
        "task_changed",
        by=by.label,
        at=at,
        task=_title(task),
        status=str(to),
        task_id=task.id,
        **data,
    )
    if task.key == FEEDBACK and to == TaskStatus.DONE:
        clocks.happened(incident, "answered", by=by, at=at)


def unfinished_musts(incident_id: int) -> list[Reason]:
    """The must-do tasks that keep an incident from closing."""
    return [
        Reason(
            N_("The task “%(task)s” (%(department)s) must be done first."),
            {"task": _title(task), "department": task.department_code},
            loc=("tasks", task.id),
            href=f"#task-{task.id}",
        )
        for task in of(incident_id)
        if task.must and task.key != FEEDBACK and not task.finished
    ]


def feedback_given(incident_id: int) -> bool:
    """Whether the customer was told the result."""
    found = db.session.scalar(select(Task).where(Task.incident_id == incident_id, Task.key == FEEDBACK))
    return found is None or found.status == TaskStatus.DONE
