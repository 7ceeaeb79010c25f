"""Tasks as JSON, each with what it waits for, its list and the evidence its plan wants."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from incident.api.plain import Json, by, moment
from incident.coordination import dependencies
from incident.coordination.dependencies import Order
from incident.models.incidents import Incident, Task
from incident.playbooks import library

People = dict[int, Json]


def people_of(rows: Iterable[Task]) -> list[int | None]:
    """The ids of the people that tasks name."""
    return [id_ for row in rows for id_ in (row.assignee_id, row.unblocker_id)]


def of(incident: Incident, rows: Sequence[Task], who: People) -> list[Json]:
    """All tasks of an incident; `who` holds the people they name."""
    order, wanted = dependencies.order(rows), evidence_wanted(incident)
    return [task(row, incident.number, who, order, wanted.get(row.key, [])) for row in rows]


def one(incident: Incident, row: Task, who: People) -> Json:
    """One task of an incident."""
    wanted = evidence_wanted(incident).get(row.key, [])
    return task(row, incident.number, who, dependencies.of(incident.id), wanted)


def evidence_wanted(incident: Incident) -> dict[str, list[Json]]:
    """What the plan of an incident wants as proof, by the keys of its steps."""
    steps = library.version(incident.plan_version_id).plan.steps
    return {step.key: [{"zh": each.zh, "en": each.en} for each in step.evidence] for step in steps}


def task(row: Task, number: str, who: People, order: Order, wanted: list[Json]) -> Json:
    """One task; `number` is its incident's."""
    return {
        "id": row.id,
        "key": row.key,
        "incident": number,
        "department": row.department_code,
        "stage": str(row.stage),
        "title": row.titles,
        "must": row.must,
        "due_at": moment(row.due_at),
        "status": str(row.status),
        "assignee": who.get(row.assignee_id or 0),
        "note": row.note,
        "done_at": moment(row.done_at),
        "done_by": by(row.done_by) if row.done_by else None,
        "after": [each.id for each in order.after(row)],
        "waits_for": [each.id for each in order.waits_for(row)],
        "blocked_by_person": who.get(row.unblocker_id or 0),
        "checklist": [_item(each) for each in row.checklist],
        "evidence_wanted": wanted,
        "remind_at": moment(row.remind_at),
        "reminders_stopped": row.reminders_stopped,
    }


def _item(item: Json) -> Json:
    ticked = item["done_at"] is not None
    return {
        "id": item["id"],
        "text": item["text"],
        "must": item["must"],
        "done": ticked,
        "done_at": moment(datetime.fromisoformat(item["done_at"])) if ticked else None,
        "done_by": by(item["done_by"]) if ticked else None,
    }
