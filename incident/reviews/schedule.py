"""When a post-mortem is due and why: at the closing of an incident, or because something asks for one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import clocks, errors, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_
from incident.models.decisions import Reopening
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState, Trigger
from incident.permissions import Permission
from incident.playbooks import library
from incident.reviews import meeting, recurrence


def schedule(incident: Incident, calendar: WorkingCalendar, *, by: Actor, at: datetime) -> Review:
    """Schedule the post-mortem of an incident that closes; an optional one is listed without reminders.

    A legal clock that was missed, a reopening, or the same cause for the third time in 30 days makes it a
    duty at every level (facts §7).
    """
    return _scheduled(incident, _triggers(incident, at=at), calendar, by=by, at=at)


def required(
    incident: Incident,
    trigger: Trigger | str,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    owner: Person | None = None,
) -> Review:
    """See to it that a post-mortem is held, for a reason: a drill rated M or U (`drill_rating`), the
    regulator (`regulator`), or somebody's wish (`asked`).

    One that is scheduled becomes a duty; one that was held or published stays as it is, and is returned. It
    is led by `owner`, else by whoever commanded (of a drill: by whoever asks for it).
    """
    found = of(incident)
    if found is not None and found.state != ReviewState.SCHEDULED:
        found.triggers = _joined(found.triggers, [trigger])
        return found
    return _scheduled(incident, [Trigger(trigger)], calendar, by=by, at=at, owner=owner)


def ask(incident: Incident, trigger: str, *, by: Actor, at: datetime, calendar: WorkingCalendar) -> Review:
    """Somebody asks for the post-mortem of a case that is over; raises Refused while it is open."""
    by.must(Permission.REVIEWS_WRITE)
    if incident.is_open:
        raise errors.Refused(
            N_("%(number)s is still open; its post-mortem is scheduled when it closes."),
            number=incident.number,
        )
    return required(incident, trigger, by=by, at=at, calendar=calendar)


def _scheduled(
    incident: Incident,
    wanted: list[Trigger],
    calendar: WorkingCalendar,
    *,
    by: Actor,
    at: datetime,
    owner: Person | None = None,
) -> Review:
    rule = library.the_levels()[incident.level].post_mortem
    owner = owner or _owner(incident, by)
    due = meeting.meeting_at(at, rule, calendar)
    review = of(incident) or Review(incident_id=incident.id, created_at=at, reminders=0, triggers=[])
    review.triggers = _joined(review.triggers, wanted)
    review.optional = not review.triggers
    review.state, review.owner_id, review.due_at = ReviewState.SCHEDULED, owner.id if owner else None, due
    review.meets_at = meeting.slot(due, review.owner_id, but=review.id)
    review.rule = f"{rule.value} {rule.unit}"
    review.lateness = 0
    review.remind_at = review.invite_at = None
    if not review.optional:
        review.remind_at = meeting.first_reminder(review.meets_at, calendar, at=at)
        review.invite_at = calendar.add_working_time(at, timedelta(0))  # nobody is invited at night
    db.session.add(review)
    db.session.flush()
    timeline.record(
        incident.id,
        "review_scheduled",
        by=by.label,
        at=at,
        due_at=review.meets_at.isoformat(),
        owner=owner.name if owner else "-",
        review_id=review.id,
        triggers=review.triggers,
    )
    return review


def _owner(incident: Incident, by: Actor) -> Person | None:
    """Whoever commanded leads it; of a drill, whoever asks for it."""
    first = by.id if incident.drill else None
    return db.session.get(Person, first or incident.commander_id or incident.acknowledged_by_id or 0)


def _joined(before: list[str], more: list[Trigger] | list[str]) -> list[str]:
    wanted = {*before, *(str(each) for each in more)}
    return [str(each) for each in Trigger if each in wanted]


def _triggers(incident: Incident, *, at: datetime) -> list[Trigger]:
    """Why an incident that closes now must have one (facts §7)."""
    optional = library.the_levels()[incident.level].post_mortem.optional
    found = {
        Trigger.LEVEL: not optional,
        Trigger.MISSED_CLOCK: clocks.any_missed(incident.id),
        Trigger.REOPENED: _reopened(incident),
        Trigger.SAME_CAUSE: recurrence.returns(incident, at=at),
    }
    return [trigger for trigger, holds in found.items() if holds]


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
        review.state, review.optional = ReviewState.SCHEDULED, False
        review.remind_at = review.invite_at = None
        review.triggers = _joined(review.triggers, [Trigger.REOPENED])


def listed(*, state: str | None = None, limit: int = 200) -> list[tuple[Review, Incident]]:
    """Post-mortems with their incidents, the next meeting first."""
    query = select(Review, Incident).join(Incident, Incident.id == Review.incident_id)
    if state:
        query = query.where(Review.state == state)
    rows = db.session.execute(query.order_by(Review.meets_at, Review.id).limit(limit))
    return [(review, found) for review, found in rows]


def upcoming() -> list[dict[str, Any]]:
    """Meetings and reminders ahead: {at, what, subject, href}."""
    rows = listed(state=ReviewState.SCHEDULED)
    meetings = [
        {"at": review.meets_at, "what": "review", "subject": found.number, "href": f"/reviews/{review.id}"}
        for review, found in rows
    ]
    reminders = [
        {
            "at": review.remind_at,
            "what": "review_reminder",
            "subject": found.number,
            "href": f"/reviews/{review.id}",
        }
        for review, found in rows
        if review.remind_at is not None
    ]
    return [*meetings, *reminders]
