"""The meeting of a post-mortem: when it is, who leads it, and that it was held."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from incident import errors, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.levels import PostMortem
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.reviews import rights

MEETING_AT = time(10, 0)  # in the organisation's zone, on the last day allowed
SLOTS = (MEETING_AT, time(11, 0), time(14, 0), time(15, 0), time(16, 0))  # where the owner has another then
REMIND_AT = time(9, 10)  # not on the hour: every robot in the building speaks then
REMIND_BEFORE = timedelta(days=2)
PUBLISH_WITHIN = 5  # working days after the meeting
PLACE_LONGEST, NOTE_LONGEST = 200, 500  # characters
FARTHEST = timedelta(days=90)  # a later meeting would be none


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


def slot(due: datetime, owner_id: int | None, *, but: int | None = None) -> datetime:
    """The first hour of the last day at which the owner leads no other meeting; its usual hour where all
    are taken."""
    taken = {
        moment.timestamp()
        for moment in db.session.scalars(
            select(Review.meets_at).where(
                Review.owner_id == owner_id, Review.state == ReviewState.SCHEDULED, Review.id != (but or 0)
            )
        )
    }
    hours = (datetime.combine(due.date(), each, tzinfo=due.tzinfo) for each in SLOTS)
    return next((each for each in hours if each.timestamp() not in taken), due)


def first_reminder(due: datetime, calendar: WorkingCalendar, *, at: datetime) -> datetime:
    """Two days before the meeting, on a working morning; at once where that has passed."""
    return max(at, working_morning(due - REMIND_BEFORE, calendar))


def working_morning(moment: datetime, calendar: WorkingCalendar) -> datetime:
    """The reminder time of the first working day at or after a moment's day."""
    day = calendar.next_working(moment.astimezone(calendar.zone).date())
    return datetime.combine(day, REMIND_AT, tzinfo=calendar.zone)


def next_morning(at: datetime, calendar: WorkingCalendar) -> datetime:
    """The reminder time of the next working day."""
    return working_morning(at + timedelta(days=1), calendar)


def publish_by(held_at: datetime, calendar: WorkingCalendar) -> datetime:
    """By when one that was held should be published."""
    return calendar.add(held_at, PUBLISH_WITHIN, "working_days")


def move(
    review: Review,
    *,
    to: datetime,
    place: str,
    reason: str,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> Review:
    """Meet at another time or place; later than the limit only with a reason. Invitations go out again.

    Raises Refused once it was held, Invalid for a time that has passed.
    """
    rights.must_lead(review, by)
    _must_be_ahead(review)
    room, words = " ".join(place.split()), " ".join(reason.split())
    faults = _faults(review, to, room, words, at=at)
    if faults:
        raise errors.Invalid(N_("The meeting cannot be moved."), reasons=faults)
    review.meets_at, review.place = to, room or None
    review.invite_at = calendar.add_working_time(at, timedelta(0))
    if not review.optional:
        review.remind_at = first_reminder(to, calendar, at=at)
    timeline.record(
        review.incident_id,
        "review_moved",
        by=by.label,
        at=at,
        meets_at=to.isoformat(),
        reason=words or "–",
        review_id=review.id,
    )
    return review


def _faults(review: Review, to: datetime, room: str, words: str, *, at: datetime) -> list[Reason]:
    faults = []
    if not at < to <= at + FARTHEST:
        faults.append(Reason(N_("Name a time within the next 90 days."), loc=("meets_at",)))
    if to > review.due_at and not words:
        faults.append(
            Reason(
                N_("That is later than the limit, %(due)s: say why."),
                {"due": review.due_at.isoformat()},
                ("reason",),
            )
        )
    for name, text, most in (("place", room, PLACE_LONGEST), ("reason", words, NOTE_LONGEST)):
        if len(text) > most:
            faults.append(Reason(N_("At most %(most)s characters."), {"most": most}, (name,)))
    return faults


def _must_be_ahead(review: Review) -> None:
    if review.state != ReviewState.SCHEDULED:
        raise errors.Refused(N_("This meeting was held already."))


def held(review: Review, *, by: Actor, at: datetime, calendar: WorkingCalendar) -> Review:
    """Note that the meeting was held: from now on it can be signed, and the owner is reminded to publish."""
    rights.must_write(review, by)
    _must_be_ahead(review)
    review.state, review.held_at, review.lateness = ReviewState.HELD, at, 0
    review.invite_at = None
    review.remind_at = None if review.optional else next_morning(at + REMIND_BEFORE, calendar)
    timeline.record(review.incident_id, "review_held", by=by.label, at=at, review_id=review.id)
    return review


def hand_over(review: Review, to: Person, *, by: Actor, at: datetime, note: str = "") -> Review:
    """Give the post-mortem to another owner, who is told; raises Refused for somebody inactive or the same.

    Its owner hands it on, or somebody who commands; who takes it must be allowed to write it.
    """
    rights.must_lead(review, by)
    rights.must_not_stand_aside(rights.incident_of(review), to)
    if not to.active or not rights.able(to):
        raise errors.Refused(N_("%(name)s may not lead a post-mortem."), name=to.name)
    if to.id == review.owner_id:
        raise errors.Refused(N_("%(name)s leads it already."), name=to.name)
    before = db.session.get(Person, review.owner_id) if review.owner_id else None
    review.owner_id = to.id
    timeline.record(
        review.incident_id,
        "review_handed_over",
        by=by.label,
        at=at,
        before=before.name if before else "–",
        owner=to.name,
        note=" ".join(note.split())[:NOTE_LONGEST] or "–",
        review_id=review.id,
    )
    if to.id != by.id:
        outbox.enqueue(
            review.incident_id,
            "remind",
            at=at,
            person_id=to.id,
            about="review_owner",
            review_id=review.id,
            due_at=review.meets_at.isoformat(),
        )
    return review
