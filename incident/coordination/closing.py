"""What of its tasks keeps an incident from closing: what must be done, and telling the customer."""

from incident.coordination import tasks
from incident.errors import N_, Reason
from incident.vocabulary import TaskStatus


def unfinished_musts(incident_id: int) -> list[Reason]:
    """The must-do tasks that keep an incident from closing."""
    return [
        Reason(
            N_("The task “%(task)s” (%(department)s) must be done first."),
            {"task": task.titles, "department": task.department_code},
            loc=("tasks", task.id),
            href=f"#task-{task.id}",
        )
        for task in tasks.of(incident_id)
        if task.must and task.key != tasks.FEEDBACK and not task.finished
    ]


def feedback_given(incident_id: int) -> bool:
    """Whether the step of telling the customer is done."""
    found = tasks.keyed(incident_id, tasks.FEEDBACK)
    return found is None or found.status == TaskStatus.DONE
