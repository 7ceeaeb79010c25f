"""What is told of change requests, each to whoever must act on it or waits for it."""

from datetime import datetime

from incident.alerting import outbox
from incident.models.people import Person
from incident.models.plans import PlanChange
from incident.plan_changes import moves
from incident.playbooks import library

ASKED_MOST = 3  # people asked to approve: heads of the emergency group first


def handed_in(change: PlanChange, *, at: datetime) -> None:
    """Ask a few who may approve."""
    for person in moves.deciders(change)[:ASKED_MOST]:
        _tell(change, "plan_change_review", person, at=at)


def decided(change: PlanChange, *, at: datetime) -> None:
    """Tell whoever began it that it was decided."""
    _tell_creator(change, "plan_change_decided", at=at)


def held(change: PlanChange, *, at: datetime) -> None:
    """Tell whoever began it that its day came and it could not be published."""
    _tell_creator(change, "plan_change_held", at=at)


def _tell_creator(change: PlanChange, about: str, *, at: datetime) -> None:
    person = moves.creator(change)
    if person is not None:
        _tell(change, about, person, at=at)


def _tell(change: PlanChange, about: str, person: Person, *, at: datetime) -> None:
    title = library.current(change.plan_key).plan.title
    outbox.enqueue(
        None,
        "remind",
        at=at,
        about=about,
        person_id=person.id,
        change=str(change.id),
        plan_title={"zh": title.zh, "en": title.en},
        change_state=str(change.state),
    )
