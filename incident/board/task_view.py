"""What the pages show of tasks beside the tasks themselves: order, owners, evidence wanted, moves."""

from dataclasses import dataclass
from functools import cached_property

from flask_babel import gettext as _

from incident.board import frame
from incident.coordination import dependencies, tasks
from incident.coordination.dependencies import Order
from incident.errors import N_
from incident.models.incidents import Task
from incident.models.people import Person
from incident.playbooks.schema import Plan, Text
from incident.vocabulary import TaskStatus

VERBS = {
    TaskStatus.DOING: N_("Take up"),
    TaskStatus.BLOCKED: N_("Blocked"),
    TaskStatus.DROPPED: N_("Drop"),
    TaskStatus.TODO: N_("Put back"),
}


@dataclass(frozen=True)
class Book:
    """An incident's tasks in their order, with the people and the plan behind them."""

    order: Order
    evidence: dict[str, list[Text]]
    people: dict[int, Person]

    @cached_property
    def names(self) -> dict[int, str]:
        """The names of people by their ids."""
        return {id_: person.name for id_, person in self.people.items()}

    @cached_property
    def unowned(self) -> list[Task]:
        """The tasks that nobody will do: without an owner, or with one who has left."""
        gone = {None, *(id_ for id_, person in self.people.items() if not person.active)}
        return [task for task in self.order.by_key.values() if not task.finished and task.assignee_id in gone]

    def owner(self, task: Task) -> str:
        """The name of whoever owns a task; nothing where that is nobody who is still here."""
        found = self.people.get(task.assignee_id or 0)
        return found.name if found and (found.active or task.finished) else ""

    def waits_for(self, task: Task) -> list[Task]:
        """What a task waits for."""
        return self.order.waits_for(task)

    def moves(self, task: Task) -> list[tuple[str, str]]:
        """What a task can become from here, beside done, as buttons."""
        here, waits = TaskStatus(task.status), self.waits_for(task)
        return [
            (str(to), _(verb))
            for to, verb in VERBS.items()
            if (here, to) in tasks.MOVES and not (waits and to == TaskStatus.DOING)
        ]

    def unfinished(self) -> list[tuple[int, str]]:
        """The tasks that another may wait for, to choose from."""
        locale = frame.locale()
        return [(task.id, task.title(locale)) for task in self.order.by_key.values() if not task.finished]


def book(found: list[Task], plan: Plan, people: dict[int, Person]) -> Book:
    """The book of an incident's tasks."""
    return Book(dependencies.order(found), {step.key: step.evidence for step in plan.steps}, people)
