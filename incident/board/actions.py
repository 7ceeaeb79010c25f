"""The register of corrective actions on the web: mine, everybody's, overdue, waiting for a look."""

from http import HTTPStatus
from typing import Any, get_args

from flask import Blueprint, make_response, redirect, render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import accounts, clock, errors
from incident.board import access, acting, review_view, review_writing, times
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound
from incident.models.actions import ReviewAction
from incident.models.people import Person
from incident.models.plans import ChangeOrigin
from incident.permissions import Permission
from incident.plan_changes import moves
from incident.reviews import action_register, actions
from incident.reviews.action_register import Show

bp = Blueprint("actions", __name__)


@bp.get("/actions")
@access.needs(Permission.REVIEWS_READ)
def listing() -> str:
    """The register; everybody's open ones unless others are asked for."""
    return _page()


def _page(**more: Any) -> str:
    shown: Show = next((each for each in get_args(Show) if each == request.args.get("show")), "open")
    now, mine = clock.now(), request.args.get("whose") == "mine"
    owner_id = access.actor().id if mine else None
    lines = action_register.listed(*action_register.conditions(shown, at=now, owner_id=owner_id))
    ids = {id_ for line in lines for id_ in _people(line.action)}
    own = [line.action.id for line in lines]
    return render_template(
        "actions/list.html",
        lines=lines,
        counts=action_register.counts(at=now, owner_id=owner_id),
        names={row.id: row.name for row in db.session.scalars(select(Person).where(Person.id.in_(ids)))},
        history=actions.histories(own),
        requests=moves.from_origins(ChangeOrigin.ACTION, own),
        shown=shown,
        mine=mine,
        at=now,
        people=review_view.people(),
        acting=access.can(Permission.REVIEWS_WRITE),
        leading={line.review.id for line in lines if review_view.can_lead(line.review, line.incident.drill)},
        by=access.actor(),
        who=accounts.display,
        **({"fault": None, "typed": {}, "typed_id": None} | more),
    )


def _people(row: ReviewAction) -> set[int]:
    return {id_ for id_ in (row.owner_id, row.done_by_id, row.verified_by_id) if id_ is not None}


@bp.post("/actions/<int:action_id>")
@access.needs(Permission.REVIEWS_WRITE)
def act(action_id: int) -> Response:
    """Finish, verify, send back, extend, drop or hand on."""
    name = request.form.get("act", "")
    try:
        with unit_of_work():
            _do(actions.find(action_id, lock=True), name)
    except NotFound:
        raise
    except DomainError as fault:
        return make_response(_page(fault=fault, typed=request.form, typed_id=action_id), fault.status)
    there = request.form.get("next", "")
    known = there if there.startswith("/reviews/") and there.isascii() else f"/actions{_query()}"
    return redirect(f"{known}#action-{action_id}", HTTPStatus.SEE_OTHER)


def _query() -> str:
    return f"?{request.query_string.decode()}" if request.query_string else ""


def _do(row: ReviewAction, name: str) -> None:
    form, calendar = request.form, acting.house().calendar
    who: dict[str, Any] = {"by": access.actor(), "at": clock.now()}
    reason = form.get("reason", "")
    match name:
        case "finish":
            actions.finish(row, proof=form.get("proof", ""), **who)
        case "verify":
            actions.verify(row, **who)
        case "send_back":
            actions.send_back(row, reason=reason, calendar=calendar, **who)
        case "extend":
            to = times.end_of_day(form.get("due_on", ""), "due_at")
            actions.extend(row, to=to or row.due_at, reason=reason, calendar=calendar, **who)
        case "drop":
            actions.drop(row, reason=reason, **who)
        case "owner":
            actions.change(row, owner=review_writing.person("owner"), **who)
        case _:
            raise errors.Invalid(N_("Say what should be done with the action."))
