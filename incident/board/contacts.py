"""Contact with the customer: whether one may call now, the log, the customer's wishes, and the hold."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names
from flask import Blueprint, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from incident import accounts, clock, errors
from incident.board import access, acting, case, frame, times
from incident.coordination import contact_preferences, contacts, holds
from incident.coordination.contact_entry import Entry
from incident.coordination.contact_facts import Wanted
from incident.coordination.contact_preferences import Wishes
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.contacts import (
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    ThirdPersonBasis,
)
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.permissions import Permission

bp = Blueprint("contacts", __name__)
READ, ACT = access.needs(Permission.INCIDENTS_READ), access.needs(Permission.INCIDENTS_ACT)
USUAL = (ContactChannel.PHONE, ContactChannel.SMS, ContactChannel.VISIT)  # asked before one does it
COMPLAINTS = 50  # customers of one incident to choose from
PEOPLE = 500
OUTCOMES: dict[str, tuple[str, ...]] = {
    "attempt": ("no_answer", "busy", "voicemail", "wrong_number", "sent"),
    "conversation": ("informed", "agreed", "disagreed", "call_back", "declined", "distressed"),
}
TEXTS = ("summary", "next_step", "demand", "agreement", "point", "safety_reason", "breach_reason", "outcome")


@dataclass(frozen=True)
class Check:
    """The answer for one way of contact."""

    channel: ContactChannel
    answer: contacts.Answer


@bp.get("/incidents/<number>/contacts")
@READ
def show(number: str) -> str:
    """The page; `channel`, `at` and `place` ask about one contact, `planned` fills the form for a plan."""
    return _draw(case.found(number))


def _draw(incident: Incident, **more: Any) -> str:
    complaints = _complaints(incident)
    chosen = _chosen(complaints)
    wishes = contact_preferences.found(contact_preferences.subjects(incident, chosen))
    zone = contact_preferences.zone(wishes, acting.house().rule_set)
    log, placed = contacts.of(incident.id), holds.of(incident.id)
    planned = request.args.get("planned", type=int)
    return case.page(
        "case/contacts.html",
        incident,
        "contacts",
        complaints=complaints,
        chosen=chosen,
        customer=chosen.masked()["customer"] if chosen else {},
        demand=_demand(log, chosen),
        wishes=wishes,
        zone=str(zone),
        there=clock.now().astimezone(zone),
        checks=_checks(incident, chosen),
        asked=_asked(incident, chosen, zone),
        log=log,
        planned=next((each for each in log if each.id == planned), None),
        holds=placed,
        stopped=holds.strictest(placed),
        may_lift=holds.may_lift(incident, placed, access.actor()),
        people=_people(),
        names=accounts.names({*(each.person_id for each in log), *(each.keeper_id for each in placed)}),
        days=_days(),
        options=lambda kind, codes: [(str(code), frame.words(kind, code)) for code in codes],
        usual_at=times.field(clock.now()),
        zone_of=lambda at: at.astimezone(zone),
        **CHOICES,
        **more,
    )


CHOICES: dict[str, Any] = {
    "channels": list(ContactChannel),
    "parties": list(ContactParty),
    "bases": list(ThirdPersonBasis),
    "purposes": list(ContactPurpose),
    "places": list(ContactPlace),
    "outcomes": OUTCOMES,
}


def _complaints(incident: Incident) -> list[Complaint]:
    query = select(Complaint).where(Complaint.incident_id == incident.id).order_by(Complaint.id)
    return list(db.session.scalars(query.limit(COMPLAINTS)))


def _chosen(complaints: list[Complaint]) -> Complaint | None:
    wanted = request.values.get("complaint", type=int)
    return next((each for each in complaints if each.id == wanted), complaints[0] if complaints else None)


def _demand(log: list[Any], chosen: Complaint | None) -> str:
    """What the customer wants, as last said."""
    mine = [each for each in log if chosen is None or each.complaint_id == chosen.id]
    said = next((each.said("demand") for each in mine if each.personal.get("demand")), "")
    return said or (chosen.masked().get("demand") or "" if chosen else "")


def _people() -> list[tuple[int, str]]:
    rows = db.session.scalars(select(Person).where(Person.active).order_by(Person.name).limit(PEOPLE))
    return [(each.id, each.name) for each in rows]


def _days() -> list[str]:
    """The days of the week in the reader's language, Monday first."""
    names = get_day_names("abbreviated", locale=frame.locale())
    return [names[day] for day in range(7)]


def _checks(incident: Incident, chosen: Complaint | None) -> list[Check]:
    if not incident.is_open:
        return []
    at = clock.now()
    return [Check(each, _may(incident, chosen, Wanted(at=at, channel=each))) for each in USUAL]


def _may(incident: Incident, chosen: Complaint | None, wanted: Wanted) -> contacts.Answer:
    return contacts.may(incident, wanted, jurisdiction=acting.house().rule_set, complaint=chosen)


def _asked(incident: Incident, chosen: Complaint | None, zone: ZoneInfo) -> Check | None:
    """What the form above the log asks: another way, another time (where the customer is), another place."""
    given = request.args.get("channel", "")
    if request.method != "GET" or given not in set(ContactChannel):
        return None
    channel, place = ContactChannel(given), request.args.get("place", "")
    wanted = Wanted(
        at=_there(request.args.get("when", ""), zone) or clock.now(),
        channel=channel,
        place=ContactPlace(place) if place in set(ContactPlace) else ContactPlace.ANYWHERE,
    )
    return Check(channel, _may(incident, chosen, wanted))


def _there(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        given = datetime.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None
    return given.replace(tzinfo=zone) if given and given.tzinfo is None else given


@bp.post("/incidents/<number>/contacts")
@ACT
def log(number: str) -> Response:
    """Plan a contact or write one down; a forbidden one is refused with the rule."""
    form = request.form

    def act(incident: Incident) -> None:
        entry = Entry(
            kind=_one(ContactKind, "kind"),
            channel=_one(ContactChannel, "channel"),
            party=_one(ContactParty, "party", ContactParty.CUSTOMER),
            basis=_one(ThirdPersonBasis, "basis", "") or None,
            purpose=_one(ContactPurpose, "purpose", ContactPurpose.CASE),
            place=_one(ContactPlace, "place", ContactPlace.ANYWHERE),
            at=times.asked(form.get("at", ""), "at") or clock.now(),
            inbound=form.get("inbound") == "1",
            complaint=form.get("complaint", type=int),
            person=form.get("person", type=int),
            planned=form.get("planned", type=int),
            **{name: form.get(name, "") for name in TEXTS},
        )
        contacts.log(incident, entry, by=access.actor(), at=clock.now(), jurisdiction=acting.house().rule_set)

    return case.do(number, act, _draw, back=_back("log"))


def _one(kinds: Any, name: str, default: str | None = None) -> str:
    """A choice of a form; raises Invalid for what is not among them."""
    given = request.form.get(name, "")
    if not given and default is not None:
        return default
    if given not in set(kinds):
        sentence = N_("Choose one of the list.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=(name,))])
    return str(given)


def _back(anchor: str) -> str:
    complaint = request.form.get("complaint", type=int)
    return f"contacts{f'?complaint={complaint}' if complaint else ''}#{anchor}"


@bp.post("/incidents/<number>/contacts/<int:contact_id>/drop")
@ACT
def drop(number: str, contact_id: int) -> Response:
    """Plan a contact no longer."""

    def act(incident: Incident) -> None:
        contacts.drop(incident, contact_id, by=access.actor(), at=clock.now())

    return case.do(number, act, _draw, back=_back("log"))


@bp.post("/incidents/<number>/contacts/preferences")
@ACT
def prefer(number: str) -> Response:
    """Note how the customer wants to be reached."""
    form = request.form

    def act(incident: Incident) -> None:
        wishes = Wishes(
            **{
                name: form.get(name, "")
                for name in ("time_zone", "earliest", "latest", "language", "representative", "note")
            },
            days=[int(each) for each in form.getlist("days") if each.isdigit()],
            not_at_work=form.get("not_at_work") == "1",
            refused_channels=form.getlist("refused_channels"),
            complaint=form.get("complaint", type=int),
        )
        version = form.get("version", type=int)
        contact_preferences.note(incident, wishes, by=access.actor(), at=clock.now(), version=version)

    return case.do(number, act, _draw, back=_back("preferences"))


@bp.post("/incidents/<number>/hold")
@ACT
def place_hold(number: str) -> Response:
    """Place the hold again, or widen it."""
    form = request.form

    def act(incident: Incident) -> None:
        everything = form.get("everything") == "1"
        reason = form.get("reason", "")
        holds.place(incident, everything=everything, reason=reason, by=access.actor(), at=clock.now())

    return case.do(number, act, _draw, back=_back("hold"))


@bp.post("/incidents/<number>/hold/lift")
@ACT
def lift_hold(number: str) -> Response:
    """Lift the hold."""

    def act(incident: Incident) -> None:
        holds.lift(incident, reason=request.form.get("reason", ""), by=access.actor(), at=clock.now())

    return case.do(number, act, _draw, back=_back("hold"))


@bp.post("/incidents/<number>/hold/assign")
@ACT
def assign_hold(number: str) -> Response:
    """Leave the hold with somebody beyond the closing."""
    form = request.form

    def act(incident: Incident) -> None:
        keeper = db.session.get(Person, form.get("keeper", 0, type=int))
        review = times.asked(form.get("review_at", ""), "review_at")
        if keeper is None or review is None:
            sentence = N_("Name a person and a day.")
            raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("review_at",))])
        holds.assign(incident, keeper, review_at=review, by=access.actor(), at=clock.now())

    return case.do(number, act, _draw, back=_back("hold"))
