"""Signing in and out, and making the first administrator on the first start."""

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask_login import login_user, logout_user
from werkzeug.wrappers import Response

from incident import accounts, audit, clock, errors, signing_in
from incident.board import access
from incident.board.access import open_to_all
from incident.db import unit_of_work
from incident.errors import N_, DomainError, Reason
from incident.models.people import Person
from incident.settings import Settings

bp = Blueprint("auth", __name__)
VOUCHED = "vouched"  # in the session of somebody whom the organisation's provider let in


def safe_next(address: str | None) -> str:
    """A path on this very site, else the board: an address in a link must not lead elsewhere."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return "/"
    parts = urlsplit(address)
    return "/" if parts.scheme or parts.netloc or "\\" in address or "\n" in address else address


@bp.get("/sign-in")
@open_to_all
def sign_in() -> str | Response:
    """The form; on an empty database the page that makes the first administrator."""
    if access.me() is not None:
        return redirect(safe_next(request.args.get("next")), HTTPStatus.SEE_OTHER)
    if accounts.nobody_yet():
        return redirect(url_for("auth.setup"), HTTPStatus.SEE_OTHER)
    return _form()


def _form(fault: DomainError | None = None, email: str = "") -> str:
    settings: Settings = current_app.extensions["settings"]
    wanted = safe_next(request.values.get("next"))
    return render_template(
        "sign_in.html",
        fault=fault,
        email=email,
        wanted="" if wanted == "/" else wanted,
        organisation=bool(settings.oidc_issuer),
        left=request.args.get("left") == "organisation",
    )


def refused(fault: DomainError) -> tuple[str, int]:
    """The form again, with why somebody was not let in."""
    return _form(fault), fault.status


@bp.post("/sign-in")
@open_to_all
def enter() -> Response | tuple[str, int]:
    """Check the password; a refusal keeps the e-mail address."""
    email, fault, person = request.form.get("email", ""), None, None
    fits = signing_in.password_fits(email, request.form.get("password", ""))
    with unit_of_work():
        try:
            person = signing_in.by_password(email, fits=fits, at=clock.now())
        except errors.Unauthenticated as refused:
            fault = refused  # the failed try is counted, so the transaction ends well
    if person is None:
        return _form(fault, email), HTTPStatus.UNAUTHORIZED
    begin(person)
    return redirect(safe_next(request.form.get("next")), HTTPStatus.SEE_OTHER)


def begin(person: Person) -> None:
    """A fresh session: nothing from before the sign-in is kept."""
    session.clear()
    session.permanent = True
    login_user(person)


@bp.post("/sign-out")
@open_to_all
def leave() -> Response:
    """End the session; the one at the organisation's provider is the provider's to end."""
    vouched = session.get(VOUCHED)
    logout_user()
    session.clear()
    return redirect(url_for("auth.sign_in", left="organisation" if vouched else None), HTTPStatus.SEE_OTHER)


@bp.route("/setup", methods=["GET", "POST"])
@open_to_all
def setup() -> str | Response | tuple[str, int]:
    """The first administrator; the page is gone as soon as anybody exists."""
    if not accounts.nobody_yet():
        return redirect(url_for("auth.sign_in"), HTTPStatus.SEE_OTHER)
    if request.method == "GET":
        return render_template("setup.html", fault=None, form={})
    try:
        with unit_of_work():
            person = _first(request.form.get("password", ""))
    except DomainError as fault:
        return render_template("setup.html", fault=fault, form=request.form), fault.status
    begin(person)
    return redirect("/", HTTPStatus.SEE_OTHER)


def _first(password: str) -> Person:
    if not accounts.nobody_yet():  # asked again with the writer's lock held: two may press at once
        raise errors.Refused(N_("Somebody made the first account a moment ago; sign in."))
    if password != request.form.get("password_again"):
        unlike = N_("The two passwords differ.")
        raise errors.Invalid(unlike, reasons=[Reason(unlike, loc=("password_again",))])
    by, at = accounts.system("setup"), clock.now()
    person = accounts.add_person(
        email=request.form.get("email", ""),
        name=request.form.get("name", ""),
        role="admin",
        password=password,
        by=by,
        at=at,
    )
    audit.record("people.first_admin", f"person/{person.id}", by=by.label, at=at)
    return person
