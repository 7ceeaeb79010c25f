"""Calls on contact with the customer: the log, whether one may, preferences, and the hold."""

from typing import Any

from sqlalchemy import select

from incident.api import (
    acts,
    answered,
    answered_contacts,
    asked_contacts,
    lines_contacts,
    paging,
)
from incident.api.door import CREATED, OK
from incident.api.registry import Answer, Ask, call
from incident.coordination import contact_preferences, contacts, holds
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.coordination.contact_preferences import Wishes
from incident.errors import N_
from incident.lifecycle import common
from incident.models.contacts import ContactHold, HoldScope
from incident.permissions import Permission

TAG = N_("Contact with the customer")
ACT: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_ACT}
READ: dict[str, Any] = {"tag": TAG, "needs": Permission.INCIDENTS_READ}
NEWEST = paging.Order("-holds", ((ContactHold.id, True),))


@call(
    "POST",
    "/incidents/{number}/contacts",
    summary=N_("Plan a contact or write one down; 409 with the rule where a limit forbids it"),
    body=asked_contacts.LogContact,
    answers={CREATED: answered_contacts.Contact},
    **ACT,
)
def log_contact(ask: Ask, *, number: str) -> Answer:
    """A hard stop, but for a safety reason."""
    wanted: asked_contacts.LogContact = ask.body
    given = wanted.model_dump(exclude={"at", "person"})
    who = acts.person(wanted.person, "person") if wanted.person is not None else None
    entry = Entry(**given, at=wanted.at or ask.at, person=who.id if who else None)
    incident = common.by_number(number, lock=True)
    row = contacts.log(incident, entry, by=ask.by, at=ask.at, jurisdiction=ask.house.rule_set)
    return Answer(CREATED, lambda: lines_contacts.contacts([row], incident.number)[0])


@call(
    "GET",
    "/incidents/{number}/contacts",
    summary=N_("Read the contact log of an incident"),
    answers={OK: answered_contacts.ContactList},
    **READ,
)
def list_contacts(ask: Ask, *, number: str) -> Answer:
    """The whole log."""
    incident = common.by_number(number)
    rows = contacts.of(incident.id)
    return Answer(OK, {"items": lines_contacts.contacts(rows, incident.number), "next_cursor": None})


@call(
    "POST",
    "/incidents/{number}/contacts/{id}/drop",
    summary=N_("Plan a contact no longer"),
    answers={OK: answered_contacts.Contact},
    **ACT,
)
def drop_contact(ask: Ask, *, number: str, id: int) -> Answer:
    """Only what is still ahead."""
    incident = common.by_number(number, lock=True)
    row = contacts.drop(incident, id, by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_contacts.contacts([row], incident.number)[0])


@call(
    "GET",
    "/incidents/{number}/may_contact",
    summary=N_("Ask whether the customer may be contacted, and if not, from when on"),
    query=asked_contacts.MayContactQuery,
    answers={OK: answered_contacts.MayContact},
    **READ,
)
def may_contact(ask: Ask, *, number: str) -> Answer:
    """Writes nothing."""
    asked: asked_contacts.MayContactQuery = ask.query
    incident = common.by_number(number)
    given = asked.model_dump(exclude={"at", "complaint"})
    wanted = Wanted(**given, at=asked.at or ask.at)
    complaint = contact_preferences.complaint(incident, asked.complaint)
    found = contacts.may(incident, wanted, jurisdiction=ask.house.rule_set, complaint=complaint)
    return Answer(OK, lines_contacts.answer(found))


@call(
    "POST",
    "/incidents/{number}/contact_preferences",
    summary=N_("Note how the customer wants to be reached"),
    body=asked_contacts.NotePreferences,
    answers={OK: answered_contacts.Preferences},
    **ACT,
)
def note_preferences(ask: Ask, *, number: str) -> Answer:
    """What was noted before is replaced."""
    wanted: asked_contacts.NotePreferences = ask.body
    incident = common.by_number(number, lock=True)
    row = contact_preferences.note(incident, Wishes(**wanted.model_dump()), by=ask.by, at=ask.at)
    return Answer(OK, lambda: lines_contacts.preferences(row))


@call(
    "POST",
    "/incidents/{number}/hold",
    summary=N_("Place the contact hold again, or widen it to automatic messages"),
    body=asked_contacts.PlaceHold,
    answers={OK: answered.Incident},
    **ACT,
)
def place_hold(ask: Ask, *, number: str) -> Answer:
    """At the opening it is placed by itself."""
    wanted: asked_contacts.PlaceHold = ask.body
    incident = common.by_number(number, lock=True)
    holds.place(incident, everything=wanted.everything, reason=wanted.reason, by=ask.by, at=ask.at)
    return acts.changed(incident, ask)


@call(
    "POST",
    "/incidents/{number}/hold/lift",
    summary=N_("Lift the contact hold, as a person"),
    body=asked_contacts.LiftHold,
    answers={OK: answered.Incident},
    **ACT,
)
def lift_hold(ask: Ask, *, number: str) -> Answer:
    """Only a person's token can; after a threat of self-harm only the commander's."""
    wanted: asked_contacts.LiftHold = ask.body
    incident = common.by_number(number, lock=True)
    holds.lift(incident, reason=wanted.reason, by=ask.by, at=ask.at)
    return acts.changed(incident, ask)


@call(
    "POST",
    "/incidents/{number}/hold/assign",
    summary=N_("Leave the contact hold with somebody beyond the closing"),
    body=asked_contacts.AssignHold,
    answers={OK: answered.Incident},
    **ACT,
)
def assign_hold(ask: Ask, *, number: str) -> Answer:
    """With a day on which it is looked at again."""
    wanted: asked_contacts.AssignHold = ask.body
    keeper = acts.person(wanted.keeper, "keeper")
    incident = common.by_number(number, lock=True)
    holds.assign(incident, keeper, review_at=wanted.review_at, by=ask.by, at=ask.at)
    return acts.changed(incident, ask)


@call(
    "GET",
    "/contact_holds",
    summary=N_("List contact holds, the newest first"),
    query=asked_contacts.HoldsQuery,
    answers={OK: answered_contacts.HoldList},
    **READ,
)
def list_holds(ask: Ask) -> Answer:
    """For the collection system, which obeys them."""
    wanted: asked_contacts.HoldsQuery = ask.query
    query = select(ContactHold)
    if wanted.active is not None:
        lifted = ContactHold.lifted_at
        query = query.where(lifted.is_(None) if wanted.active else lifted.is_not(None))
    rows = paging.found(query, NEWEST, limit=wanted.limit, cursor=wanted.cursor)
    known = {each["id"]: each for each in lines_contacts.holds(rows)}
    return Answer(OK, paging.shown(rows, NEWEST, limit=wanted.limit, view=lambda row: known[row.id]))


@call(
    "POST",
    "/contact_holds/check",
    summary=N_("Ask whether accounts are on hold, before they are contacted"),
    body=asked_contacts.CheckHolds,
    answers={OK: answered_contacts.CheckedList},
    **READ,
)
def check_holds(ask: Ask) -> Answer:
    """Writes nothing; the accounts are kept nowhere."""
    wanted: asked_contacts.CheckHolds = ask.body
    found = holds.on_accounts(wanted.account_refs)
    items = [
        {
            "account_ref": ref,
            "collection": scope is not None,
            "automatic_messages": scope == HoldScope.EVERYTHING,
        }
        for ref, scope in found
    ]
    return Answer(OK, {"items": items})
