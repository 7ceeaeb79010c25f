"""A drill as its players see it: what happens, until when to answer, and what they have answered."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, drills
from incident.board import access, frame, parsed
from incident.db import db, unit_of_work
from incident.drills import answering, cast, seeing
from incident.errors import Reason
from incident.models.drills import Drill
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

bp = Blueprint("drill_play", __name__)


@bp.get("/drills/<int:drill_id>/play")
@access.needs(Permission.DRILLS_READ)
def show(drill_id: int) -> str:
    """The page of one player, or of an observer."""
    return _page("drills/play.html", drill_id)[0]


@bp.get("/drills/<int:drill_id>/play/live")
@access.needs(Permission.DRILLS_READ)
def live(drill_id: int) -> Response:
    """What changes on the page, for its script."""
    text, tag = _page("partials/drill_play_live.html", drill_id)
    return frame.news(tag, lambda: text)


def _page(template: str, drill_id: int) -> tuple[str, str]:
    by = access.actor()
    drill = drills.find(drill_id, by=by)
    found = [
        each for each in seeing.newest_first(seeing.seen(drill, by=by)) if each.row.delivered_at is not None
    ]
    tag = frame.digest(seeing.stamp(drill, found, clock.now()), frame.locale(), by.id)
    text = render_template(
        template,
        drill=drill,
        incident=db.session.get(Incident, drill.incident_id or 0),
        script=seeing.script(drill),
        found=found,
        me_id=by.id,
        roles=cast.roles_of(drill, by),
        etag=tag,
        interrupting=db.session.get(Incident, drill.interrupted_by_id or 0),
    )
    return text, tag


@bp.post("/drills/<int:drill_id>/injects/<int:number>/respond")
@access.needs(Permission.DRILLS_READ)
def respond(drill_id: int, number: int) -> Response:
    """Answer an inject in words or by a choice."""
    faults: list[Reason] = []
    choice = parsed.whole("choice", faults)
    by = access.actor()
    drills.find(drill_id, by=by)
    with unit_of_work():
        answering.respond(
            drills.locked(drill_id),
            number,
            words=request.form.get("words", ""),
            choice=choice,
            by=by,
            at=clock.now(),
            via="web",
        )
    return done(f"/drills/{drill_id}/play#inject-{number}")


@bp.post("/drills/<int:drill_id>/suspend")
@access.needs(Permission.DRILLS_READ)
def suspend(drill_id: int) -> Response:
    """Pause the drill for a real emergency."""
    with unit_of_work():
        drills.suspend(drill_id, by=access.actor(), at=clock.now())
    return done(f"/drills/{drill_id}/play")


def done(there: str) -> Response:
    """After an act: the page's script asks for what changed, others go to the page."""
    if frame.is_htmx():
        return make_response("", HTTPStatus.NO_CONTENT)
    return redirect(there, HTTPStatus.SEE_OTHER)


def names(drill: Drill, ids: set[int]) -> dict[int, str]:
    """The names of some people by id."""
    wanted = ids or {0}
    return {
        id_: name
        for id_, name in db.session.execute(select(Person.id, Person.name).where(Person.id.in_(wanted)))
    }
