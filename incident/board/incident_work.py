"""The acts on what belongs to an incident: tasks, roles, Slack steps."""

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import clock, errors, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.board import access, acting, times
from incident.board.access import needs
from incident.coordination import checklists, roles, tasks
from incident.coordination.checklists import Wanted
from incident.db import db
from incident.errors import N_, Conflict, NotFound
from incident.lifecycle import common
from incident.models.alerts import Delivery
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import TaskStatus

bp = Blueprint("incident_work", __name__)
ACT = Permission.INCIDENTS_ACT


@bp.post("/incidents/<number>/tasks")
@needs(ACT)
def add_task(number: str) -> Response:
    """Add a task by hand."""
    form = request.form

    def act(incident: Incident) -> None:
        due = times.asked(form.get("due_at", ""), "due_at") or clock.now() + tasks.USUAL_DUE
        tasks.add(
            incident,
            title=form.get("title", ""),
            department=form.get("department", ""),
            due_at=due,
            must=form.get("must") == "1",
            assignee=person(form.get("assignee", ""), "assignee"),
            after=[int(each) for each in form.getlist("after") if each.isdigit()],
            checklist=[Wanted(text=line) for line in form.get("checklist", "").splitlines() if line.strip()],
            zone=acting.house().zone,
            by=access.actor(),
            at=clock.now(),
        )

    return acting.do(number, act, anchor="#departments")


@bp.post("/tasks/<int:task_id>")
@needs(ACT)
def change_task(task_id: int) -> Response:
    """Set a task's state, owner, due time or note."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound(N_("There is no such task."))
    number = db.session.get_one(Incident, task.incident_id).number

    def act(incident: Incident) -> None:
        found = db.session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
        still_task(found)
        _change(found, incident, by=access.actor())

    return acting.do(number, act, anchor=f"#task-{task_id}")


def still_task(task: Task) -> None:
    """Raise Conflict, with how the task stands, where the form was made of an older version of it."""
    given = request.form.get("version")
    if given in (None, "", str(task.version)):
        return
    owner = db.session.get(Person, task.assignee_id) if task.assignee_id else None
    raise Conflict(
        N_("Somebody else changed this task a moment ago: it is %(status)s, with %(owner)s. Decide again."),
        status=str(task.status),
        owner=owner.name if owner else {"zh": "无人", "en": "nobody"},
    )


def _change(task: Task, incident: Incident, *, by: Actor) -> None:
    form = request.form
    due = times.asked(form.get("due_at", ""), "due_at")
    if due is not None and times.field(due) == times.field(task.due_at):
        due = None  # the field shows minutes: sent back unchanged, it is no change
    tasks.change(
        task,
        incident,
        by=by,
        at=clock.now(),
        status=form.get("status") or None,
        assignee=person(form.get("assignee", ""), "assignee"),
        due_at=due,
        note=form.get("note") or None,
        unblocker=_unblocker(task),
    )
    if form.get("item", "").strip():
        checklists.add(task, incident, form["item"], by=by, at=clock.now())


def _unblocker(task: Task) -> Person | None:
    """Who can unblock it, where the form blocks it or it is blocked; the field stands in other forms too."""
    blocks = request.form.get("status", task.status) == TaskStatus.BLOCKED
    return person(request.form.get("unblocker", ""), "unblocker") if blocks else None


def person(text: str, place: str) -> Person | None:
    """Who was chosen in a field; None for nobody. Raises Invalid."""
    if not text:
        return None
    found = db.session.get(Person, int(text)) if text.isdigit() else None
    if found is None:
        raise errors.Invalid(
            N_("There is no such person."), reasons=[common.at_place(place, N_("There is no such person."))]
        )
    return found


@bp.post("/tasks/<int:task_id>/checklist/<item>")
@needs(ACT)
def tick(task_id: int, item: str) -> Response:
    """Tick an item of a task's list off, or take the tick back."""
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound(N_("There is no such task."))
    number = db.session.get_one(Incident, task.incident_id).number
    done = request.form.get("done") == "1"

    def act(incident: Incident) -> None:
        found = db.session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
        checklists.tick(found, incident, item, done=done, by=access.actor(), at=clock.now())

    return acting.do(number, act, anchor=f"#task-{task_id}")


@bp.post("/incidents/<number>/roles")
@needs(ACT)
def assign(number: str) -> Response:
    """Give a role to somebody."""
    role = request.form.get("role", "")

    def act(incident: Incident) -> None:
        holder = person(request.form.get("person", ""), "person")
        if holder is None:
            raise errors.Invalid(
                N_("Choose a person."), reasons=[common.at_place("person", N_("Choose a person."))]
            )
        roles.assign(incident, role, holder, by=access.actor(), at=clock.now())

    return acting.do(number, act, anchor="#people")


@bp.post("/incidents/<number>/deliveries/<int:delivery_id>/retry")
@needs(Permission.DELIVERIES_RETRY)
def retry(number: str, delivery_id: int) -> Response:
    """Try a Slack step again now."""

    def act(incident: Incident) -> None:
        by, at = access.actor(), clock.now()
        step = db.session.get(Delivery, delivery_id)
        if step is None or step.incident_id != incident.id:
            raise NotFound(N_("There is no such delivery."))
        outbox.retry(delivery_id, by=by, at=at)
        timeline.record(incident.id, "slack_step_retried", by=by.label, at=at, step=step.step)

    return acting.do(number, act, anchor="#slack")
