"""Editing a change request: a form for each part of the plan, or the whole plan as TOML."""

from typing import Any

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, changes, frame, plan_form, plan_form_view
from incident.board.access import needs
from incident.db import unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.models.plans import PlanChange
from incident.permissions import Permission
from incident.plan_changes import moves, proposing, wording
from incident.playbooks import proposing as checking
from incident.playbooks import secrecy

bp = Blueprint("change_edit", __name__)
PROPOSE = Permission.PLAYBOOKS_PROPOSE
FIRST = next(iter(plan_form.PARTS))
Answer = Response | tuple[str, int] | str


@bp.get("/changes/<int:change_id>/edit")
@needs(PROPOSE)
def first(change_id: int) -> Answer:
    """The first part: the steps."""
    return redirect(f"/changes/{moves.find(change_id).id}/edit/{FIRST}", 302)


@bp.get("/changes/<int:change_id>/edit/<part>")
@needs(PROPOSE)
def edit(change_id: int, part: str) -> str:
    """The form of one part."""
    _known(part)
    change = moves.find(change_id)
    return _form(change, part, checking.whole(change.content))


def _known(part: str) -> None:
    if part not in plan_form.parts():
        raise errors.NotFound(N_("A plan has no such part."))
    if not _open(part):
        raise errors.Forbidden(
            N_("Only those who run drills edit scenarios: a player must not know the injects.")
        )


def _open(part: str) -> bool:
    return part != secrecy.SCENARIOS or secrecy.sees(access.actor())


def _form(
    change: PlanChange, part: str, content: dict[str, Any], fault: DomainError | None = None, **more: Any
) -> str:
    reasons = _reasons(fault, part) if fault else []
    return render_template(
        "changes/edit.html",
        change=change,
        part=part,
        parts=[(name, changes.part_words(name)) for name in plan_form.parts() if _open(name)],
        nodes=plan_form_view.nodes(part, content, reasons, frame.locale(), more.get("fresh", "")),
        hints=plan_form_view.HINTS,
        label=lambda name: wording.field(name, frame.locale()),
        row_label=lambda name: wording.row(name, frame.locale()),
        row_title=lambda title: wording.text(title, frame.locale()),
        fault=fault,
        reasons=reasons,
        unsaved=more.get("unsaved", False),
        version=request.form.get("version") or change.version,
    )


def _reasons(fault: DomainError, part: str) -> list[Reason]:
    """The faults with links to their fields; those of another part lead to its page."""
    fields = plan_form.parts()[part]
    found = []
    for each in fault.reasons:
        here = bool(each.loc) and each.loc[0] in fields
        path = ".".join(str(piece) for piece in each.loc)
        other = next((name for name, of in plan_form.parts().items() if each.loc and each.loc[0] in of), "")
        href = f"#f-{path}" if here else other or each.href
        found.append(Reason(each.message, each.values, each.loc, href))
    return found


@bp.post("/changes/<int:change_id>/edit/<part>")
@needs(PROPOSE)
def save(change_id: int, part: str) -> Answer:
    """Save one part, or add, move and remove rows of it without saving."""
    _known(part)
    change = moves.find(change_id)
    given = plan_form.read(part, request.form)
    kept = {
        name: value
        for name, value in checking.whole(change.content).items()
        if name not in plan_form.parts()[part]
    }
    content = {**kept, **given}
    if do := request.form.get("do", ""):
        fresh = plan_form.rearranged(content, do)
        return _form(change, part, content, fresh=fresh, unsaved=True)
    try:
        with unit_of_work():
            row = moves.find(change_id, lock=True)
            _still(row)
            proposing.edit(row, content=content, by=access.actor(), at=clock.now())
    except NotFound:
        raise
    except DomainError as fault:
        return _form(moves.find(change_id), part, content, fault), fault.status
    return redirect(f"/changes/{change_id}", 303)


def _still(change: PlanChange) -> None:
    """Somebody who saved meanwhile is not overwritten; a second save of what is typed is."""
    if request.form.get("version", "") not in ("", str(change.version)):
        raise errors.Conflict(
            N_("Somebody else saved this change request meanwhile. What you typed stands below."),
            reasons=[Reason(N_("Look at the present state."), href=f"/changes/{change.id}")],
        )


@bp.get("/changes/<int:change_id>/toml")
@needs(PROPOSE)
def toml(change_id: int) -> str:
    """The whole plan as TOML."""
    change = moves.find(change_id)
    return _toml(change, checking.as_toml(secrecy.hidden(change.content, access.actor())))


def _toml(change: PlanChange, text: str, fault: DomainError | None = None) -> str:
    version = request.form.get("version") or change.version
    secret = not secrecy.sees(access.actor())
    return render_template(
        "changes/toml.html", change=change, text=text, fault=fault, version=version, secret=secret
    )


@bp.post("/changes/<int:change_id>/toml")
@needs(PROPOSE)
def save_toml(change_id: int) -> Answer:
    """Save the whole plan as typed."""
    text = request.form.get("toml", "")
    try:
        with unit_of_work():
            row = moves.find(change_id, lock=True)
            _still(row)
            proposing.edit(row, content=checking.from_toml(text), by=access.actor(), at=clock.now())
    except NotFound:
        raise
    except DomainError as fault:
        return _toml(moves.find(change_id), text, fault), fault.status
    return redirect(f"/changes/{change_id}", 303)
