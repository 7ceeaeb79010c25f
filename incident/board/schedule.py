"""Everything that is scheduled, on one page: what comes when, and the jobs that make it happen."""

from datetime import timedelta

from flask import Blueprint, current_app, render_template

from incident import agenda, clock
from incident.board import access
from incident.permissions import Permission

HORIZON = timedelta(days=90)  # what comes later, such as next year's reviews of plans, is folded

bp = Blueprint("schedule", __name__)


@bp.get("/schedule")
@access.needs(Permission.INCIDENTS_READ)
def listing() -> str:
    """What comes, soonest first, and the jobs."""
    now = clock.now()
    items = agenda.ahead(by=access.actor(), at=now, house=current_app.extensions["house"])
    soon = [each for each in items if each.at < now + HORIZON]
    return render_template(
        "schedule/list.html",
        soon=soon,
        later=items[len(soon) :],
        horizon=HORIZON,
        kinds=agenda.KINDS,
        beats=agenda.beats(at=now),
        heart=agenda.heart(at=now),
        at=now,
    )
