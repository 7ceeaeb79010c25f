"""One's own account: language, theme, time zone, password; language and theme also for people signed out."""

from http import HTTPStatus
from zoneinfo import available_timezones

from flask import Blueprint, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import login_user
from werkzeug.wrappers import Response

from incident import accounts, clock, errors, signing_in
from incident.board import access, auth, frame, times
from incident.board.access import needs, open_to_all
from incident.coordination import absence
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, Reason
from incident.models.people import Person

bp = Blueprint("account", __name__)
COOKIES = {"locale": "lang", "theme": "theme", "rail": "rail"}  # form field → cookie
CHOICES = {"locale": tuple(frame.LANGUAGES), "theme": frame.THEMES, "rail": ("wide", "slim")}


@bp.get("/account")
@needs()
def show() -> str:
    """The page."""
    return render_template("account.html", fault=None, zones=_zones())


def _zones() -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(available_timezones()) if "/" in name]


@bp.post("/account/preferences")
@open_to_all
def preferences() -> Response:
    """Keep the language, theme or rail; for whoever is signed in with the person, always in a cookie."""
    chosen = {
        name: value for name, value in request.form.items() if name in CHOICES and value in CHOICES[name]
    }
    person = access.me()
    if person is not None and ({"locale", "theme"} & chosen.keys() or "timezone" in request.form):
        _keep(person.id, chosen, request.form.get("timezone"))
    response = redirect(auth.safe_next(request.form.get("next")), HTTPStatus.SEE_OTHER)
    for name, value in chosen.items():
        response.set_cookie(
            COOKIES[name],
            value,
            max_age=frame.COOKIE_YEAR,
            samesite="Lax",
            secure=request.is_secure,
            httponly=name != "rail",
        )
    return response


def _keep(person_id: int, chosen: dict[str, str], zone: str | None) -> None:
    if zone and zone not in available_timezones():
        unknown = N_("There is no such time zone.")
        raise errors.Invalid(unknown, reasons=[Reason(unknown, loc=("timezone",))])
    with unit_of_work():
        person = db.session.get_one(Person, person_id)
        person.locale = chosen.get("locale", person.locale)
        person.theme = chosen.get("theme", person.theme)
        if zone is not None:
            person.timezone = zone or None


@bp.post("/account/contact")
@needs()
def contact() -> Response:
    """Say that one is reached as the page says."""
    person = access.me()
    assert person is not None
    with unit_of_work():
        found = db.session.get_one(Person, person.id, populate_existing=True)
        accounts.confirm_contact(found, by=access.actor(), at=clock.now())
    flash(_("Thank you; that counts for 90 days."), "good")
    return redirect("/account", HTTPStatus.SEE_OTHER)


@bp.post("/account/away")
@needs()
def away() -> Response | tuple[str, int]:
    """Say that one is away until a moment, or here again."""
    by, person = access.actor(), access.me()
    assert person is not None
    try:
        until = times.asked(request.form.get("away_until", ""), "away_until")
        with unit_of_work():
            found = db.session.get_one(Person, person.id, populate_existing=True)
            absence.say_away(found, until, by=by, at=clock.now())
    except DomainError as fault:
        return render_template("account.html", fault=fault, zones=_zones()), fault.status
    flash(_("Kept."), "good")
    return redirect("/account", HTTPStatus.SEE_OTHER)


@bp.post("/account/password")
@needs()
def password() -> Response | tuple[str, int]:
    """Change one's own password, which asks for the present one; every other session ends."""
    by = access.actor()
    person = access.me()
    assert person is not None
    try:
        _change(person, by)
    except DomainError as fault:
        page = render_template("account.html", fault=fault, zones=_zones())
        return page, fault.status
    session.clear()
    session.permanent = True
    login_user(person)
    flash(_("The password is changed; you are signed out everywhere else."), "good")
    return redirect("/account", HTTPStatus.SEE_OTHER)


def _change(person: Person, by: accounts.Actor) -> None:
    now, fault = clock.now(), None
    fits = signing_in.password_fits(person.email, request.form.get("password", ""))
    with unit_of_work():
        try:
            signing_in.by_password(person.email, fits=fits, at=now)
        except errors.Unauthenticated as refused:
            fault = refused  # a wrong present password counts as a wrong try at the door
    if fault is not None:
        raise errors.Invalid(fault.message, reasons=[Reason(fault.message, fault.values, ("password",))])
    if request.form.get("new_password") != request.form.get("password_again"):
        unlike = N_("The two passwords differ.")
        raise errors.Invalid(unlike, reasons=[Reason(unlike, loc=("password_again",))])
    with unit_of_work():
        try:
            accounts.set_password(person, request.form.get("new_password", ""), by=by, at=now)
        except errors.Invalid as short:
            raise errors.Invalid(
                short.message, reasons=[Reason(short.message, loc=("new_password",))]
            ) from short
