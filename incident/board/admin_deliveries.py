"""The page of deliveries: what leaves the process, for all incidents or one, with state, reason and retry."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from incident import clock
from incident.alerting import alarm, effects, outbox, recreating
from incident.board import access, acting
from incident.db import db, remembered, unit_of_work
from incident.models.alerts import Delivery, DeliveryState
from incident.models.incidents import Incident
from incident.permissions import Permission

bp = Blueprint("admin_deliveries", __name__)
PAGE = 100
COUNTS_SECONDS = 2.0  # the counts go through the whole table, so they are kept this long
OPEN_STATES = (DeliveryState.FAILED, DeliveryState.PENDING, DeliveryState.SENDING)


@dataclass(frozen=True)
class Deliveries:
    """One page of deliveries, how many stand in each state, and the cursor of the next page."""

    rows: list[tuple[Delivery, str | None]]
    counts: dict[str, int]
    next_cursor: int | None


@bp.get("/admin/deliveries")
@access.needs(Permission.DELIVERIES_RETRY)
def page() -> str:
    """What is stuck first: why, since when, and when it is tried again; of one incident all of it."""
    number = request.args.get("incident", "").strip().upper()
    state = request.args.get("state", "all" if number else "")
    incident = db.session.scalar(select(Incident).where(Incident.number == number)) if number else None
    return render_template(
        "admin/deliveries.html",
        found=_deliveries(state, request.args.get("cursor", type=int), incident, given=bool(number)),
        state=state,
        states=list(DeliveryState),
        number=number,
        incident=incident,
        oldest=alarm.oldest_undelivered(),
        reason_of=effects.reason,
    )


def _deliveries(state: str, cursor: int | None, incident: Incident | None, *, given: bool) -> Deliveries:
    if given:
        counts = _counted(incident.id if incident else 0)
    else:
        counts = remembered("board/deliveries", _counted, seconds=COUNTS_SECONDS)
    query: Any = select(Delivery, Incident.number).outerjoin(Incident, Incident.id == Delivery.incident_id)
    if given:
        query = query.where(Delivery.incident_id == (incident.id if incident else 0))
    if state in set(DeliveryState):
        query = query.where(Delivery.state == state)
    elif state != "all":
        query = query.where(Delivery.state.in_(OPEN_STATES))
    if cursor is not None:
        query = query.where(Delivery.id < cursor)
    rows = db.session.execute(query.order_by(Delivery.id.desc()).limit(PAGE + 1)).all()
    shown = [(delivery, number) for delivery, number in rows[:PAGE]]
    return Deliveries(shown, counts, shown[-1][0].id if len(rows) > PAGE else None)


def _counted(incident_id: int | None = None) -> dict[str, int]:
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    if incident_id is not None:
        counted = counted.where(Delivery.incident_id == incident_id)
    return {str(name): count for name, count in db.session.execute(counted)}


@bp.post("/admin/deliveries/<int:delivery_id>/retry")
@access.needs(Permission.DELIVERIES_RETRY)
def retry(delivery_id: int) -> Response:
    """Try a failed or waiting delivery again now."""
    with unit_of_work():
        outbox.retry(delivery_id, by=access.actor(), at=clock.now())
    flash(_("It is being tried again."))
    state, number = request.form.get("state") or None, request.form.get("incident") or None
    return redirect(url_for("admin_deliveries.page", state=state, incident=number), 303)


@bp.post("/incidents/<number>/deliveries/recreate")
@access.needs(Permission.DELIVERIES_RETRY)
def recreate(number: str) -> Response:
    """Make again what is missing in Slack: channel, card, members, topic, pin, bookmark, announcement."""

    def act(incident: Incident) -> None:
        recreating.recreate(incident, by=access.actor(), at=clock.now())
        flash(_("Every step is looked at, and taken again where it is missing in Slack."))

    return acting.do(number, act, anchor="#slack")
