"""A commander who is away or gone is noticed: whoever stands behind is offered the command."""

from datetime import datetime

from incident import accounts, audit, errors
from incident.accounts import Actor
from incident.errors import N_, Reason
from incident.models.people import Person

ACTOR = accounts.system("absence")
SWEEP_LIMIT = 200


def say_away(person: Person, until: datetime | None, *, by: Actor, at: datetime) -> Person:
    """Say that one is away until a moment, or back (None); raises Forbidden for somebody else's account and
    Invalid for a moment that has passed."""
    if by.id != person.id:
        raise errors.Forbidden(N_("Only %(name)s can say that."), name=person.name)
    if until is not None and until <= at:
        past = N_("This moment has passed.")
        raise errors.Invalid(past, reasons=[Reason(past, loc=("away_until",))])
    person.away_until = until
    audit.record(
        "people.away", f"person/{person.id}", by=by.label, at=at, until=until.isoformat() if until else "-"
    )
    return person


def is_away(person: Person | None, at: datetime) -> bool:
    """Whether somebody cannot be counted on now."""
    return person is None or not person.active or (person.away_until is not None and person.away_until > at)
