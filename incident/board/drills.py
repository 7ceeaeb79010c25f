"""Drills on the web: what comes, runs and has been; one of them; schedule one, start it now, take it off."""

from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, drills, errors
from incident.board import access, drill_form, typed
from incident.db import db, unit_of_work
from incident.drills import cast, checking, playing, rating, scenarios, scoring
from incident.lifecycle.common import House
from incident.models.drills import PLAYED, Drill, DrillProgramme, DrillState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.readiness import nextdrill
from incident.sheets import moment

bp = Blueprint("drills", __name__)
PAST_SHOWN = 50


def house() -> House:
    """The institution's settings for the verbs."""
    found: House = current_app.extensions["house"]
    return found


@bp.get("/drills")
@access.needs(Permission.DRILLS_READ)
def listing() -> str:
    """Running, coming and past drills."""
    coming = _rows(DrillState.SCHEDULED)
    programmes = {row.programme_id for row, _incident in coming if row.programme_id}
    found = db.session.scalars(select(DrillProgramme).where(DrillProgramme.id.in_(programmes)))
    running = _rows(*PLAYED)
    by = access.actor()
    return render_template(
        "drills/list.html",
        running=running,
        leads={row.id for row, _incident in running if cast.leads(row, by)},
        plays={row.id for row, _incident in running if cast.roles_of(row, by)},
        coming=coming,
        past=_rows(DrillState.ENDED, DrillState.CANCELLED, newest=PAST_SHOWN),
        programmes={row.id: row for row in found},
    )


def _rows(*states: DrillState, newest: int | None = None) -> list[tuple[Drill, Incident | None]]:
    query = select(Drill, Incident).outerjoin(Incident, Incident.id == Drill.incident_id)
    query = query.where(Drill.state.in_(states), drills.visible(access.actor()))
    ordered = query.order_by(Drill.starts_at.desc()) if newest else query.order_by(Drill.starts_at)
    return [(drill, incident) for drill, incident in db.session.execute(ordered.limit(newest or 200))]


@bp.get("/drills/<int:drill_id>")
@access.needs(Permission.DRILLS_READ)
def show(drill_id: int) -> str:
    """One drill: what it is, who takes part, whether it can begin, where it is led, played and reported."""
    by = access.actor()
    drill = drills.find(drill_id, by=by)
    found = scenarios.find(drill.plan_key, drill.scenario) if drill.scenario else None
    people = cast.everybody(drill)
    over = drill.state == DrillState.ENDED
    return render_template(
        "drills/one.html",
        drill=drill,
        incident=db.session.get(Incident, drill.incident_id or 0),
        scenario=found.scenario if found else None,
        people=people,
        roles=cast.roles_of(drill, by),
        knows=over or cast.knows_script(drill, by),
        leads=cast.leads(drill, by),
        points=checking.preflight(drill) if drill.state == DrillState.SCHEDULED else [],
        rated=rating.of(drill) if over else [],
        total=scoring.total(playing.of(drill)) if over else None,
        again_at=(clock.now() + timedelta(days=1)).astimezone(house().zone),
        programme=db.session.get(DrillProgramme, drill.programme_id or 0),
    )


@bp.get("/drills/new")
@access.needs(Permission.DRILLS_MANAGE)
def new() -> str:
    """First the plan, then the rest of the form."""
    given = request.args
    key = given.get("plan", "")
    if len(given) == 1 and any(each.plan.key == key for each in library.all_current()):
        found = nextdrill.suggest(key, by=access.actor(), at=clock.now(), house=house())
        return _form(key, drill_form.filled_in(found, house()), suggested=True)
    return _form(key, typed.Typed(given) if len(given) > 1 else typed.Typed())


def _form(key: str, form: typed.Typed, *, suggested: bool = False) -> str:
    plans = library.all_current()
    chosen = next((each.plan for each in plans if each.plan.key == key), None)
    people = db.session.scalars(
        select(Person).where(Person.active).order_by(Person.department_code, Person.name)
    )
    return render_template(
        "drills/new.html",
        plans=plans,
        plan=chosen,
        scenarios=scenarios.of_plan(key) if chosen else [],
        form=form,
        suggested=suggested,
        people=list(people),
        repeats=drill_form.REPEAT_WORDS,
        staff=checking.ROLES,
        zone=house().zone,
        dates=drill_form.dates(form, house(), at=clock.now()),
    )


@bp.post("/drills/dates")
@access.needs(Permission.DRILLS_MANAGE)
def dates() -> str:
    """The next dates of what stands in the form, for its script; without it a button shows the whole page."""
    form = typed.Typed(request.form)
    return render_template("partials/drill_dates.html", dates=drill_form.dates(form, house(), at=clock.now()))


@bp.post("/drills")
@access.needs(Permission.DRILLS_MANAGE)
def schedule() -> Response | tuple[str, int] | str:
    """Put a drill, or a programme of drills, on the calendar; or show its dates where that is asked for."""
    key = request.form.get("plan", "")
    if "show_dates" in request.form:
        return _form(key, typed.Typed(request.form))
    try:
        wanted, when = drill_form.read(key, house())
        with unit_of_work():
            made = drills.schedule(wanted, by=access.actor(), at=clock.now(), house=house(), **when)
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _form(key, kept), kept.status
    flash(ngettext("%(num)s drill is on the calendar.", "%(num)s drills are on the calendar.", len(made)))
    there = url_for("drills.show", drill_id=made[0].id) if len(made) == 1 else url_for("drills.listing")
    return redirect(there, 303)


@bp.post("/drills/<int:drill_id>/start")
@access.needs(Permission.DRILLS_READ)
def start(drill_id: int) -> Response:
    """Open a scheduled drill now."""
    with unit_of_work():
        drill = drills.begin(drill_id, by=access.actor(), at=clock.now(), house=house())
    if cast.knows_script(drill, access.actor()):
        return redirect(f"/drills/{drill_id}/control", 303)
    incident = db.session.get_one(Incident, drill.incident_id)
    return redirect(f"/incidents/{incident.number}", 303)


@bp.post("/drills/<int:drill_id>/stop")
@access.needs(Permission.DRILLS_READ)
def stop(drill_id: int) -> Response:
    """End a running drill."""
    with unit_of_work():
        drills.stop(drill_id, by=access.actor(), at=clock.now(), reason=request.form.get("reason", ""))
    flash(_("The drill has ended."))
    return redirect(url_for("drills.show", drill_id=drill_id), 303)


@bp.post("/drills/<int:drill_id>/cancel")
@access.needs(Permission.DRILLS_MANAGE)
def cancel(drill_id: int) -> Response:
    """Take a drill off the calendar, or with it every later one of its programme."""
    whole = request.form.get("programme") == "1"
    with unit_of_work():
        drills.cancel(drill_id, by=access.actor(), at=clock.now(), programme=whole)
    flash(_("The programme has ended.") if whole else _("The drill is off the calendar."))
    return redirect(url_for("drills.listing"), 303)


@bp.post("/drills/<int:drill_id>/again")
@access.needs(Permission.DRILLS_MANAGE)
def again(drill_id: int) -> Response:
    """Schedule it once more with the same people."""
    starts_at = moment(request.form.get("starts_at", ""), house().zone)
    with unit_of_work():
        made = drills.again(drill_id, starts_at=starts_at, by=access.actor(), at=clock.now(), house=house())
    flash(_("The drill is on the calendar again."))
    return redirect(url_for("drills.show", drill_id=made.id), 303)
