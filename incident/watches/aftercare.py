"""Reminds the owners of follow-ups until they are done, and lists what is due; rows hold the moment."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.coordination import follow_ups
from incident.db import db, unit_of_work
from incident.lifecycle.common import House
from incident.models.decisions import FollowUp, FollowUpKind, FollowUpState
from incident.models.incidents import Incident
from incident.vocabulary import Status

WELFARE_AGAIN = timedelta(hours=1)  # somebody's life may hang on it: by day and by night
BATCH, LISTED = 200, 200  # rows in one sweep; rows on the schedule
ENDED = (Status.CANCELLED, Status.MERGED)  # what was owed there is owed elsewhere, or to nobody


def remind(*, at: datetime, house: House) -> int:
    """Remind whoever owns what is due, and move each on to its next reminder; returns how many.

    Calls on the next working morning, welfare checks every hour; after a stop each is reminded of once.
    """
    due = list(
        db.session.scalars(
            select(FollowUp.id)
            .where(FollowUp.state == FollowUpState.PLANNED, FollowUp.remind_at <= at)
            .order_by(FollowUp.remind_at)
            .limit(BATCH)
        )
    )
    return sum(_remind_one(id_, at=at, calendar=house.calendar) for id_ in due)


def _remind_one(id_: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work() as session:
        row = session.get_one(FollowUp, id_, with_for_update=True, populate_existing=True)
        if row.state != FollowUpState.PLANNED or row.remind_at is None or row.remind_at > at:
            return 0
        incident = session.get_one(Incident, row.incident_id)
        if incident.status in ENDED:
            row.remind_at = None
            return 0
        row.reminders += 1
        row.remind_at = again(row, at=at, calendar=calendar)
        outbox.enqueue(
            row.incident_id,
            "remind",
            at=at,
            key=f"follow_up-{row.id}-{row.reminders}",
            person_id=row.owner_id or incident.commander_id,
            about="follow_up",
            follow_up=str(row.kind),
            due_at=row.due_at.isoformat(),
        )
        return 1


def again(row: FollowUp, *, at: datetime, calendar: WorkingCalendar) -> datetime:
    """When to remind next."""
    if row.kind == FollowUpKind.WELFARE_CHECK:
        return at + WELFARE_AGAIN
    day = calendar.next_working((at + timedelta(days=1)).astimezone(calendar.zone).date())
    return datetime.combine(day, follow_ups.REMIND_AT, tzinfo=calendar.zone)


def upcoming() -> list[dict[str, Any]]:
    """Follow-ups that are planned, soonest first: {at, what, subject, href}."""
    rows = db.session.execute(
        select(FollowUp.due_at, FollowUp.kind, Incident.number)
        .join(Incident, Incident.id == FollowUp.incident_id)
        .where(
            FollowUp.state == FollowUpState.PLANNED, Incident.status.not_in(ENDED), Incident.drill.is_(False)
        )
        .order_by(FollowUp.due_at)
        .limit(LISTED)
    )
    return [
        {"at": at, "what": str(kind), "subject": number, "href": f"/incidents/{number}/decision#follow-ups"}
        for at, kind, number in rows
    ]
