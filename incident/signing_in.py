"""Who is let in: by a password with a growing delay after wrong ones, or vouched for by the organisation."""

from datetime import datetime, timedelta

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from incident import audit, errors
from incident.accounts import HASHER, actor
from incident.db import db
from incident.errors import N_
from incident.models.people import Person

_DUMMY_HASH = HASHER.hash("nobody")  # verified for unknown names, so that timing tells nothing
FREE_TRIES = 5
LOCK_BASE = timedelta(seconds=15)
LOCK_LONGEST = timedelta(hours=1)


def _of(email: str) -> Person | None:
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def password_fits(email: str, password: str) -> bool:
    """Whether a password is somebody's. It takes a while by design: call it outside a unit of work."""
    person = _of(email)
    return _matches(person, password) and person is not None


def by_password(email: str, *, fits: bool, at: datetime) -> Person:
    """Let somebody in whose password fits; raises Unauthenticated, later with a growing delay.

    The caller commits in both cases, since the failed tries are counted.
    """
    person = _of(email)
    if person and person.locked_until and person.locked_until > at:
        wait = int((person.locked_until - at).total_seconds()) + 1
        raise errors.Unauthenticated(
            N_("Too many wrong tries; try again in %(seconds)s seconds."), seconds=wait
        )
    if not fits or person is None or not person.active:
        if person:
            _count_failure(person, at)
        raise errors.Unauthenticated(N_("The e-mail address or the password is wrong."))
    person.failed_sign_ins, person.locked_until = 0, None
    audit.record("people.signed_in", f"person/{person.id}", by=actor(person).label, at=at)
    return person


def by_vouching(email: str, *, at: datetime) -> Person:
    """Let somebody in whom the organisation's identity provider vouches for; raises Unauthenticated for an
    address without an active account. The delay after wrong passwords is none of theirs.

    The caller commits in both cases, since a refusal of somebody who was let in before is on record.
    """
    person = _of(email)
    if person is None or not person.active:
        if person:
            subject = f"person/{person.id}"
            audit.record("people.sign_in_failed", subject, by="system/sign-in", at=at, way="oidc")
        raise errors.Unauthenticated(
            N_(
                "There is no active account for %(email)s here; ask an administrator of this service for one."
            ),
            email=email.strip(),
        )
    audit.record("people.signed_in", f"person/{person.id}", by=actor(person).label, at=at, way="oidc")
    return person


def _matches(person: Person | None, password: str) -> bool:
    try:
        return HASHER.verify(
            person.password_hash if person and person.password_hash else _DUMMY_HASH, password
        )
    except (VerifyMismatchError, InvalidHashError):
        return False


def _count_failure(person: Person, at: datetime) -> None:
    person.failed_sign_ins += 1
    if person.failed_sign_ins >= FREE_TRIES:
        doubled = LOCK_BASE * 2 ** min(person.failed_sign_ins - FREE_TRIES, 10)
        person.locked_until = at + min(doubled, LOCK_LONGEST)
    audit.record(
        "people.sign_in_failed",
        f"person/{person.id}",
        by="system/sign-in",
        at=at,
        tries=person.failed_sign_ins,
    )
