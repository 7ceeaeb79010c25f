"""Scenarios on the web: those one can drill, one of them with its files, and the editor with its preview."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from pydantic import ValidationError
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, scenario_form
from incident.db import unit_of_work
from incident.drills import scenario_files, scenarios
from incident.errors import N_, DomainError, Reason
from incident.models.exercises import DrillScenario
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.exercises import INJECTS_MOST, OBJECTIVES_MOST, Scenario

bp = Blueprint("drill_scenarios", __name__)
FILES = {"toml": "application/toml", "csv": "text/csv; charset=utf-8"}


@bp.get("/drills/scenarios")
@access.needs(Permission.DRILLS_MANAGE)
def listing() -> str:
    """Every scenario by plan."""
    plans = library.all_current()
    return render_template(
        "drills/scenarios.html", plans=[(each.plan, scenarios.of_plan(each.plan.key)) for each in plans]
    )


def _found(plan: str, key: str) -> scenarios.Found:
    library.current(plan)
    found = scenarios.find(plan, key)
    if found is None:
        raise errors.NotFound(N_("There is no such scenario."))
    return found


@bp.get("/drills/scenarios/<plan>/<key>")
@access.needs(Permission.DRILLS_MANAGE)
def show(plan: str, key: str) -> str:
    """One scenario, whole."""
    return render_template("drills/scenario.html", plan=plan, found=_found(plan, key))


@bp.get("/drills/scenarios/<plan>/<key>.<ending>")
@access.needs(Permission.DRILLS_MANAGE)
def export(plan: str, key: str, ending: str) -> Response:
    """One scenario as TOML or CSV."""
    if ending not in FILES:
        raise errors.NotFound(N_("There is no such page. It may have moved, or the address is mistyped."))
    scenario = _found(plan, key).scenario
    write = scenario_files.to_toml if ending == "toml" else scenario_files.to_csv
    response = make_response(write(scenario))
    response.headers["Content-Type"] = FILES[ending]
    response.headers["Content-Disposition"] = f'attachment; filename="{plan}-{key}.{ending}"'
    return response


@bp.get("/drills/scenarios/new")
@access.needs(Permission.DRILLS_MANAGE)
def new() -> str:
    """The editor, empty or with a copy of another scenario."""
    plan, copied = request.args.get("plan", ""), request.args.get("copy", "")
    values: dict[str, str] = {}
    if copied:
        content = _found(plan, copied).scenario.model_dump(mode="json")
        values = scenario_form.flat({**content, "key": f"{copied}_copy"[:49]})
    return _editor(plan, values)


@bp.get("/drills/scenarios/<plan>/<key>/edit")
@access.needs(Permission.DRILLS_MANAGE)
def edit(plan: str, key: str) -> str:
    """The editor with one of the house's own scenarios."""
    found = _found(plan, key)
    if found.own is None:
        raise errors.Refused(N_("This scenario stands in the plan's file; make a copy to change it."))
    return _editor(plan, scenario_form.flat(found.own.content), row=found.own)


def _editor(
    plan: str,
    values: Any,
    *,
    row: DrillScenario | None = None,
    fault: DomainError | None = None,
    more: bool = False,
) -> str:
    goals = scenario_form.rows(values, "o", OBJECTIVES_MOST)
    injects = scenario_form.rows(values, "i", INJECTS_MOST)
    plans = library.all_current()
    return render_template(
        "drills/editor.html",
        plans=plans,
        plan=next((each.plan for each in plans if each.plan.key == plan), None),
        values=values,
        row=row,
        sentence=fault,
        reasons=scenario_form.said(fault) if fault else [],
        goals=min(goals + scenario_form.BLANK_OBJECTIVES + 2 * more, OBJECTIVES_MOST),
        injects=min(injects + scenario_form.BLANK_INJECTS + 2 * more, INJECTS_MOST),
        departments=list(library.departments()),
        preview=_preview(values),
    )


def _preview(values: Any) -> Scenario | None:
    """The scenario as it stands in the form, if it can be read already."""
    try:
        return Scenario.model_validate(scenario_form.content(values))
    except ValidationError:
        return None


@bp.post("/drills/scenarios/preview")
@access.needs(Permission.DRILLS_MANAGE)
def preview() -> str:
    """What players will see, for the page's script, while it is written."""
    plan = request.form.get("plan", "")
    content = scenario_form.content(request.form)
    scenario, reasons = _preview(request.form), list[Reason]()
    try:
        scenarios.checked(plan, content)
    except DomainError as fault:
        reasons = scenario_form.said(fault)
    return render_template(
        "partials/scenario_preview.html", preview=scenario, preview_plan=plan, reasons=reasons
    )


@bp.post("/drills/scenarios")
@access.needs(Permission.DRILLS_MANAGE)
def create() -> Response | str | tuple[str, int]:
    """Keep a new scenario; or only more rows, where those are asked for."""
    return _save(None)


@bp.post("/drills/scenarios/<int:scenario_id>")
@access.needs(Permission.DRILLS_MANAGE)
def update(scenario_id: int) -> Response | str | tuple[str, int]:
    """Keep the next version of a scenario."""
    return _save(scenarios.own(scenario_id))


def _save(row: DrillScenario | None) -> Response | str | tuple[str, int]:
    form = request.form
    plan = row.plan_key if row else form.get("plan", "")
    if "more" in form:
        return _editor(plan, form, row=row, more=True)
    version = form.get("version", "")
    try:
        with unit_of_work():
            kept = scenarios.save(
                plan,
                scenario_form.content(form),
                row=scenarios.own(row.id) if row else None,
                version=int(version) if version.isdecimal() and row else None,
                by=access.actor(),
                at=clock.now(),
            )
    except (errors.Invalid, errors.Conflict) as fault:
        return _editor(plan, form, row=row, fault=fault), fault.status
    flash(_("The scenario is kept."))
    return redirect(f"/drills/scenarios/{kept.plan_key}/{kept.key}", 303)


@bp.post("/drills/scenarios/<int:scenario_id>/retire")
@access.needs(Permission.DRILLS_MANAGE)
def retire(scenario_id: int) -> Response:
    """Take one out of use."""
    with unit_of_work():
        scenarios.retire(scenarios.own(scenario_id), by=access.actor(), at=clock.now())
    flash(_("The scenario is out of use."))
    return redirect("/drills/scenarios", 303)


@bp.post("/drills/scenarios/import")
@access.needs(Permission.DRILLS_MANAGE)
def take_in() -> str | tuple[str, int]:
    """Read a TOML or CSV file into the editor: nothing is kept before somebody has looked at it."""
    plan = request.form.get("plan", "")
    library.current(plan)
    sent = request.files.get("file")
    raw = sent.read(scenario_files.LARGEST + 1) if sent else b""
    content = scenario_files.read((sent.filename if sent else "") or "", raw)
    values = scenario_form.flat(_shaped(content))
    try:
        scenarios.checked(plan, scenario_form.content(values))
    except errors.Invalid as fault:
        return _editor(plan, values, fault=fault), fault.status
    return _editor(plan, values)


def _shaped(content: dict[str, Any]) -> dict[str, Any]:
    """What a file says, with lists of tables where the editor expects them."""
    lists = {
        name: [each for each in found if isinstance(each, dict)]
        for name in ("objectives", "injects")
        if isinstance(found := content.get(name), list)
    }
    injects = [
        {
            **each,
            "choices": [c for c in each.get("choices", []) if isinstance(c, dict)]
            if isinstance(each.get("choices", []), list)
            else [],
            "to": [str(code) for code in each["to"]] if isinstance(each.get("to"), list) else [],
            "condition": each["condition"] if isinstance(each.get("condition"), dict) else None,
        }
        for each in lists.get("injects", [])
    ]
    plain = {name: value for name, value in content.items() if name not in ("objectives", "injects")}
    return {**plain, "objectives": lists.get("objectives", []), "injects": injects}
