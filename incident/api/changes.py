"""Calls on change requests of plans: propose, compare, approve, publish, and confirm that one has read it."""

from typing import Any

from sqlalchemy import select

from incident.accounts import Actor
from incident.api import answered_changes, asked_changes, paging
from incident.api.door import CREATED, OK
from incident.api.plain import Json, by, moment
from incident.api.registry import Answer, Ask, call
from incident.errors import N_
from incident.models.plans import ChangeState, PlanChange
from incident.permissions import Permission
from incident.plan_changes import deciding, moves, proposing, reading, wording
from incident.playbooks import library, secrecy
from incident.playbooks import proposing as checking
from incident.playbooks.difference import Difference

TAG = N_("Changes of plans")
NEWEST_FIRST = paging.Order("-id", ((PlanChange.id, True),))
PROPOSE: dict[str, Any] = {"tag": TAG, "needs": Permission.PLAYBOOKS_PROPOSE}
APPROVE: dict[str, Any] = {"tag": TAG, "needs": Permission.PLAYBOOKS_APPROVE}
READ: dict[str, Any] = {"tag": TAG, "needs": Permission.PLAYBOOKS_READ}
ONE = {OK: answered_changes.Change}


def _line(row: PlanChange, url: str) -> Json:
    return {
        "id": row.id,
        "playbook": row.plan_key,
        "base_version": row.base_version,
        "state": str(row.state),
        "reason": row.reason,
        "origin": {"kind": str(row.origin), "id": row.origin_id},
        "authors": [by(label) for label in row.authors],
        "created_at": moment(row.created_at),
        "created_by": by(row.created_by),
        "submitted_at": moment(row.submitted_at),
        "decided_at": moment(row.decided_at),
        "decided_by": by(row.decided_by) if row.decided_by else None,
        "decision_note": row.decision_note,
        "effective_at": moment(row.effective_at),
        "note": row.note,
        "published_at": moment(row.published_at),
        "published_version": row.published_version,
        "proven_at": moment(row.proven_at),
        "proven_by_drill": row.proven_drill_id,
        "url": f"{url}/changes/{row.id}",
    }


def _whole(row: PlanChange, ask: Ask) -> Json:
    present = library.current(row.plan_key).number
    open_ = ChangeState(row.state) not in (ChangeState.PUBLISHED, ChangeState.WITHDRAWN)
    return {
        **_line(row, ask.url),
        "present_version": present,
        "stale": open_ and present != row.base_version,
        "difference": [_difference(each) for each in secrecy.shown(proposing.differences(row), ask.by)],
        "content": secrecy.hidden(row.content, ask.by),
    }


def _difference(found: Difference) -> Json:
    return {
        "kind": found.kind,
        "path": list(found.path),
        "place": {lang: wording.place(found.place, lang) for lang in ("zh", "en")},
        "sentence": {lang: wording.sentence(found, lang) for lang in ("zh", "en")},
        "before": found.before,
        "after": found.after,
    }


def _answer(row: PlanChange, ask: Ask, status: int = OK) -> Answer:
    return Answer(status, lambda: _whole(row, ask))


def _content(wanted: asked_changes.Draft) -> dict[str, Any] | None:
    return checking.from_toml(wanted.toml) if wanted.toml is not None else wanted.content


@call(
    "POST",
    "/playbooks/{key}/changes",
    summary=N_("Propose a change of a plan"),
    body=asked_changes.ProposeChange,
    answers={CREATED: answered_changes.Change},
    **PROPOSE,
)
def propose_change(ask: Ask, *, key: str) -> Answer:
    """The change request, which waits for somebody else's approval."""
    wanted: asked_changes.ProposeChange = ask.body
    origin, origin_id = wanted.origin.origin
    made = proposing.begin(
        key,
        reason=wanted.reason,
        content=_content(wanted),
        origin=origin,
        origin_id=origin_id,
        submit=wanted.submit,
        by=ask.by,
        at=ask.at,
    )
    return _answer(made, ask, CREATED)


@call(
    "GET",
    "/changes",
    summary=N_("List change requests, the newest first"),
    query=asked_changes.ChangesQuery,
    answers={OK: answered_changes.ChangePage},
    **READ,
)
def list_changes(ask: Ask) -> Answer:
    """One page."""
    wanted: asked_changes.ChangesQuery = ask.query
    query = select(PlanChange)
    if wanted.state:
        query = query.where(PlanChange.state == wanted.state)
    if wanted.playbook:
        query = query.where(PlanChange.plan_key == wanted.playbook)
    page = paging.page(
        query, NEWEST_FIRST, limit=wanted.limit, cursor=wanted.cursor, view=lambda row: _line(row, ask.url)
    )
    return Answer(OK, page)


@call("GET", "/changes/{id}", summary=N_("Read a change request and what it changes"), answers=ONE, **READ)
def show_change(ask: Ask, *, id: int) -> Answer:
    """With the difference in words of the plan."""
    return _answer(moves.find(id), ask)


@call(
    "PATCH",
    "/changes/{id}",
    summary=N_("Write on a draft"),
    body=asked_changes.EditChange,
    answers=ONE,
    **PROPOSE,
)
def edit_change(ask: Ask, *, id: int) -> Answer:
    """Whoever writes on it is one of its authors."""
    wanted: asked_changes.EditChange = ask.body
    row = moves.find(id, lock=True)
    proposing.edit(row, content=_content(wanted), reason=wanted.reason, by=ask.by, at=ask.at)
    return _answer(row, ask)


@call("POST", "/changes/{id}/submit", summary=N_("Ask for approval"), answers=ONE, **PROPOSE)
def submit_change(ask: Ask, *, id: int) -> Answer:
    """A draft that changes something."""
    return _answer(proposing.hand_in(moves.find(id, lock=True), by=ask.by, at=ask.at), ask)


@call("POST", "/changes/{id}/revise", summary=N_("Make it a draft again"), answers=ONE, **PROPOSE)
def revise_change(ask: Ask, *, id: int) -> Answer:
    """An approval that it had is gone."""
    return _answer(proposing.revise(moves.find(id, lock=True), by=ask.by, at=ask.at), ask)


@call("POST", "/changes/{id}/withdraw", summary=N_("Take a change request back"), answers=ONE, **PROPOSE)
def withdraw_change(ask: Ask, *, id: int) -> Answer:
    """By an author, or somebody who may approve."""
    return _answer(proposing.withdraw(moves.find(id, lock=True), by=ask.by, at=ask.at), ask)


@call(
    "POST",
    "/changes/{id}/rebase",
    summary=N_("Bring a change request up to the version in force"),
    answers={OK: answered_changes.ChangeBroughtUp},
    **PROPOSE,
)
def rebase_change(ask: Ask, *, id: int) -> Answer:
    """A draft again, with the places that both had changed."""
    row = moves.find(id, lock=True)
    clashes = proposing.bring_up_to_date(row, by=ask.by, at=ask.at)
    return Answer(OK, lambda: {**_whole(row, ask), "clashes": [list(each) for each in clashes]})


DECIDE: dict[str, Any] = {"body": asked_changes.DecideChange, "answers": ONE, **APPROVE}


@call("POST", "/changes/{id}/approve", summary=N_("Approve a change request"), **DECIDE)
def approve_change(ask: Ask, *, id: int) -> Answer:
    """Never by somebody who wrote on it."""
    row = deciding.approve(moves.find(id, lock=True), note=ask.body.note, by=ask.by, at=ask.at)
    return _answer(row, ask)


@call("POST", "/changes/{id}/refuse", summary=N_("Refuse a change request, and say why"), **DECIDE)
def refuse_change(ask: Ask, *, id: int) -> Answer:
    """Its authors may revise it."""
    row = deciding.refuse(moves.find(id, lock=True), note=ask.body.note, by=ask.by, at=ask.at)
    return _answer(row, ask)


@call(
    "POST",
    "/changes/{id}/publish",
    summary=N_("Publish an approved change as the plan's next version, now or on its day"),
    body=asked_changes.PublishChange,
    answers=ONE,
    **APPROVE,
)
def publish_change(ask: Ask, *, id: int) -> Answer:
    """Running incidents keep the version they opened with."""
    wanted: asked_changes.PublishChange = ask.body
    row = moves.find(id, lock=True)
    deciding.publish(row, note=wanted.note, effective_at=wanted.effective_at, by=ask.by, at=ask.at)
    return _answer(row, ask)


@call(
    "POST",
    "/playbooks/{key}/versions/{version}/read",
    summary=N_("Confirm that you have read a version of a plan"),
    answers={OK: answered_changes.Reading},
    **READ,
)
def confirm_reading(ask: Ask, *, key: str, version: int) -> Answer:
    """By a person, with a token of their own."""
    person: Actor = ask.by
    row = reading.confirm(key, version, by=person, at=ask.at)
    return Answer(OK, {"playbook": key, "version": version, "read_at": moment(row.read_at)})
