"""The notice to the complainant that a pause or an extension brings, as a task for the department."""

from datetime import datetime

from sqlalchemy import select

from incident import labels, timeline
from incident.db import db
from incident.models.clocks import Clock
from incident.models.incidents import Incident, IncidentDepartment, Task
from incident.playbooks.schema import Text
from incident.vocabulary import Stage, TaskStatus


def as_task(
    incident: Incident, found: Clock, text: Text, *, actor: str, at: datetime, due_at: datetime
) -> None:
    """Write the notice to the complainant as a task of the department whose clock it is, where it was
    called out, else of the first responsible one."""
    lines = list(
        db.session.scalars(
            select(IncidentDepartment)
            .where(IncidentDepartment.incident_id == incident.id)
            .order_by(IncidentDepartment.part, IncidentDepartment.id)
        )
    )
    line = next((each for each in lines if each.code == found.department_code), lines[0] if lines else None)
    task = Task(
        incident_id=incident.id,
        key=f"clock_notice_{found.id}_{labels.nonce()}",
        position=1_000,
        department_code=line.code if line else found.department_code or "",
        stage=Stage(incident.stage),
        title_zh=text.zh,
        title_en=text.en,
        must=True,
        due_at=due_at,
        remind_at=due_at,
        status=TaskStatus.TODO,
        assignee_id=line.lead_id if line else None,
    )
    db.session.add(task)
    db.session.flush()
    titles = {"zh": text.zh, "en": text.en}
    timeline.record(incident.id, "task_added", by=actor, at=at, task=titles, task_id=task.id)
