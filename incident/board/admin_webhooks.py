"""Administration of webhooks: which systems are told of what, and every message with its state."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, typed
from incident.db import unit_of_work
from incident.models.webhooks import WebhookState
from incident.permissions import Permission
from incident.webhooks import endpoints, events

bp = Blueprint("admin_webhooks", __name__)
needed = access.needs(Permission.ACCOUNTS_MANAGE)
PAGE = 100  # messages


@bp.get("/admin/webhooks")
@needed
def show() -> str:
    """The endpoints, the form that adds one, and the messages."""
    return _draw(typed.Typed())


def _draw(form: typed.Typed, *, secret: str = "", about: int = 0) -> str:
    state, before = request.args.get("state", ""), request.args.get("before", type=int)
    rows = endpoints.messages(state=state, before=before, limit=PAGE + 1)
    return render_template(
        "admin/webhooks.html",
        endpoints=endpoints.listed(),
        host=endpoints.host,
        events=events.EVENTS,
        messages=rows[:PAGE],
        before=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        state=state,
        states=list(WebhookState),
        form=form,
        secret=secret,
        about=about,
    )


@bp.post("/admin/webhooks")
@needed
def add() -> str | tuple[str, int]:
    """Add an endpoint; its secret is on this answer and nowhere else."""
    https_only = current_app.extensions["settings"].app_env == "production"
    try:
        with unit_of_work():
            _endpoint, secret = endpoints.add(
                url=request.form.get("url", ""),
                wanted=request.form.getlist("events"),
                by=access.actor(),
                at=clock.now(),
                https_only=https_only,
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _draw(kept), kept.status
    return _draw(typed.Typed(), secret=secret)


@bp.post("/admin/webhooks/<int:endpoint_id>")
@needed
def change(endpoint_id: int) -> Response | tuple[str, int]:
    """Change what an endpoint is told of, switch it off or on."""
    try:
        with unit_of_work():
            endpoints.change(
                endpoints.find(endpoint_id, lock=True),
                wanted=request.form.getlist("events"),
                active=request.form.get("active") == "1",
                by=access.actor(),
                at=clock.now(),
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _draw(kept, about=endpoint_id), kept.status
    flash(_("The endpoint is changed."))
    return redirect(url_for("admin_webhooks.show"), 303)


@bp.post("/admin/webhooks/<int:endpoint_id>/test")
@needed
def test(endpoint_id: int) -> Response:
    """Send an endpoint a message that means nothing."""
    with unit_of_work():
        endpoints.test(endpoints.find(endpoint_id), by=access.actor(), at=clock.now())
    flash(_("A test message is on its way; what came of it stands below in a moment."))
    return redirect(url_for("admin_webhooks.show", _anchor="messages"), 303)


@bp.post("/admin/webhooks/messages/<int:message_id>/resend")
@needed
def resend(message_id: int) -> Response:
    """Send a message again, under the same id."""
    with unit_of_work():
        endpoints.resend(message_id, by=access.actor(), at=clock.now())
    flash(_("It is being sent again."))
    state = request.form.get("state") or None
    return redirect(url_for("admin_webhooks.show", state=state, _anchor="messages"), 303)
