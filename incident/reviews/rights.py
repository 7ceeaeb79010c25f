"""Who may work on a post-mortem, and finding one; a published one is changed by an amendment alone."""

from sqlalchemy import update

from incident import errors, recusal
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.permissions import Permission


def find(review_id: int, *, lock: bool = False) -> Review:
    """A post-mortem by its id; `lock` holds it until the commit. Raises NotFound."""
    found = db.session.get(Review, review_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such post-mortem."))
    return found


def incident_of(review: Review) -> Incident:
    """The incident or drill that it is about."""
    return db.session.get_one(Incident, review.incident_id)


def able(person: Person) -> bool:
    """Whether somebody may write post-mortems at all."""
    return Permission.REVIEWS_WRITE in person.permissions


def must_not_stand_aside(incident: Incident, by: Actor | Person) -> None:
    """Raise Forbidden for whoever the complaint itself is about, or who declared an interest."""
    recusal.must_not_be(incident, by)


def must_write(review: Review, by: Actor) -> None:
    """Raise Forbidden for whoever may not write it, or must stand aside from its incident."""
    by.must(Permission.REVIEWS_WRITE)
    must_not_stand_aside(incident_of(review), by)


def must_lead(review: Review, by: Actor) -> None:
    """Raise Forbidden for everybody but its owner and those who command (of a drill: who manage drills)."""
    must_write(review, by)
    if by.id is None or by.id != review.owner_id:
        drill = incident_of(review).drill
        by.must(Permission.DRILLS_MANAGE if drill else Permission.INCIDENTS_COMMAND)


def touch(review: Review, *, by: Actor) -> Review:
    """Count a change of the content, which ends every signature; raises Refused once it was published.

    The row is held until the commit: publishing and writing never cross.
    """
    must_write(review, by)
    changed = db.session.execute(
        update(Review)
        .where(Review.id == review.id, Review.state != ReviewState.COMPLETED)
        .values(revision=Review.revision + 1)
        .returning(Review.revision),
        execution_options={"synchronize_session": False},
    ).scalar()
    if changed is None:
        raise errors.Refused(
            N_("This post-mortem is published; begin an amendment with a reason, then change it.")
        )
    db.session.refresh(review)
    return review
