"""The calendar of drills: twelve months of dates by plan, the programmes, and the days closed to drills."""

from collections import defaultdict
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, drills, errors
from incident.board import access, parsed, typed
from incident.board.drills import house
from incident.db import db, unit_of_work
from incident.drills import blackouts
from incident.errors import N_, Reason
from incident.models.drills import PLAYED, Drill, DrillProgramme, DrillState
from incident.permissions import Permission
from incident.playbooks import library

bp = Blueprint("drill_calendar", __name__)
MONTHS = 12
OVERDUE = timedelta(days=330)  # facts §6: an alarm where a plan was not drilled in so long


@bp.get("/drills/calendar")
@access.needs(Permission.DRILLS_READ)
def show() -> str:
    """What comes, month by month, and which plans nobody has drilled for long."""
    return _page(typed.Typed())


def _page(form: typed.Typed) -> str:
    now = clock.now().astimezone(house().zone)
    first = now.date().replace(day=1)
    by = access.actor()
    rows = db.session.scalars(
        select(Drill)
        .where(Drill.state.in_([DrillState.SCHEDULED, *PLAYED, DrillState.ENDED]), drills.visible(by))
        .where(Drill.starts_at >= now - timedelta(days=31), Drill.starts_at < now + timedelta(days=366))
        .order_by(Drill.starts_at)
    )
    months: dict[date, list[Drill]] = defaultdict(list)
    for row in rows:
        months[row.starts_at.astimezone(house().zone).date().replace(day=1)].append(row)
    wanted = [_month(first, step) for step in range(MONTHS)]
    programmes = db.session.scalars(
        select(DrillProgramme).where(DrillProgramme.ended_at.is_(None)).order_by(DrillProgramme.plan_key)
    )
    return render_template(
        "drills/calendar.html",
        months=[(month, months.get(month, [])) for month in wanted],
        programmes=list(programmes) if by.can(Permission.DRILLS_MANAGE) else [],
        closed=blackouts.ahead(today=now.date()),
        undrilled=_undrilled(),
        form=form,
    )


def _month(first: date, step: int) -> date:
    month = first.month - 1 + step
    return date(first.year + month // 12, month % 12 + 1, 1)


def _undrilled() -> list[tuple[str, int | None]]:
    """(plan, days since its last drill or None) of plans nobody has drilled in time, the longest first."""
    now = clock.now()
    last: dict[str, int] = {}
    held = select(Drill.plan_key, Drill.ended_at).where(Drill.state == DrillState.ENDED)
    for key, ended in db.session.execute(held):
        if ended is not None:
            last[key] = min((now - ended).days, last.get(key, 10**6))
    keys = [str(each.plan.key) for each in library.all_current()]
    late = [(key, last.get(key)) for key in keys if last.get(key, 10**6) >= OVERDUE.days]
    return sorted(late, key=lambda pair: -(pair[1] if pair[1] is not None else 10**6))


@bp.post("/drills/blackouts")
@access.needs(Permission.DRILLS_MANAGE)
def close() -> Response | tuple[str, int]:
    """Close some days; drills of programmes on them move to the first day after."""
    try:
        faults: list[Reason] = []
        first, last = parsed.day("first_day", faults), parsed.day("last_day", faults)
        if faults:
            raise errors.Invalid(N_("The days cannot be closed."), reasons=faults)
        with unit_of_work():
            blackouts.close(first, last, request.form.get("reason", ""), by=access.actor(), at=clock.now())
    except errors.Invalid as fault:
        kept = typed.refused(fault)
        return _page(kept), kept.status
    moved = drills.plan_ahead(at=clock.now(), house=house())
    flash(_("The days are closed; drills put off or added: %(count)s.", count=moved))
    return redirect("/drills/calendar", 303)


@bp.post("/drills/blackouts/<int:blackout_id>/remove")
@access.needs(Permission.DRILLS_MANAGE)
def open_again(blackout_id: int) -> Response:
    """Open the days again; drills that were moved stay where they are."""
    with unit_of_work():
        blackouts.open_again(blackout_id, by=access.actor(), at=clock.now())
    flash(_("The days are open again."))
    return redirect("/drills/calendar", 303)
