"""What joins an incident to others: its group with the members, its links, and what was merged."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, case
from incident.board.access import needs
from incident.db import db
from incident.errors import N_
from incident.intake import receive
from incident.lifecycle import common, linking, merging
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.surges import members, tally

bp = Blueprint("group", __name__)
ACT = Permission.INCIDENTS_ACT
PAGE = 50  # members on the page; the rest follow by the cursor


@bp.get("/incidents/<number>/group")
@needs(Permission.INCIDENTS_READ)
def show(number: str) -> str:
    """The page."""
    return _page(case.found(number))


def _page(incident: Incident, **more: Any) -> str:
    surge = merging.group_of(incident.id)
    after = request.args.get("after", 0, type=int)
    rows = _members(surge, incident, after) if surge else []
    return case.page(
        "case/group.html",
        incident,
        "group",
        surge=surge,
        members=rows[:PAGE],
        more=rows[PAGE - 1][0].id if len(rows) > PAGE else None,
        count=tally.count(surge.id) if surge else 0,
        people=tally.people(surge.id) if surge else 0,
        links=linking.of(incident.id),
        sources=merging.sources(incident.id),
        target=merging.target_of(incident),
        parents=_parents(incident),
        **more,
    )


def _members(surge: Surge, parent: Incident, after: int) -> list[tuple[Complaint, str | None]]:
    """Members with the number of their own incident where they have one."""
    rows = db.session.execute(
        select(Complaint, Incident.number)
        .outerjoin(Incident, (Incident.id == Complaint.incident_id) & (Incident.id != parent.id))
        .where(Complaint.surge_id == surge.id, Complaint.id > after)
        .order_by(Complaint.id)
        .limit(PAGE + 1)
    )
    return [(complaint, number) for complaint, number in rows]


def _parents(incident: Incident) -> list[Incident]:
    """The parents of the groups that complaints of this incident belong to."""
    return list(
        db.session.scalars(
            select(Incident)
            .join(Surge, Surge.incident_id == Incident.id)
            .join(Complaint, Complaint.surge_id == Surge.id)
            .where(
                Complaint.incident_id == incident.id,
                Surge.state == SurgeState.OPEN,
                Incident.id != incident.id,
            )
            .distinct()
        )
    )


def _do(number: str, act: case.Act, anchor: str) -> Response:
    return case.do(number, act, _page, back=f"group#{anchor}")


def _reason() -> str:
    return request.form.get("reason", "")


def _other(place: str) -> Incident:
    """The other incident of the form; raises Invalid at its field."""
    number = request.form.get(place, "").strip()
    try:
        return common.by_number(number, lock=True)
    except errors.NotFound as fault:
        raise errors.Invalid(
            N_("There is no incident %(number)s."),
            number=number,
            reasons=[common.at_place(place, N_("Write the number of an incident, like INC-2026-000123."))],
        ) from fault


@bp.post("/incidents/<number>/link")
@needs(ACT)
def link(number: str) -> Response:
    """Link it with another."""

    def act(incident: Incident) -> None:
        linking.link(incident, _other("other"), reason=_reason(), by=access.actor(), at=clock.now())

    return _do(number, act, "links")


@bp.post("/incidents/<number>/links/<int:link_id>/remove")
@needs(ACT)
def unlink(number: str, link_id: int) -> Response:
    """Take a link away."""

    def act(incident: Incident) -> None:
        linking.unlink(incident, link_id, by=access.actor(), at=clock.now())

    return _do(number, act, "links")


@bp.post("/incidents/<number>/merge")
@needs(ACT)
def merge(number: str) -> Response:
    """Merge it into another."""

    def act(incident: Incident) -> None:
        merging.merge(incident, _other("into"), reason=_reason(), by=access.actor(), at=clock.now())

    return _do(number, act, "merged")


@bp.post("/incidents/<number>/unmerge")
@needs(ACT)
def unmerge(number: str) -> Response:
    """Take it out of the other again."""

    def act(incident: Incident) -> None:
        merging.unmerge(incident, reason=_reason(), by=access.actor(), at=clock.now(), house=acting.house())

    return _do(number, act, "merged")


@bp.post("/incidents/<number>/members")
@needs(ACT)
def add_member(number: str) -> Response:
    """Put a complaint into the group."""

    def act(incident: Incident) -> None:
        members.add(
            incident, _complaint(), reason=_reason(), by=access.actor(), at=clock.now(), house=acting.house()
        )

    return _do(number, act, "members")


def _complaint() -> Complaint:
    """The complaint of the form, by its reference or the number of its page; raises Invalid at its field."""
    text = request.form.get("complaint", "").strip()
    found = db.session.scalars(select(Complaint).where(Complaint.source_ref == text).limit(2)).all()
    if len(found) != 1 and text.isascii() and text.isdigit() and len(text) < 10:
        found = [receive.find(int(text), lock=True)]
    if len(found) != 1:
        words = N_("Write the reference of one complaint, or the number at the end of its address.")
        raise errors.Invalid(
            N_("This complaint was not found."), reasons=[common.at_place("complaint", words)]
        )
    return found[0]


@bp.post("/incidents/<number>/members/<int:complaint_id>/remove")
@needs(ACT)
def remove_member(number: str, complaint_id: int) -> Response:
    """Take a complaint out of the group."""

    def act(incident: Incident) -> None:
        members.remove(
            incident,
            complaint_id,
            reason=_reason(),
            by=access.actor(),
            at=clock.now(),
            house=acting.house(),
        )

    return _do(number, act, "members")


@bp.post("/incidents/<number>/ungroup")
@needs(ACT)
def ungroup(number: str) -> Response:
    """Undo the grouping."""

    def act(incident: Incident) -> None:
        members.undo(incident, reason=_reason(), by=access.actor(), at=clock.now(), house=acting.house())

    return _do(number, act, "members")
