"""Recusal: whoever a complaint is about, or who has an interest in it, owns, approves and closes nothing."""

from collections.abc import Container, Iterable

from sqlalchemy import select

from incident import agency_names, errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.conduct import ComplainedAbout, RecusalKind
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.playbooks import library
from incident.playbooks.schema import Rule

ACTOR = "system/recusal"
JURISDICTION, CODE = "cn", "complaint_recusal"  # the rule that asks for it (facts C14)
WHY: dict[RecusalKind, str] = {
    RecusalKind.PERSON: N_(
        "%(name)s stands aside on %(number)s, since the complaint is about them: they can own, approve, find "
        "or close nothing here. The rule is %(rule)s %(version)s."
    ),
    RecusalKind.INTEREST: N_(
        "%(name)s stands aside on %(number)s, having declared an interest in it: they can own, approve, find "
        "or close nothing here. The rule is %(rule)s %(version)s."
    ),
    RecusalKind.AGENCY: N_(
        "%(name)s stands aside on %(number)s, since the complaint is about the agency they work for: they "
        "can own, approve, find or close nothing here. The rule is %(rule)s %(version)s."
    ),
}


def rule() -> Rule:
    """The newest version of the rule of recusal; raises NotFound where the rule set has none."""
    found = [each for each in library.rules(JURISDICTION).rules if each.code == CODE]
    if not found:
        raise errors.NotFound(N_("The rule set names no rule %(rule)s."), rule=CODE)
    return max(found, key=lambda each: each.effective_from)


def in_force(incident_id: int) -> list[ComplainedAbout]:
    """Who must stand aside on an incident, as named and not taken back, in the order of naming."""
    return list(
        db.session.scalars(
            select(ComplainedAbout)
            .where(ComplainedAbout.incident_id == incident_id, ComplainedAbout.lifted_at.is_(None))
            .order_by(ComplainedAbout.id)
        )
    )


def agencies(incident_id: int, named: Iterable[ComplainedAbout]) -> frozenset[str]:
    """The agencies complained about: those named, and those that the incident's complaints name."""
    told = db.session.scalars(
        select(Complaint.agency)
        .where(Complaint.incident_id == incident_id, Complaint.agency.is_not(None))
        .distinct()  # a group's parent has thousands of complaints and a handful of agencies
    )
    return alike([*(each.agency for each in named), *told])


def alike(names: Iterable[str | None]) -> frozenset[str]:
    """Agencies as `works_for` compares them."""
    return frozenset(agency_names.normal(name) for name in names if name)


def works_for(person: Person, agencies: Container[str]) -> bool:
    """Whether somebody is of one of some agencies, these as `alike` gives them."""
    return bool(person.agency) and agency_names.normal(person.agency or "") in agencies


def bar(incident: Incident, who: Actor | Person) -> RecusalKind | None:
    """Why somebody must stand aside, or None; services and the service's own sweeps never have to."""
    person = who if isinstance(who, Person) else db.session.get(Person, who.id) if who.id else None
    if person is None:
        return None
    named = in_force(incident.id)
    own = next((each for each in named if each.person_id == person.id), None)
    if own is not None:
        return RecusalKind(own.kind)
    if person.agency and works_for(person, agencies(incident.id, named)):
        return RecusalKind.AGENCY
    return None


def must_not_be(incident: Incident, who: Actor | Person) -> None:
    """Raise Forbidden, naming the rule with its reference and source, for whoever must stand aside.

    Asked before somebody is given a role, a task or a department's lead, and before they find, approve,
    sign off or close.
    """
    kind = bar(incident, who)
    if kind is not None:
        found = rule()
        raise errors.Forbidden(
            WHY[kind],
            name=who.name,
            number=incident.number,
            rule=found.code,
            version=found.version,
            reasons=[_basis(found)],
        )


def _basis(found: Rule) -> Reason:
    return Reason(
        N_("%(title)s (%(reference)s; source: %(source)s)."),
        {
            "title": found.title.model_dump(),
            "reference": found.legal_reference.model_dump(),
            "source": found.source,
        },
        loc=("rule", found.code),
    )


def barred(incident: Incident, people: Iterable[Person]) -> list[Person]:
    """Those of some people who must stand aside."""
    everyone = list(people)
    named = in_force(incident.id)
    own = {each.person_id for each in named}
    told = agencies(incident.id, named) if any(each.agency for each in everyone) else frozenset()
    return [each for each in everyone if each.id in own or works_for(each, told)]
