"""Tasks: the plan's steps with an owner and a due time, and those added by hand."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import clocks, duty, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.coordination import checklists, departments, dependencies, reminders, telling
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import Stage, TaskStatus

TITLE_LONGEST, NOTE_LONGEST = 200, 2_000  # characters
USUAL_DUE = timedelta(hours=2)  # what a task added by hand gets unless somebody says otherwise
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
    assignee: Person | None = None,
    after: Sequence[int] = (),
    checklist: Sequence[checklists.Wanted] = (),
    zone: ZoneInfo | None = None,
) -> Task:
    """Add a task by hand; raises Invalid, or NotFound for a department that was not called out.

    Unless somebody is named, the department's lead owns it, else whoever is on duty there (`zone`: the
    house's).
    """
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    words = privacy.redact(title.strip())
    if not words or len(words) > TITLE_LONGEST:
        raise errors.Invalid(
            N_("The task cannot be added."),
            reasons=[Reason(N_("A title of 1 to 200 characters is needed."), loc=("title",))],
        )
    line = departments.line(incident, department)
    if assignee is not None:
        recusal.must_not_be(incident, _able(assignee))
    others = dependencies.find(incident, after) if after else []
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
        status=TaskStatus.TODO,
        assignee_id=assignee.id if assignee else _usual_owner(incident, line, at, zone),
        after=[each.key for each in others],
        checklist=checklists.made(checklist, by=by, at=at),
        reminders_stopped=False,
    )
    if all(each.finished for each in others):
        reminders.restart(task, at=at, by=by)
    db.session.add(task)
    incident.last_activity_at = at
    db.session.flush()
    timeline.record(incident.id, "task_added", by=by.label, at=at, task=words, task_id=task.id)
    return task


def _usual_owner(
    incident: Incident, line: IncidentDepartment, at: datetime, zone: ZoneInfo | None
) -> int | None:
    """The lead, else whoever is on duty; nobody who stands aside, and in a drill nobody outside it."""
    found = db.session.get(Person, line.lead_id) if line.lead_id else None
    if found is None and zone is not None and not incident.drill:
        found = duty.roster([line.code], at=at, zone=zone)[line.code].first
    return found.id if found and recusal.bar(incident, found) is None else None


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
    unblocker: Person | None = None,
) -> Task:
    """Set a task's status, owner, due time or note; raises Refused for a move the table does not allow, and
    Conflict for one that somebody else has made. `unblocker` is who can end a block."""
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    if status is not None:
        _must_be_status(status)
    words = privacy.redact(note.strip())[:NOTE_LONGEST] if note else None
    if status == task.status and not (words or assignee or due_at or unblocker):
        _must_be_first(task, by)
    if words:
        task.note = words
    if assignee is not None and assignee.id != task.assignee_id:
        recusal.must_not_be(incident, assignee)
        _reassign(task, assignee, by=by, at=at)
    if due_at is not None and due_at != task.due_at:
        _put_off(task, due_at, by=by, at=at)
    if status is not None and status != task.status:
        _move(task, incident, TaskStatus(status), words, by=by, at=at)
    if unblocker is not None:
        _ask_to_unblock(task, unblocker, by=by, at=at)
    incident.last_activity_at = at
    outbox.enqueue(incident.id, "update_card", at=at)
    return task


def _must_be_open(incident: Incident) -> None:
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def _must_be_status(status: str) -> None:
    if status not in set(TaskStatus):
        raise errors.Invalid(
            N_("There is no task status “%(value)s”."),
            value=status,
            reasons=[
                Reason(N_("Use one of %(values)s."), {"values": ", ".join(TaskStatus)}, loc=("status",))
            ],
        )


def _must_be_first(task: Task, by: Actor) -> None:
    """Two people pressed the same button: the second hears who has it; the same one again does no harm."""
    owner = db.session.get(Person, task.assignee_id) if task.assignee_id else None
    mine = task.done_by == by.label if task.status == S.DONE else owner is None or owner.id == by.id
    if by.kind == "person" and task.status in (S.DOING, S.DONE) and not mine:
        raise errors.Conflict(
            N_("The task is %(status)s already, with %(owner)s."),
            status=str(task.status),
            owner=owner.name if owner else {"zh": "无人", "en": "nobody"},
        )


def _able(person: Person) -> Person:
    if not person.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=person.name)
    return person


def _reassign(task: Task, assignee: Person, *, by: Actor, at: datetime) -> None:
    task.assignee_id = _able(assignee).id
    _remind_afresh(task, by=by, at=at)
    timeline.record(
        task.incident_id, "task_reassigned", by=by.label, at=at, task=task.titles, to=assignee.name
    )


def _put_off(task: Task, due_at: datetime, *, by: Actor, at: datetime) -> None:
    task.due_at = due_at
    _remind_afresh(task, by=None, at=at)
    timeline.record(
        task.incident_id, "task_moved", by=by.label, at=at, task=task.titles, due_at=due_at.isoformat()
    )


def _remind_afresh(task: Task, *, by: Actor | None, at: datetime) -> None:
    task.reminders_stopped = False
    task.remind_at = None
    if task.status == S.DOING or not dependencies.of(task.incident_id).waits_for(task):
        reminders.restart(task, by=by, at=at)


def _ask_to_unblock(task: Task, person: Person, *, by: Actor, at: datetime) -> None:
    if task.status != S.BLOCKED:
        raise errors.Refused(N_("The task is not blocked; nobody has to unblock it."))
    if person.id == task.unblocker_id:
        return
    task.unblocker_id = _able(person).id
    reminders.restart(task, by=by, at=at)
    timeline.record(
        task.incident_id,
        "unblocking_asked",
        by=by.label,
        at=at,
        task=task.titles,
        person=person.name,
        task_id=task.id,
    )


def _move(
    task: Task, incident: Incident, to: TaskStatus, note: str | None, *, by: Actor, at: datetime
) -> None:
    _must_be_allowed(task, incident, to, note)
    turn(task, incident, to, note, by=by, at=at)
    if task.key == FEEDBACK and to == S.DONE:
        clocks.happened(incident, "answered", by=by, at=at)


def turn(
    task: Task, incident: Incident, to: TaskStatus, note: str | None, *, by: Actor, at: datetime
) -> None:
    """Set a task's status, whatever it waits for, with all that follows from it."""
    before, task.status = task.status, to
    task.unblocker_id = None
    task.done_at, task.done_by = (at, by.label) if to == S.DONE else (None, None)
    if task.assignee_id is None and by.id is not None and to in (S.DOING, S.DONE):
        recusal.must_not_be(incident, by)
        task.assignee_id = by.id  # whoever does it owns it: every task has an owner
    if to in (TaskStatus.DOING, TaskStatus.BLOCKED, TaskStatus.DONE):
        departments.started(incident, task.department_code, by=by, at=at)
    data = {"note": note} if note else {}
    timeline.record(
        task.incident_id,
        "task_changed",
        by=by.label,
        at=at,
        task=task.titles,
        status=str(to),
        task_id=task.id,
        **data,
    )
    if task.finished:
        task.remind_at = None
    elif before in (S.BLOCKED, S.DONE, S.DROPPED) and not task.reminders_stopped:
        _remind_afresh(task, by=by, at=at)
    if task.finished != (before in (S.DONE, S.DROPPED)):
        dependencies.moved(task, by=by, at=at)


def _must_be_allowed(task: Task, incident: Incident, to: TaskStatus, note: str | None) -> None:
    needs_note = MOVES.get((TaskStatus(task.status), to))
    if needs_note is None:
        raise errors.Refused(
            N_("A task that is %(status)s cannot become %(to)s."), status=str(task.status), to=str(to)
        )
    if needs_note and not note:
        raise errors.Invalid(
            N_("Say why in a note."), reasons=[Reason(N_("A note is needed for this."), loc=("note",))]
        )
    if task.key == FEEDBACK and to == S.DONE:
        telling.must_be_complete(incident)
    if to in (S.DOING, S.DONE):
        dependencies.must_not_wait(task, incident)
    if to == S.DONE:
        checklists.must_be_ticked(task, incident)


def keyed(incident_id: int, key: str) -> Task | None:
    """An incident's task for a step of its plan, where the plan has it."""
    query = select(Task).where(Task.incident_id == incident_id, Task.key == key)
    return db.session.scalars(query).one_or_none()
