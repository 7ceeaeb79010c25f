"""Calls on the register of collection agencies."""

from typing import Any

from sqlalchemy import select

from incident.agencies import figures, register
from incident.api import answered_groups, asked, asked_groups, paging
from incident.api.door import CREATED, OK
from incident.api.plain import Json, moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.lifecycle import common
from incident.models.agencies import Agency
from incident.permissions import Permission

TAG = N_("Collection agencies")
BY_ID = paging.Order("agencies", ((Agency.id, False),))
MANAGE: dict[str, Any] = {"tag": TAG, "needs": Permission.AGENCIES_MANAGE}


def _line(row: Agency, found: figures.Figures) -> Json:
    return {
        "id": row.id,
        "name": row.name,
        "code": row.code,
        "department": row.department_code,
        "state": str(row.state),
        "state_reason": row.state_reason,
        "state_at": moment(row.state_at),
        "evaluate_on": row.evaluate_on.isoformat() if row.evaluate_on else None,
        "evaluated_on": row.evaluated_on.isoformat() if row.evaluated_on else None,
        "notes": row.notes,
        "complaints": found.all,
        "complaints_90_days": found.recent,
        "with_finding": found.found,
        "upheld": found.upheld,
    }


def _one(row: Agency, ask: Ask, status: int = OK) -> Answer:
    return Answer(status, lambda: _line(row, figures.of([row.key], at=ask.at)[row.key]))


@call(
    "GET",
    "/agencies",
    tag=TAG,
    summary=N_("List agencies with the complaints about them"),
    needs=Permission.COMPLAINTS_READ,
    query=asked.PageQuery,
    answers={OK: answered_groups.AgencyPage},
)
def list_agencies(ask: Ask) -> Answer:
    """One page."""
    wanted: asked.PageQuery = ask.query
    rows = paging.found(select(Agency), BY_ID, limit=wanted.limit, cursor=wanted.cursor)
    found = figures.of([row.key for row in rows], at=ask.at)
    return Answer(
        OK, paging.shown(rows, BY_ID, limit=wanted.limit, view=lambda row: _line(row, found[row.key]))
    )


@call(
    "POST",
    "/agencies",
    summary=N_("Register an agency"),
    body=asked_groups.AddAgency,
    answers={CREATED: answered_groups.Agency},
    **MANAGE,
)
def add_agency(ask: Ask) -> Answer:
    """Refused for a name or a code that is there already, in whatever spelling."""
    wanted: asked_groups.AddAgency = ask.body
    row = register.add(
        name=wanted.name,
        code=wanted.code,
        department=wanted.department.upper(),
        evaluate_on=wanted.evaluate_on,
        notes=wanted.notes,
        by=ask.by,
        at=ask.at,
        zone=ask.house.zone,
    )
    return _one(row, ask, CREATED)


@call(
    "POST",
    "/agencies/{id}/suspend",
    summary=N_("Suspend an agency"),
    body=asked_groups.SuspendAgency,
    answers={OK: answered_groups.Agency},
    **MANAGE,
)
def suspend_agency(ask: Ask, *, id: int) -> Answer:
    """The incident that it comes from says so on its timeline."""
    wanted: asked_groups.SuspendAgency = ask.body
    incident = common.by_number(wanted.incident, lock=True) if wanted.incident else None
    agency = register.find(id, lock=True)
    register.suspend(agency, reason=wanted.reason, incident=incident, by=ask.by, at=ask.at)
    return _one(agency, ask)


@call(
    "POST",
    "/agencies/{id}/resume",
    summary=N_("Let a suspended agency work again"),
    body=asked_groups.GroupReason,
    answers={OK: answered_groups.Agency},
    **MANAGE,
)
def resume_agency(ask: Ask, *, id: int) -> Answer:
    """With a reason."""
    agency = register.resume(register.find(id, lock=True), reason=ask.body.reason, by=ask.by, at=ask.at)
    return _one(agency, ask)
