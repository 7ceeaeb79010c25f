"""Administration of the working calendar, deliveries and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import extract, func, select
from werkzeug.wrappers import Response

from incident import administration, audit, calendars, clock, clocks, errors
from incident.alerting import outbox
from incident.board import access, typed
from incident.db import db, remembered, unit_of_work
from incident.models.alerts import Delivery, DeliveryState
from incident.models.ground import CalendarDay
from incident.models.incidents import Incident
from incident.models.records import AuditEntry, Seal
from incident.permissions import Permission
from incident.playbooks.files import JURISDICTIONS

bp = Blueprint("admin_records", __name__)
PAGE = 100
COUNTS_SECONDS = 2.0  # the counts go through the whole table, so they are kept this long
OPEN_STATES = (DeliveryState.FAILED, DeliveryState.PENDING, DeliveryState.SENDING)


@bp.get("/admin/calendar")
@access.needs(Permission.ACCOUNTS_MANAGE)
def calendar() -> str:
    """The days of a year that differ from their weekday, and until when the calendar is known."""
    return _calendar(typed.Typed())


def _calendar(form: typed.Typed, *, moved: Sequence[clocks.Moved] = (), changed: date | None = None) -> str:
    house = current_app.extensions["house"]
    wanted = request.values.get("jurisdiction", "")
    jurisdiction = wanted if wanted in JURISDICTIONS else house.rule_set
    year = (changed.year if changed else request.args.get("year", type=int)) or clock.now().astimezone(
        house.zone
    ).year
    days = db.session.scalars(
        select(CalendarDay)
        .where(CalendarDay.jurisdiction == jurisdiction, extract("year", CalendarDay.day) == year)
        .order_by(CalendarDay.day)
    )
    return render_template(
        "admin/calendar.html",
        jurisdiction=jurisdiction,
        jurisdictions=JURISDICTIONS,
        year=year,
        days=list(days),
        until=calendars.known_until(jurisdiction),
        form=form,
        moved=moved,
        changed=changed,
        today=clock.now().astimezone(house.zone).date(),
    )


@bp.post("/admin/calendar")
@access.needs(Permission.ACCOUNTS_MANAGE)
def set_day() -> Response | tuple[str, int]:
    """Add a day, or correct one."""
    form = request.form
    house, by, at = current_app.extensions["house"], access.actor(), clock.now()
    try:
        with unit_of_work():
            found = administration.set_day(
                form.get("jurisdiction", ""),
                form.get("day", ""),
                working=form.get("working") == "1",
                name=form.get("name", ""),
                by=by,
                at=at,
            )
            moved = clocks.recount(
                form["jurisdiction"], house=house.calendar, house_rule_set=house.rule_set, by=by, at=at
            )
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _calendar(kept), kept.status
    if moved:  # the list is on this answer; each timeline keeps its part of it
        return _calendar(typed.Typed(), moved=moved, changed=found), 200
    flash(_("%(day)s is set.", day=found.isoformat()))
    return redirect(
        url_for("admin_records.calendar", jurisdiction=form["jurisdiction"], year=found.year), 303
    )


@dataclass(frozen=True)
class Deliveries:
    """One page of deliveries, how many stand in each state, and the cursor of the next page."""

    rows: list[tuple[Delivery, str | None]]
    counts: dict[str, int]
    next_cursor: int | None


@bp.get("/admin/deliveries")
@access.needs(Permission.DELIVERIES_RETRY)
def deliveries() -> str:
    """Everything that leaves the process, what is stuck first: why, and when it is tried again."""
    state = request.args.get("state", "")
    return render_template(
        "admin/deliveries.html",
        found=_deliveries(state, request.args.get("cursor", type=int)),
        state=state,
        states=list(DeliveryState),
    )


def _deliveries(state: str, cursor: int | None) -> Deliveries:
    counts = remembered("board/deliveries", _counted, seconds=COUNTS_SECONDS)
    query: Any = select(Delivery, Incident.number).outerjoin(Incident, Incident.id == Delivery.incident_id)
    if state in set(DeliveryState):
        query = query.where(Delivery.state == state)
    elif state != "all":
        query = query.where(Delivery.state.in_(OPEN_STATES))
    if cursor is not None:
        query = query.where(Delivery.id < cursor)
    rows = db.session.execute(query.order_by(Delivery.id.desc()).limit(PAGE + 1)).all()
    shown = [(delivery, number) for delivery, number in rows[:PAGE]]
    return Deliveries(shown, counts, shown[-1][0].id if len(rows) > PAGE else None)


def _counted() -> dict[str, int]:
    counted = select(Delivery.state, func.count()).group_by(Delivery.state)
    return {str(name): count for name, count in db.session.execute(counted)}


@bp.post("/admin/deliveries/<int:delivery_id>/retry")
@access.needs(Permission.DELIVERIES_RETRY)
def retry(delivery_id: int) -> Response:
    """Try a failed or waiting delivery again now."""
    with unit_of_work():
        outbox.retry(delivery_id, by=access.actor(), at=clock.now())
    flash(_("It is being tried again."))
    state = request.form.get("state") or None
    return redirect(url_for("admin_records.deliveries", state=state), 303)


@bp.get("/admin/audit")
@access.needs(Permission.AUDIT_READ)
def entries() -> str:
    """The audit log, newest first."""
    return _entries()


def _entries(*, faults: list[audit.Fault] | None = None) -> str:
    words, cursor = request.values.get("q", "").strip(), request.args.get("cursor", type=int)
    query = select(AuditEntry)
    if words:
        query = query.where(
            AuditEntry.action.icontains(words, autoescape=True)
            | AuditEntry.actor.icontains(words, autoescape=True)
            | AuditEntry.subject.icontains(words, autoescape=True)
        )
    if cursor is not None:
        query = query.where(AuditEntry.id < cursor)
    rows = list(db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(PAGE + 1)))
    seals, last = db.session.execute(select(func.count(Seal.id), func.max(Seal.at))).one()
    return render_template(
        "admin/audit.html",
        rows=rows[:PAGE],
        next_cursor=rows[PAGE - 1].id if len(rows) > PAGE else None,
        words_given=words,
        faults=faults,
        seals=seals,
        sealed_at=last,
    )


@bp.post("/admin/audit/verify")
@access.needs(Permission.AUDIT_READ)
def verify() -> str:
    """Recompute every seal of the chain and say what does not match."""
    return _entries(faults=audit.verify())
