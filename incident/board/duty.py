"""Duty on the web: who is on duty now, the week with gaps in red, shifts, overrides and rosters by CSV."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select
from werkzeug.wrappers import Response as AnyResponse

from incident import clock, coverage, duty, duty_import, errors, sheets
from incident.board import access, duty_week, parsed, typed
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.lifecycle.common import House
from incident.models.people import DutyShift, Person, Repeats
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("duty", __name__)
AHEAD = timedelta(days=7)
EXAMPLE = (
    ",".join(duty_import.COLUMNS) + "\n"
    "CS,li.lei@example.com,1,2026-11-02 09:00,2026-11-02 18:00,daily,2026-12-31 00:00,no\n"
    "COM,han.meimei@example.com,2,2026-11-07 00:00,2026-11-08 00:00,never,,yes\n"
)


def _house() -> House:
    found: House = current_app.extensions["house"]
    return found


@bp.get("/duty")
@access.needs(Permission.INCIDENTS_READ)
def week() -> str:
    """Everybody's week, the gaps first."""
    house, now = _house(), clock.now()
    today = now.astimezone(house.zone).date()
    first = _day(request.args.get("from", "")) or today
    codes = list(library.departments())
    return render_template(
        "duty/week.html",
        lines=duty_week.week(codes, first, house.zone, now=now),
        days=[first + timedelta(days=offset) for offset in range(duty_week.DAYS)],
        first=first,
        today=today,
        now_on=duty.roster(codes, at=now, zone=house.zone),
        gaps=coverage.gaps(codes, now, now + AHEAD, house.zone),
        report=None,
        zone=house.zone,
        timedelta=timedelta,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@bp.get("/duty/<code>")
@access.needs(Permission.INCIDENTS_READ)
def department(code: str) -> str:
    """One department: its week, its shifts, and the form that adds one."""
    return _department(code, typed.Typed())


def _department(code: str, form: typed.Typed) -> str:
    house, now = _house(), clock.now()
    if code not in library.departments():
        raise errors.NotFound(N_("There is no such department."))
    first = _day(request.args.get("from", "")) or now.astimezone(house.zone).date()
    return render_template(
        "duty/department.html",
        code=code,
        found=library.departments()[code],
        line=duty_week.week([code], first, house.zone, now=now)[0],
        days=[first + timedelta(days=offset) for offset in range(duty_week.DAYS)],
        first=first,
        today=now.astimezone(house.zone).date(),
        on=duty.roster([code], at=now, zone=house.zone)[code],
        shifts=_shifts(code, now),
        people=list(db.session.scalars(select(Person).where(Person.active).order_by(Person.name))),
        form=form,
        repeats=list(Repeats),
        zone=house.zone,
        timedelta=timedelta,
    )


def _shifts(code: str, now: datetime) -> list[tuple[DutyShift, Person]]:
    """The shifts that still count, the earliest first."""
    rows = db.session.execute(
        select(DutyShift, Person)
        .join(Person, Person.id == DutyShift.person_id)
        .where(
            DutyShift.department_code == code,
            or_(
                DutyShift.ends_at > now,
                (DutyShift.repeats != Repeats.NEVER)
                & or_(DutyShift.repeats_until.is_(None), DutyShift.repeats_until > now),
            ),
        )
        .order_by(DutyShift.override.desc(), DutyShift.starts_at, DutyShift.rank)
        .limit(500)
    )
    return [(shift, person) for shift, person in rows]


@bp.post("/duty/<code>/shifts")
@access.needs(Permission.DUTY_MANAGE)
def add(code: str) -> AnyResponse | tuple[str, int]:
    """Put somebody on duty, once or again and again, or for somebody else."""
    try:
        facts = _facts(code)
        with unit_of_work():
            duty.add_shift(by=access.actor(), at=clock.now(), **facts)
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _department(code, kept), kept.status
    flash(_("%(name)s is on the roster.", name=facts["person"].name))
    return redirect(url_for("duty.department", code=code), 303)


def _facts(code: str) -> dict[str, Any]:
    form, zone = request.form, _house().zone
    times = {name: sheets.moment(form.get(name, ""), zone) for name in ("starts_at", "ends_at")}
    until = sheets.moment(form.get("repeats_until", ""), zone)
    person = db.session.get(Person, form.get("person", 0, type=int) or 0)
    checks = [
        (person is None, "person", N_("Choose somebody who is active.")),
        (times["starts_at"] is None, "starts_at", N_("Give a date and a time.")),
        (times["ends_at"] is None, "ends_at", N_("Give a date and a time.")),
        (bool(form.get("repeats_until")) and until is None, "repeats_until", N_("Give a date and a time.")),
    ]
    faults = [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]
    if faults:
        raise errors.Invalid(N_("The shift cannot be added."), reasons=faults)
    return {
        "department": code,
        "person": person,
        **times,
        "rank": form.get("rank", 1, type=int),
        "repeats": form.get("repeats", str(Repeats.NEVER)),
        "repeats_until": until,
        "override": bool(form.get("override")),
    }


@bp.post("/duty/shifts/<int:shift_id>/remove")
@access.needs(Permission.DUTY_MANAGE)
def remove(shift_id: int) -> AnyResponse:
    """Take a shift out of the roster."""
    with unit_of_work():
        shift = duty.remove_shift(shift_id, by=access.actor(), at=clock.now())
    flash(_("The shift is removed."))
    return redirect(url_for("duty.department", code=shift.department_code), 303)


@bp.get("/duty/import")
@access.needs(Permission.DUTY_MANAGE)
def import_form() -> str:
    """The form that takes a roster file."""
    return render_template("duty/import.html", report=None, form=typed.Typed(), columns=duty_import.COLUMNS)


@bp.post("/duty/import")
@access.needs(Permission.DUTY_MANAGE)
def take_file() -> str | tuple[str, int]:
    """Add the good lines of a roster file and list the bad ones with their reasons."""
    form, report = typed.Typed(), None
    try:
        text = parsed.table("file")
        if text is None:
            raise errors.Invalid(N_("Choose a file."), reasons=[Reason(N_("Choose a file."), loc=("file",))])
        report = duty_import.take(text, by=access.actor(), at=clock.now(), zone=_house().zone)
    except errors.DomainError as fault:
        form = typed.refused(fault)
    page = render_template("duty/import.html", report=report, form=form, columns=duty_import.COLUMNS)
    return page, form.status


@bp.get("/duty/example.csv")
@access.needs(Permission.DUTY_MANAGE)
def example() -> Response:
    """A roster file to start from."""
    return Response(
        EXAMPLE,
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="duty-roster.csv"'},
    )
