"""The page about Slack: what was looked at, what there is to mend, and the manifest of the app."""

from typing import Any

from flask import Blueprint, current_app, render_template

from incident import clock
from incident.board import access
from incident.permissions import Permission

bp = Blueprint("admin_slack", __name__)


@bp.get("/admin/slack")
@access.needs(Permission.ACCOUNTS_MANAGE)
def page() -> str:
    """What the service asks of Slack, and the button that looks."""
    return _page(None)


@bp.post("/admin/slack/check")
@access.needs(Permission.ACCOUNTS_MANAGE)
def check() -> str:
    """Look at token, scopes, channel, signing and both directions now."""
    return _page(list(current_app.extensions["slack_inspect"](at=clock.now())))


def _page(findings: list[Any] | None) -> str:
    return render_template(
        "admin/slack.html",
        findings=findings,
        scopes=current_app.extensions["slack_scopes"],
        settings=current_app.extensions["settings"],
    )
