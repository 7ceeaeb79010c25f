"""The finding and recusal on the web: their forms stand on the evidence page."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, case
from incident.board import evidence as page
from incident.board.access import needs
from incident.coordination import finding, standing_aside
from incident.coordination.finding import Found
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

bp = Blueprint("finding", __name__)
ACT = Permission.INCIDENTS_ACT


@bp.post("/incidents/<number>/finding")
@needs(ACT)
def record(number: str) -> Response:
    """Record what was found; the form says which finding it was written after."""
    form = request.form
    seen = form.get("seen", "")
    found = Found(
        result=form.get("result", ""),
        reasons=form.get("reasons", ""),
        violations=form.getlist("violations"),
        rules=form.getlist("rules"),
        reference=form.get("reference", ""),
    )
    return case.do(
        number,
        lambda incident: finding.record(
            incident,
            found,
            rule_set=acting.house().rule_set,
            by=access.actor(),
            at=clock.now(),
            seen=int(seen) if seen.isdecimal() else None,
        ),
        page.draw,
        back=f"{page.SLUG}#finding",
    )


@bp.post("/incidents/<number>/recusals")
@needs(ACT)
def name(number: str) -> Response:
    """Name whom the complaint is about."""
    form = request.form
    given: dict[str, Any] = {"reason": form.get("reason", ""), "by": access.actor(), "at": clock.now()}

    def act(incident: Incident) -> None:
        whom = form.get("whom", "")
        if whom == "person":
            standing_aside.name_person(incident, _person(form.get("person", "")), **given)
        elif whom == "agency":
            standing_aside.name_agency(incident, form.get("agency", ""), **given)
        elif whom == "outsider":
            standing_aside.name_outsider(incident, form.get("outsider", ""), **given)
        else:
            sentence = N_("Choose whom the complaint is about.")
            raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("whom",))])

    return case.do(number, act, page.draw, back=f"{page.SLUG}#aside")


def _person(text: str) -> Person:
    found = db.session.get(Person, int(text)) if text.isdecimal() else None
    if found is None:
        raise errors.Invalid(
            N_("Choose a person."), reasons=[Reason(N_("Choose a person."), loc=("person",))]
        )
    return found


@bp.post("/incidents/<number>/recusals/own")
@needs(Permission.INCIDENTS_READ)
def declare(number: str) -> Response:
    """Declare an interest of one's own."""
    reason = request.form.get("reason", "")
    return case.do(
        number,
        lambda incident: standing_aside.declare_interest(
            incident, reason=reason, by=access.actor(), at=clock.now()
        ),
        page.draw,
        back=f"{page.SLUG}#aside",
    )


@bp.post("/incidents/<number>/recusals/<int:row_id>/lift")
@needs(Permission.INCIDENTS_COMMAND)
def lift(number: str, row_id: int) -> Response:
    """Take a naming back."""
    reason = request.form.get("reason", "")
    return case.do(
        number,
        lambda incident: standing_aside.lift(
            incident, row_id, reason=reason, by=access.actor(), at=clock.now()
        ),
        page.draw,
        back=f"{page.SLUG}#aside",
    )
