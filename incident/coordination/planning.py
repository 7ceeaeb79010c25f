"""The tasks that a plan's steps become when an incident opens: owner, due time, order and first reminder."""

from datetime import datetime
from typing import Any

from incident.calendars import WorkingCalendar
from incident.coordination import reminders
from incident.durations import Duration, parse
from incident.duty import OnDuty
from incident.playbooks.schema import Plan
from incident.vocabulary import TaskStatus


def due_after(start: datetime, due: Duration, calendar: WorkingCalendar) -> datetime:
    """When a step is due that has `due` from the activation: hours by the clock, days by the calendar."""
    if due.unit in ("wd", "cd"):
        return calendar.add(start, due.value, "working_days" if due.unit == "wd" else "calendar_days")
    return start + due.timedelta


def planned(
    plan: Plan, on_duty: dict[str, OnDuty], *, at: datetime, calendar: WorkingCalendar
) -> list[dict[str, Any]]:
    """Rows for a plan's steps; whoever is on duty for a department owns its tasks until handed on."""
    rows = []
    for position, step in enumerate(plan.steps):
        found = on_duty.get(step.department)
        due_at = due_after(at, parse(step.due), calendar)
        rows.append(
            {
                "key": step.key,
                "position": position,
                "department_code": step.department,
                "stage": step.stage,
                "title_zh": step.title.zh,
                "title_en": step.title.en,
                "must": step.must,
                "due_at": due_at,
                "status": TaskStatus.TODO,
                "assignee_id": found.first.id if found and found.first else None,
                "after": list(step.after),
                "checklist": [],
                "remind_at": None if step.after else reminders.first(due_at, at=at),
                "reminders_stopped": False,
            }
        )
    return rows
