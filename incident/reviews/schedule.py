"""Post-mortems are scheduled when an incident closes, owned by somebody, and reminded of until held."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from incident import clocks, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.levels import PostMortem
from incident.models.decisions import Reopening
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.playbooks import library

MEETING_AT = time(10, 0)  # in the organisation's zone, on the last day allowed
REMIND_AT = time(9, 10)  # not on the hour: every robot in the building speaks then
REMIND_BEFORE = timedelta(days=2)


def meeting_at(closed_at: datetime, rule: PostMortem, calendar: WorkingCalendar) -> datetime:
    """The latest meeting time that keeps the limit (facts §7): calendar days end on a working day before,
    working days count make-up days and leave out holidays."""
    day = closed_at.astimezone(calendar.zone).date()
    if rule.unit == "working_days":
        return datetime.combine(calendar.add_working_days(day, rule.value), MEETING_AT, tzinfo=calendar.zone)
    last = day + timedelta(days=rule.value)
    working = _last_working(calendar, after=day, until=last)
    return datetime.combine(working or last, MEETING_AT, tzinfo=calendar.zone)


def _last_working(calendar: WorkingCalendar, *, after: date, until: date) -> date | None:
    """The last working day after one day and up to another; a whole holiday week has none, and then
    the limit itself is kept."""
    for offset in range((until - after).days):
        if calendar.is_working(until - timedelta(days=offset)):
            return until - timedelta(days=offset)
    return None


def schedule(incident: Incident, calendar: WorkingCalendar, *, by: Actor, at: datetime) -> Review:
    """Schedule the post-mortem of an incident that closes; an optional one is listed without reminders.

    A legal clock that was missed, or a reopening, makes it a duty at every level (facts §7).
    """
    rule = library.the_levels()[incident.level].post_mortem
    optional = rule.optional and not clocks.any_missed(incident.id) and not _reopened(incident)
    owner = db.session.get(Person, incident.commander_id or incident.acknowledged_by_id or 0)
    due = meeting_at(at, rule, calendar)
    review = of(incident) or Review(incident_id=incident.id, created_at=at, reminders=0)
    review.optional = optional
    review.state, review.owner_id, review.due_at = ReviewState.SCHEDULED, owner.id if owner else None, due
    review.rule = f"{rule.value} {rule.unit}"
    review.remind_at = None if optional else first_reminder(due, calendar, at=at)
    db.session.add(review)
    db.session.flush()
    timeline.record(
        incident.id,
        "review_scheduled",
        by=by.label,
        at=at,
        due_at=due.isoformat(),
        owner=owner.name if owner else "-",
        review_id=review.id,
    )
    return review


def of(incident: Incident) -> Review | None:
    """An incident's post-mortem, if it has one."""
    return db.session.scalars(select(Review).where(Review.incident_id == incident.id)).one_or_none()


def _reopened(incident: Incident) -> bool:
    """Whether the incident was ever opened again: then its post-mortem is held (facts §7)."""
    found = select(Reopening.id).where(Reopening.incident_id == incident.id).limit(1)
    return db.session.scalar(found) is not None


def force(incident: Incident) -> None:
    """An incident is worked again: its post-mortem waits for the next closing, and is then held."""
    review = of(incident)
    if review is not None:
        review.state, review.optional, review.remind_at = ReviewState.SCHEDULED, False, None


def first_reminder(due: datetime, calendar: WorkingCalendar, *, at: datetime) -> datetime:
    """Two days before the meeting, on a working morning; at once where that has passed."""
    return max(at, working_morning(due - REMIND_BEFORE, calendar))


def working_morning(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The reminder time of the first working day at or after a moment's day."""
    day = calendar.next_working(moment.astimezone(calendar.zone).date())
    return datetime.combine(day, REMIND_AT, tzinfo=calendar.zone)


def remind(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Remind owners of what is due and move each on to the next working morning; returns how many."""
    due = list(
        db.session.scalars(
            select(Review.id).where(Review.remind_at <= at, Review.state == ReviewState.SCHEDULED).limit(200)
        )
    )
    return sum(_remind_one(review_id, at=at, calendar=calendar) for review_id in due)


def _remind_one(review_id: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work() as session:
        review = session.get_one(Review, review_id, with_for_update=True, populate_existing=True)
        if review.remind_at is None or review.remind_at > at or review.state != ReviewState.SCHEDULED:
            return 0
        review.reminders += 1
        review.remind_at = working_morning(at + timedelta(days=1), calendar)
        outbox.enqueue(
            review.incident_id,
            "remind",
            at=at,
            key=f"review-{review.id}-{review.reminders}",
            person_id=review.owner_id,
            about="review",
            due_at=review.due_at.isoformat(),
        )
        return 1


def listed(*, state: str | None = None, limit: int = 200) -> list[tuple[Review, Incident]]:
    """Post-mortems with their incidents, the next meeting first."""
    query = select(Review, Incident).join(Incident, Incident.id == Review.incident_id)
    if state:
        query = query.where(Review.state == state)
    return [
        (review, found) for review, found in db.session.execute(query.order_by(Review.due_at).limit(limit))
    ]


def upcoming() -> list[dict[str, Any]]:
    """Meetings and reminders ahead: {at, what, subject, href}."""
    rows = listed(state=ReviewState.SCHEDULED)
    meetings = [
        {"at": review.due_at, "what": "review", "subject": found.number, "href": "/reviews"}
        for review, found in rows
    ]
    reminders = [
        {"at": review.remind_at, "what": "review_reminder", "subject": found.number, "href": "/reviews"}
        for review, found in rows
        if review.remind_at is not None
    ]
    return [*meetings, *reminders]
