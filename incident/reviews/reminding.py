"""The sweep over post-mortems: owners are reminded on working mornings, and those above once it is late."""

from datetime import datetime

from sqlalchemy import select

from incident import accounts, duty, timeline
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.reviews import meeting

ACTOR = accounts.system("reviews")
BATCH = 200  # rows of one sweep; the next beat takes the rest
OPEN = (ReviewState.SCHEDULED, ReviewState.HELD)
HEADS_FROM = 3  # late mornings after which the heads of the emergency group are told too


def remind(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Remind owners of what is due and move each on to the next working morning; returns how many."""
    due = list(
        db.session.scalars(
            select(Review.id).where(Review.remind_at <= at, Review.state.in_(OPEN)).limit(BATCH)
        )
    )
    return sum(_remind_one(review_id, at=at, calendar=calendar) for review_id in due)


def _remind_one(review_id: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work() as session:
        review = session.get_one(Review, review_id, with_for_update=True, populate_existing=True)
        if review.remind_at is None or review.remind_at > at or review.state not in OPEN:
            return 0
        review.reminders += 1
        review.remind_at = meeting.next_morning(at, calendar)
        late = at > _limit(review, calendar)
        about = "review" if review.state == ReviewState.SCHEDULED else "review_publish"
        _tell(review, review.owner_id, about, at=at)
        if late:
            _escalate(review, at=at)
        return 1


def _limit(review: Review, calendar: WorkingCalendar) -> datetime:
    if review.state == ReviewState.HELD and review.held_at is not None:
        return meeting.publish_by(review.held_at, calendar)
    return review.due_at


def _escalate(review: Review, *, at: datetime) -> None:
    """The head of the owner's department from the first late morning, then the heads of the group."""
    review.lateness += 1
    owner = db.session.get(Person, review.owner_id) if review.owner_id else None
    code = (owner.department_code if owner else None) or ""
    head = duty.heads([code]).get(code)
    above = [head] if head is not None and head.active and head.id != review.owner_id else []
    if not above or review.lateness >= HEADS_FROM:
        above += [each for each in duty.group_heads() if each.id != review.owner_id]
    told = list({each.id: each for each in above}.values())
    for person in told:
        _tell(review, person.id, "review_late", at=at, name=owner.name if owner else "–")
    timeline.record(
        review.incident_id,
        "review_late",
        by=ACTOR.label,
        at=at,
        people="、".join(each.name for each in told) or "–",
        review_id=review.id,
    )


def _tell(review: Review, person_id: int | None, about: str, *, at: datetime, **more: str) -> None:
    moment = review.meets_at if about == "review" else review.due_at
    outbox.enqueue(
        review.incident_id,
        "remind",
        at=at,
        key=f"review-{review.id}-{review.reminders}-{person_id or 0}",
        person_id=person_id,
        about=about,
        review_id=review.id,
        due_at=moment.isoformat(),
        **more,
    )
