"""One task's own page: what it waits for, its list, the evidence wanted, its block and its reminders."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, make_response, redirect, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, case, frame, incident_work, task_view
from incident.board.access import needs
from incident.coordination import checklists, dependencies, tasks
from incident.coordination.checklists import Wanted
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import TaskStatus

bp = Blueprint("task_page", __name__)
PEOPLE_MOST = 500  # offered in the list of who can unblock
Act = Callable[[Task, Incident], object]
Draw = Callable[[DomainError], str]


@bp.get("/tasks/<int:task_id>")
@needs(Permission.INCIDENTS_READ)
def show(task_id: int) -> str:
    """The page."""
    return draw(task_id)


def draw(task_id: int, fault: DomainError | None = None) -> str:
    """The page, with a refusal on top and what was typed in its form."""
    task = _found(task_id)
    incident = db.session.get_one(Incident, task.incident_id)
    everyone = list(db.session.scalars(select(Person).order_by(Person.name).limit(PEOPLE_MOST)))
    people = {person.id: person for person in everyone}
    for id_ in (task.assignee_id, task.unblocker_id):
        if id_ is not None and id_ not in people:
            people[id_] = db.session.get_one(Person, id_)
    plan = library.version(incident.plan_version_id).plan
    book = task_view.book(tasks.of(incident.id), plan, people)
    return case.page(
        "case/task.html",
        incident,
        "task",
        task=task,
        book=book,
        step=next((step for step in plan.steps if step.key == task.key), None),
        mine=task.reminded_id == access.actor().id,
        blockable=(TaskStatus(task.status), TaskStatus.BLOCKED) in tasks.MOVES,
        fault=fault,
        typed=request.form if fault else {},
    )


def _found(task_id: int) -> Task:
    task = db.session.get(Task, task_id)
    if task is None:
        raise NotFound(N_("There is no such task."))
    return task


def do(task_id: int, act: Act, listing: Draw) -> Response:
    """One act on a task in one transaction, then back to its page (`next=task`) or to the list; a refusal
    stands on top of where it was pressed."""
    here = request.form.get("next") == "task"
    try:
        with unit_of_work():
            found = _found(task_id)
            incident = db.session.get_one(
                Incident, found.incident_id, with_for_update=True, populate_existing=True
            )
            task = db.session.get_one(Task, task_id, populate_existing=True)
            incident_work.still_task(task)
            act(task, incident)
    except NotFound:
        raise
    except DomainError as fault:
        if frame.is_htmx():
            return frame.refusal(fault)
        return make_response(draw(task_id, fault) if here else listing(fault), fault.status)
    whole = "?show=department" if request.form.get("show") == "department" else ""
    back = f"/tasks/{task_id}" if here else f"/tasks{whole}"
    return redirect(back, HTTPStatus.SEE_OTHER)


def _do(task_id: int, act: Act) -> Response:
    return do(task_id, act, lambda fault: draw(task_id, fault))


@bp.post("/tasks/<int:task_id>/order")
@needs(Permission.INCIDENTS_ACT)
def order(task_id: int) -> Response:
    """What it waits for."""
    ids = [int(each) for each in request.form.getlist("after") if each.isdigit()]

    def act(task: Task, incident: Incident) -> None:
        others = dependencies.find(incident, ids)
        dependencies.wait_for(task, incident, others, by=access.actor(), at=clock.now())

    return _do(task_id, act)


@bp.post("/tasks/<int:task_id>/items")
@needs(Permission.INCIDENTS_ACT)
def add_items(task_id: int) -> Response:
    """Put items on its list, one a line."""
    must = request.form.get("must") == "1"
    lines = [line for line in request.form.get("items", "").splitlines() if line.strip()]

    def act(task: Task, incident: Incident) -> None:
        wanted = [Wanted(text=line, must=must) for line in lines or [""]]
        checklists.change(task, incident, wanted, by=access.actor(), at=clock.now())

    return _do(task_id, act)


@bp.post("/tasks/<int:task_id>/items/<item>")
@needs(Permission.INCIDENTS_ACT)
def change_item(task_id: int, item: str) -> Response:
    """Tick an item, take the tick back, or take the item off."""
    wanted = request.form.get("act", "")

    def act(task: Task, incident: Incident) -> None:
        by, at = access.actor(), clock.now()
        if wanted == "remove":
            checklists.remove(task, incident, item, by=by, at=at)
        else:
            checklists.tick(task, incident, item, done=wanted == "tick", by=by, at=at)

    return _do(task_id, act)


@bp.post("/tasks/<int:task_id>/block")
@needs(Permission.INCIDENTS_ACT)
def block(task_id: int) -> Response:
    """Why it cannot go on, and who can unblock it: they are told."""

    def act(task: Task, incident: Incident) -> None:
        tasks.change(
            task,
            incident,
            by=access.actor(),
            at=clock.now(),
            status=TaskStatus.BLOCKED,
            note=request.form.get("note") or None,
            unblocker=incident_work.person(request.form.get("unblocker", ""), "unblocker"),
        )

    return _do(task_id, act)
