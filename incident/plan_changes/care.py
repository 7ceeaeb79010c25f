"""Who looks after a plan: its owner, the day by which it is looked through again, and the reminders."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from incident import audit, errors, privacy
from incident.accounts import Actor
from incident.alerting import outbox
from incident.calendars import WorkingCalendar
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.models.people import Department, Person
from incident.models.plans import PlanCare, PlanVersion
from incident.permissions import Permission
from incident.playbooks import library
from incident.reviews import meeting
from incident.training import months

EVERY_MONTHS = 12
EVERY_MOST = 36  # months; the legal floor for drills is three years too (facts §6, E4)
REMIND_BEFORE = timedelta(days=30)
AGAIN = timedelta(days=7)
NOTE_LONGEST = 2_000  # characters


def of(key: str) -> PlanCare | None:
    """The care of a plan; None until the scheduler has first looked at it."""
    return db.session.get(PlanCare, key)


def owner(care: PlanCare) -> Person | None:
    """Whoever looks after it: its owner, else the head of its first responsible department."""
    named = db.session.get(Person, care.owner_id or 0)
    if named is not None and named.active:
        return named
    plan = library.current(care.key).plan
    code = next(each.code for each in plan.departments if each.part == "responsible")
    found = db.session.get(Department, code)
    head = db.session.get(Person, found.head_id or 0) if found else None
    return head if head and head.active else None


def remind_at(care: PlanCare, calendar: WorkingCalendar) -> datetime:
    """When its owner is first reminded: a month before, on a working morning."""
    due = datetime.combine(care.review_by, meeting.REMIND_AT, tzinfo=calendar.zone)
    return meeting.working_morning(due - REMIND_BEFORE, calendar)


def entrust(
    key: str,
    *,
    owner_id: int | None,
    review_by: date,
    every_months: int,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> PlanCare:
    """Say who looks after a plan and by when it is looked through; raises Invalid."""
    by.must(Permission.PLAYBOOKS_APPROVE)
    library.current(key)
    person = db.session.get(Person, owner_id or 0)
    faults = []
    if owner_id is not None and (person is None or not person.active):
        faults.append(Reason(N_("There is no such person."), loc=("owner",)))
    if not 1 <= every_months <= EVERY_MOST:
        words = N_("Write a number of months from 1 to %(most)s.")
        faults.append(Reason(words, {"most": EVERY_MOST}, ("every_months",)))
    if faults:
        raise errors.Invalid(N_("The care of the plan is not valid."), reasons=faults)
    care = of(key) or PlanCare(key=key)
    care.owner_id, care.review_by, care.every_months = owner_id, review_by, every_months
    care.remind_at = remind_at(care, calendar)
    db.session.add(care)
    db.session.flush()
    audit.record("plans.entrusted", f"plan/{key}", by=by.label, at=at, name=person.name if person else "-")
    return care


def reviewed(key: str, *, note: str, by: Actor, at: datetime, calendar: WorkingCalendar) -> PlanCare:
    """Write down that a plan was looked through, changed or not; the next day is set. Raises Invalid."""
    by.must(Permission.PLAYBOOKS_PROPOSE)
    words = privacy.redact(note.strip())[:NOTE_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("Say what the review came to."),
            reasons=[Reason(N_("A note is needed for this."), loc=("note",))],
        )
    today = at.astimezone(calendar.zone).date()
    care = of(key) or _first(key, calendar)
    care.reviewed_on, care.reviewed_by, care.note = today, by.label, words
    care.review_by = months.after(today, care.every_months)
    care.remind_at = remind_at(care, calendar)
    db.session.add(care)
    audit.record("plans.reviewed", f"plan/{key}", by=by.label, at=at, name=key)
    return care


def _first(key: str, calendar: WorkingCalendar) -> PlanCare:
    """A plan nobody has looked after yet: due a year after its first version."""
    library.current(key)
    began = db.session.scalar(select(func.min(PlanVersion.loaded_at)).where(PlanVersion.key == key))
    assert began is not None  # a plan in force has a version
    due = months.after(began.astimezone(calendar.zone).date(), EVERY_MONTHS)
    care = PlanCare(key=key, every_months=EVERY_MONTHS, review_by=due)
    care.remind_at = remind_at(care, calendar)
    return care


def sweep(*, at: datetime, calendar: WorkingCalendar) -> int:
    """Take plans that are new into care, and remind owners of what is due; returns how many of both."""
    known = set(db.session.scalars(select(PlanCare.key)))
    fresh = [each.plan.key for each in library.all_current() if each.plan.key not in known]
    if fresh:
        with unit_of_work() as session:
            session.add_all([_first(str(key), calendar) for key in fresh])
    due = db.session.scalars(
        select(PlanCare.key).where(PlanCare.remind_at.is_not(None), PlanCare.remind_at <= at)
    ).all()
    for key in due:
        with unit_of_work() as session:
            _remind(session.get_one(PlanCare, key, populate_existing=True), at=at, calendar=calendar)
    return len(fresh) + len(due)


def _remind(care: PlanCare, *, at: datetime, calendar: WorkingCalendar) -> None:
    if care.remind_at is None or care.remind_at > at:
        return
    care.remind_at = meeting.working_morning(at + AGAIN, calendar)
    person, title = owner(care), library.current(care.key).plan.title
    if person is not None:
        outbox.enqueue(
            None,
            "remind",
            at=at,
            key=f"plan-care-{care.key}-{at.date()}",
            about="plan_review",
            person_id=person.id,
            plan_title={"zh": title.zh, "en": title.en},
            key_of_plan=care.key,
            due_on=care.review_by.isoformat(),
        )


def upcoming(*, calendar: WorkingCalendar) -> list[dict[str, Any]]:
    """Plans that are to be looked through: {at, what, subject, href}."""
    rows = db.session.scalars(select(PlanCare).order_by(PlanCare.review_by))
    return [
        {
            "at": datetime.combine(row.review_by, meeting.MEETING_AT, tzinfo=calendar.zone),
            "what": "plan_review",
            "subject": row.key,
            "href": f"/playbooks/{row.key}#care",
        }
        for row in rows
    ]
