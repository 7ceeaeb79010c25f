"""The register of collection agencies: who they are, whether they may work, when they are evaluated."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import agency_names, audit, errors, privacy, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.errors import N_, Reason
from incident.models.agencies import Agency, AgencyState
from incident.models.incidents import Incident
from incident.models.people import Department
from incident.permissions import Permission

TEXT_LONGEST = 2_000  # characters of notes and reasons
REMIND_BEFORE = timedelta(days=30)  # an evaluation wants preparing (facts K9: at least once a year)
REMIND_AT = time(9, 0)  # in the house's zone
AGAIN = timedelta(days=7)  # until somebody writes down that it was done


def find(agency_id: int, *, lock: bool = False) -> Agency:
    """An agency by its id; raises NotFound."""
    found = db.session.get(Agency, agency_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such agency."))
    return found


def named(name: str | None) -> Agency | None:
    """The registered agency that a complaint names, in whatever spelling."""
    key = agency_names.normal(name) if name else ""
    return db.session.scalar(select(Agency).where(Agency.key == key)) if key else None


def add(
    *,
    name: str,
    code: str,
    department: str,
    by: Actor,
    at: datetime,
    zone: ZoneInfo,
    evaluate_on: date | None = None,
    notes: str = "",
) -> Agency:
    """Enter an agency; raises Invalid, or Refused for one whose name or code is there already."""
    by.must(Permission.AGENCIES_MANAGE)
    words, short = name.strip(), code.strip().upper()
    _check(words, short, department)
    known = db.session.scalar(
        select(Agency).where((Agency.key == agency_names.normal(words)) | (Agency.code == short))
    )
    if known is not None:
        raise errors.Refused(
            N_("%(name)s (%(code)s) is in the register already."),
            name=known.name,
            code=known.code,
            reasons=[Reason(N_("Open it."), loc=("name",), href=f"/agencies/{known.id}")],
        )
    made = Agency(
        name=words,
        key=agency_names.normal(words),
        code=short,
        department_code=department,
        state=AgencyState.ACTIVE,
        evaluate_on=evaluate_on,
        remind_at=remind_at(evaluate_on, zone),
        notes=_notes(notes),
        created_at=at,
        created_by=by.label,
    )
    db.session.add(made)
    db.session.flush()
    audit.record("agencies.added", f"agency/{made.id}", by=by.label, at=at, name=words)
    return made


def _check(name: str, code: str, department: str) -> None:
    faults = []
    if not agency_names.normal(name) or len(name) > agency_names.LONGEST:
        faults.append(Reason(N_("A name of 1 to 120 characters is needed."), loc=("name",)))
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,19}", code):
        faults.append(
            Reason(N_("A code of up to 20 capital letters, digits and hyphens is needed."), loc=("code",))
        )
    if db.session.get(Department, department) is None:
        faults.append(Reason(N_("There is no such department."), loc=("department",)))
    if faults:
        raise errors.Invalid(N_("The agency is not valid."), reasons=faults)


def _notes(text: str) -> str | None:
    return privacy.redact(text.strip())[:TEXT_LONGEST] or None


def change(
    agency: Agency,
    *,
    department: str,
    evaluate_on: date | None,
    notes: str,
    by: Actor,
    at: datetime,
    zone: ZoneInfo,
) -> Agency:
    """Change who looks after it, when it is evaluated, and the notes; raises Invalid."""
    by.must(Permission.AGENCIES_MANAGE)
    _check(agency.name, agency.code, department)
    agency.department_code, agency.notes = department, _notes(notes)
    if evaluate_on != agency.evaluate_on:
        agency.evaluate_on, agency.remind_at = evaluate_on, remind_at(evaluate_on, zone)
    audit.record("agencies.changed", f"agency/{agency.id}", by=by.label, at=at, name=agency.name)
    return agency


def remind_at(evaluate_on: date | None, zone: ZoneInfo) -> datetime | None:
    """When the department is reminded of an evaluation; None without a date."""
    if evaluate_on is None:
        return None
    return datetime.combine(evaluate_on, REMIND_AT, zone) - REMIND_BEFORE


def evaluated(
    agency: Agency, *, on: date, next_on: date | None, by: Actor, at: datetime, zone: ZoneInfo
) -> Agency:
    """Write down that it was evaluated, and when next; raises Invalid where the next is not later."""
    by.must(Permission.AGENCIES_MANAGE)
    if next_on is not None and next_on <= on:
        raise errors.Invalid(
            N_("The agency is not valid."),
            reasons=[Reason(N_("The next evaluation comes after this one."), loc=("next_on",))],
        )
    agency.evaluated_on, agency.evaluate_on = on, next_on
    agency.remind_at = remind_at(next_on, zone)
    audit.record("agencies.evaluated", f"agency/{agency.id}", by=by.label, at=at, name=agency.name)
    return agency


def suspend(
    agency: Agency, *, reason: str, by: Actor, at: datetime, incident: Incident | None = None
) -> Agency:
    """No work for the agency until it is let in again; on the timeline of the incident it comes from. Raises
    Invalid without a reason, Refused for one that is suspended already."""
    by.must(Permission.AGENCIES_MANAGE)
    _set(agency, AgencyState.SUSPENDED, reason, by=by, at=at, incident=incident)
    audit.record("agencies.suspended", f"agency/{agency.id}", by=by.label, at=at, name=agency.name)
    if incident is not None:
        incident.last_activity_at = at
        timeline.record(
            incident.id,
            "agency_suspended",
            by=by.label,
            at=at,
            agency=agency.name,
            reason=agency.state_reason,
        )
    return agency


def resume(agency: Agency, *, reason: str, by: Actor, at: datetime) -> Agency:
    """Let the agency work again; the incident that it was suspended from says so too."""
    by.must(Permission.AGENCIES_MANAGE)
    came_from = agency.state_incident_id
    _set(agency, AgencyState.ACTIVE, reason, by=by, at=at, incident=None)
    audit.record("agencies.resumed", f"agency/{agency.id}", by=by.label, at=at, name=agency.name)
    if came_from is not None:
        timeline.record(
            came_from, "agency_resumed", by=by.label, at=at, agency=agency.name, reason=agency.state_reason
        )
    return agency


def _set(
    agency: Agency, state: AgencyState, reason: str, *, by: Actor, at: datetime, incident: Incident | None
) -> None:
    words = privacy.redact(reason.strip())[:TEXT_LONGEST]
    if not words:
        raise errors.Invalid(
            N_("Say why."), reasons=[Reason(N_("A reason is needed for this."), loc=("reason",))]
        )
    if agency.state == state:
        raise errors.Refused(
            N_("%(name)s is %(agency_state)s already."), name=agency.name, agency_state=str(state)
        )
    agency.state, agency.state_reason, agency.state_by, agency.state_at = state, words, by.label, at
    agency.state_incident_id = incident.id if incident else None


def remind(*, at: datetime) -> int:
    """Remind the heads of departments of evaluations that are near or overdue; returns how many agencies."""
    due = db.session.scalars(
        select(Agency.id).where(Agency.remind_at.is_not(None), Agency.remind_at <= at).limit(100)
    ).all()
    for agency_id in due:
        with unit_of_work():
            _remind(find(agency_id, lock=True), at=at)
    return len(due)


def _remind(agency: Agency, *, at: datetime) -> None:
    if agency.remind_at is None or agency.remind_at > at:
        return
    head = db.session.get_one(Department, agency.department_code).head_id
    if head is not None and agency.evaluate_on is not None:
        outbox.enqueue(
            None, "remind", at=at, key=f"agency:{agency.id}:{at.date()}", about="agency", person_id=head,
            agency=agency.name, due_on=agency.evaluate_on.isoformat(),
        )  # fmt: skip
    agency.remind_at = at + AGAIN
