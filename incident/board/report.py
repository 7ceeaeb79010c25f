"""The executive report on the web: as of now, or as it was sent; and as PDF and DOCX."""

from datetime import datetime
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from incident import clock, errors, papers
from incident.board import access, frame, times
from incident.db import db
from incident.errors import N_
from incident.models.updates import ExecutiveReport
from incident.permissions import Permission
from incident.reports import facts, paper, sending

bp = Blueprint("report", __name__)


@bp.get("/report")
@access.needs(Permission.REPORTS_READ)
def show() -> str:
    """The page."""
    found = _asked()
    return render_template(
        "report.html",
        found=found,
        summary=paper.summary(found, frame.locale()),
        sent=sending.sent(),
        slot=request.args.get("slot", ""),
    )


def _asked() -> dict[str, Any]:
    """The facts of the slot in the address, or those of now; raises NotFound for a slot never sent."""
    slot = request.args.get("slot", "")
    if not slot:
        return facts.gather(at=clock.now())
    try:
        row = db.session.get(ExecutiveReport, datetime.fromisoformat(slot))
    except ValueError:
        row = None
    if row is None:
        raise errors.NotFound(N_("No report was sent at that time."))
    return row.facts


@bp.get("/report.pdf")
@access.needs(Permission.REPORTS_READ)
def pdf() -> Response:
    """The report as PDF, in the reader's language."""
    return _file(papers.as_pdf(_paper()), "pdf", papers.PDF)


@bp.get("/report.docx")
@access.needs(Permission.REPORTS_READ)
def docx() -> Response:
    """The report as DOCX, in the reader's language."""
    return _file(papers.as_docx(_paper()), "docx", papers.DOCX)


def _paper() -> papers.Paper:
    return paper.build(_asked(), frame.locale(), times.zone())


def _file(content: bytes, ending: str, kind: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = kind
    name = f"report-{times.local(clock.now()):%Y%m%d-%H%M}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
