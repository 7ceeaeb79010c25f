"""The post-mortem of an incident as a part of its case: there it is, or somebody asks for one."""

from http import HTTPStatus

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting, case
from incident.db import unit_of_work
from incident.errors import DomainError
from incident.lifecycle import common
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.reviews import schedule

bp = Blueprint("review_asking", __name__)


@bp.get("/incidents/<number>/review")
@access.needs(Permission.REVIEWS_READ)
def show(number: str) -> str:
    """Where it stands, or the form to ask for one."""
    return _page(case.found(number))


def _page(incident: Incident, **more: object) -> str:
    return case.page("case/review.html", incident, "review", review=schedule.of(incident), **more)


@bp.post("/incidents/<number>/review")
@access.needs(Permission.REVIEWS_WRITE)
def ask(number: str) -> Response:
    """Ask for one; an optional one becomes a duty."""
    trigger = "regulator" if request.form.get("trigger") == "regulator" else "asked"
    try:
        with unit_of_work():
            incident = common.by_number(number, lock=True)
            review = schedule.ask(
                incident, trigger, by=access.actor(), at=clock.now(), calendar=acting.house().calendar
            )
            there = f"/reviews/{review.id}"
    except DomainError as fault:
        return Response(_page(case.found(number), fault=fault), fault.status, mimetype="text/html")
    return redirect(there, HTTPStatus.SEE_OTHER)
