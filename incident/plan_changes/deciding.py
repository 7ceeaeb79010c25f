"""Approving, refusing and publishing change requests; never by somebody who wrote on them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from incident import audit, errors, privacy
from incident.accounts import Actor, system
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.models.plans import ChangeState, PlanChange
from incident.permissions import Permission
from incident.plan_changes import moves, proposing, reading, telling
from incident.playbooks import library, loading, secrecy
from incident.playbooks import proposing as checking

NOTE_LONGEST = 2_000  # characters
JUST_NOW = timedelta(hours=1)  # a form filled in slowly still means now; an earlier time is a slip
NAMED_MOST = 5  # people named in a refusal
STALE = "stale"
ACTOR = system("plan-changes")


def _must_be_another(change: PlanChange, by: Actor) -> None:
    by.must(Permission.PLAYBOOKS_APPROVE)
    named = [each.name for each in moves.deciders(change)[:NAMED_MOST]]
    who = [Reason(N_("%(names)s may."), {"names": named})] if named else []
    if by.kind != "person":
        raise errors.Forbidden(N_("A person must decide on a change of a plan, with a token of their own."))
    if moves.is_author(change, by):
        raise errors.Forbidden(
            N_("You wrote on this change request; somebody else must decide on it."), reasons=who
        )
    if not secrecy.may_decide(proposing.differences(change), by):
        raise errors.Forbidden(
            N_("It changes injects that you may have to play; somebody who runs drills must decide.")
        )


def approve(change: PlanChange, *, by: Actor, at: datetime, note: str = "") -> PlanChange:
    """Say yes; raises Forbidden for an author, Conflict where the plan has moved on since."""
    _must_be_another(change, by)
    moves.check(change, "approve")
    moves.must_be_fresh(change)
    subject = moves.step(change, "approve", at=at)
    audit.record("plan_changes.approve", subject, by=by.label, at=at, name=change.plan_key)
    _decided(change, note, by=by, at=at)
    return change


def refuse(change: PlanChange, *, note: str, by: Actor, at: datetime) -> PlanChange:
    """Say no, and why; its authors may revise it."""
    _must_be_another(change, by)
    moves.check(change, "refuse")
    if not note.strip():
        raise errors.Invalid(
            N_("Say why."), reasons=[Reason(N_("A reason is needed for this."), loc=("note",))]
        )
    subject = moves.step(change, "refuse", at=at)
    audit.record("plan_changes.refuse", subject, by=by.label, at=at, name=change.plan_key)
    _decided(change, note, by=by, at=at)
    return change


def _decided(change: PlanChange, note: str, *, by: Actor, at: datetime) -> None:
    change.decided_at, change.decided_by = at, by.label
    change.decision_note = privacy.redact(note.strip())[:NOTE_LONGEST] or None
    telling.decided(change, at=at)


def publish(
    change: PlanChange, *, note: str, by: Actor, at: datetime, effective_at: datetime | None = None
) -> PlanChange:
    """Make an approved change request the plan's next version, now or on its day.

    Raises Invalid without a note or for a day that is over, Conflict where the plan has moved on since.
    """
    by.must(Permission.PLAYBOOKS_APPROVE)
    later = effective_at is not None and effective_at > at
    moves.check(change, "schedule" if later else "publish")
    moves.must_be_fresh(change)
    words = privacy.redact((note or change.note or "").strip())[:NOTE_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("Say in a sentence what this version changes."),
            reasons=[Reason(N_("A note is needed for this."), loc=("note",))],
        )
    if effective_at is not None and effective_at < at - JUST_NOW:
        raise errors.Invalid(
            N_("The change request is not valid."),
            reasons=[
                Reason(N_("This moment is over; leave it empty to publish now."), loc=("effective_at",))
            ],
        )
    change.note, change.published_by, change.trouble = words, by.label, None
    if later:
        change.effective_at = effective_at
        subject = moves.step(change, "schedule", at=at)
        audit.record("plan_changes.schedule", subject, by=by.label, at=at, name=change.plan_key)
        return change
    _publish(change, by=by, at=at)
    return change


def _publish(change: PlanChange, *, by: Actor, at: datetime) -> None:
    version = loading.publish(
        change.plan_key,
        checking.checked(change.plan_key, change.content),
        by=change.published_by or by.label,
        at=at,
        note=change.note or "",
    )
    change.published_at, change.published_version = at, version.version
    change.effective_at = change.effective_at or at
    subject = moves.step(change, "publish", at=at)
    audit.record("plan_changes.publish", subject, by=by.label, at=at, name=change.plan_key)
    reading.tell(change, version, at=at)


def publish_due(*, at: datetime) -> int:
    """Publish what was approved for a day that has come; what the plan has overtaken is held and its author
    told. Returns how many were looked at."""
    due = db.session.scalars(
        select(PlanChange.id)
        .where(PlanChange.state == ChangeState.SCHEDULED, PlanChange.effective_at <= at)
        .limit(50)
    ).all()
    for change_id in due:
        with unit_of_work():
            change = moves.find(change_id, lock=True)
            if change.state == ChangeState.SCHEDULED:
                _publish_or_hold(change, at=at)
    return len(due)


def _publish_or_hold(change: PlanChange, *, at: datetime) -> None:
    try:
        moves.must_be_fresh(change)
        checking.checked(change.plan_key, change.content)
    except (errors.Conflict, errors.Invalid):
        subject = moves.step(change, "hold", at=at)
        audit.record("plan_changes.hold", subject, by=ACTOR.label, at=at, name=change.plan_key)
        change.trouble, change.effective_at = STALE, None
        telling.held(change, at=at)
        return
    _publish(change, by=ACTOR, at=at)


def present_version(change: PlanChange) -> int:
    """The version in force, for saying whether a change request is behind."""
    return library.current(change.plan_key).number
