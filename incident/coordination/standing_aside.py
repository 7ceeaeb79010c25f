"""Naming whom a complaint is about, declaring an own interest, and handing back what they held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from incident import duty, errors, privacy, recusal, timeline
from incident.accounts import Actor
from incident.alerting import escalation, outbox
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.conduct import ComplainedAbout, RecusalKind
from incident.models.incidents import (
    DepartmentState,
    Incident,
    IncidentDepartment,
    IncidentRoleHolder,
    Task,
)
from incident.models.people import Person
from incident.permissions import Permission
from incident.vocabulary import UNFINISHED, IncidentRole

NAME_LONGEST, REASON_LONGEST = 120, 1_000  # characters
OUTSIDER = {"zh": "一名外部人员", "en": "somebody outside"}


def name_person(
    incident: Incident, person: Person, *, reason: str, by: Actor, at: datetime
) -> ComplainedAbout:
    """The complaint is about one of our own people: what they hold on the incident is handed back."""
    row = _named(incident, RecusalKind.PERSON, by=by, at=at, reason=reason, person_id=person.id)
    timeline.record(incident.id, "complained_about", by=by.label, at=at, whom=person.name)
    _hand_back(incident, str(row.id), [person], at=at)
    return row


def name_outsider(incident: Incident, name: str, *, reason: str, by: Actor, at: datetime) -> ComplainedAbout:
    """The complaint is about somebody without an account; the name stays encrypted and off the timeline."""
    words = _checked(name, "name", NAME_LONGEST, N_("Say who it is, in at most 120 characters."))
    row = _named(incident, RecusalKind.OUTSIDER, by=by, at=at, reason=reason, name=words)
    timeline.record(incident.id, "complained_about", by=by.label, at=at, whom=OUTSIDER)
    return row


def name_agency(incident: Incident, agency: str, *, reason: str, by: Actor, at: datetime) -> ComplainedAbout:
    """The complaint is about an agency: everybody who works for it hands back what they hold."""
    words = _checked(agency, "agency", NAME_LONGEST, N_("Name the agency, in at most 120 characters."))
    row = _named(incident, RecusalKind.AGENCY, by=by, at=at, reason=reason, agency=words)
    timeline.record(incident.id, "complained_about", by=by.label, at=at, whom=privacy.redact(words))
    workers = db.session.scalars(select(Person).where(Person.agency.is_not(None)))
    wanted = recusal.alike([words])
    _hand_back(incident, str(row.id), [each for each in workers if recusal.works_for(each, wanted)], at=at)
    return row


def agencies_joined(incident: Incident, ids: Sequence[int], *, at: datetime) -> None:
    """Complaints, by their ids, have come to an open incident: whoever works for an agency that was not
    complained about there before hands back what they hold."""
    workers = db.session.scalars(select(Person).where(Person.agency.is_not(None), Person.active)).all()
    if not workers:
        return
    named = (
        select(Complaint.agency_key, func.min(Complaint.id))
        .where(Complaint.id.in_(ids), Complaint.agency_key.is_not(None))
        .group_by(Complaint.agency_key)
    )
    for key, first in [(str(key), first) for key, first in db.session.execute(named)]:
        theirs = [each for each in workers if recusal.works_for(each, {key})]
        if theirs and not _known(incident.id, key, ids):
            names = "、".join(each.name for each in theirs)
            timeline.record(incident.id, "stood_aside", by=recusal.ACTOR, at=at, people=names)
            _hand_back(incident, f"complaint-{first}", theirs, at=at)


def _known(incident_id: int, key: str, ids: Sequence[int]) -> bool:
    """Whether an agency is complained about on an incident, leaving some complaints out."""
    here = (Complaint.incident_id == incident_id, Complaint.agency_key == key)
    others = select(exists().where(*here, Complaint.id.not_in(ids)))
    named = recusal.alike(each.agency for each in recusal.in_force(incident_id))
    return key in named or bool(db.session.scalar(others))


def declare_interest(incident: Incident, *, reason: str, by: Actor, at: datetime) -> ComplainedAbout:
    """Somebody says of themselves that they have an interest in the matter."""
    by.must(Permission.INCIDENTS_READ)
    if by.id is None:
        raise errors.Forbidden(N_("Only a person can declare an interest; use a token that acts as one."))
    _checked(reason, "reason", REASON_LONGEST, N_("Say in a sentence what the interest is."))
    person = db.session.get_one(Person, by.id)
    row = _named(incident, RecusalKind.INTEREST, by=by, at=at, reason=reason, person_id=person.id)
    timeline.record(incident.id, "interest_declared", by=by.label, at=at)
    _hand_back(incident, str(row.id), [person], at=at)
    return row


def lift(incident: Incident, row_id: int, *, reason: str, by: Actor, at: datetime) -> ComplainedAbout:
    """Take a naming back with a reason; what was handed back stays where it went, the channel is open again.

    Raises Forbidden for whoever must stand aside themselves.
    """
    by.must(Permission.INCIDENTS_COMMAND)
    _must_be_open(incident)
    row = db.session.get(ComplainedAbout, row_id, with_for_update=True, populate_existing=True)
    if row is None or row.incident_id != incident.id:
        raise errors.NotFound(N_("Nobody is named under this number."))
    if row.lifted_at is not None:
        raise errors.Refused(N_("This was taken back already."))
    recusal.must_not_be(incident, by)
    words = _checked(reason, "reason", REASON_LONGEST, N_("Say why it is taken back."))
    row.lifted_at, row.lifted_by, row.lifting = at, by.label, {"reason": words}
    incident.last_activity_at = at
    timeline.record(incident.id, "recusal_lifted", by=by.label, at=at, whom=whom(row))
    outbox.enqueue(incident.id, "invite", at=at)
    return row


def whom(row: ComplainedAbout) -> Any:
    """Who it is, without the name of somebody outside."""
    if row.agency:
        return privacy.redact(row.agency)
    return db.session.get_one(Person, row.person_id).name if row.person_id else OUTSIDER


def history(incident_id: int) -> list[ComplainedAbout]:
    """Everybody who was named, also where it was taken back."""
    rows = select(ComplainedAbout).where(ComplainedAbout.incident_id == incident_id)
    return list(db.session.scalars(rows.order_by(ComplainedAbout.id)))


def _named(
    incident: Incident,
    kind: RecusalKind,
    *,
    by: Actor,
    at: datetime,
    reason: str,
    person_id: int | None = None,
    agency: str | None = None,
    name: str | None = None,
) -> ComplainedAbout:
    by.must(Permission.INCIDENTS_READ if kind == RecusalKind.INTEREST else Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    if len(reason.strip()) > REASON_LONGEST:
        _checked(reason, "reason", REASON_LONGEST, N_("At most 1,000 characters."))
    for each in recusal.in_force(incident.id):
        twice = (person_id and each.person_id == person_id) or (
            agency and recusal.alike([each.agency]) == recusal.alike([agency])
        )
        if twice:
            raise errors.Refused(N_("This was named already, at %(at)s."), at=each.named_at.isoformat())
    row = ComplainedAbout(
        incident_id=incident.id,
        kind=kind,
        person_id=person_id,
        agency=agency,
        private={"reason": reason.strip()} | ({"name": name} if name else {}),
        named_at=at,
        named_by=by.label,
    )
    db.session.add(row)
    db.session.flush()
    incident.last_activity_at = at
    return row


def _must_be_open(incident: Incident) -> None:
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))


def _checked(text: str, place: str, longest: int, sentence: str) -> str:
    words = text.strip()
    if not words or len(words) > longest:
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=(place,))])
    return words


def _hand_back(incident: Incident, key: str, people: list[Person], *, at: datetime) -> None:
    """Whatever they hold becomes vacant and they leave the channel; each vacancy is on the timeline, and
    somebody is told."""
    vacant: list[str] = []
    for person in people:
        vacant += _roles(incident, person, at=at)
        vacant += _leads(incident, person, at=at)
        _tasks(incident, person, at=at)
        outbox.enqueue(incident.id, "remove", at=at, person_id=person.id)
    if incident.commander_id in {person.id for person in people}:
        incident.commander_id = None
    if vacant:
        _alarm(incident, key, people, at=at)
    outbox.enqueue(incident.id, "update_card", at=at)


def _roles(incident: Incident, person: Person, *, at: datetime) -> list[str]:
    held = db.session.scalars(
        select(IncidentRoleHolder).where(
            IncidentRoleHolder.incident_id == incident.id, IncidentRoleHolder.person_id == person.id
        )
    ).all()
    for each in held:
        each.person_id, each.since = None, at
        timeline.record(
            incident.id, "role_vacated", by=recusal.ACTOR, at=at, role=str(each.role), person=person.name
        )
    commands = incident.commander_id == person.id and not any(
        each.role == IncidentRole.COMMANDER for each in held
    )
    if commands:
        timeline.record(
            incident.id,
            "role_vacated",
            by=recusal.ACTOR,
            at=at,
            role=str(IncidentRole.COMMANDER),
            person=person.name,
        )
    return [str(each.role) for each in held] + (["commander"] if commands else [])


def _leads(incident: Incident, person: Person, *, at: datetime) -> list[str]:
    led = db.session.scalars(
        select(IncidentDepartment).where(
            IncidentDepartment.incident_id == incident.id,
            IncidentDepartment.lead_id == person.id,
            IncidentDepartment.state != DepartmentState.SIGNED_OFF,
        )
    ).all()
    for each in led:
        each.lead_id = None
        timeline.record(
            incident.id, "lead_vacated", by=recusal.ACTOR, at=at, department=each.code, person=person.name
        )
    return [each.code for each in led]


def _tasks(incident: Incident, person: Person, *, at: datetime) -> None:
    owned = db.session.scalars(
        select(Task).where(
            Task.incident_id == incident.id,
            Task.assignee_id == person.id,
            Task.status.in_(UNFINISHED),
        )
    ).all()
    for each in owned:
        each.assignee_id = None
    if owned:
        timeline.record(
            incident.id, "tasks_vacated", by=recusal.ACTOR, at=at, count=len(owned), person=person.name
        )


def _alarm(incident: Incident, cause: str, gone: list[Person], *, at: datetime) -> None:
    """Tell whoever can fill the vacancy: the commander that is left, the departments' heads, the group's."""
    out = {person.id for person in gone}
    for person in escalation.each_once(_told(incident)):
        if person.id not in out and recusal.bar(incident, person) is None:
            key = f"vacant-{cause}-{person.id}"
            outbox.enqueue(incident.id, "remind", at=at, key=key, person_id=person.id, about="vacant")


def _told(incident: Incident) -> list[Person]:
    if incident.drill:
        return escalation.drill_participants(incident.id)
    commander = db.session.get(Person, incident.commander_id) if incident.commander_id else None
    codes = db.session.scalars(
        select(IncidentDepartment.code).where(
            IncidentDepartment.incident_id == incident.id, IncidentDepartment.part == "responsible"
        )
    )
    heads = duty.heads(list(codes)).values()
    return [*([commander] if commander and commander.active else []), *heads, *duty.group_heads()]
