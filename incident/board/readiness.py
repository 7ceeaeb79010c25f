"""The readiness page: one score with its parts and history, the heat map, and what to do next."""

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting, times
from incident.board.access import needs
from incident.db import unit_of_work
from incident.models.training import ReadinessSnapshot
from incident.permissions import Permission
from incident.playbooks import library
from incident.readiness import history, nextdrill, score

bp = Blueprint("readiness", __name__)
WIDTH, HEIGHT = 640, 120  # of the history's drawing, in its own units


@bp.get("/readiness")
@needs(Permission.REPORTS_READ)
def show() -> str:
    """How ready the organisation is."""
    at, house = clock.now(), acting.house()
    found = score.now(at=at, house=house)
    past = history.since(times.local(at).date() - history.SHOWN)
    codes = [code for code in library.departments() if any(code in row.cells for row in found.rows)]
    return render_template(
        "readiness/show.html",
        found=found,
        words_of=score.PARTS,
        codes=codes,
        past=past,
        points=points(past),
        size=(WIDTH, HEIGHT),
    )


def points(past: list[ReadinessSnapshot]) -> str:
    """The history as points of a line, the latest at the right edge; by days, so that a gap stays a gap."""
    if len(past) < 2:
        return ""
    first, days = past[0].day, max(1, (past[-1].day - past[0].day).days)
    return " ".join(
        f"{WIDTH * (each.day - first).days / days:.1f},{HEIGHT * (100 - each.score) / 100:.1f}"
        for each in past
    )


@bp.post("/readiness/drills/<key>")
@needs(Permission.DRILLS_MANAGE)
def schedule(key: str) -> Response:
    """Schedule a drill of a plan with everybody it needs, on the next free working morning: one press."""
    with unit_of_work():
        made = nextdrill.schedule(key, by=access.actor(), at=clock.now(), house=acting.house())
    starts = times.absolute(made.starts_at)
    flash(_("Scheduled for %(when)s; change it on the page of drills.", when=starts), "good")
    return redirect("/readiness", 303)
