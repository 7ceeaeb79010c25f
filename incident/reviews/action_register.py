"""The register of actions: whose they are, what is overdue, and the reminders around the due date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select

from incident import duty
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.models.actions import ActionState, ReviewAction
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review
from incident.reviews import actions, meeting
from incident.reviews.actions import review_of

SWEEP_LIMIT = 200  # actions one sweep moves on
LISTED_MOST = 500
AFTERWARDS = timedelta(days=7)  # between reminders once two days over
Show = Literal["open", "overdue", "done", "closed", "all"]


@dataclass(frozen=True)
class Line:
    """An action with what it follows from."""

    action: ReviewAction
    review: Review
    incident: Incident


def conditions(
    show: Show = "all",
    *,
    at: datetime,
    owner_id: int | None = None,
    review_id: int | None = None,
    plan: str | None = None,
) -> list[ColumnElement[bool]]:
    """What a listing asks for: `open` are those to be done, `done` those that wait for verification, `closed`
    those that are over."""
    states: dict[Show, list[ColumnElement[bool]]] = {
        "open": [ReviewAction.state == ActionState.OPEN],
        "overdue": [ReviewAction.state == ActionState.OPEN, ReviewAction.due_at < at],
        "done": [ReviewAction.state == ActionState.DONE],
        "closed": [ReviewAction.state.in_([ActionState.VERIFIED, ActionState.DROPPED])],
        "all": [],
    }
    found = list(states[show])
    if owner_id is not None:
        found.append(ReviewAction.owner_id == owner_id)
    if review_id is not None:
        found.append(ReviewAction.review_id == review_id)
    if plan is not None:
        found.append(Incident.plan_key == plan)
    return found


def joined(*wanted: ColumnElement[bool]) -> Select[ReviewAction, Review, Incident]:
    """Actions with their post-mortem and incident."""
    return (
        select(ReviewAction, Review, Incident)
        .join(Review, Review.id == ReviewAction.review_id)
        .join(Incident, Incident.id == Review.incident_id)
        .where(*wanted)
    )


def listed(*wanted: ColumnElement[bool], limit: int = LISTED_MOST) -> list[Line]:
    """The actions that meet some conditions, the next due first."""
    query = joined(*wanted).order_by(ReviewAction.due_at, ReviewAction.id).limit(limit)
    return [Line(action, review, incident) for action, review, incident in db.session.execute(query)]


def counts(*, at: datetime, owner_id: int | None = None) -> dict[str, int]:
    """How many there are of each kind of listing."""
    found: dict[str, int] = {}
    shown: tuple[Show, ...] = ("open", "overdue", "done", "closed")
    for show in shown:
        query = joined(*conditions(show, at=at, owner_id=owner_id))
        found[show] = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return found


def remind(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Remind owners two days before an action is due and two days after, then weekly, on working mornings;
    once it is over, the head of the owner's department is told too. Returns how many were reminded of."""
    due = db.session.scalars(
        select(ReviewAction.id)
        .where(ReviewAction.state == ActionState.OPEN, ReviewAction.remind_at <= at)
        .order_by(ReviewAction.remind_at)
        .limit(SWEEP_LIMIT)
    ).all()
    return sum(_remind_one(each, at=at, calendar=calendar) for each in due)


def _remind_one(action_id: int, *, at: datetime, calendar: WorkingCalendar) -> int:
    with unit_of_work():
        action = actions.find(action_id, lock=True)
        if action.state != ActionState.OPEN or action.remind_at is None or action.remind_at > at:
            return 0
        action.reminders += 1
        after = meeting.working_morning(action.due_at + actions.REMIND, calendar)
        weekly = meeting.working_morning(at + AFTERWARDS, calendar)
        action.remind_at = after if at < after else weekly
        overdue = at > action.due_at
        for person_id in _told(action, overdue):
            _tell(action, person_id, overdue=overdue, at=at)
        return 1


def _told(action: ReviewAction, overdue: bool) -> list[int]:
    """The owner; once it is overdue also the head of their department, or the review's owner."""
    owner = db.session.get(Person, action.owner_id) if action.owner_id else None
    people = [owner.id] if owner is not None and owner.active else []
    if overdue or not people:
        code = (owner.department_code if owner else None) or ""
        head = duty.heads([code]).get(code)
        above = head.id if head is not None else review_of(action).owner_id
        people += [above] if above is not None else []
    return list(dict.fromkeys(people))


def _tell(action: ReviewAction, person_id: int, *, overdue: bool, at: datetime) -> None:
    more: dict[str, Any] = {"review_id": action.review_id, "action_id": action.id, "title": action.title}
    outbox.enqueue(
        review_of(action).incident_id,
        "remind",
        at=at,
        key=f"action-{action.id}-{action.reminders}-{person_id}",
        person_id=person_id,
        about="action_overdue" if overdue else "action",
        due_at=action.due_at.isoformat(),
        **more,
    )
