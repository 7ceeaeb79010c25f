"""The accountability page of an incident, for supervision and audit alone; every look at it is audited."""

from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response

from incident import accounts, clock
from incident.board import access, case
from incident.board.access import needs
from incident.coordination import accountability
from incident.coordination.accountability import Answer
from incident.db import unit_of_work
from incident.models.conduct import AccountabilityRecord
from incident.models.incidents import Incident
from incident.permissions import Permission

bp = Blueprint("accountability", __name__)
SLUG = "accountability"


@bp.get("/incidents/<number>/accountability")
@needs(Permission.ACCOUNTABILITY_READ)
def show(number: str) -> str:
    """The records of an incident; with `?correct=ID` the form holds that one for its correction."""
    return draw(case.found(number))


def draw(incident: Incident, **more: Any) -> str:
    """The page, also around a refused form."""
    with unit_of_work():
        rows = accountability.read(incident, by=access.actor(), at=clock.now())
    standing = accountability.standing(rows)
    wanted = (more.get("typed") or {}).get("replaces") or request.args.get("correct", "")
    correct = next((row for row in standing if str(row.id) == wanted), None)
    return case.page(
        "case/accountability.html",
        incident,
        SLUG,
        **({"standing": standing, "earlier": _earlier(rows, standing), "correct": correct} | more),
        who=accounts.display,
        may_write=access.can(Permission.ACCOUNTABILITY_WRITE),
    )


def _earlier(
    rows: list[AccountabilityRecord], standing: list[AccountabilityRecord]
) -> list[AccountabilityRecord]:
    return [row for row in rows if row not in standing]


@bp.post("/incidents/<number>/accountability")
@needs(Permission.ACCOUNTABILITY_WRITE)
def write(number: str) -> Response:
    """Write a record, or the correction of one."""
    form = request.form
    replaces = form.get("replaces", "")
    answer = Answer(**{name: form.get(name, "") for name in accountability.LONGEST})
    return case.do(
        number,
        lambda incident: accountability.write(
            incident,
            answer,
            by=access.actor(),
            at=clock.now(),
            replaces=int(replaces) if replaces.isdecimal() else None,
        ),
        draw,
        back=SLUG,
    )
