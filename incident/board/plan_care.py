"""Who looks after a plan, when it is looked through again, and what keeps coming back in its incidents."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, times, typed
from incident.board.access import needs
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.models.people import Person
from incident.permissions import Permission
from incident.plan_changes import care, patterns
from incident.playbooks import library

bp = Blueprint("plan_care", __name__)
Answer = Response | tuple[str, int]


@bp.get("/playbooks/<key>/care")
@needs(Permission.PLAYBOOKS_READ)
def show(key: str) -> str:
    """Owner, review and patterns of one plan."""
    return _page(key, typed.Typed())


def _page(key: str, form: typed.Typed) -> str:
    at, plan, row = clock.now(), library.current(key).plan, care.of(key)
    return render_template(
        "playbooks/care.html",
        plan=plan,
        care=row,
        owner=care.owner(row) if row else None,
        today=times.local(at).date(),
        people=list(db.session.scalars(select(Person).where(Person.active).order_by(Person.name))),
        patterns=[each for each in patterns.found(at=at) if each.plan_key == key],
        form=form,
    )


def _do(key: str, act: Callable[[], Any], said: str) -> Answer:
    try:
        with unit_of_work():
            act()
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _page(key, kept), kept.status
    flash(said, "good")
    return redirect(f"/playbooks/{key}/care", 303)


@bp.post("/playbooks/<key>/care")
@needs(Permission.PLAYBOOKS_APPROVE)
def entrust(key: str) -> Answer:
    """Name the owner and the day."""
    owner, months = request.form.get("owner", ""), request.form.get("every_months", "")

    def act() -> None:
        care.entrust(
            key,
            owner_id=int(owner) if owner.isdecimal() and len(owner) < 10 else None,
            review_by=_day(),
            every_months=int(months) if months.isdecimal() and len(months) < 4 else 0,
            by=access.actor(),
            at=clock.now(),
            calendar=acting.house().calendar,
        )

    return _do(key, act, _("Saved."))


def _day() -> date:
    try:
        return date.fromisoformat(request.form.get("review_by", "").strip())
    except ValueError:
        words = Reason(N_("Write a day like 2026-11-03."), loc=("review_by",))
        raise errors.Invalid(N_("The care of the plan is not valid."), reasons=[words]) from None


@bp.post("/playbooks/<key>/reviewed")
@needs(Permission.PLAYBOOKS_PROPOSE)
def reviewed(key: str) -> Answer:
    """Write down that the plan was looked through."""

    def act() -> None:
        care.reviewed(
            key,
            note=request.form.get("note", ""),
            by=access.actor(),
            at=clock.now(),
            calendar=acting.house().calendar,
        )

    return _do(key, act, _("Written down; the next review has its day."))
