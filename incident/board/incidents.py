"""The incident page and the acts on the incident itself: acknowledge, move, re-grade, note, close."""

from http import HTTPStatus

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting, frame
from incident.board.access import needs
from incident.lifecycle import acts, common
from incident.models.incidents import Incident
from incident.permissions import Permission

bp = Blueprint("incidents", __name__)
ACT = Permission.INCIDENTS_ACT


@bp.get("/incidents/<number>")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str | Response:
    """The page."""
    incident = common.by_number(number)
    if incident.number != number:
        return redirect(f"/incidents/{incident.number}", HTTPStatus.MOVED_PERMANENTLY)
    return acting.page("incident.html", incident)


@bp.get("/incidents/<number>/live")
@needs(Permission.INCIDENTS_READ)
def live(number: str) -> Response:
    """What changes on the page, for its script; 304 while nothing has happened in the last minute."""
    incident = common.by_number(number)
    now = acting.tag(incident)
    return frame.news(now, lambda: acting.page("partials/incident_live.html", incident))


@bp.post("/incidents/<number>/acknowledge")
@needs(ACT)
def acknowledge(number: str) -> Response:
    """Answer the alert."""
    return acting.do(number, lambda incident: acts.acknowledge(incident, by=access.actor(), at=clock.now()))


@bp.post("/incidents/<number>/move")
@needs(ACT)
def move(number: str) -> Response:
    """Go on to the next step, or back with a reason."""
    to, reason = request.form.get("to", ""), request.form.get("reason", "")

    def act(incident: Incident) -> None:
        acts.move(incident, to, by=access.actor(), at=clock.now(), reason=reason)

    return acting.do(number, act, seen=lambda incident: str(incident.stage), anchor="#stages")


@bp.post("/incidents/<number>/level")
@needs(ACT)
def level(number: str) -> Response:
    """Re-grade with a reason."""
    to, reason = request.form.get("level", ""), request.form.get("reason", "")

    def act(incident: Incident) -> None:
        wanted = int(to) if to.isdigit() else 0
        acts.change_level(
            incident, wanted, reason=reason, by=access.actor(), at=clock.now(), house=acting.house()
        )

    return acting.do(number, act, seen=lambda incident: int(incident.level))


@bp.post("/incidents/<number>/notes")
@needs(ACT)
def note(number: str) -> Response:
    """Add to the timeline."""
    text = request.form.get("text", "")
    return acting.do(
        number,
        lambda incident: acts.note(incident, text, by=access.actor(), at=clock.now()),
        anchor="#timeline",
    )


@bp.post("/incidents/<number>/close")
@needs(ACT)
def close(number: str) -> Response:
    """Close it, or say what is missing."""
    summary = request.form.get("summary", "")

    def act(incident: Incident) -> None:
        acts.close(incident, summary=summary, by=access.actor(), at=clock.now(), house=acting.house())

    return acting.do(number, act)
