"""The page of groups: what seems to have one cause and waits for a decision, and what is grouped."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from incident import clock
from incident.board import access, acting
from incident.board.access import needs
from incident.board.plan_view import due_words
from incident.db import db, unit_of_work
from incident.errors import DomainError, NotFound
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.surges import grouping, proposals

bp = Blueprint("groups", __name__)
SHOWN = 50  # of each state, the latest
EXAMPLES = 5  # complaints shown under a proposal


@bp.get("/groups")
@needs(Permission.INCIDENTS_READ)
def listing() -> str:
    """Proposals first, then open groups, then those that are over."""
    return _page()


def _page(**more: Any) -> str:
    waiting = _of(SurgeState.PROPOSED)
    running = _of(SurgeState.OPEN)
    over = _of(SurgeState.DISMISSED, SurgeState.UNDONE, SurgeState.ENDED)
    ids = [surge.id for surge, _parent in [*waiting, *running]]
    counted = db.session.execute(
        select(Complaint.surge_id, func.count(Complaint.id))
        .where(Complaint.surge_id.in_(ids))
        .group_by(Complaint.surge_id)
    )
    return render_template(
        "groups.html",
        waiting=[(surge, _examples(surge)) for surge, _parent in waiting],
        running=running,
        over=over,
        counts={surge_id: count for surge_id, count in counted},
        rules=library.the_surges(),
        due_words=due_words,
        **({"fault": None} | more),
    )


def _of(*states: SurgeState) -> list[tuple[Surge, Incident | None]]:
    rows = db.session.execute(
        select(Surge, Incident)
        .outerjoin(Incident, Incident.id == Surge.incident_id)
        .where(Surge.state.in_(states))
        .order_by(Surge.id.desc())
        .limit(SHOWN)
    )
    return [(surge, incident) for surge, incident in rows]


def _examples(surge: Surge) -> list[Complaint]:
    query = select(Complaint).where(Complaint.surge_id == surge.id).order_by(Complaint.id).limit(EXAMPLES)
    return list(db.session.scalars(query))


@bp.post("/groups/<int:surge_id>/confirm")
@needs(Permission.INCIDENTS_ACT)
def confirm(surge_id: int) -> Response | tuple[str, int]:
    """It is one cause: the parent opens."""
    try:
        with unit_of_work():
            parent = grouping.confirm(
                grouping.find(surge_id, lock=True), by=access.actor(), at=clock.now(), house=acting.house()
            )
    except NotFound:
        raise
    except DomainError as fault:
        return _refused(fault)
    return redirect(f"/incidents/{parent.number}/group", 303)


@bp.post("/groups/<int:surge_id>/dismiss")
@needs(Permission.INCIDENTS_ACT)
def dismiss(surge_id: int) -> Response | tuple[str, int]:
    """It is not one cause."""
    try:
        with unit_of_work():
            proposals.dismiss(grouping.find(surge_id, lock=True), by=access.actor(), at=clock.now())
    except NotFound:
        raise
    except DomainError as fault:
        return _refused(fault)
    return redirect(url_for("groups.listing"), 303)


def _refused(fault: DomainError) -> tuple[str, int]:
    if request.headers.get("HX-Request"):
        raise fault
    return _page(fault=fault), fault.status
