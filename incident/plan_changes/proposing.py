"""Writing a change request: begun from the version in force, edited, brought up to date, handed in."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident import audit, errors, privacy
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.actions import ReviewAction
from incident.models.drills import Drill
from incident.models.plans import ChangeOrigin, ChangeState, PlanChange
from incident.models.reviews import Review, ReviewFinding
from incident.permissions import Permission
from incident.plan_changes import moves, telling
from incident.playbooks import difference, library, loading, secrecy
from incident.playbooks import proposing as checking

REASON_LONGEST = 2_000  # characters
ORIGINS: dict[ChangeOrigin, type[Drill | Review | ReviewFinding | ReviewAction]] = {
    ChangeOrigin.DRILL: Drill,
    ChangeOrigin.REVIEW: Review,
    ChangeOrigin.FINDING: ReviewFinding,
    ChangeOrigin.ACTION: ReviewAction,
}


def begin(
    plan_key: str,
    *,
    reason: str,
    by: Actor,
    at: datetime,
    content: dict[str, Any] | None = None,
    origin: ChangeOrigin = ChangeOrigin.FREE,
    origin_id: int | None = None,
    submit: bool = False,
) -> PlanChange:
    """Begin a change request from the version in force, with `content` in its place where it is given.

    Raises Invalid with every fault of the content, without a reason, or where its origin is not there.
    """
    by.must(Permission.PLAYBOOKS_PROPOSE)
    present = library.current(plan_key)
    _must_exist(origin, origin_id)
    wanted = loading.plain(present.plan)
    if content is not None:
        wanted = checking.checked(plan_key, secrecy.restored(content, checking.whole(wanted), by))
    change = PlanChange(
        plan_key=plan_key,
        base_version=present.number,
        content=wanted,
        reason=_reason(reason),
        origin=origin,
        origin_id=origin_id,
        state=ChangeState.DRAFT,
        authors=[by.label],
        created_at=at,
        created_by=by.label,
        changed_at=at,
    )
    db.session.add(change)
    db.session.flush()
    subject = moves.step(change, "edit", at=at)
    audit.record("plan_changes.edit", subject, by=by.label, at=at, name=change.plan_key)
    if submit:
        hand_in(change, by=by, at=at)
    return change


def _must_exist(origin: ChangeOrigin, origin_id: int | None) -> None:
    """What is named must be there."""
    model = ORIGINS.get(origin)
    if model is not None and db.session.scalar(select(model.id).where(model.id == (origin_id or 0))) is None:
        words = Reason(N_("What the change comes from does not exist."), loc=("from",))
        raise errors.Invalid(N_("The change request is not valid."), reasons=[words])


def _reason(text: str) -> str:
    words = privacy.redact(text.strip())[:REASON_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("Say why the plan should change."),
            reasons=[Reason(N_("A reason is needed for this."), loc=("reason",))],
        )
    return words


def edit(
    change: PlanChange,
    *,
    by: Actor,
    at: datetime,
    content: dict[str, Any] | None = None,
    reason: str | None = None,
) -> PlanChange:
    """Write on a draft; whoever does is one of its authors. Raises Invalid, or Refused for no draft."""
    by.must(Permission.PLAYBOOKS_PROPOSE)
    subject = moves.step(change, "edit", at=at)
    audit.record("plan_changes.edit", subject, by=by.label, at=at, name=change.plan_key)
    if content is not None:
        kept = secrecy.restored(content, checking.whole(change.content), by)
        change.content = checking.checked(change.plan_key, kept)
    if reason is not None:
        change.reason = _reason(reason)
    if not moves.is_author(change, by):
        change.authors = [*change.authors, by.label]
    return change


def differences(change: PlanChange) -> list[difference.Difference]:
    """What the change request changes against the version it was begun from."""
    base = library.numbered(change.plan_key, change.base_version).plan.model_dump(mode="json")
    return difference.between(base, checking.whole(change.content))


def hand_in(change: PlanChange, *, by: Actor, at: datetime) -> PlanChange:
    """Ask for approval; raises Refused where nothing is changed, Conflict where the plan has moved on."""
    by.must(Permission.PLAYBOOKS_PROPOSE)
    moves.check(change, "submit")
    moves.must_be_fresh(change)
    if not differences(change):
        raise errors.Refused(
            N_("Nothing is changed yet."),
            reasons=[Reason(N_("Edit the plan first."), href=f"/changes/{change.id}/edit")],
        )
    subject = moves.step(change, "submit", at=at)
    audit.record("plan_changes.submit", subject, by=by.label, at=at, name=change.plan_key)
    change.submitted_at = at
    change.decided_at = change.decided_by = change.decision_note = None
    telling.handed_in(change, at=at)
    return change


def revise(change: PlanChange, *, by: Actor, at: datetime) -> PlanChange:
    """Make it a draft again; an approval that it had is gone."""
    by.must(Permission.PLAYBOOKS_PROPOSE)
    subject = moves.step(change, "revise", at=at)
    audit.record("plan_changes.revise", subject, by=by.label, at=at, name=change.plan_key)
    change.submitted_at = None
    return change


def withdraw(change: PlanChange, *, by: Actor, at: datetime) -> PlanChange:
    """Take it back; only an author, or somebody who may approve."""
    by.must(Permission.PLAYBOOKS_PROPOSE)
    if not moves.is_author(change, by):
        by.must(Permission.PLAYBOOKS_APPROVE)
    subject = moves.step(change, "withdraw", at=at)
    audit.record("plan_changes.withdraw", subject, by=by.label, at=at, name=change.plan_key)
    change.effective_at = None
    return change


def bring_up_to_date(change: PlanChange, *, by: Actor, at: datetime) -> list[tuple[str | int, ...]]:
    """Put what it changes on top of the version in force and make it a draft; returns the places that both
    changed (of those that `by` may know of), where this change request's words won.

    Raises Refused where it is up to date, Invalid where the two do not fit together.
    """
    by.must(Permission.PLAYBOOKS_PROPOSE)
    present = library.current(change.plan_key)
    if present.number == change.base_version:
        raise errors.Refused(N_("It is up to date."))
    if change.state == ChangeState.SCHEDULED:
        moves.step(change, "hold", at=at)
    if change.state != ChangeState.DRAFT:
        subject = moves.step(change, "revise", at=at)
        audit.record("plan_changes.revise", subject, by=by.label, at=at, name=change.plan_key)
    base = library.numbered(change.plan_key, change.base_version).plan
    both = difference.merged(
        base.model_dump(mode="json"), checking.whole(change.content), present.plan.model_dump(mode="json")
    )
    change.content = checking.checked(change.plan_key, both.content)
    change.base_version, change.effective_at, change.trouble = present.number, None, None
    if not moves.is_author(change, by):
        change.authors = [*change.authors, by.label]
    return secrecy.places(both.clashes, by)
