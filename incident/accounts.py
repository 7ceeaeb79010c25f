"""Who acts: people, services with a token, and the service's own sweeps; each asks for its authority."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from sqlalchemy import func, select

from incident import audit, errors
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Department, Person, Token
from incident.permissions import ROLES, SCOPES, Permission, Role

# OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, 2 iterations, 1 lane.
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
PASSWORD_LEAST = 12


@dataclass(frozen=True)
class Actor:
    """Somebody or something that acts; verbs ask it with `must`."""

    kind: Literal["person", "service", "system"]
    name: str
    permissions: frozenset[Permission] = field(default_factory=frozenset, repr=False)
    id: int | None = None
    department: str | None = None

    def can(self, permission: Permission) -> bool:
        """Whether it may."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Raise Forbidden where it may not; a person is told whose roles may."""
        if permission not in self.permissions:
            able = [str(role) for role, may in ROLES.items() if permission in may]
            told = Reason(N_("People of these roles may: %(roles)s."), {"roles": able})
            raise errors.Forbidden(
                N_("%(name)s may not do this; it needs the permission %(permission)s."),
                name=self.name,
                permission=str(permission),
                reasons=[told] if able and self.id is not None else [],
            )

    @property
    def label(self) -> str:
        """How records name it: `person/3/李雷`, `service/crm`, `system/escalation`."""
        return f"{self.kind}/{self.id}/{self.name}" if self.kind == "person" else f"{self.kind}/{self.name}"


def display(label: str) -> str:
    """The name in a label, for people."""
    return label.rsplit("/", 1)[-1]


def actor(person: Person) -> Actor:
    """The actor that a signed-in person is."""
    return Actor("person", person.name, person.permissions, person.id, person.department_code)


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """The names of some people by their ids."""
    rows = db.session.execute(
        select(Person.id, Person.name).where(Person.id.in_([each for each in ids if each is not None]))
    )
    return {id_: name for id_, name in rows}


def system(name: str) -> Actor:
    """A part of the service itself: a sweep, the delivery, the command line."""
    return Actor("system", name, frozenset(Permission))


def add_person(
    *,
    email: str,
    name: str,
    role: str,
    password: str | None,
    by: Actor,
    at: datetime,
    department: str | None = None,
    slack_id: str | None = None,
    locale: str | None = None,
    group_head: bool = False,
    agency: str | None = None,
) -> Person:
    """Add somebody; raises Invalid naming every fault."""
    by.must(Permission.ACCOUNTS_MANAGE)
    faults = _faults(
        email=email, name=name, role=role, password=password, department=department, slack_id=slack_id
    )
    if faults:
        raise errors.Invalid(N_("The person cannot be added."), reasons=faults)
    person = Person(
        email=email.strip().lower(),
        name=name.strip(),
        role=Role(role),
        department_code=department,
        password_hash=HASHER.hash(password) if password else None,
        slack_id=slack_id or None,
        locale=locale,
        group_head=group_head,
        agency=(agency or "").strip() or None,
        created_at=at,
    )
    db.session.add(person)
    db.session.flush()
    audit.record("people.added", f"person/{person.id}", by=by.label, at=at, role=role)
    return person


def link_slack(person: Person, slack_id: str, *, at: datetime, by: Actor | None = None) -> None:
    """Let somebody act from a Slack account: one that has their address, or the one they confirmed
    themselves (`by`); noted in the audit log."""
    person.slack_id = slack_id
    audit.record(
        "people.linked_self" if by else "people.linked",
        f"person/{person.id}",
        by=by.label if by else "system/slack",
        at=at,
        slack_id=slack_id,
    )


def _faults(
    *, email: str, name: str, role: str, password: str | None, department: str | None, slack_id: str | None
) -> list[Reason]:
    checks = [
        ("@" not in email, "email", N_("This is not an e-mail address.")),
        (not name.strip(), "name", N_("A name is needed.")),
        (role not in set(Role), "role", N_("There is no such role.")),
        (
            password is not None and len(password) < PASSWORD_LEAST,
            "password",
            N_("Use at least 12 characters."),
        ),
        (
            _taken(Person.email == email.strip().lower()),
            "email",
            N_("Somebody has this e-mail address already."),
        ),
        (
            bool(slack_id) and _taken(Person.slack_id == slack_id),
            "slack_id",
            N_("Somebody has this Slack id already."),
        ),
        (
            bool(department) and db.session.get(Department, department) is None,
            "department",
            N_("There is no such department."),
        ),
    ]
    return [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]


def _taken(condition: object) -> bool:
    return bool(db.session.scalar(select(func.count()).select_from(Person).where(condition)))  # type: ignore[arg-type]


def nobody_yet() -> bool:
    """Whether the first administrator is still to be made."""
    return db.session.scalar(select(Person.id).limit(1)) is None


def confirm_contact(person: Person, *, by: Actor, at: datetime) -> None:
    """Somebody says that the ways they are reached are right; readiness counts it for 90 days."""
    if by.id != person.id:
        by.must(Permission.ACCOUNTS_MANAGE)
    person.contact_confirmed_at = at
    audit.record("people.contact_confirmed", f"person/{person.id}", by=by.label, at=at)


def set_password(person: Person, password: str, *, by: Actor, at: datetime) -> None:
    """Change a password and sign every session of the person out; raises Invalid for a short one."""
    if by.id != person.id:
        by.must(Permission.ACCOUNTS_MANAGE)
    if len(password) < PASSWORD_LEAST:
        raise errors.Invalid(
            N_("Use at least 12 characters."),
            reasons=[Reason(N_("Use at least 12 characters."), loc=("password",))],
        )
    person.password_hash = HASHER.hash(password)
    person.session_epoch += 1
    audit.record("people.password_changed", f"person/{person.id}", by=by.label, at=at)


def create_token(
    *, name: str, by: Actor, at: datetime, scopes: list[str] | None = None, person: Person | None = None
) -> str:
    """Make an access token and return its text, which is shown this once; raises Invalid."""
    by.must(Permission.ACCOUNTS_MANAGE)
    wanted = scopes or []
    faults = [
        Reason(N_("There is no scope %(scope)s."), {"scope": s}, ("scope",))
        for s in wanted
        if s not in SCOPES
    ]
    if not wanted and person is None:
        faults.append(Reason(N_("Name at least one scope, or the person the token acts as."), loc=("scope",)))
    if db.session.scalar(select(Token.id).where(Token.name == name)) is not None:
        faults.append(Reason(N_("There is a token of this name already."), loc=("name",)))
    if faults:
        raise errors.Invalid(N_("The token cannot be made."), reasons=faults)
    text = "ict_" + secrets.token_urlsafe(32)
    db.session.add(
        Token(
            name=name,
            digest=digest(text),
            scopes=wanted,
            person_id=person.id if person else None,
            created_at=at,
        )
    )
    audit.record("tokens.created", f"token/{name}", by=by.label, at=at, scopes=wanted)
    return text


def digest(token: str) -> str:
    """What is kept of a token: 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(token: str) -> Actor:
    """The actor that a bearer token is; raises Unauthenticated for an unknown or revoked one."""
    row = db.session.scalar(select(Token).where(Token.digest == digest(token)))
    if row is None or row.revoked_at is not None:
        raise errors.Unauthenticated(N_("The access token is unknown or revoked."))
    if row.person_id is None:
        return Actor("service", row.name, frozenset().union(*(SCOPES[scope] for scope in row.scopes)))
    person = db.session.get_one(Person, row.person_id)
    if not person.active:
        raise errors.Unauthenticated(N_("The person this token acts as is no longer active."))
    return actor(person)
