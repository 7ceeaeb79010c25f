"""What the forms of decisions and follow-ups send: moments, people."""

from datetime import datetime

from flask import request
from sqlalchemy import select

from incident import errors
from incident.board import times
from incident.db import db
from incident.errors import N_, Reason
from incident.models.people import Person


def moment(name: str) -> datetime | None:
    """A moment in the reader's zone; None where the field was left empty. Raises Invalid."""
    return times.asked(request.form.get(name, ""), name)


def staff() -> list[tuple[int, str]]:
    """Everybody who may own a follow-up, by name."""
    rows = db.session.execute(
        select(Person.id, Person.name).where(Person.active.is_(True)).order_by(Person.name)
    )
    return [(id_, name) for id_, name in rows]


def person(name: str) -> Person | None:
    """Somebody by id; None where nobody was chosen. Raises Invalid."""
    text = request.form.get(name, "")
    if not text:
        return None
    found = db.session.get(Person, int(text)) if text.isdigit() else None
    if found is None:
        said = N_("There is no such person.")
        raise errors.Invalid(said, reasons=[Reason(said, loc=(name,))])
    return found
