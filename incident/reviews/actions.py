"""Corrective actions: one owner, due by the level, done with a proof, verified by somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident import errors, privacy
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.db import db
from incident.errors import N_, Reason
from incident.models.actions import ActionKind, ActionState, ReviewAction, ReviewActionEvent
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.playbooks import library
from incident.reviews import action_telling, findings, meeting, rights
from incident.vocabulary import Level

TITLE_LONGEST, TEXT_LONGEST = 200, 2_000  # characters
REMIND = timedelta(days=2)  # before and after it is due
UNITS = {"cd": "calendar_days", "wd": "working_days", "d": "calendar_days", "w": "weeks"}
FARTHEST = timedelta(days=730)  # a later date would be none


@dataclass(frozen=True)
class Wanted:
    """What an action should be; without `due_at` the level decides."""

    kind: str
    title: str
    detail: str = ""
    owner: Person | None = None
    due_at: datetime | None = None
    finding_id: int | None = None


def limit(level: Level, *, at: datetime, calendar: WorkingCalendar) -> datetime:
    """By when an action of a level is due (facts §3.2): so many days, or the end of the next quarter."""
    span = library.the_levels()[level].actions_within
    if span is not None:
        return calendar.add(at, span.value, UNITS[span.unit])
    today = at.astimezone(calendar.zone).date()
    quarter = (today.month - 1) // 3 + 2  # counted from 0, the next one's end as a first day after it
    year, month = divmod(quarter * 3, 12)
    return calendar.end_of(date(today.year + year, month + 1, 1) - timedelta(days=1))


def find(action_id: int, *, lock: bool = False) -> ReviewAction:
    """An action by its id; `lock` holds it until the commit. Raises NotFound."""
    found = db.session.get(ReviewAction, action_id, with_for_update=lock, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such action."))
    return found


def review_of(action: ReviewAction) -> Review:
    """The post-mortem that it follows from."""
    return rights.find(action.review_id)


def add(
    review: Review, wanted: Wanted, *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> ReviewAction:
    """Add an action; raises Invalid, also for a date past the level's limit, which an extension moves."""
    incident = rights.incident_of(review)
    latest = limit(incident.level, at=at, calendar=calendar)
    faults = _faults(wanted)
    if wanted.due_at is not None and not at < wanted.due_at <= latest:
        said = N_("Between now and %(due)s, the limit of the level; an extension moves it later.")
        faults.append(Reason(said, {"due": latest.isoformat()}, ("due_at",)))
    if wanted.finding_id is not None and findings.find(wanted.finding_id).review_id != review.id:
        faults.append(Reason(N_("There is no such finding."), loc=("finding",)))
    if faults:
        raise errors.Invalid(N_("The action cannot be added."), reasons=faults)
    _open_for(review, by)
    due = wanted.due_at or latest
    row = ReviewAction(
        review_id=review.id,
        finding_id=wanted.finding_id,
        kind=ActionKind(wanted.kind),
        title=_clean(wanted.title),
        detail=privacy.redact(wanted.detail.strip()),
        owner_id=wanted.owner.id if wanted.owner else None,
        due_at=due,
        first_due_at=due,
        remind_at=meeting.first_reminder(due, calendar, at=at),
        created_at=at,
        created_by=by.label,
        version=1,
    )
    db.session.add(row)
    db.session.flush()
    _note(row, "added", by=by, at=at)
    action_telling.tell_owner(row, by=by, at=at)
    return row


def _open_for(review: Review, by: Actor) -> None:
    """An action may follow later too; while the text is written, it is part of what is signed."""
    if review.state == ReviewState.COMPLETED:
        rights.must_write(review, by)
    else:
        rights.touch(review, by=by)


def _faults(wanted: Wanted) -> list[Reason]:
    faults = []
    if wanted.kind not in set(ActionKind):
        faults.append(Reason(N_("Use one of %(kinds)s."), {"kinds": ", ".join(ActionKind)}, ("kind",)))
    for name, text, least, most in (
        ("title", wanted.title, 1, TITLE_LONGEST),
        ("detail", wanted.detail, 0, TEXT_LONGEST),
    ):
        if not least <= len(text.strip()) <= most:
            said = N_("Between %(least)s and %(most)s characters are needed.")
            faults.append(Reason(said, {"least": least, "most": most}, (name,)))
    if wanted.owner is not None and not (wanted.owner.active and rights.able(wanted.owner)):
        faults.append(_unable(wanted.owner))
    return faults


def _unable(person: Person) -> Reason:
    return Reason(N_("%(name)s may not own actions."), {"name": person.name}, ("owner",))


def _clean(text: str) -> str:
    return privacy.redact(" ".join(text.split()))


def change(
    action: ReviewAction,
    *,
    by: Actor,
    at: datetime,
    kind: str | None = None,
    title: str | None = None,
    detail: str | None = None,
    owner: Person | None = None,
) -> ReviewAction:
    """Change what it is or whose it is; what is not given stays. Raises Refused once it is over."""
    _must_work(action, by)
    wanted = Wanted(
        kind or action.kind,
        action.title if title is None else title,
        action.detail if detail is None else detail,
        owner,
    )
    faults = _faults(wanted)
    if faults:
        raise errors.Invalid(N_("The action cannot be changed."), reasons=faults)
    before = action.owner_id
    action.kind, action.title = ActionKind(wanted.kind), _clean(wanted.title)
    action.detail = privacy.redact(wanted.detail.strip())
    if owner is not None and owner.id != before:
        action.owner_id = owner.id
        _note(action, "owner", by=by, at=at, **{"from": before, "to": owner.id})
        action_telling.tell_owner(action, by=by, at=at)
    else:
        _note(action, "changed", by=by, at=at)
    db.session.flush()
    return action


def _must_work(action: ReviewAction, by: Actor) -> None:
    rights.must_write(review_of(action), by)
    if action.state != ActionState.OPEN:
        raise errors.Refused(N_("The action is %(action_state)s."), action_state=str(action.state))


def finish(action: ReviewAction, *, proof: str, by: Actor, at: datetime) -> ReviewAction:
    """It is done, with the proof that somebody else looks at; raises Invalid without one."""
    _must_work(action, by)
    action.proof = _words(proof, "proof", N_("Say how one sees that it is done."))
    action.state, action.remind_at = ActionState.DONE, None
    action.done_at, action.done_by_id = at, by.id
    db.session.flush()
    _note(action, "done", by=by, at=at, proof=action.proof)
    action_telling.ask_to_verify(action, by=by, at=at)
    return action


def verify(action: ReviewAction, *, by: Actor, at: datetime) -> ReviewAction:
    """Somebody else has looked at the proof; raises Forbidden for its owner and for whoever finished it."""
    _must_judge(action, by)
    action.state, action.verified_at, action.verified_by_id = ActionState.VERIFIED, at, by.id
    db.session.flush()
    _note(action, "verified", by=by, at=at)
    return action


def send_back(
    action: ReviewAction, *, reason: str, by: Actor, at: datetime, calendar: WorkingCalendar
) -> ReviewAction:
    """The proof does not hold: it is open again, and its owner is told."""
    if action.state == ActionState.DONE and by.id not in (None, action.owner_id, action.done_by_id):
        _must_judge(action, by)
    elif action.state in (ActionState.DONE, ActionState.DROPPED):
        rights.must_write(review_of(action), by)  # its own people take it back
    else:
        raise errors.Refused(N_("The action is %(action_state)s."), action_state=str(action.state))
    words = _words(reason, "reason", N_("Say why it is open again."))
    action.state, action.done_at, action.done_by_id, action.proof = ActionState.OPEN, None, None, None
    action.remind_at = meeting.first_reminder(action.due_at, calendar, at=at)
    db.session.flush()
    _note(action, "reopened", by=by, at=at, reason=words)
    action_telling.tell_owner(action, by=by, at=at)
    return action


def _must_judge(action: ReviewAction, by: Actor) -> None:
    rights.must_write(review_of(action), by)
    if action.state != ActionState.DONE:
        raise errors.Refused(
            N_("The action is %(action_state)s; only a finished one is verified."),
            action_state=str(action.state),
        )
    if by.id is None or by.id in (action.owner_id, action.done_by_id):
        raise errors.Forbidden(
            N_("An action is verified by somebody else than its owner and whoever finished it.")
        )


def extend(
    action: ReviewAction, *, to: datetime, reason: str, by: Actor, at: datetime, calendar: WorkingCalendar
) -> ReviewAction:
    """Move the due date with a reason that stays in the record; its owner or whoever leads the review may."""
    _must_work(action, by)
    if by.id is None or by.id != action.owner_id:
        rights.must_lead(review_of(action), by)
    words = _words(reason, "reason", N_("Say why it needs more time."))
    if not at < to <= at + FARTHEST or to == action.due_at:
        said = N_("Name another time, within the next two years.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("due_at",))])
    before, action.due_at = action.due_at, to
    action.remind_at = meeting.first_reminder(to, calendar, at=at)
    db.session.flush()
    _note(
        action, "extended", by=by, at=at, reason=words, **{"from": before.isoformat(), "to": to.isoformat()}
    )
    return action


def drop(action: ReviewAction, *, reason: str, by: Actor, at: datetime) -> ReviewAction:
    """It is not done after all, with a reason; for whoever leads the review."""
    _must_work(action, by)
    rights.must_lead(review_of(action), by)
    words = _words(reason, "reason", N_("Say why it is dropped."))
    action.state, action.remind_at = ActionState.DROPPED, None
    db.session.flush()
    _note(action, "dropped", by=by, at=at, reason=words)
    return action


def _words(text: str, name: str, empty: str) -> str:
    words = privacy.redact(text.strip())
    if not words:
        raise errors.Invalid(empty, reasons=[Reason(empty, loc=(name,))])
    if len(words) > TEXT_LONGEST:
        said = N_("At most %(most)s characters.")
        raise errors.Invalid(said, most=TEXT_LONGEST, reasons=[Reason(said, {"most": TEXT_LONGEST}, (name,))])
    return words


def _note(action: ReviewAction, kind: str, *, by: Actor, at: datetime, **data: Any) -> None:
    db.session.add(ReviewActionEvent(action_id=action.id, at=at, by=by.label, kind=kind, data=data))


def histories(ids: Sequence[int]) -> dict[int, list[ReviewActionEvent]]:
    """What happened to some actions, oldest first, by their ids."""
    rows = db.session.scalars(
        select(ReviewActionEvent).where(ReviewActionEvent.action_id.in_(ids)).order_by(ReviewActionEvent.id)
    )
    found: dict[int, list[ReviewActionEvent]] = {id_: [] for id_ in ids}
    for row in rows:
        found[row.action_id].append(row)
    return found
