"""The control room of a drill: what is to come, who has answered what, and the acts of those who lead it."""

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from incident import clock, drills
from incident.board import access, frame, parsed
from incident.board.drill_play import done, names
from incident.db import db, unit_of_work
from incident.drills import cast, playing, rating, scoring, seeing
from incident.errors import N_, Invalid, Reason
from incident.models.drills import DrillState
from incident.models.exercises import Rating
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("drill_control", __name__)
WITHIN = ("5m", "10m", "15m", "30m", "1h")  # how long an inject of one's own may take to answer


@bp.get("/drills/<int:drill_id>/control")
@access.needs(Permission.DRILLS_READ)
def show(drill_id: int) -> str:
    """The control room, for the staff of the drill."""
    return _page("drills/control.html", drill_id)[0]


@bp.get("/drills/<int:drill_id>/control/live")
@access.needs(Permission.DRILLS_READ)
def live(drill_id: int) -> Response:
    """What changes in it, for its script."""
    text, tag = _page("partials/drill_control_live.html", drill_id)
    return frame.news(tag, lambda: text)


def _page(template: str, drill_id: int) -> tuple[str, str]:
    by = access.actor()
    drill = drills.find(drill_id, by=by)
    if drill.state != DrillState.ENDED:
        cast.must_know(drill, by)
    found = seeing.seen(drill, by=by)
    rated = rating.of(drill)
    marks = [
        (each.key, each.rating and each.rating.rating, each.rating and each.rating.note) for each in rated
    ]
    tag = frame.digest(seeing.stamp(drill, found, clock.now()), marks, frame.locale(), by.id)
    ids = {id_ for each in found for id_ in each.row.recipients}
    text = render_template(
        template,
        drill=drill,
        incident=db.session.get(Incident, drill.incident_id or 0),
        script=seeing.script(drill),
        found=found,
        names=names(drill, ids),
        people=cast.everybody(drill),
        total=scoring.total([each.row for each in found]),
        given=scoring.given,
        rated=rated,
        ratings=list(Rating),
        leads=cast.leads(drill, by),
        judges=cast.judges(drill, by),
        departments=list(library.departments()),
        within=WITHIN,
        etag=tag,
        interrupting=db.session.get(Incident, drill.interrupted_by_id or 0),
    )
    return text, tag


@bp.post("/drills/<int:drill_id>/pause")
@access.needs(Permission.DRILLS_READ)
def pause(drill_id: int) -> Response:
    """Let it stand still."""
    with unit_of_work():
        drills.pause(drill_id, reason=request.form.get("reason", ""), by=access.actor(), at=clock.now())
    return done(f"/drills/{drill_id}/control")


@bp.post("/drills/<int:drill_id>/resume")
@access.needs(Permission.DRILLS_READ)
def resume(drill_id: int) -> Response:
    """Let it go on."""
    with unit_of_work():
        drills.resume(drill_id, by=access.actor(), at=clock.now())
    return done(f"/drills/{drill_id}/control")


@bp.post("/drills/<int:drill_id>/injects/<int:number>/skip")
@access.needs(Permission.DRILLS_READ)
def skip(drill_id: int, number: int) -> Response:
    """Leave an inject out."""
    with unit_of_work():
        playing.skip(drills.locked(drill_id), number, by=access.actor(), at=clock.now())
    return done(f"/drills/{drill_id}/control#inject-{number}")


@bp.post("/drills/<int:drill_id>/injects/<int:number>/release")
@access.needs(Permission.DRILLS_READ)
def release(drill_id: int, number: int) -> Response:
    """Deliver an inject now, or again."""
    with unit_of_work():
        playing.release(drills.locked(drill_id), number, by=access.actor(), at=clock.now())
    return done(f"/drills/{drill_id}/control#inject-{number}")


@bp.post("/drills/<int:drill_id>/injects")
@access.needs(Permission.DRILLS_READ)
def add(drill_id: int) -> Response:
    """Send an inject of the controller's own."""
    within = request.form.get("within", WITHIN[1])
    codes = set(library.departments())
    with unit_of_work():
        playing.add(
            drills.locked(drill_id),
            request.form.get("text", ""),
            expected=request.form.get("expected", ""),
            to=[code for code in request.form.getlist("to") if code in codes],
            within=within if within in WITHIN else WITHIN[1],
            by=access.actor(),
            at=clock.now(),
        )
    return done(f"/drills/{drill_id}/control")


@bp.post("/drills/<int:drill_id>/injects/<int:number>/score")
@access.needs(Permission.DRILLS_READ)
def score(drill_id: int, number: int) -> Response:
    """An evaluator's points and note."""
    faults: list[Reason] = []
    points = parsed.whole("score", faults)
    if faults:
        raise Invalid(N_("The score cannot be taken."), reasons=faults)
    with unit_of_work():
        scoring.score(
            drills.locked(drill_id),
            number,
            points=points,
            note=request.form.get("note", ""),
            by=access.actor(),
            at=clock.now(),
        )
    return done(f"/drills/{drill_id}/control#inject-{number}")


@bp.post("/drills/<int:drill_id>/ratings")
@access.needs(Permission.DRILLS_READ)
def rate(drill_id: int) -> Response:
    """Rate one objective."""
    form = request.form
    with unit_of_work():
        rating.rate(
            drills.locked(drill_id),
            form.get("objective", ""),
            form.get("rating", ""),
            note=form.get("note", ""),
            by=access.actor(),
            at=clock.now(),
        )
    return done(f"/drills/{drill_id}/control#ratings")
