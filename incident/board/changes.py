"""Change requests on the web: the list, one with its difference side by side, and every act on it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from incident import clock, errors
from incident.board import access, acting, change_view, frame, plan_form, plan_form_view, typed
from incident.board.access import needs
from incident.db import db, unit_of_work
from incident.errors import N_, DomainError, NotFound, Reason
from incident.models.drills import Drill
from incident.models.plans import ChangeOrigin, ChangeState, PlanChange
from incident.models.reviews import ReviewFinding
from incident.permissions import Permission
from incident.plan_changes import deciding, moves, patterns, proposing, reading, wording
from incident.playbooks import library, secrecy
from incident.sheets import moment
from incident.vocabulary import ComplaintType
from incident.watches import change_watch

bp = Blueprint("changes", __name__)
PROPOSE, APPROVE = Permission.PLAYBOOKS_PROPOSE, Permission.PLAYBOOKS_APPROVE
Answer = Response | tuple[str, int]


@bp.get("/changes")
@needs(Permission.PLAYBOOKS_READ)
def listing() -> str:
    """Change requests: those under way unless all are asked for."""
    wanted = request.args.get("plan", "")
    key = wanted if wanted in set(ComplaintType) else None
    everything = request.args.get("all") == "1"
    return render_template(
        "changes/list.html",
        rows=moves.listed(plan_key=key, states=() if everything else moves.OPEN),
        plans={str(each.plan.key): each.plan for each in library.all_current()},
        filters={"plan": key, "all": everything},
        patterns=patterns.found(at=clock.now()),
    )


@bp.get("/playbooks/<key>/propose")
@needs(PROPOSE)
def new(key: str) -> str:
    """Why the plan should change, and what it comes from."""
    return _new(key, typed.Typed(request.args))


def _new(key: str, form: typed.Typed) -> str:
    return render_template("changes/new.html", plan=library.current(key).plan, form=form)


@bp.post("/playbooks/<key>/propose")
@needs(PROPOSE)
def propose(key: str) -> Answer:
    """Begin a draft; it is edited next, in the part that was asked for."""
    origin, id_ = request.form.get("origin", "free"), request.form.get("origin_id", "")
    try:
        with unit_of_work():
            made = proposing.begin(
                key,
                reason=request.form.get("reason", ""),
                origin=ChangeOrigin(origin) if origin in set(ChangeOrigin) else ChangeOrigin.FREE,
                origin_id=int(id_) if id_.isdecimal() and len(id_) < 10 else None,
                by=access.actor(),
                at=clock.now(),
            )
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _new(key, kept), kept.status
    return redirect(f"/changes/{made.id}/edit", 303)


@bp.get("/changes/<int:change_id>")
@needs(Permission.PLAYBOOKS_READ)
def show(change_id: int) -> str:
    """One change request."""
    return _page(moves.find(change_id), typed.Typed())


def _page(change: PlanChange, form: typed.Typed) -> str:
    present = library.current(change.plan_key)
    done = change.state == ChangeState.PUBLISHED
    version = library.numbered(change.plan_key, change.published_version or 0) if done else None
    by, found = access.actor(), proposing.differences(change)
    seen = secrecy.shown(found, by)
    return render_template(
        "changes/show.html",
        change=change,
        plan=present.plan,
        present=present.number,
        stale=not done and change.state != ChangeState.WITHDRAWN and present.number != change.base_version,
        sections=change_view.lines(seen),
        concealed=len(found) - len(seen),
        may={move: moves.may(change, move) for _state, move in moves.MOVES},
        author=moves.is_author(change, by),
        deciders=moves.deciders(change)[: deciding.NAMED_MOST],
        readers=reading.of_version(version.id) if version else [],
        proof=db.session.get(Drill, change.proven_drill_id or 0),
        tested=[each for each in change_watch.tested(change) if each.weak] if done else [],
        origin_href=_origin(change),
        form=form,
        parts=[(name, part_words(name)) for name in plan_form.parts()],
        today=clock.now().astimezone(acting.house().zone).date(),
    )


def part_words(name: str) -> str:
    """What a part of the form is called."""
    words = plan_form_view.PART_WORDS.get(name)
    return frame.say(words) if words else wording.field(name, frame.locale())


def _origin(change: PlanChange) -> str:
    """The page of what a change request comes from."""
    match ChangeOrigin(change.origin), change.origin_id:
        case ChangeOrigin.REVIEW | ChangeOrigin.DRILL as kind, int(id_):
            return f"/{kind}s/{id_}"
        case ChangeOrigin.FINDING, int(id_):
            return f"/reviews/{db.session.get_one(ReviewFinding, id_).review_id}#finding-{id_}"
        case ChangeOrigin.ACTION, int(id_):
            return f"/actions?show=all#action-{id_}"
        case ChangeOrigin.PATTERN, _:
            return "/changes#look"
    return ""


def _do(change_id: int, act: Callable[[PlanChange], Any], said: str = "") -> Answer:
    try:
        with unit_of_work():
            act(moves.find(change_id, lock=True))
    except NotFound:
        raise
    except DomainError as fault:
        kept = typed.refused(fault)
        return _page(moves.find(change_id), kept), kept.status
    if said:
        flash(said, "good")
    return redirect(f"/changes/{change_id}", 303)


@bp.post("/changes/<int:change_id>/submit")
@needs(PROPOSE)
def submit(change_id: int) -> Answer:
    """Ask for approval."""
    return _do(change_id, lambda change: proposing.hand_in(change, by=access.actor(), at=clock.now()))


@bp.post("/changes/<int:change_id>/revise")
@needs(PROPOSE)
def revise(change_id: int) -> Answer:
    """Make it a draft again."""
    return _do(change_id, lambda change: proposing.revise(change, by=access.actor(), at=clock.now()))


@bp.post("/changes/<int:change_id>/withdraw")
@needs(PROPOSE)
def withdraw(change_id: int) -> Answer:
    """Take it back."""
    return _do(change_id, lambda change: proposing.withdraw(change, by=access.actor(), at=clock.now()))


@bp.post("/changes/<int:change_id>/rebase")
@needs(PROPOSE)
def rebase(change_id: int) -> Answer:
    """Put it on top of the version in force; what both changed is said."""
    clashes: list[tuple[str | int, ...]] = []

    def act(change: PlanChange) -> None:
        clashes.extend(proposing.bring_up_to_date(change, by=access.actor(), at=clock.now()))

    answer = _do(change_id, act)
    for path in clashes:
        places = " · ".join(wording.field(str(part), frame.locale()) for part in path)
        flash(_("Both changed this; the request's words were kept: %(places)s", places=places), "warn")
    return answer


@bp.post("/changes/<int:change_id>/approve")
@needs(APPROVE)
def approve(change_id: int) -> Answer:
    """Say yes."""
    note = request.form.get("note", "")
    return _do(change_id, lambda row: deciding.approve(row, note=note, by=access.actor(), at=clock.now()))


@bp.post("/changes/<int:change_id>/refuse")
@needs(APPROVE)
def refuse(change_id: int) -> Answer:
    """Say no, and why."""
    note = request.form.get("note", "")
    return _do(change_id, lambda row: deciding.refuse(row, note=note, by=access.actor(), at=clock.now()))


@bp.post("/changes/<int:change_id>/publish")
@needs(APPROVE)
def publish(change_id: int) -> Answer:
    """Make it the next version, now or on its day."""

    def act(change: PlanChange) -> None:
        deciding.publish(
            change,
            note=request.form.get("publish_note", ""),
            effective_at=_effective(),
            by=access.actor(),
            at=clock.now(),
        )

    return _do(change_id, act)


def _effective() -> datetime | None:
    """The moment of the form, in the house's zone; raises Invalid at its field."""
    text = request.form.get("effective_at", "").strip()
    if not text:
        return None
    found = moment(text, acting.house().zone)
    if found is None:
        raise errors.Invalid(
            N_("The change request is not valid."),
            reasons=[Reason(N_("Write a time like 2026-11-03 09:00."), loc=("effective_at",))],
        )
    return found


@bp.post("/playbooks/<key>/versions/<int:number>/read")
@needs(Permission.PLAYBOOKS_READ)
def confirm(key: str, number: int) -> Answer:
    """Say that one has read a version."""
    with unit_of_work():
        reading.confirm(key, number, by=access.actor(), at=clock.now())
    flash(_("Thank you: it is noted that you have read this version."), "good")
    return redirect(f"/playbooks/{key}", 303)
