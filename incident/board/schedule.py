"""Everything that is scheduled, on one page: what comes when, and the jobs that make it happen."""

from flask import Blueprint, current_app, render_template

from incident import agenda, clock
from incident.board import access
from incident.permissions import Permission

bp = Blueprint("schedule", __name__)


@bp.get("/schedule")
@access.needs(Permission.INCIDENTS_READ)
def listing() -> str:
    """What comes, soonest first, and the jobs."""
    now = clock.now()
    return render_template(
        "schedule/list.html",
        items=agenda.ahead(by=access.actor(), at=now, house=current_app.extensions["house"]),
        kinds=agenda.KINDS,
        beats=agenda.beats(at=now),
        heart=agenda.heart(at=now),
        at=now,
    )
