"""The page of a one-time link from Slack: whose Slack account is linked to whom, confirmed by the person."""

from http import HTTPStatus

from flask import Blueprint, current_app, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock, slack_links
from incident.board import access
from incident.board.access import needs
from incident.db import unit_of_work

bp = Blueprint("account_slack", __name__)


def _secret() -> str:
    key: str = current_app.extensions["settings"].session_key
    return key


@bp.get("/account/slack")
@needs()
def show() -> str:
    """Who would be linked to whom; a link that cannot be used says why."""
    person = access.me()
    assert person is not None
    text = request.args.get("token", "")
    link = slack_links.read(text, at=clock.now(), secret=_secret())
    slack_links.must_be_free(link.account, person)
    return render_template("account_slack.html", account=link.account, token=text)


@bp.post("/account/slack")
@needs()
def confirm() -> Response:
    """Link it."""
    by = access.actor()
    with unit_of_work():
        slack_links.confirm(request.form.get("token", ""), by=by, at=clock.now(), secret=_secret())
    flash(_("Your Slack account is linked; go on in Slack."), "good")
    return redirect("/account", HTTPStatus.SEE_OTHER)
