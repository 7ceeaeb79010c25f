"""Updates and hand-over: how it stands, who takes a role over, and what is missing before it closes."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, case
from incident.coordination import handovers, roles, updates
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import acts, informing
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.updates import HandOver
from incident.permissions import Permission
from incident.vocabulary import IncidentRole

bp = Blueprint("updates", __name__)
ACT = Permission.INCIDENTS_ACT
PEOPLE = 500  # offered in the list of receivers


@bp.get("/incidents/<number>/updates")
@access.needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The page."""
    return _page(case.found(number))


def _page(incident: Incident, **more: Any) -> str:
    people = list(
        db.session.scalars(
            select(Person).where(Person.active).order_by(Person.department_code, Person.name).limit(PEOPLE)
        )
    )
    held = [str(each.role) for each in roles.of(incident.id)]
    return case.page(
        "case/updates.html",
        incident,
        "updates",
        updates=updates.of(incident.id),
        offers=handovers.of(incident.id),
        people=people,
        name={person.id: person.name for person in db.session.scalars(select(Person))},
        roles=[*held, *(str(role) for role in IncidentRole if str(role) not in held)],
        missing=_missing(incident) if incident.is_open else [],
        **more,
    )


def _missing(incident: Incident) -> list[Reason]:
    """What keeps it from closing; a place on the overview is named with its page."""
    return [
        replace(each, href=f"/incidents/{incident.number}{each.href}")
        if (each.href or "").startswith("#")
        else each
        for each in acts.missing_for_close(incident)
    ]


@bp.post("/incidents/<number>/updates")
@access.needs(ACT)
def give(number: str) -> Response:
    """A structured update."""
    form = request.form

    def act(incident: Incident) -> None:
        informing.update(
            incident,
            situation=form.get("situation", ""),
            actions=form.get("actions", ""),
            needs=form.get("needs", ""),
            by=access.actor(),
            at=clock.now(),
            house=acting.house(),
        )

    return case.do(number, act, _page, back="updates")


@bp.post("/incidents/<number>/hand-overs")
@access.needs(ACT)
def offer(number: str) -> Response:
    """Offer a role to somebody."""
    form = request.form

    def act(incident: Incident) -> None:
        to = form.get("to", "")
        person = db.session.get(Person, int(to)) if to.isdigit() else None
        if person is None:
            raise errors.Invalid(
                N_("Choose a person."), reasons=[Reason(N_("Choose a person."), loc=("to",))]
            )
        handovers.offer(
            incident,
            form.get("role", ""),
            person,
            note=form.get("note", ""),
            by=access.actor(),
            at=clock.now(),
        )

    return case.do(number, act, _page, back="updates#hand-overs")


@bp.post("/incidents/<number>/hand-overs/<int:hand_over_id>")
@access.needs(ACT)
def answer(number: str, hand_over_id: int) -> Response:
    """Accept, decline or withdraw an offer."""
    form = request.form

    def act(incident: Incident) -> None:
        by, at = access.actor(), clock.now()
        row: HandOver = handovers.find(hand_over_id, incident)
        match form.get("answer"):
            case "accept":
                handovers.accept(row, incident, by=by, at=at)
            case "decline":
                handovers.decline(row, incident, reason=form.get("reason", ""), by=by, at=at)
            case "withdraw":
                handovers.withdraw(row, incident, by=by, at=at)
            case _:
                raise errors.Invalid(N_("Say whether you accept, decline or withdraw the offer."))

    return case.do(number, act, _page, back="updates#hand-overs")


@bp.post("/incidents/<number>/personal-data")
@access.needs(ACT)
def review_data(number: str) -> Response:
    """Somebody looked through the personal data."""
    note = request.form.get("note", "")
    return case.do(
        number,
        lambda incident: informing.review_data(incident, note=note, by=access.actor(), at=clock.now()),
        _page,
        back="updates#personal-data",
    )
