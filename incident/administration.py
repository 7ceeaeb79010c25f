"""What an administrator changes afterwards: roles, departments, Slack ids, who is active, tokens, heads."""

from datetime import date, datetime

from sqlalchemy import select

from incident import audit, calendars, errors
from incident.accounts import Actor
from incident.db import db, forget
from incident.errors import N_, Reason
from incident.models.people import Department, Person, Token
from incident.permissions import Permission, Role

JURISDICTIONS = ("cn", "us", "uk", "eu")
DAY_NAME_LONGEST, AGENCY_LONGEST = 80, 120  # characters


def person(person_id: int) -> Person:
    """Somebody by id; raises NotFound."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise errors.NotFound(N_("There is no such person."))
    return found


def people() -> list[Person]:
    """Everybody, the active first, by name."""
    return list(db.session.scalars(select(Person).order_by(Person.active.desc(), Person.name, Person.id)))


def change_person(
    whom: Person,
    *,
    name: str,
    role: str,
    department: str | None,
    slack_id: str | None,
    group_head: bool,
    by: Actor,
    at: datetime,
    agency: str | None = None,
) -> Person:
    """Change what somebody is; raises Invalid naming every fault, and Refused for the last administrator."""
    by.must(Permission.ACCOUNTS_MANAGE)
    slack = (slack_id or "").strip() or None
    faults = _faults(whom, name=name, role=role, department=department, slack_id=slack)
    if faults:
        raise errors.Invalid(N_("The person cannot be changed."), reasons=faults)
    if role != Role.ADMIN:
        _keep_an_administrator(whom)
    after = {
        "name": name.strip(),
        "role": Role(role),
        "department_code": department or None,
        "slack_id": slack,
        "group_head": group_head,
        "agency": (agency or "").strip()[:AGENCY_LONGEST] or None,
    }
    changed = {field: str(value) for field, value in after.items() if getattr(whom, field) != value}
    for field, value in after.items():
        setattr(whom, field, value)
    if changed:
        audit.record("people.changed", f"person/{whom.id}", by=by.label, at=at, **changed)
    return whom


def _faults(
    whom: Person, *, name: str, role: str, department: str | None, slack_id: str | None
) -> list[Reason]:
    holder = db.session.scalar(select(Person.id).where(Person.slack_id == slack_id)) if slack_id else None
    checks = [
        (not name.strip(), "name", N_("A name is needed.")),
        (role not in set(Role), "role", N_("There is no such role.")),
        (holder not in (None, whom.id), "slack_id", N_("Somebody has this Slack id already.")),
        (
            bool(department) and db.session.get(Department, department) is None,
            "department",
            N_("There is no such department."),
        ),
    ]
    return [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]


def _keep_an_administrator(whom: Person) -> None:
    others = select(Person.id).where(Person.role == Role.ADMIN, Person.active, Person.id != whom.id).limit(1)
    if whom.role == Role.ADMIN and whom.active and db.session.scalar(others) is None:
        raise errors.Refused(
            N_("%(name)s is the only administrator; make somebody else one first."), name=whom.name
        )


def set_active(whom: Person, active: bool, *, by: Actor, at: datetime) -> Person:
    """Deactivate somebody and sign them out everywhere, or let them in again; raises Refused for the last
    administrator."""
    by.must(Permission.ACCOUNTS_MANAGE)
    if whom.active == active:
        return whom
    if not active:
        _keep_an_administrator(whom)
        whom.session_epoch += 1
    whom.active = active
    audit.record(
        "people.activated" if active else "people.deactivated", f"person/{whom.id}", by=by.label, at=at
    )
    return whom


def tokens() -> list[tuple[Token, Person | None]]:
    """Every token with the person it acts as; those in force first, the newest first."""
    rows = db.session.execute(
        select(Token, Person)
        .outerjoin(Person, Person.id == Token.person_id)
        .order_by(Token.revoked_at.is_not(None), Token.id.desc())
    )
    return [(token, owner) for token, owner in rows]


def revoke_token(token_id: int, *, by: Actor, at: datetime) -> Token:
    """End a token at once; raises NotFound. Revoking it again changes nothing."""
    by.must(Permission.ACCOUNTS_MANAGE)
    found = db.session.get(Token, token_id)
    if found is None:
        raise errors.NotFound(N_("There is no such token."))
    if found.revoked_at is None:
        found.revoked_at = at
        audit.record("tokens.revoked", f"token/{found.name}", by=by.label, at=at)
    return found


def set_heads(
    code: str, *, head_id: int | None, deputy_id: int | None, by: Actor, at: datetime
) -> Department:
    """Say who heads a department and who deputises; raises NotFound and Invalid."""
    by.must(Permission.ACCOUNTS_MANAGE)
    found = db.session.get(Department, code)
    if found is None:
        raise errors.NotFound(N_("There is no such department."))
    faults = [
        Reason(N_("Choose somebody who is active."), loc=(place,))
        for place, chosen in (("head", head_id), ("deputy", deputy_id))
        if chosen is not None and not _active(chosen)
    ]
    if head_id is not None and head_id == deputy_id:
        faults.append(Reason(N_("The deputy must be somebody else than the head."), loc=("deputy",)))
    if faults:
        raise errors.Invalid(N_("The heads cannot be set."), reasons=faults)
    found.head_id, found.deputy_id = head_id, deputy_id
    audit.record(
        "departments.heads_set", f"department/{code}", by=by.label, at=at, head=head_id, deputy=deputy_id
    )
    forget("plans/departments")
    return found


def _active(person_id: int) -> bool:
    found = db.session.get(Person, person_id)
    return found is not None and found.active


def set_day(jurisdiction: str, day: str, *, working: bool, name: str, by: Actor, at: datetime) -> date:
    """Say that a day (`2027-02-06`) is worked or off, or correct what was said of it; raises Invalid."""
    by.must(Permission.ACCOUNTS_MANAGE)
    try:
        found = date.fromisoformat(day.strip())
    except ValueError:
        found = date.min
    checks = [
        (jurisdiction not in JURISDICTIONS, "jurisdiction", N_("There is no such calendar.")),
        (found == date.min, "day", N_("Give a date.")),
        (not 0 < len(name.strip()) <= DAY_NAME_LONGEST, "name", N_("Name the day in 1 to 80 characters.")),
    ]
    faults = [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]
    if faults:
        raise errors.Invalid(N_("The day cannot be set."), reasons=faults)
    calendars.set_day(jurisdiction, found, working=working, name=name.strip(), source=by.label)
    audit.record("calendar.day_set", f"calendar/{jurisdiction}/{found}", by=by.label, at=at, working=working)
    return found
