"""Which moves a change request allows, as one table, and how one is found."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person
from incident.models.plans import ChangeOrigin, ChangeState, PlanChange
from incident.permissions import Permission
from incident.playbooks import loading

S = ChangeState
# (state, move) → the state afterwards
MOVES: dict[tuple[ChangeState, str], ChangeState] = {
    (S.DRAFT, "edit"): S.DRAFT,
    (S.DRAFT, "submit"): S.REVIEW,
    (S.REVIEW, "approve"): S.APPROVED,
    (S.REVIEW, "refuse"): S.REFUSED,
    **{(state, "revise"): S.DRAFT for state in (S.REVIEW, S.REFUSED, S.APPROVED)},
    (S.APPROVED, "publish"): S.PUBLISHED,
    (S.APPROVED, "schedule"): S.SCHEDULED,
    (S.SCHEDULED, "publish"): S.PUBLISHED,
    (S.SCHEDULED, "hold"): S.APPROVED,
    **{(state, "withdraw"): S.WITHDRAWN for state in (S.DRAFT, S.REVIEW, S.REFUSED, S.APPROVED, S.SCHEDULED)},
}
OPEN = (S.DRAFT, S.REVIEW, S.APPROVED, S.SCHEDULED)


def find(change_id: int, *, lock: bool = False) -> PlanChange:
    """A change request by its id; raises NotFound."""
    found = db.session.get(PlanChange, change_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such change request."))
    return found


def may(change: PlanChange, move: str) -> bool:
    """Whether the table allows a move now."""
    return (ChangeState(change.state), move) in MOVES


def check(change: PlanChange, move: str) -> None:
    """Raise Refused where the table does not allow a move."""
    if not may(change, move):
        raise errors.Refused(
            N_("This change request is %(change_state)s; that is not possible now."),
            change_state=str(change.state),
        )


def step(change: PlanChange, move: str, *, at: datetime) -> str:
    """Take a move; returns how the audit log names the request, in which the verb writes what it did."""
    check(change, move)
    change.state, change.changed_at = MOVES[ChangeState(change.state), move], at
    return f"plan_change/{change.id}"


def must_be_fresh(change: PlanChange) -> None:
    """Raise Conflict where the plan has moved on since the change request was begun. It looks at the table,
    not at what this process remembers, and nobody publishes another version until the act is over."""
    present = loading.newest(change.plan_key, lock=True)
    if present != change.base_version:
        raise errors.Conflict(
            N_(
                "This change request was begun from version %(base)s of the plan, but version %(present)s is"
                " in force now. Bring it up to date, look at it again and have it approved."
            ),
            base=change.base_version,
            present=present,
            reasons=[Reason(N_("Bring it up to date."), href=f"/changes/{change.id}#stale")],
        )


def is_author(change: PlanChange, by: Actor) -> bool:
    """Whether somebody wrote on it; whoever did may not approve it."""
    return any(_same(label, by) for label in change.authors)


def _same(label: str, by: Actor) -> bool:
    return label.startswith(f"person/{by.id}/") if by.kind == "person" else label == by.label


def author_ids(change: PlanChange) -> set[int]:
    """The people who wrote on it."""
    parts = (label.split("/") for label in change.authors)
    return {int(part[1]) for part in parts if part[0] == "person" and part[1].isdigit()}


def deciders(change: PlanChange) -> list[Person]:
    """Who may decide on it: people with the permission who did not write on it, heads of the group first."""
    out = author_ids(change)
    query = select(Person).where(Person.active).order_by(Person.group_head.desc(), Person.id)
    return [
        each
        for each in db.session.scalars(query)
        if each.id not in out and Permission.PLAYBOOKS_APPROVE in each.permissions
    ]


def creator(change: PlanChange) -> Person | None:
    """Whoever began it, if that is a person who is still active."""
    kind, _slash, rest = change.created_by.partition("/")
    id_ = rest.partition("/")[0]
    person = db.session.get(Person, int(id_)) if kind == "person" and id_.isdigit() else None
    return person if person and person.active else None


def from_origins(origin: ChangeOrigin, ids: Iterable[int], *, most: int = 500) -> dict[int, list[PlanChange]]:
    """The change requests that came from some findings, actions, post-mortems or drills, by its id."""
    query = select(PlanChange).where(PlanChange.origin == origin, PlanChange.origin_id.in_(list(ids)))
    found: dict[int, list[PlanChange]] = {}
    for row in db.session.scalars(query.order_by(PlanChange.id).limit(most)):
        found.setdefault(row.origin_id or 0, []).append(row)
    return found


def listed(
    *, plan_key: str | None = None, states: tuple[ChangeState, ...] = (), limit: int = 200
) -> list[PlanChange]:
    """Change requests, the newest first."""
    query = select(PlanChange).order_by(PlanChange.id.desc()).limit(limit)
    if plan_key:
        query = query.where(PlanChange.plan_key == plan_key)
    if states:
        query = query.where(PlanChange.state.in_(states))
    return list(db.session.scalars(query))
