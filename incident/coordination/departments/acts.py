"""The acts on a department line: call out, accept, report, block, hand the lead over, sign off, stand down.

Each is one act on the timeline; each brings the card up to date, and tells and invites whoever it is for.
"""

from datetime import datetime

from incident import duty, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.calendars import WorkingCalendar
from incident.coordination import pace
from incident.coordination.departments import standing
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import DepartmentState, Incident, IncidentDepartment
from incident.models.people import Person
from incident.permissions import Permission
from incident.playbooks import library

TEXT_LONGEST = 2_000  # characters of a statement, a reason or a report
PARTS = ("responsible", "support")
NOBODY = {"zh": "无人", "en": "nobody"}


def call_out(
    incident: Incident,
    code: str,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    lead: Person | None = None,
    part: str = "support",
) -> IncidentDepartment:
    """Call out another department, or again one that has ended; without a named lead whoever is on duty
    leads it. Raises Invalid for an unknown department, Conflict where it was called out already."""
    _may_act(incident, by)
    if code not in library.departments() or part not in PARTS:
        place, words = (
            ("part", N_("A department is responsible, or it supports."))
            if code in library.departments()
            else ("department", N_("There is no such department."))
        )
        raise errors.Invalid(words, reasons=[Reason(words, loc=(place,))])
    found = standing.find(incident.id, code)
    if found is not None:
        standing.moved(found, "call_out")
    if lead is not None:
        _may_lead(incident, lead)
    leads = lead or _on_duty(incident, code, at=at, calendar=calendar)
    due = pace.accept_by(library.the_levels()[incident.level], at, calendar)
    if found is None:
        found = IncidentDepartment(incident_id=incident.id, code=code)
        db.session.add(found)
    _called(found, leads, part, at=at, due=due)
    db.session.flush()
    name = leads.name if leads else NOBODY
    timeline.record(incident.id, "department_called_out", by=by.label, at=at, department=code, lead=name)
    _shown(incident, at=at)
    if leads:
        _tell(incident, found, leads.id, "called", at=at, due_at=due.isoformat())
    outbox.enqueue(incident.id, "invite", at=at)
    return found


def _called(
    found: IncidentDepartment, lead: Person | None, part: str, *, at: datetime, due: datetime
) -> None:
    """A line as it begins; what an earlier turn left stands on the timeline."""
    found.state, found.part, found.lead_id = DepartmentState.CALLED, part, lead.id if lead else None
    found.called_at, found.accept_by, found.escalate_at, found.rung = at, due, due, 0
    found.accepted_at = found.accepted_by_id = found.next_update_at = None
    found.signed_off_at = found.signed_off_by_id = found.statement = None
    found.reported_at = found.report = found.reason = None


def _on_duty(incident: Incident, code: str, *, at: datetime, calendar: WorkingCalendar) -> Person | None:
    if incident.drill:
        people = escalation.drill_participants(incident.id)
        return next((each for each in people if each.department_code == code), None)
    people = duty.roster([code], at=at, zone=calendar.zone)[code].people
    return next((each for each in people if recusal.bar(incident, each) is None), None)


def accept(
    incident: Incident, code: str, *, by: Actor, at: datetime, calendar: WorkingCalendar, note: str = ""
) -> IncidentDepartment:
    """The department takes its part on; raises Conflict where somebody else accepted first."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    mine = by.id is not None and found.accepted_by_id == by.id
    if mine and found.state in standing.WANTED["accept"]:
        return found
    to = standing.moved(found, "accept")
    recusal.must_not_be(incident, by)
    found.state = to
    standing.accepted(incident, found, by=by, at=at)
    _heard(incident, found, note, by=by, at=at, calendar=calendar)
    outbox.enqueue(incident.id, "invite", at=at)
    _shown(incident, at=at)
    return found


def report(
    incident: Incident, code: str, *, text: str, by: Actor, at: datetime, calendar: WorkingCalendar
) -> IncidentDepartment:
    """A department says in short how far it is; its next update is due an interval later."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    to, words = (
        standing.moved(found, "report"),
        _words(text, "note", N_("Say in a sentence how far it is.")),
    )
    if found.state == DepartmentState.CALLED:
        standing.accepted(incident, found, by=by, at=at)
    found.state = to
    _heard(incident, found, words, by=by, at=at, calendar=calendar)
    _shown(incident, at=at)
    return found


def block(
    incident: Incident, code: str, *, reason: str, by: Actor, at: datetime, calendar: WorkingCalendar
) -> IncidentDepartment:
    """The department cannot go on; the commander is told, the reason stands on the board."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    to, words = standing.moved(found, "block"), _words(reason, "note", N_("Say what blocks it."))
    if found.state == DepartmentState.CALLED:
        standing.accepted(incident, found, by=by, at=at)
    found.state, found.reason = to, words
    standing.heard(found, incident, at=at, calendar=calendar)
    timeline.record(incident.id, "department_blocked", by=by.label, at=at, department=code, reason=words)
    _shown(incident, at=at)
    if incident.commander_id is not None and incident.commander_id != by.id:
        _tell(incident, found, incident.commander_id, "blocked", at=at)
    return found


def unblock(
    incident: Incident, code: str, *, by: Actor, at: datetime, calendar: WorkingCalendar, note: str = ""
) -> IncidentDepartment:
    """The department goes on."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    found.state, found.reason = standing.moved(found, "unblock"), None
    timeline.record(incident.id, "department_unblocked", by=by.label, at=at, department=code)
    _heard(incident, found, note, by=by, at=at, calendar=calendar)
    _shown(incident, at=at)
    return found


def sign_off(incident: Incident, code: str, *, statement: str, by: Actor, at: datetime) -> IncidentDepartment:
    """Say that a department's part is finished; raises Refused while its tasks are not."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    to = standing.moved(found, "sign_off")
    recusal.must_not_be(incident, by)
    words = _words(statement, "statement", N_("Say in one or two sentences what was done."))
    left = standing.unfinished(incident.id, code)
    if left:
        raise errors.Refused(
            N_("%(code)s still has %(count)s tasks that must be done."),
            code=code,
            count=len(left),
            reasons=left,
        )
    if found.accepted_at is None:
        standing.accepted(incident, found, by=by, at=at)
    found.state, found.signed_off_at, found.statement = to, at, words
    found.signed_off_by_id = by.id
    _ended(found)
    timeline.record(
        incident.id, "department_signed_off", by=by.label, at=at, department=code, statement=words
    )
    _shown(incident, at=at)
    return found


def stand_down(incident: Incident, code: str, *, reason: str, by: Actor, at: datetime) -> IncidentDepartment:
    """Release a department that is not needed any more; its must-do tasks stay, and still ask for an end."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    to, words = (
        standing.moved(found, "stand_down"),
        _words(reason, "note", N_("Say why it is stood down.")),
    )
    found.state, found.reason = to, words
    _ended(found)
    timeline.record(incident.id, "department_stood_down", by=by.label, at=at, department=code, reason=words)
    _shown(incident, at=at)
    return found


def hand_over_lead(
    incident: Incident,
    code: str,
    *,
    to: Person,
    reason: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> IncidentDepartment:
    """Give a line to another lead; raises Conflict where that person leads it already, or where somebody else
    handed it over first: `seen` is the id of the lead as the caller knows it, 0 for nobody."""
    _may_act(incident, by)
    found = standing.line(incident, code)
    standing.moved(found, "hand_over")
    _may_lead(incident, to)
    if found.lead_id == to.id:
        raise errors.Conflict(N_("%(name)s leads %(department)s already."), name=to.name, department=code)
    before = db.session.get(Person, found.lead_id) if found.lead_id else None
    if seen is not None and seen != (found.lead_id or 0):
        raise errors.Conflict(
            N_("Somebody handed %(department)s over a moment ago: %(lead)s leads it now."),
            department=code,
            lead=before.name if before else NOBODY,
        )
    words = _words(reason, "note", N_("Say why the lead changes."))
    found.lead_id = to.id
    names = {"before": before.name if before else NOBODY, "lead": to.name}
    timeline.record(
        incident.id, "department_lead", by=by.label, at=at, department=code, reason=words, **names
    )
    _shown(incident, at=at)
    _tell(incident, found, to.id, "lead", at=at)
    outbox.enqueue(incident.id, "invite", at=at)
    return found


def _may_act(incident: Incident, by: Actor) -> None:
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def _may_lead(incident: Incident, person: Person) -> None:
    """Anybody active may, of whichever department; in a drill its participants."""
    if not person.active:
        raise errors.Refused(N_("%(name)s is no longer active."), name=person.name)
    if incident.drill and person.id not in {each.id for each in escalation.drill_participants(incident.id)}:
        raise errors.Refused(N_("%(name)s does not take part in the drill."), name=person.name)
    recusal.must_not_be(incident, person)


def _words(text: str, place: str, empty: str) -> str:
    words = privacy.redact(text.strip())
    if not words or len(words) > TEXT_LONGEST:
        raise errors.Invalid(
            empty, reasons=[Reason(N_("A text of 1 to 2000 characters is needed."), loc=(place,))]
        )
    return words


def _heard(
    incident: Incident,
    found: IncidentDepartment,
    note: str,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> None:
    """The next update is due an interval from now; a word said with the act is the department's report."""
    standing.heard(found, incident, at=at, calendar=calendar)
    words = privacy.redact(note.strip())[:TEXT_LONGEST]
    if words:
        found.report, found.reported_at = words, at
        timeline.record(
            incident.id, "department_reported", by=by.label, at=at, department=found.code, text=words
        )


def _ended(found: IncidentDepartment) -> None:
    found.escalate_at = found.next_update_at = None


def _shown(incident: Incident, *, at: datetime) -> None:
    incident.last_activity_at = at
    outbox.enqueue(incident.id, "update_card", at=at)


def _tell(
    incident: Incident, found: IncidentDepartment, person_id: int, about: str, *, at: datetime, **more: str
) -> None:
    outbox.enqueue(incident.id, "line", at=at, about=about, code=found.code, person_id=person_id, **more)
