"""Drills on the web: what comes, runs and has been; schedule one, start it now, stop it or take it off."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, drills, errors
from incident.board import access, typed
from incident.db import db, unit_of_work
from incident.duty_import import moment
from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.models.drills import Drill, DrillProgramme, DrillState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("drills", __name__)
PAST_SHOWN = 50
# how a drill comes back → months between two (0: every week)
REPEATS = {"weekly": 0, "monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
REPEAT_WORDS = {
    "once": N_("once"),
    "weekly": N_("every week"),
    "monthly": N_("every month"),
    "quarterly": N_("every quarter"),
    "half_yearly": N_("every half-year"),
    "yearly": N_("every year"),
    "own": N_("as written below"),
}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ORDINALS = ("1st", "2nd", "3rd", "4th", "last")


def _house() -> House:
    found: House = current_app.extensions["house"]
    return found


@bp.get("/drills")
@access.needs(Permission.DRILLS_READ)
def listing() -> str:
    """Running, coming and past drills."""
    coming = _rows(DrillState.SCHEDULED)
    programmes = {row.programme_id for row, _incident in coming if row.programme_id}
    found = db.session.scalars(select(DrillProgramme).where(DrillProgramme.id.in_(programmes)))
    return render_template(
        "drills/list.html",
        running=_rows(DrillState.RUNNING),
        coming=coming,
        past=_rows(DrillState.ENDED, DrillState.CANCELLED, newest=PAST_SHOWN),
        programmes={row.id: row for row in found},
    )


def _rows(*states: DrillState, newest: int | None = None) -> list[tuple[Drill, Incident | None]]:
    query = select(Drill, Incident).outerjoin(Incident, Incident.id == Drill.incident_id)
    query = query.where(Drill.state.in_(states), drills.visible(access.actor()))
    ordered = query.order_by(Drill.starts_at.desc()) if newest else query.order_by(Drill.starts_at)
    return [(drill, incident) for drill, incident in db.session.execute(ordered.limit(newest or 200))]


@bp.get("/drills/new")
@access.needs(Permission.DRILLS_MANAGE)
def new() -> str:
    """First the plan, then the rest of the form."""
    return _form(request.args.get("plan", ""), typed.Typed())


def _form(key: str, form: typed.Typed) -> str:
    plans = library.all_current()
    chosen = next((each.plan for each in plans if each.plan.key == key), None)
    people = db.session.scalars(
        select(Person).where(Person.active).order_by(Person.department_code, Person.name)
    )
    return render_template(
        "drills/new.html",
        plans=plans,
        plan=chosen,
        form=form,
        people=list(people),
        repeats=REPEAT_WORDS,
        zone=_house().zone,
    )


@bp.post("/drills")
@access.needs(Permission.DRILLS_MANAGE)
def schedule() -> Response | tuple[str, int]:
    """Put a drill, or a programme of drills, on the calendar."""
    key = request.form.get("plan", "")
    try:
        facts = _facts()
        with unit_of_work():
            made = drills.schedule(plan_key=key, by=access.actor(), at=clock.now(), house=_house(), **facts)
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _form(key, kept), kept.status
    flash(ngettext("%(num)s drill is on the calendar.", "%(num)s drills are on the calendar.", len(made)))
    return redirect(url_for("drills.listing"), 303)


def _facts() -> dict[str, Any]:
    form = request.form
    commander = form.get("commander", "")
    others = [email for email in form.getlist("participants") if email != commander]
    starts_at = moment(form.get("starts_at", ""), _house().zone)
    recurrence = _recurrence(form.get("repeats", "once"), starts_at)
    if starts_at is None and recurrence is None:
        message = N_("Give a date and a time.")
        raise errors.Invalid(
            N_("The drill cannot be scheduled."), reasons=[Reason(message, loc=("starts_at",))]
        )
    return {
        "participants": [email for email in (commander, *others) if email],
        "starts_at": None if recurrence else starts_at,
        "recurrence": recurrence,
        "scenario": form.get("scenario") or None,
        "announced": form.get("announced") == "1",
    }


def _recurrence(repeats: str, starts_at: datetime | None) -> str | None:
    """The recurrence rule: the one written by hand, or the weekday and hour of the first drill again."""
    if repeats == "own":
        return request.form.get("recurrence", "").strip()
    if repeats not in REPEATS or starts_at is None:
        return None
    local = starts_at.astimezone(_house().zone)
    weekday, every = WEEKDAYS[local.weekday()], REPEATS[repeats]
    if every == 0:
        return f"{local.minute} {local.hour} * * {weekday}"
    months = sorted({(local.month - 1 + step) % 12 + 1 for step in range(0, 12, every)})
    month = "*" if every == 1 else ",".join(str(each) for each in months)
    return f"{local.minute} {local.hour} {ORDINALS[(local.day - 1) // 7]}-{weekday} {month} *"


@bp.post("/drills/<int:drill_id>/start")
@access.needs(Permission.DRILLS_MANAGE)
def start(drill_id: int) -> Response:
    """Open a scheduled drill now."""
    with unit_of_work():
        drill = drills.begin(drill_id, by=access.actor(), at=clock.now(), house=_house())
    incident = db.session.get_one(Incident, drill.incident_id)
    return redirect(f"/incidents/{incident.number}", 303)


@bp.post("/drills/<int:drill_id>/stop")
@access.needs(Permission.DRILLS_MANAGE)
def stop(drill_id: int) -> Response:
    """End a running drill."""
    with unit_of_work():
        drills.stop(drill_id, by=access.actor(), at=clock.now(), reason=request.form.get("reason", ""))
    flash(_("The drill has ended."))
    return redirect(url_for("drills.listing"), 303)


@bp.post("/drills/<int:drill_id>/cancel")
@access.needs(Permission.DRILLS_MANAGE)
def cancel(drill_id: int) -> Response:
    """Take a drill off the calendar, or with it every later one of its programme."""
    whole = request.form.get("programme") == "1"
    with unit_of_work():
        drills.cancel(drill_id, by=access.actor(), at=clock.now(), programme=whole)
    flash(_("The programme has ended.") if whole else _("The drill is off the calendar."))
    return redirect(url_for("drills.listing"), 303)
