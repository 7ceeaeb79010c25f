"""Administration of people, access tokens and departments."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import accounts, administration, clock, errors
from incident.board import access, typed
from incident.db import unit_of_work
from incident.models.people import Person
from incident.permissions import SCOPES, Permission, Role
from incident.playbooks import library

bp = Blueprint("admin", __name__)
needed = access.needs(Permission.ACCOUNTS_MANAGE)


@bp.get("/admin/people")
@needed
def people() -> str:
    """Everybody, and the form that adds somebody."""
    return _people(typed.Typed())


def _people(form: typed.Typed) -> str:
    return render_template("admin/people.html", people=administration.people(), form=form, **_choices())


def _choices() -> dict[str, Any]:
    return {"roles": list(Role), "departments": library.departments()}


@bp.post("/admin/people")
@needed
def add_person() -> Response | tuple[str, int]:
    """Add somebody."""
    form = request.form
    try:
        with unit_of_work():
            person = accounts.add_person(
                email=form.get("email", ""),
                name=form.get("name", ""),
                role=form.get("role", ""),
                password=form.get("password") or None,
                department=form.get("department") or None,
                slack_id=form.get("slack_id", "").strip() or None,
                agency=form.get("agency"),
                by=access.actor(),
                at=clock.now(),
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _people(kept), kept.status
    flash(_("%(name)s can sign in now.", name=person.name))
    return redirect(url_for("admin.people"), 303)


@bp.get("/admin/people/<int:person_id>")
@needed
def person(person_id: int) -> str:
    """One person: role, department, Slack id, password, whether active."""
    return _person(administration.person(person_id), typed.Typed())


def _person(found: Person, form: typed.Typed, *, about: str = "") -> str:
    return render_template("admin/person.html", person=found, form=form, about=about, **_choices())


@bp.post("/admin/people/<int:person_id>")
@needed
def change_person(person_id: int) -> Response | tuple[str, int]:
    """Change what somebody is."""
    form = request.form
    try:
        with unit_of_work():
            found = administration.change_person(
                administration.person(person_id),
                name=form.get("name", ""),
                role=form.get("role", ""),
                department=form.get("department") or None,
                slack_id=form.get("slack_id"),
                agency=form.get("agency"),
                group_head=form.get("group_head") == "1",
                by=access.actor(),
                at=clock.now(),
            )
    except (errors.Invalid, errors.Refused) as fault:
        kept = typed.refused(fault)
        return _person(administration.person(person_id), kept, about="person"), kept.status
    flash(_("%(name)s is changed.", name=found.name))
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.post("/admin/people/<int:person_id>/password")
@needed
def set_password(person_id: int) -> Response | tuple[str, int]:
    """Give somebody a new password; every session of theirs ends."""
    try:
        with unit_of_work():
            accounts.set_password(
                administration.person(person_id),
                request.form.get("password", ""),
                by=access.actor(),
                at=clock.now(),
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        kept.values = {}
        return _person(administration.person(person_id), kept, about="password"), kept.status
    flash(_("The password is changed; they are signed out everywhere."))
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.post("/admin/people/<int:person_id>/active")
@needed
def set_active(person_id: int) -> Response:
    """Deactivate somebody, or let them in again."""
    active = request.form.get("active") == "1"
    with unit_of_work():
        found = administration.set_active(
            administration.person(person_id), active, by=access.actor(), at=clock.now()
        )
    said = _("%(name)s may sign in again.") if active else _("%(name)s is deactivated and signed out.")
    flash(said % {"name": found.name})
    return redirect(url_for("admin.person", person_id=person_id), 303)


@bp.get("/admin/tokens")
@needed
def tokens() -> str:
    """The access tokens, and the form that makes one."""
    return _tokens(typed.Typed())


def _tokens(form: typed.Typed, *, made: str = "") -> str:
    return render_template(
        "admin/tokens.html",
        tokens=administration.tokens(),
        people=[each for each in administration.people() if each.active],
        scopes=list(SCOPES),
        form=form,
        made=made,
    )


@bp.post("/admin/tokens")
@needed
def create_token() -> str | tuple[str, int]:
    """Make a token; its text is on this answer and nowhere else."""
    person_id = request.form.get("person", type=int)
    try:
        with unit_of_work():
            made = accounts.create_token(
                name=request.form.get("name", "").strip(),
                scopes=request.form.getlist("scope"),
                person=administration.person(person_id) if person_id else None,
                by=access.actor(),
                at=clock.now(),
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _tokens(kept), kept.status
    return _tokens(typed.Typed(), made=made)


@bp.post("/admin/tokens/<int:token_id>/revoke")
@needed
def revoke_token(token_id: int) -> Response:
    """End a token at once."""
    with unit_of_work():
        found = administration.revoke_token(token_id, by=access.actor(), at=clock.now())
    flash(_("The token “%(name)s” works no more.", name=found.name))
    return redirect(url_for("admin.tokens"), 303)


@bp.get("/admin/departments")
@needed
def departments() -> str:
    """The departments with their heads and deputies."""
    return _departments(typed.Typed())


def _departments(form: typed.Typed, *, about: str = "") -> str:
    return render_template(
        "admin/departments.html",
        departments=library.departments(),
        people=[each for each in administration.people() if each.active],
        form=form,
        about=about,
    )


@bp.post("/admin/departments/<code>")
@needed
def set_heads(code: str) -> Response | tuple[str, int]:
    """Say who heads a department and who deputises."""
    try:
        with unit_of_work():
            administration.set_heads(
                code,
                head_id=request.form.get("head", type=int),
                deputy_id=request.form.get("deputy", type=int),
                by=access.actor(),
                at=clock.now(),
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _departments(kept, about=code), kept.status
    flash(_("The heads of %(code)s are set.", code=code))
    return redirect(url_for("admin.departments", _anchor=f"department-{code}"), 303)
