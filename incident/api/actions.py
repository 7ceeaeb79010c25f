"""Calls on the corrective actions of post-mortems."""

from typing import Any

from incident.api import acts, answered_reviews, asked_reviews, paging, review_lines
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.actions import ActionState, ReviewAction
from incident.permissions import Permission
from incident.reviews import action_register, actions, rights
from incident.reviews.actions import Wanted

TAG = N_("Corrective actions")
DUE_FIRST = paging.Order("due_at", ((ReviewAction.due_at, False), (ReviewAction.id, False)))
PLAIN = ("kind", "title", "detail")


@call(
    "GET",
    "/actions",
    tag=TAG,
    summary=N_("List corrective actions, the next due first"),
    needs=Permission.REVIEWS_READ,
    query=asked_reviews.ActionsQuery,
    answers={OK: answered_reviews.ActionPage},
)
def list_actions(ask: Ask) -> Answer:
    """`show` is open, overdue, done (waits for verification), closed or all."""
    wanted: asked_reviews.ActionsQuery = ask.query
    owner = (ask.by.id or 0) if wanted.mine else wanted.owner
    asked = action_register.conditions(
        wanted.show, at=ask.at, owner_id=owner, review_id=wanted.review, plan=wanted.playbook
    )
    query = action_register.joined(*asked).with_only_columns(ReviewAction)
    rows = paging.found(query, DUE_FIRST, limit=wanted.limit, cursor=wanted.cursor)
    known = {each["id"]: each for each in _lines([row.id for row in rows], ask)}
    return Answer(OK, paging.shown(rows, DUE_FIRST, limit=wanted.limit, view=lambda row: known[row.id]))


def _lines(ids: list[int], ask: Ask) -> list[dict[str, Any]]:
    return review_lines.acts(action_register.listed(ReviewAction.id.in_(ids)), ask.at, ask.url)


def _one(row: ReviewAction, ask: Ask, status: int = OK) -> Answer:
    return Answer(status, lambda: _lines([row.id], ask)[0])


@call(
    "GET",
    "/actions/{id}",
    tag=TAG,
    summary=N_("Read a corrective action with its history"),
    needs=Permission.REVIEWS_READ,
    answers={OK: answered_reviews.Action},
)
def show_action(ask: Ask, *, id: int) -> Answer:
    """One action."""
    return _one(actions.find(id), ask)


@call(
    "POST",
    "/reviews/{id}/actions",
    tag=TAG,
    summary=N_("Add a corrective action to a post-mortem"),
    needs=Permission.REVIEWS_WRITE,
    body=asked_reviews.AddAction,
    answers={CREATED: answered_reviews.Action},
)
def add_action(ask: Ask, *, id: int) -> Answer:
    """Its owner is told."""
    wanted: asked_reviews.AddAction = ask.body
    row = actions.add(
        rights.find(id),
        Wanted(
            wanted.kind,
            wanted.title,
            wanted.detail,
            acts.person(wanted.owner, "owner") if wanted.owner is not None else None,
            wanted.due_at,
            wanted.finding,
        ),
        by=ask.by,
        at=ask.at,
        calendar=ask.house.calendar,
    )
    return _one(row, ask, CREATED)


@call(
    "PATCH",
    "/actions/{id}",
    tag=TAG,
    summary=N_("Change a corrective action: finish, verify, extend, drop, hand on"),
    needs=Permission.REVIEWS_WRITE,
    body=asked_reviews.ChangeAction,
    answers={OK: answered_reviews.Action},
)
def change_action(ask: Ask, *, id: int) -> Answer:
    """What is left out stays; the state is changed last."""
    wanted: asked_reviews.ChangeAction = ask.body
    row = actions.find(id, lock=True)
    who: dict[str, Any] = {"by": ask.by, "at": ask.at}
    given = {name: getattr(wanted, name) for name in PLAIN if getattr(wanted, name) is not None}
    if wanted.owner is not None:
        given["owner"] = acts.person(wanted.owner, "owner")
    if given:
        actions.change(row, **given, **who)
    if wanted.due_at is not None:
        actions.extend(row, to=wanted.due_at, reason=wanted.reason or "", calendar=ask.house.calendar, **who)
    if wanted.state is not None and wanted.state != row.state:
        _move(row, wanted, ask)
    return _one(row, ask)


def _move(row: ReviewAction, wanted: asked_reviews.ChangeAction, ask: Ask) -> None:
    who: dict[str, Any] = {"by": ask.by, "at": ask.at}
    match wanted.state:
        case ActionState.DONE:
            actions.finish(row, proof=wanted.proof or "", **who)
        case ActionState.VERIFIED:
            actions.verify(row, **who)
        case ActionState.DROPPED:
            actions.drop(row, reason=wanted.reason or "", **who)
        case ActionState.OPEN:
            actions.send_back(row, reason=wanted.reason or "", calendar=ask.house.calendar, **who)
