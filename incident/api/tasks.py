"""Calls on the tasks of an incident: add one, and change one with all that belongs to it."""

from typing import Any

from incident import errors
from incident.api import acts, answered, answered_tasks, asked_tasks, task_lines, views
from incident.api.door import OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import checklists, dependencies, reminders, tasks
from incident.db import db
from incident.errors import N_
from incident.lifecycle import common
from incident.models.incidents import Incident, Task
from incident.permissions import Permission

TAG = N_("Tasks")
# what is asked → the verb's own name for it
PEOPLE = {"assignee": "assignee", "blocked_by_person": "unblocker"}
PLAIN = ("status", "due_at", "note")


@call(
    "POST",
    "/incidents/{number}/tasks",
    summary=N_("Add a task"),
    body=asked_tasks.AddTask,
    tag=TAG,
    needs=Permission.INCIDENTS_ACT,
    answers={OK: answered.Incident},
)
def add_task(ask: Ask, *, number: str) -> Answer:
    """For a department that was called out; its lead owns the task unless somebody is named."""
    wanted: asked_tasks.AddTask = ask.body
    incident = common.by_number(number, lock=True)
    tasks.add(
        incident,
        title=wanted.title,
        department=wanted.department,
        due_at=wanted.due_at,
        must=wanted.must,
        assignee=acts.person(wanted.assignee, "assignee") if wanted.assignee is not None else None,
        after=wanted.after,
        checklist=[each.wanted() for each in wanted.checklist],
        zone=ask.house.zone,
        by=ask.by,
        at=ask.at,
    )
    return acts.changed(incident, ask)


@call(
    "PATCH",
    "/tasks/{id}",
    tag=TAG,
    summary=N_("Change a task: status, owner, due time, note, order, list, reminders"),
    needs=Permission.INCIDENTS_ACT,
    body=asked_tasks.ChangeTask,
    answers={OK: answered_tasks.Task},
)
def change_task(ask: Ask, *, id: int) -> Answer:
    """What is left out stays."""
    wanted: asked_tasks.ChangeTask = ask.body
    found = db.session.get(Task, id)
    if found is None:
        raise errors.NotFound(N_("There is no such task."))
    incident = db.session.get_one(Incident, found.incident_id, with_for_update=True, populate_existing=True)
    task = db.session.get_one(Task, id, populate_existing=True)  # as it is now that nobody else can act
    _change(task, incident, wanted, ask)
    return Answer(OK, lambda: task_lines.one(incident, task, views.people(task_lines.people_of([task]))))


def _change(task: Task, incident: Incident, wanted: asked_tasks.ChangeTask, ask: Ask) -> None:
    """The list before the status, so that one call can tick the last item and finish the task."""
    who: dict[str, Any] = {"by": ask.by, "at": ask.at}
    said = wanted.model_fields_set
    if "after" in said:
        others = dependencies.find(incident, wanted.after)
        dependencies.wait_for(task, incident, others, **who)
    if "checklist" in said:
        checklists.change(task, incident, [each.wanted() for each in wanted.checklist], **who)
    given = {name: getattr(wanted, name) for name in PLAIN if name in said}
    given |= {
        name: acts.person(getattr(wanted, place), place) for place, name in PEOPLE.items() if place in said
    }
    if given:
        tasks.change(task, incident, **given, **who)
    if "snooze_until" in said:
        reminders.snooze(task, incident, until=wanted.snooze_until, **who)
    if wanted.stop_reminders:
        reminders.stop(task, incident, **who)
