"""What tasks wait for: one task after others of its incident, never in a circle."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import errors, timeline
from incident.accounts import Actor
from incident.coordination import reminders
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident, Task
from incident.permissions import Permission
from incident.vocabulary import TaskStatus

MOST = 20  # tasks that one waits for


@dataclass(frozen=True)
class Order:
    """An incident's tasks by their keys, and which of them wait."""

    by_key: dict[str, Task]

    def after(self, task: Task) -> list[Task]:
        """What a task comes after, finished or not."""
        return [self.by_key[key] for key in task.after if key in self.by_key]

    def waits_for(self, task: Task) -> list[Task]:
        """What is left of it; a finished task waits for nothing."""
        return [] if task.finished else [each for each in self.after(task) if not each.finished]

    def followers(self, task: Task) -> list[Task]:
        """The tasks that come after one."""
        return [each for each in self.by_key.values() if task.key in each.after]


def order(found: Iterable[Task]) -> Order:
    """The order among an incident's tasks."""
    return Order({task.key: task for task in found})


def of(incident_id: int) -> Order:
    """The same, read from the database."""
    return order(db.session.scalars(select(Task).where(Task.incident_id == incident_id).order_by(Task.id)))


def circle(after: Mapping[str, Sequence[str]], start: str) -> list[str]:
    """The way from a key back to itself along `after`, both ends included; empty where there is none."""
    came_from: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop()
        for there in after.get(here, ()):
            if there == start:
                return [start, *_way(came_from, here, start), start]
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return []


def _way(came_from: Mapping[str, str], end: str, start: str) -> list[str]:
    way: list[str] = []
    while end != start:
        way.append(end)
        end = came_from[end]
    return way[::-1]


def find(incident: Incident, ids: Sequence[int]) -> list[Task]:
    """The tasks with some ids; raises Invalid for one that is not the incident's."""
    known = {task.id: task for task in of(incident.id).by_key.values()}
    strangers = [id_ for id_ in ids if id_ not in known]
    if strangers or len(ids) > MOST:
        raise errors.Invalid(
            N_("The task cannot wait for these."),
            reasons=[
                Reason(N_("%(id)s is no task of this incident."), {"id": id_}, loc=("after",))
                for id_ in strangers
            ]
            or [Reason(N_("At most %(most)s."), {"most": MOST}, loc=("after",))],
        )
    return [known[id_] for id_ in dict.fromkeys(ids)]


def wait_for(task: Task, incident: Incident, others: Sequence[Task], *, by: Actor, at: datetime) -> Task:
    """Set what a task waits for; raises Invalid naming the circle, or Refused for a task that has begun."""
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(reminders.NOT_OPEN)
    keys = [each.key for each in others]
    if keys == list(task.after):
        return task
    known = of(incident.id)
    _must_be_no_circle(known, task, keys)
    begun = task.status not in (TaskStatus.TODO, TaskStatus.BLOCKED)
    if begun and any(not each.finished for each in others):
        raise errors.Refused(
            N_("A task that is %(status)s cannot be made to wait; put it back first."),
            status=str(task.status),
        )
    task.after = keys
    incident.last_activity_at = at
    hold_or_open(known, task, by=by, at=at)
    titles = {short: "、".join(each.titles[short] for each in others) or "–" for short in ("zh", "en")}
    timeline.record(
        incident.id, "task_order_set", by=by.label, at=at, task=task.titles, after=titles, task_id=task.id
    )
    return task


def _must_be_no_circle(known: Order, task: Task, keys: list[str]) -> None:
    found = circle({**{key: each.after for key, each in known.by_key.items()}, task.key: keys}, task.key)
    if found:
        way = [known.by_key[key].titles if key in known.by_key else task.titles for key in found]
        names: dict[str, Any] = {short: " → ".join(each[short] for each in way) for short in ("zh", "en")}
        raise errors.Invalid(
            N_("The task would wait for itself: %(circle)s."),
            circle=names,
            reasons=[Reason(N_("It would wait for itself: %(circle)s."), {"circle": names}, loc=("after",))],
        )


def hold_or_open(known: Order, task: Task, *, by: Actor, at: datetime) -> None:
    """A task that has to wait reminds nobody; one that need not any more tells its owner."""
    if task.finished or task.status == TaskStatus.DOING:
        return
    if known.waits_for(task) and task.status == TaskStatus.TODO:
        task.remind_at = None
    elif task.remind_at is None:
        reminders.opened(task, by=by, at=at)


def moved(task: Task, *, by: Actor, at: datetime) -> None:
    """A task was finished, or taken back: those after it open, or wait again."""
    known = of(task.incident_id)
    for each in known.followers(task):
        hold_or_open(known, each, by=by, at=at)


def must_not_wait(task: Task, incident: Incident) -> None:
    """Raise Refused with what a task waits for; nothing forces it."""
    left = of(incident.id).waits_for(task)
    if left:
        raise errors.Refused(
            N_("“%(task)s” waits for other tasks: %(count)s."),
            task=task.titles,
            count=len(left),
            reasons=[
                Reason(
                    N_("Waits for “%(task)s” (%(department)s), which is %(status)s."),
                    {"task": each.titles, "department": each.department_code, "status": str(each.status)},
                    loc=("after", each.id),
                    href=f"/incidents/{incident.number}#task-{each.id}",
                )
                for each in left
            ],
        )
