"""Messages about an action: to its owner when it becomes theirs, to whoever looks at it once it is done."""

from datetime import datetime

from incident.accounts import Actor
from incident.alerting import outbox
from incident.models.actions import ReviewAction
from incident.reviews import rights


def tell_owner(action: ReviewAction, *, by: Actor, at: datetime) -> None:
    """It is theirs now, or open again."""
    if action.owner_id not in (None, by.id):
        _tell(action, action.owner_id, "action", at=at)


def ask_to_verify(action: ReviewAction, *, by: Actor, at: datetime) -> None:
    """Whoever leads the post-mortem looks at it, unless it is their own."""
    leader = rights.find(action.review_id).owner_id
    if leader not in (None, by.id, action.owner_id):
        _tell(action, leader, "action_done", at=at)


def _tell(action: ReviewAction, person_id: int | None, about: str, *, at: datetime) -> None:
    outbox.enqueue(
        rights.find(action.review_id).incident_id,
        "remind",
        at=at,
        person_id=person_id,
        about=about,
        review_id=action.review_id,
        action_id=action.id,
        title=action.title,
        due_at=action.due_at.isoformat(),
    )
