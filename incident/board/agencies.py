"""The register of collection agencies on the web: complaints about each, suspension, evaluation."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from incident import clock, errors, privacy
from incident.agencies import figures, register
from incident.board import access, acting, frame, times, typed
from incident.board.access import needs
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.lifecycle import common
from incident.models.agencies import Agency
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("agencies", __name__)
SHOWN = 30  # complaints on an agency's page
MANAGE = Permission.AGENCIES_MANAGE
Answer = Response | tuple[str, int]


@bp.get("/agencies")
@needs(Permission.COMPLAINTS_READ)
def listing() -> str:
    """All agencies with their figures, and names that are not registered."""
    return _list(typed.Typed({"name": request.args.get("name", "")}))


def _list(form: typed.Typed) -> str:
    rows = figures.everybody()
    return render_template(
        "agencies/list.html",
        rows=rows,
        figures=figures.of([row.key for row in rows], at=clock.now()),
        strangers=figures.strangers(),
        departments=_departments(),
        today=times.local(clock.now()).date(),
        redact=privacy.redact,
        form=form,
    )


def _departments() -> list[tuple[str, str]]:
    return [(code, row.name(frame.locale())) for code, row in library.departments().items()]


@bp.get("/agencies/<int:agency_id>")
@needs(Permission.COMPLAINTS_READ)
def show(agency_id: int) -> str:
    """One agency."""
    return _page(register.find(agency_id), typed.Typed())


def _page(agency: Agency, form: typed.Typed) -> str:
    at = clock.now()
    came_from = db.session.get(Incident, agency.state_incident_id or 0)
    return render_template(
        "agencies/show.html",
        agency=agency,
        figures=figures.of([agency.key], at=at)[agency.key],
        months=figures.by_month(agency.key, at=at),
        complaints=figures.complaints(agency.key, most=SHOWN),
        came_from=came_from,
        departments=_departments(),
        today=times.local(at).date(),
        form=form,
    )


@bp.post("/agencies")
@needs(MANAGE)
def add() -> Answer:
    """Enter an agency."""
    given = request.form
    try:
        with unit_of_work():
            made = register.add(
                name=given.get("name", ""),
                code=given.get("code", ""),
                department=given.get("department", ""),
                evaluate_on=_day("evaluate_on"),
                notes=given.get("notes", ""),
                by=access.actor(),
                at=clock.now(),
                zone=acting.house().zone,
            )
    except DomainError as fault:
        kept = typed.refused(fault)
        return _list(kept), kept.status
    return redirect(f"/agencies/{made.id}", 303)


def _day(name: str) -> date | None:
    """A day of the form; raises Invalid at its field."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        words = N_("Write a day like 2026-11-03.")
        raise errors.Invalid(N_("The agency is not valid."), reasons=[Reason(words, loc=(name,))]) from None


def _do(agency_id: int, act: Callable[[Agency], Any]) -> Answer:
    try:
        with unit_of_work():
            act(register.find(agency_id, lock=True))
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _page(register.find(agency_id), kept), kept.status
    return redirect(f"/agencies/{agency_id}", 303)


@bp.post("/agencies/<int:agency_id>")
@needs(MANAGE)
def change(agency_id: int) -> Answer:
    """Change department, evaluation and notes."""

    def act(agency: Agency) -> None:
        register.change(
            agency,
            department=request.form.get("department", ""),
            evaluate_on=_day("evaluate_on"),
            notes=request.form.get("notes", ""),
            by=access.actor(),
            at=clock.now(),
            zone=acting.house().zone,
        )

    return _do(agency_id, act)


@bp.post("/agencies/<int:agency_id>/suspend")
@needs(MANAGE)
def suspend(agency_id: int) -> Answer:
    """No work for it until it is let in again."""

    def act(agency: Agency) -> None:
        reason = request.form.get("reason", "")
        register.suspend(agency, reason=reason, incident=_incident(), by=access.actor(), at=clock.now())

    return _do(agency_id, act)


def _incident() -> Incident | None:
    """The incident of the form; raises Invalid at its field."""
    number = request.form.get("incident", "").strip()
    try:
        return common.by_number(number, lock=True) if number else None
    except NotFound as fault:
        words = N_("Write the number of an incident, like INC-2026-000123.")
        raise errors.Invalid(
            fault.message, reasons=[Reason(words, loc=("incident",))], **fault.values
        ) from fault


@bp.post("/agencies/<int:agency_id>/resume")
@needs(MANAGE)
def resume(agency_id: int) -> Answer:
    """Let it work again."""

    def act(agency: Agency) -> None:
        register.resume(agency, reason=request.form.get("reason", ""), by=access.actor(), at=clock.now())

    return _do(agency_id, act)


@bp.post("/agencies/<int:agency_id>/evaluated")
@needs(MANAGE)
def evaluated(agency_id: int) -> Answer:
    """Write down that it was evaluated."""

    def act(agency: Agency) -> None:
        register.evaluated(
            agency,
            on=_day("on") or times.local(clock.now()).date(),
            next_on=_day("next_on"),
            by=access.actor(),
            at=clock.now(),
            zone=acting.house().zone,
        )

    return _do(agency_id, act)
