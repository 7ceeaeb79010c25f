"""What of its tasks keeps an incident from closing."""

from incident.coordination import tasks
from incident.errors import N_, Reason


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
