"""Administration of the working calendar and the audit log."""

from collections.abc import Sequence
from datetime import date

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import extract, func, select
from werkzeug.wrappers import Response

from incident import administration, audit, calendars, clock, clocks, errors
from incident.board import access, typed
from incident.db import db, unit_of_work
from incident.models.ground import CalendarDay
from incident.models.people import Person
from incident.models.records import AuditEntry, Seal
from incident.permissions import Permission
from incident.playbooks.files import JURISDICTIONS

bp = Blueprint("admin_records", __name__)
PAGE = 100


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
        names=_names(rows),
        next_cursor=rows[PAGE - 1].id if len(rows) > PAGE else None,
        words_given=words,
        faults=faults,
        seals=seals,
        sealed_at=last,
    )


def _names(rows: list[AuditEntry]) -> dict[str, str]:
    """Of the subjects that are people: their names."""
    ids = {
        int(id_)
        for kind, _slash, id_ in (each.subject.partition("/") for each in rows)
        if kind == "person" and id_.isdigit()
    }
    found = db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {f"person/{id_}": name for id_, name in found}


@bp.post("/admin/audit/verify")
@access.needs(Permission.AUDIT_READ)
def verify() -> str:
    """Recompute every seal of the chain and say what does not match."""
    return _entries(faults=audit.verify())
