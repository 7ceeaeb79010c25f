"""After a drill on the web: the report as page, PDF and DOCX, its conclusions, and the hot wash."""

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock, drills, errors, papers
from incident.board import access, frame, times, typed
from incident.board.drills import house
from incident.db import unit_of_work
from incident.drills import cast, paper, report, washing
from incident.errors import N_
from incident.permissions import Permission

bp = Blueprint("drill_report", __name__)
FORMS = {"pdf": (papers.as_pdf, papers.PDF), "docx": (papers.as_docx, papers.DOCX)}


@bp.get("/drills/<int:drill_id>/report")
@access.needs(Permission.DRILLS_READ)
def show(drill_id: int) -> str:
    """The report as a page."""
    by = access.actor()
    drill = drills.find(drill_id, by=by)
    found = report.gather(drill, zone=house().zone)
    return render_template(
        "drills/report.html",
        drill=drill,
        paper=paper.build(found, frame.locale(), times.zone()),
        may_conclude=cast.judges(drill, by) or cast.leads(drill, by),
        may_wash=washing.may(drill, by) and by.id not in drill.hot_washed,
    )


@bp.get("/drills/<int:drill_id>/report.<ending>")
@access.needs(Permission.DRILLS_READ)
def download(drill_id: int, ending: str) -> Response:
    """The report as PDF or DOCX, in the reader's language."""
    if ending not in FORMS:
        raise errors.NotFound(N_("There is no such page. It may have moved, or the address is mistyped."))
    drill = drills.find(drill_id, by=access.actor())
    found = report.gather(drill, zone=house().zone)
    write, kind = FORMS[ending]
    response = make_response(write(paper.build(found, frame.locale(), times.zone())))
    response.headers["Content-Type"] = kind
    name = f"{found.incident.number}-report.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@bp.post("/drills/<int:drill_id>/conclusions")
@access.needs(Permission.DRILLS_READ)
def conclude(drill_id: int) -> Response:
    """Keep the conclusions."""
    with unit_of_work():
        report.conclude(
            drills.locked(drill_id), request.form.get("conclusions", ""), by=access.actor(), at=clock.now()
        )
    flash(_("The conclusions are kept."))
    return redirect(f"/drills/{drill_id}/report", 303)


@bp.get("/drills/<int:drill_id>/hot-wash")
@access.needs(Permission.DRILLS_READ)
def hot_wash(drill_id: int) -> str:
    """The questions, or thanks for the answers."""
    return _wash(drill_id, typed.Typed())


def _wash(drill_id: int, form: typed.Typed) -> str:
    by = access.actor()
    drill = drills.find(drill_id, by=by)
    return render_template(
        "drills/hot_wash.html",
        drill=drill,
        form=form,
        may=washing.may(drill, by),
        answered=by.id in drill.hot_washed,
        scales=washing.SCALES,
        words_asked=washing.WORDS,
    )


@bp.post("/drills/<int:drill_id>/hot-wash")
@access.needs(Permission.DRILLS_READ)
def wash(drill_id: int) -> Response | tuple[str, int]:
    """Keep somebody's answers."""
    try:
        with unit_of_work():
            washing.answer(
                drills.locked(drill_id),
                request.form,
                anonymous=request.form.get("anonymous") == "1",
                by=access.actor(),
                at=clock.now(),
                zone=house().zone,
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _wash(drill_id, kept), kept.status
    flash(_("Thank you."))
    return redirect(f"/drills/{drill_id}/hot-wash", 303)
