"""Calls that act on an open incident; each answers with the changed incident."""

from typing import Any

from sqlalchemy import select

from incident import errors
from incident.alerting import recreating
from incident.api import answered, asked, views
from incident.api.door import OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import roles
from incident.db import db
from incident.errors import N_, Reason
from incident.lifecycle import acts, common
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

TAG = N_("Acts on incidents")
ACT: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_ACT, "answers": {OK: answered.Incident}}


def changed(incident: Incident, ask: Ask) -> Answer:
    """The changed incident as an answer."""
    return Answer(OK, lambda: views.incident(incident, ask.url))


def person(who: int | str, place: str) -> Person:
    """Somebody by id or e-mail address; raises Invalid at the place where they were named."""
    column = Person.id if isinstance(who, int) else Person.email
    found: Person | None = db.session.scalar(select(Person).where(column == who))
    if found is None:
        raise errors.Invalid(
            N_("The request is not valid."), reasons=[Reason(N_("There is no such person."), loc=(place,))]
        )
    return found


@call("POST", "/incidents/{number}/acknowledge", summary=N_("Acknowledge the alert, as a person"), **ACT)
def acknowledge_incident(ask: Ask, *, number: str) -> Answer:
    """Only a person's token can."""
    incident = common.by_number(number, lock=True)
    return changed(acts.acknowledge(incident, by=ask.by, at=ask.at), ask)


@call(
    "POST", "/incidents/{number}/move", summary=N_("Move to another of the six steps"), body=asked.Move, **ACT
)
def move_incident(ask: Ask, *, number: str) -> Answer:
    """One step on, or back with a reason."""
    wanted: asked.Move = ask.body
    incident = common.by_number(number, lock=True)
    acts.move(incident, str(wanted.to), reason=wanted.reason, by=ask.by, at=ask.at)
    return changed(incident, ask)


@call("POST", "/incidents/{number}/level", summary=N_("Change the level"), body=asked.ChangeLevel, **ACT)
def change_level(ask: Ask, *, number: str) -> Answer:
    """Anybody may raise it, the commander lowers it."""
    wanted: asked.ChangeLevel = ask.body
    incident = common.by_number(number, lock=True)
    acts.change_level(incident, wanted.level, reason=wanted.reason, by=ask.by, at=ask.at, house=ask.house)
    return changed(incident, ask)


@call("POST", "/incidents/{number}/notes", summary=N_("Add a note to the timeline"), body=asked.Note, **ACT)
def add_note(ask: Ask, *, number: str) -> Answer:
    """What looks personal in it is masked."""
    wanted: asked.Note = ask.body
    incident = common.by_number(number, lock=True)
    return changed(acts.note(incident, wanted.text, by=ask.by, at=ask.at), ask)


@call(
    "POST",
    "/incidents/{number}/deliveries/recreate",
    tag=TAG,
    summary=N_("Make again what is missing in Slack"),
    needs=Permission.DELIVERIES_RETRY,
    answers={OK: answered.Incident},
)
def recreate_deliveries(ask: Ask, *, number: str) -> Answer:
    """Every step of the opening is looked at, and taken again where Slack does not have it."""
    incident = common.by_number(number, lock=True)
    recreating.recreate(incident, by=ask.by, at=ask.at)
    return changed(incident, ask)


@call(
    "POST", "/incidents/{number}/roles", summary=N_("Give a role to somebody"), body=asked.AssignRole, **ACT
)
def assign_role(ask: Ask, *, number: str) -> Answer:
    """A new commander commands at once."""
    wanted: asked.AssignRole = ask.body
    incident = common.by_number(number, lock=True)
    holder = person(wanted.person, "person")
    roles.assign(incident, str(wanted.role), holder, by=ask.by, at=ask.at)
    return changed(incident, ask)


@call("POST", "/incidents/{number}/close", summary=N_("Close an incident"), body=asked.Close, **ACT)
def close_incident(ask: Ask, *, number: str) -> Answer:
    """Refused with the list of what is missing."""
    wanted: asked.Close = ask.body
    incident = common.by_number(number, lock=True)
    acts.close(incident, summary=wanted.summary, by=ask.by, at=ask.at, house=ask.house)
    return changed(incident, ask)
