"""What is done after the customer was told: call-backs, welfare checks, the effect check."""

from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import select, update

from incident import durations, errors, privacy, timeline
from incident.accounts import Actor
from incident.calendars import WorkingCalendar
from incident.coordination import planning, tasks, telling
from incident.coordination.telling import Case
from incident.db import db
from incident.errors import N_, Reason
from incident.models.decisions import FollowUp, FollowUpKind, FollowUpState
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library
from incident.vocabulary import ComplaintType

CALL_BACK = "call_back"  # the step in every plan that asks the customer how it went
CALL_BACK_LEAST = timedelta(days=3)  # after the letter: earlier, it has hardly arrived
# After a threat to oneself, from the moment somebody answers (facts §5.11, step 8).
WELFARE = (("24h", timedelta(hours=24)), ("72h", timedelta(hours=72)), ("7d", timedelta(days=7)))
WELFARE_AHEAD = timedelta(minutes=30)  # the owner is reminded so long before a welfare check
EFFECT_AFTER = timedelta(days=30)  # requirements S2-38: an outcome rating 30 days later
EFFECT_BY = time(17, 0)  # in the organisation's zone, on a working day
REMIND_AT = time(9, 10)  # in the organisation's zone, on working days
TITLES: dict[FollowUpKind, tuple[str, str]] = {
    FollowUpKind.CALL_BACK: ("回访客户", "Call the customer back"),
    FollowUpKind.WELFARE_CHECK: ("关怀回访", "Welfare check"),
    FollowUpKind.EFFECT_CHECK: ("效果评估：处理是否见效", "Effect check: has it helped?"),
    FollowUpKind.OTHER: ("后续跟进", "Follow-up"),
}
USUAL_WORKING_DAYS = 3
NOTE_LONGEST, TITLE_LONGEST = 2_000, 200  # characters


def of(incident_id: int) -> list[FollowUp]:
    """An incident's follow-ups, soonest first."""
    query = select(FollowUp).where(FollowUp.incident_id == incident_id).order_by(FollowUp.due_at, FollowUp.id)
    return list(db.session.scalars(query))


def reminder(due_at: datetime, calendar: WorkingCalendar, *, at: datetime) -> datetime:
    """When the owner is first reminded: on the morning of the day, or at once where that has passed."""
    day = due_at.astimezone(calendar.zone).date()
    morning = datetime.combine(day, REMIND_AT, tzinfo=calendar.zone)
    return max(at, min(morning, due_at))


def plan_call_back(
    incident: Incident, case: Case, *, told_at: datetime, by: Actor, at: datetime, calendar: WorkingCalendar
) -> FollowUp | None:
    """Plan the call-back of the plan for a customer who was told; there is one for each and each round."""
    step = next(
        (each for each in library.version(incident.plan_version_id).plan.steps if each.key == CALL_BACK), None
    )
    if step is None:
        return None
    due = planning.due_after(incident.opened_at, durations.parse(step.due), calendar)
    task = tasks.keyed(incident.id, CALL_BACK)
    due = max(due, told_at + CALL_BACK_LEAST)
    return _once(
        incident,
        FollowUpKind.CALL_BACK,
        f"call_back-{case.complaint.id if case.complaint else 0}-{case.round}",
        title=(step.title.zh, step.title.en),
        due_at=due,
        owner_id=(task.assignee_id if task else None) or incident.commander_id,
        complaint_id=case.complaint.id if case.complaint else None,
        remind_at=reminder(due, calendar, at=at),
        by=by,
        at=at,
    )


def plan_welfare(incident: Incident, *, by: Actor, at: datetime) -> list[FollowUp]:
    """Plan the three welfare checks after a threat to oneself; nothing for other incidents and drills."""
    if incident.complaint_type != ComplaintType.SELF_HARM_THREAT or incident.drill:
        return []
    planned = [
        _once(
            incident,
            FollowUpKind.WELFARE_CHECK,
            f"welfare-{name}",
            title=(f"关怀回访（{name}）", f"Welfare check ({name})"),
            due_at=incident.opened_at + after,
            owner_id=incident.commander_id,
            remind_at=max(at, incident.opened_at + after - WELFARE_AHEAD),
            by=by,
            at=at,
        )
        for name, after in WELFARE
    ]
    return [each for each in planned if each is not None]


def plan_effect_check(
    incident: Incident, *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> FollowUp | None:
    """Plan the look, 30 days after closing, whether what was done has helped."""
    if incident.drill:
        return None
    day = calendar.next_working((at + EFFECT_AFTER).astimezone(calendar.zone).date())
    due = datetime.combine(day, EFFECT_BY, tzinfo=calendar.zone)
    return _once(
        incident,
        FollowUpKind.EFFECT_CHECK,
        f"effect-{telling.round_of(incident.id)}",
        title=TITLES[FollowUpKind.EFFECT_CHECK],
        due_at=due,
        owner_id=incident.commander_id,
        remind_at=reminder(due, calendar, at=at),
        by=by,
        at=at,
    )


def _once(
    incident: Incident,
    kind: FollowUpKind,
    key: str,
    *,
    title: tuple[str, str],
    due_at: datetime,
    owner_id: int | None,
    remind_at: datetime,
    by: Actor,
    at: datetime,
    complaint_id: int | None = None,
) -> FollowUp | None:
    known = select(FollowUp.id).where(FollowUp.incident_id == incident.id, FollowUp.key == key)
    if db.session.scalar(known) is not None:
        return None
    row = FollowUp(
        incident_id=incident.id,
        complaint_id=complaint_id,
        round=telling.round_of(incident.id),
        kind=kind,
        key=key,
        title_zh=title[0],
        title_en=title[1],
        due_at=due_at,
        owner_id=owner_id,
        remind_at=remind_at,
        created_at=at,
        created_by=by.label,
    )
    db.session.add(row)
    db.session.flush()
    timeline.record(
        incident.id,
        "follow_up_planned",
        by=by.label,
        at=at,
        follow_up={"zh": title[0], "en": title[1]},
        due_at=due_at.isoformat(),
    )
    return row


def usual_due(at: datetime, calendar: WorkingCalendar) -> datetime:
    """When something planned without a time is due: the end of the third working day."""
    return calendar.add(at, USUAL_WORKING_DAYS, "working_days")


def add(
    incident: Incident,
    *,
    title: str,
    due_at: datetime,
    owner: Person | None,
    complaint_id: int | None,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    kind: str = FollowUpKind.OTHER,
) -> FollowUp:
    """Plan one by hand, also after closing; without a title it is named for its kind. Raises Invalid."""
    by.must(Permission.INCIDENTS_ACT)
    words = privacy.redact(title.strip())
    faults = []
    if kind not in set(FollowUpKind):
        faults.append(Reason(N_("Use one of %(values)s."), {"values": ", ".join(FollowUpKind)}, ("kind",)))
    if len(words) > TITLE_LONGEST:
        faults.append(Reason(N_("At most %(most)s characters."), {"most": TITLE_LONGEST}, ("title",)))
    if due_at <= at:
        faults.append(Reason(N_("This time has passed."), loc=("due_at",)))
    if owner is not None and not owner.active:
        faults.append(Reason(N_("%(name)s is no longer active."), {"name": owner.name}, ("owner",)))
    if complaint_id is not None and complaint_id not in {
        each.complaint.id for each in telling.cases(incident.id) if each.complaint
    }:
        faults.append(Reason(N_("There is no such complaint on this incident."), loc=("complaint",)))
    if faults:
        raise errors.Invalid(N_("The follow-up cannot be planned."), reasons=faults)
    made = _once(
        incident,
        FollowUpKind(kind),
        f"hand-{len(of(incident.id))}-{int(at.timestamp() * 1e6):x}",
        title=(words, words) if words else TITLES[FollowUpKind(kind)],
        due_at=due_at,
        owner_id=owner.id if owner else by.id or incident.commander_id,
        complaint_id=complaint_id,
        remind_at=reminder(due_at, calendar, at=at),
        by=by,
        at=at,
    )
    assert made is not None  # its key holds the moment
    return made


def find(incident: Incident, follow_up_id: int) -> FollowUp:
    """One of an incident's follow-ups; raises NotFound."""
    found = db.session.get(FollowUp, follow_up_id, populate_existing=True)
    if found is None or found.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such follow-up on this incident."))
    return found


def record(
    incident: Incident,
    row: FollowUp,
    *,
    note: str,
    by: Actor,
    at: datetime,
    effective: bool | None = None,
    dropped: bool = False,
) -> FollowUp:
    """Write down what came of it, or why it is dropped; also on a closed incident.

    The effect check says yes or no, with the reason; "no" asks for the incident to be opened again. Raises
    Conflict where somebody else wrote it down first.
    """
    by.must(Permission.INCIDENTS_ACT)
    words = note.strip()
    if not words or len(words) > NOTE_LONGEST:
        said = N_("Say in 1 to 2,000 characters what came of it.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("note",))])
    judged = row.kind == FollowUpKind.EFFECT_CHECK and not dropped
    if judged and effective is None:
        said = N_("Say whether it has helped.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=("effective",))])
    _end(
        row,
        state=FollowUpState.DROPPED if dropped else FollowUpState.DONE,
        effective=effective if judged else None,
        content={"note": words},
        remind_at=None,
        ended_at=at,
        ended_by=by.label,
    )
    data: dict[str, Any] = {
        "follow_up": {"zh": row.title_zh, "en": row.title_en},
        "note": privacy.redact(words),
    }
    if dropped:
        timeline.record(incident.id, "follow_up_dropped", by=by.label, at=at, **data)
    elif judged:
        timeline.record(
            incident.id, "effect_found" if effective else "effect_missing", by=by.label, at=at, **data
        )
    else:
        timeline.record(incident.id, "follow_up_done", by=by.label, at=at, **data)
    if incident.is_open:
        incident.last_activity_at = at
    return row


def _end(row: FollowUp, **values: Any) -> None:
    ended = db.session.execute(
        update(FollowUp)
        .where(FollowUp.id == row.id, FollowUp.state == FollowUpState.PLANNED)
        .values(**values)
        .returning(FollowUp.id),
        execution_options={"synchronize_session": False},
    ).first()
    db.session.refresh(row)
    if ended is None:
        raise errors.Conflict(
            N_("%(name)s has written this down already."), name=(row.ended_by or "").rsplit("/", 1)[-1]
        )
