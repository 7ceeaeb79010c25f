"""Who takes part in a drill and as what: players from its list, the commander first, and the staff."""

from typing import Any

from sqlalchemy import select

from incident import errors
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_
from incident.models.drills import Drill, DrillRole
from incident.models.people import Person
from incident.permissions import Permission

STAFF = (DrillRole.DIRECTOR, DrillRole.CONTROLLER, DrillRole.EVALUATOR)  # who know the scenario
LEADS = (DrillRole.DIRECTOR, DrillRole.CONTROLLER)
JUDGES = STAFF


def addresses(drill: Any, role: DrillRole) -> list[str]:
    """The addresses of everybody with a role; `drill` may be a programme."""
    if role == DrillRole.PLAYER:
        return list(drill.participants)
    return list((drill.staff or {}).get(str(role), []))


def everybody(drill: Drill) -> dict[DrillRole, list[Person]]:
    """The active people by role, in the order they were named."""
    named = {role: addresses(drill, role) for role in DrillRole}
    wanted = {email for emails in named.values() for email in emails}
    rows = {
        row.email: row
        for row in db.session.scalars(select(Person).where(Person.email.in_(wanted), Person.active))
    }
    return {role: [rows[email] for email in emails if email in rows] for role, emails in named.items()}


def players(drill: Drill) -> list[Person]:
    """The active players, the commander first."""
    return everybody(drill)[DrillRole.PLAYER]


def roles_of(drill: Drill, by: Actor) -> set[DrillRole]:
    """What somebody does in a drill; nothing for a service."""
    email = db.session.scalar(select(Person.email).where(Person.id == by.id)) if by.kind == "person" else None
    return {role for role in DrillRole if email is not None and email in addresses(drill, role)}


def knows_script(drill: Drill, by: Actor) -> bool:
    """Whether somebody may see what is to come: the staff, and who runs drills unless they play in it."""
    mine = roles_of(drill, by)
    if mine & set(STAFF):
        return True
    return by.can(Permission.DRILLS_MANAGE) and DrillRole.PLAYER not in mine


def leads(drill: Drill, by: Actor) -> bool:
    """Whether somebody may pause, skip, repeat and stop."""
    return by.kind == "system" or by.can(Permission.DRILLS_MANAGE) or bool(roles_of(drill, by) & set(LEADS))


def judges(drill: Drill, by: Actor) -> bool:
    """Whether somebody may score and rate: never a player of the drill."""
    mine = roles_of(drill, by)
    if DrillRole.PLAYER in mine:
        return False
    return by.can(Permission.DRILLS_MANAGE) or bool(mine & set(JUDGES))


def must_lead(drill: Drill, by: Actor) -> None:
    """Raise Forbidden for anybody who does not lead the drill."""
    if not leads(drill, by):
        raise errors.Forbidden(N_("Only the director, a controller or a trainer of this drill may do this."))


def must_judge(drill: Drill, by: Actor) -> None:
    """Raise Forbidden for anybody who does not evaluate the drill."""
    if not judges(drill, by):
        raise errors.Forbidden(N_("Only an evaluator of this drill may do this; a player never is."))


def must_know(drill: Drill, by: Actor) -> None:
    """Raise Forbidden for whoever must not see what is to come."""
    if not knows_script(drill, by):
        raise errors.Forbidden(N_("What is still to come is for the staff of the drill alone."))
