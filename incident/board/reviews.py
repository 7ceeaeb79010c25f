"""Post-mortems on the web: which incident, by when, whose, and what is overdue."""

from flask import Blueprint, render_template, request
from sqlalchemy import select

from incident import clock
from incident.board import access
from incident.db import db
from incident.models.people import Person
from incident.models.reviews import ReviewState
from incident.permissions import Permission
from incident.reviews import schedule

bp = Blueprint("reviews", __name__)


@bp.get("/reviews")
@access.needs(Permission.REVIEWS_READ)
def listing() -> str:
    """Post-mortems, the next meeting first; those to come unless others are asked for."""
    state = request.args.get("state", str(ReviewState.SCHEDULED))
    rows = schedule.listed(state=state if state in set(ReviewState) else None)
    now = clock.now()
    owners = {review.owner_id for review, _incident in rows if review.owner_id}
    people = db.session.scalars(select(Person).where(Person.id.in_(owners)))
    return render_template(
        "reviews/list.html",
        rows=rows,
        owners={person.id: person for person in people},
        overdue=sum(
            1
            for review, _incident in rows
            if review.state == ReviewState.SCHEDULED and review.due_at < now and not review.optional
        ),
        state=state,
        states=list(ReviewState),
        at=now,
    )
