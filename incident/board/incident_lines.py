"""The acts on department lines from the incident page and from a department's own page."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, frame, incident_work
from incident.board.access import needs
from incident.coordination import departments
from incident.db import db
from incident.errors import N_, NotFound
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("incident_lines", __name__)
ACT = Permission.INCIDENTS_ACT
Verb = Callable[[Incident, str], object]


def _given() -> dict[str, Any]:
    return {"by": access.actor(), "at": clock.now()}


def _paced() -> dict[str, Any]:
    return {**_given(), "calendar": acting.house().calendar}


def _note() -> str:
    return request.form.get("note", "")


# the last part of the address → what it does; the notes stand in the form
ACTS: dict[str, Verb] = {
    "accept": lambda incident, code: departments.accept(incident, code, note=_note(), **_paced()),
    "report": lambda incident, code: departments.report(incident, code, text=_note(), **_paced()),
    "block": lambda incident, code: departments.block(incident, code, reason=_note(), **_paced()),
    "unblock": lambda incident, code: departments.unblock(incident, code, note=_note(), **_paced()),
    "sign-off": lambda incident, code: departments.sign_off(
        incident, code, statement=request.form.get("statement", ""), **_given()
    ),
    "stand-down": lambda incident, code: departments.stand_down(incident, code, reason=_note(), **_given()),
    "hand-over": lambda incident, code: departments.hand_over_lead(
        incident, code, to=_chosen("lead"), reason=_note(), **_given()
    ),
}


@bp.post("/incidents/<number>/departments")
@needs(ACT)
def call_out(number: str) -> Response:
    """Call out another department, or one again that has ended."""
    form = request.form
    code = form.get("department", "")

    def act(incident: Incident) -> None:
        lead = incident_work.person(form.get("lead", ""), "lead")
        part = "responsible" if form.get("responsible") == "1" else "support"
        departments.call_out(incident, code, lead=lead, part=part, **_paced())

    return acting.do(number, act, anchor=f"#department-{code}")


@bp.post("/incidents/<number>/departments/<code>/<act>")
@needs(ACT)
def change(number: str, code: str, act: str) -> Response:
    """One act on a line; a form that shows another state or lead than there is now changes nothing."""
    verb = ACTS.get(act)
    if verb is None:
        raise NotFound(N_("There is no such page. It may have moved, or the address is mistyped."))
    answer = acting.do(
        number,
        lambda incident: verb(incident, code),
        seen=lambda incident: seen(incident, code),
        anchor=f"#department-{code}",
    )
    home = request.form.get("next", "") == "department" and code in library.departments()
    if home and answer.status_code == HTTPStatus.SEE_OTHER and not frame.is_htmx():
        return redirect(f"/departments/{code}", HTTPStatus.SEE_OTHER)
    return answer


def seen(incident: Incident, code: str) -> str:
    """What a line's forms show of it, so that of two people who act at once the second is told."""
    line = departments.line(incident, code)
    return f"{line.state}/{line.lead_id or ''}"


def _chosen(place: str) -> Person:
    text = request.form.get(place, "")
    found = db.session.get(Person, int(text)) if text.isdigit() else None
    if found is None:
        words = N_("Choose a person.")
        raise errors.Invalid(words, reasons=[common.at_place(place, words)])
    return found
