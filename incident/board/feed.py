"""The calendar feed: answered to whoever knows its secret address; made and revoked on the account page."""

from http import HTTPStatus

from flask import Blueprint, current_app, flash, make_response, redirect, render_template
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import calendar_feed, clock
from incident.board import access
from incident.board.access import needs, open_to_all
from incident.db import unit_of_work

bp = Blueprint("feed", __name__)


@bp.get("/calendar/<token>.ics")
@open_to_all
def ics(token: str) -> Response:
    """The calendar of whoever's address this is, in their language."""
    settings = current_app.extensions["settings"]
    person = calendar_feed.whose(token)
    body = calendar_feed.text(
        person, at=clock.now(), url=settings.url, locale=person.locale or settings.default_locale
    )
    response = make_response(body)
    response.content_type = "text/calendar; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/account/calendar")
@needs()
def show() -> str:
    """Whether there is an address, and the forms that make and revoke it."""
    return _page()


def _page(address: str = "") -> str:
    me = access.me()
    assert me is not None
    return render_template("account_calendar.html", feed=calendar_feed.current(me.id), address=address)


@bp.post("/account/calendar")
@needs()
def make() -> Response:
    """Make a new address; it stands on this answer and nowhere else."""
    me = access.me()
    assert me is not None
    with unit_of_work():
        token = calendar_feed.make(me, by=access.actor(), at=clock.now())
    response = make_response(_page(f"{current_app.extensions['settings'].url}/calendar/{token}.ics"))
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/account/calendar/revoke")
@needs()
def revoke() -> Response:
    """End the address at once."""
    me = access.me()
    assert me is not None
    with unit_of_work():
        calendar_feed.revoke(me, by=access.actor(), at=clock.now())
    flash(_("The calendar address works no more."))
    return redirect("/account/calendar", HTTPStatus.SEE_OTHER)
