"""Signing a post-mortem: in which roles, who may, and that a signature holds for one text alone."""

from datetime import datetime

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewSignature, ReviewState, ReviewText, Signer
from incident.permissions import Permission, Role
from incident.reviews import rights
from incident.vocabulary import Level

INDEPENDENT = ("AUD", "CPO")  # departments that check closings (facts §4)


def needed(incident: Incident) -> tuple[Signer, ...]:
    """In which roles it is signed: Ⅰ and Ⅱ also by an executive, a drill by its director."""
    if incident.drill:
        return (Signer.DIRECTOR, Signer.QUALITY)
    if incident.level <= Level.MAJOR:
        return (Signer.COMMANDER, Signer.QUALITY, Signer.EXECUTIVE)
    return (Signer.COMMANDER, Signer.QUALITY)


def signed(review: Review) -> dict[Signer, ReviewSignature]:
    """The signatures on the present revision, by role."""
    rows = db.session.scalars(
        select(ReviewSignature).where(
            ReviewSignature.review_id == review.id, ReviewSignature.revision == review.revision
        )
    )
    return {Signer(row.role): row for row in rows}


def may_sign(role: Signer, review: Review, incident: Incident, person: Person) -> bool:
    """Whether somebody can sign in a role; quality is for those who neither led nor wrote it."""
    match role:
        case Signer.COMMANDER:
            commander = db.session.get(Person, incident.commander_id or 0)
            if commander is not None and commander.active:
                return bool(person.id == commander.id)
            return Permission.INCIDENTS_COMMAND in person.permissions
        case Signer.QUALITY:
            apart = person.id not in (incident.commander_id, review.owner_id)
            judges = person.role in (Role.AUDITOR, Role.MANAGER) or person.department_code in INDEPENDENT
            return apart and judges and not _wrote(review, person)
        case Signer.EXECUTIVE:
            return person.role == Role.MANAGER or person.group_head
        case Signer.DIRECTOR:
            return Permission.DRILLS_MANAGE in person.permissions


def _wrote(review: Review, person: Person) -> bool:
    mine = select(ReviewText.id).where(
        ReviewText.review_id == review.id, ReviewText.by.startswith(f"person/{person.id}/")
    )
    return db.session.scalar(mine.limit(1)) is not None


def open_to(review: Review, incident: Incident, person: Person | None) -> list[Signer]:
    """The roles that are not signed yet and in which somebody could sign now."""
    if person is None or review.state != ReviewState.HELD:
        return []
    there = signed(review)
    if any(row.person_id == person.id for row in there.values()):
        return []
    return [
        role for role in needed(incident) if role not in there and may_sign(role, review, incident, person)
    ]


def sign_off(review: Review, *, by: Actor, at: datetime, role: str | None = None) -> ReviewSignature:
    """Sign the present text in a role (the first that fits, unless it is named).

    Raises Forbidden for somebody who holds none, Refused before the meeting was held, and Conflict where the
    role is signed already. `review` is held by the caller (`rights.find(…, lock=True)`).
    """
    by.must(Permission.REVIEWS_READ)
    incident = rights.incident_of(review)
    rights.must_not_stand_aside(incident, by)
    person = db.session.get(Person, by.id or 0)
    if person is None:
        raise errors.Forbidden(N_("Only a person can sign; use a token that acts as one."))
    if review.state != ReviewState.HELD:
        raise errors.Refused(
            N_("It is %(review_state)s; a post-mortem is signed between its meeting and its publication."),
            review_state=str(review.state),
        )
    wanted = _role(role, review, incident, person)
    there = signed(review)
    if wanted in there or any(each.person_id == person.id for each in there.values()):
        raise errors.Conflict(N_("This text is signed in that role, or by you, already."))
    row = ReviewSignature(
        review_id=review.id, revision=review.revision, role=wanted, person_id=person.id, at=at
    )
    db.session.add(row)
    db.session.flush()
    return row


def _role(role: str | None, review: Review, incident: Incident, person: Person) -> Signer:
    if role is not None and role not in needed(incident):
        said = N_("It is signed by %(signers)s.")
        raise errors.Invalid(
            said,
            reasons=[Reason(said, {"signers": [*needed(incident)]}, ("role",))],
            signers=[*needed(incident)],
        )
    if role is not None:
        if not may_sign(Signer(role), review, incident, person):
            raise errors.Forbidden(N_("%(name)s cannot sign as %(signer)s."), name=person.name, signer=role)
        return Signer(role)
    able = [each for each in needed(incident) if may_sign(each, review, incident, person)]
    if not able:
        raise errors.Forbidden(
            N_("%(name)s holds none of the roles that sign: %(signers)s."),
            name=person.name,
            signers=[*needed(incident)],
        )
    there = signed(review)
    return next((each for each in able if each not in there), able[0])
