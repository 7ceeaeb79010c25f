"""Options: the ways out for a customer, from a draft to an agreed one, with every offer and counter-offer."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select

from incident import errors, timeline
from incident.accounts import Actor
from incident.alerting import requests
from incident.calendars import WorkingCalendar
from incident.coordination import approvals, option_words
from incident.coordination import option_moves as moves
from incident.coordination.option_words import Wanted
from incident.db import db
from incident.errors import N_, Reason
from incident.models.incidents import Incident
from incident.models.resolutions import OptionState, ResolutionOption
from incident.permissions import Permission
from incident.playbooks import library

AGREED = (OptionState.APPROVED, OptionState.ACCEPTED)


def of(incident_id: int) -> list[ResolutionOption]:
    """Every version of every option of an incident, the newest first."""
    query = select(ResolutionOption).where(ResolutionOption.incident_id == incident_id)
    return list(db.session.scalars(query.order_by(ResolutionOption.id.desc())))


def agreed(incident_id: int, complaint_id: int | None = None) -> list[ResolutionOption]:
    """The options a decision may rest on: approved, or approved and accepted by the customer, oldest first.

    With a complaint, those of that customer and those for the whole incident; of the others, nothing.
    """
    query = select(ResolutionOption).where(
        ResolutionOption.incident_id == incident_id, ResolutionOption.state.in_(AGREED)
    )
    if complaint_id is not None:
        mine = ResolutionOption.complaint_id
        query = query.where((mine == complaint_id) | mine.is_(None))
    return list(db.session.scalars(query.order_by(ResolutionOption.id)))


def find(option_id: int) -> ResolutionOption:
    """An option by its id, as it is now; raises NotFound. Lock its incident first."""
    found = db.session.get(ResolutionOption, option_id, populate_existing=True)
    if found is None:
        raise errors.NotFound(N_("There is no such option."))
    return found


def incident_of(option: ResolutionOption) -> Incident:
    """The incident an option belongs to."""
    return db.session.get_one(Incident, option.incident_id)


def locked(option_id: int) -> tuple[Incident, ResolutionOption]:
    """An option and its incident, both as they are now and locked for one act; raises NotFound."""
    incident_id = find(option_id).incident_id
    incident = db.session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
    return incident, find(option_id)


def write(
    incident: Incident, wanted: Wanted, *, by: Actor, at: datetime, calendar: WorkingCalendar
) -> ResolutionOption:
    """Write an option down as a draft; raises Invalid naming every fault."""
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    return _written(incident, wanted, None, by=by, at=at, calendar=calendar)


def _written(
    incident: Incident,
    wanted: Wanted,
    previous: ResolutionOption | None,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> ResolutionOption:
    facts = option_words.columns(wanted, incident, today=at.astimezone(calendar.zone).date())
    option = ResolutionOption(
        incident_id=incident.id,
        previous_id=previous.id if previous else None,
        revision=previous.revision + 1 if previous else 1,
        state=OptionState.DRAFT,
        created_at=at,
        created_by=by.label,
        created_by_id=by.id,
        **facts,
    )
    db.session.add(option)
    db.session.flush()
    moves.note(option, "write", before=None, by=by, at=at)
    incident.last_activity_at = at
    timeline.record(
        incident.id,
        "option_revised" if previous else "option_added",
        by=by.label,
        at=at,
        **moves.named(option),
    )
    return option


def revise(
    incident: Incident,
    option: ResolutionOption,
    wanted: Wanted,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
) -> ResolutionOption:
    """Write the next version of an option; the old one keeps its end, or is replaced where it had none.

    An offer that the customer is still thinking about stays: the answer, or its end, comes first.
    """
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    if db.session.scalar(select(ResolutionOption.id).where(ResolutionOption.previous_id == option.id)):
        raise errors.Refused(N_("This version has been revised already; revise the newest one."))
    moves.move(option, "revise", by=by, at=at)
    if option.state == OptionState.REPLACED:
        requests.close(option, at=at)
    return _written(incident, wanted, option, by=by, at=at, calendar=calendar)


def propose(incident: Incident, option: ResolutionOption, *, by: Actor, at: datetime) -> ResolutionOption:
    """Put a draft to those who may approve it; how many must is settled now, by the table in force."""
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    moves.move(option, "propose", by=by, at=at)
    option.proposed_at, option.proposed_by, option.proposed_by_id = at, by.label, by.id
    option.approvals_needed = library.the_authority().approvals_for(
        option.kind, option.amount, option.currency
    )
    incident.last_activity_at = at
    timeline.record(incident.id, "option_proposed", by=by.label, at=at, **moves.named(option))
    requests.ask(option, approvals.who_may(incident, option), at=at, words=moves.named(option))
    return option


def offer(
    incident: Incident,
    option: ResolutionOption,
    *,
    by: Actor,
    at: datetime,
    calendar: WorkingCalendar,
    valid_until: date | None = None,
) -> ResolutionOption:
    """Note that the customer was made the offer, valid to the end of a day; nothing is sent by itself.

    An expired offer is made again with a new day: its terms, and so its approvals, are the same.
    """
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    moves.must_allow(option, "offer", by=by)
    until = valid_until or option.valid_until
    if until is None or until < at.astimezone(calendar.zone).date():
        sentence = N_("Say until which day, from today on, the offer is valid.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("valid_until",))])
    moves.move(option, "offer", by=by, at=at)
    option.valid_until, option.expire_at = until, calendar.end_of(until)
    incident.last_activity_at = at
    timeline.record(
        incident.id, "option_offered", by=by.label, at=at, **moves.named(option), until=until.isoformat()
    )
    return option


def counter(
    incident: Incident,
    option: ResolutionOption,
    *,
    terms: str,
    by: Actor,
    at: datetime,
    amount: Decimal | None = None,
) -> ResolutionOption:
    """Note what the customer wants instead; it is kept with the offer, and a new version may answer it."""
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    words = _said(terms, N_("Say what the customer wants instead."), "terms")
    if amount is not None and not 0 < amount <= option_words.AMOUNT_MOST:
        sentence = N_("Write an amount like 12345.60.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("amount",))])
    _not_over(option, at)
    currency = (option.currency or library.the_authority().currency) if amount is not None else None
    moves.move(option, "counter", by=by, at=at, words=words, amount=amount, currency=currency)
    incident.last_activity_at = at
    timeline.record(
        incident.id,
        "option_countered",
        by=by.label,
        at=at,
        **moves.named(option),
        wanted=moves.money(amount, currency),
    )
    return option


def accept(incident: Incident, option: ResolutionOption, *, by: Actor, at: datetime) -> ResolutionOption:
    """Note that the customer takes the offer; refused once its day is over."""
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    _not_over(option, at)
    moves.move(option, "accept", by=by, at=at)
    option.expire_at = None
    incident.last_activity_at = at
    timeline.record(incident.id, "option_accepted", by=by.label, at=at, **moves.named(option))
    return option


def decline(
    incident: Incident, option: ResolutionOption, *, by: Actor, at: datetime, reason: str = ""
) -> ResolutionOption:
    """Note that the customer does not take the offer."""
    by.must(Permission.INCIDENTS_ACT)
    moves.must_be_open(incident)
    moves.move(option, "decline", by=by, at=at, words=reason.strip()[: option_words.TERMS_LONGEST])
    option.expire_at = None
    incident.last_activity_at = at
    timeline.record(incident.id, "option_declined", by=by.label, at=at, **moves.named(option))
    return option


def expire(incident: Incident, option: ResolutionOption, *, by: Actor, at: datetime) -> bool:
    """End an offer whose day is over; False where it was answered, or made again, a moment before."""
    if option.state not in moves.ON_OFFER or option.expire_at is None or option.expire_at > at:
        return False
    moves.move(option, "expire", by=by, at=at)
    option.expire_at = None
    timeline.record(incident.id, "option_expired", by=by.label, at=at, **moves.named(option))
    return True


def _not_over(option: ResolutionOption, at: datetime) -> None:
    if option.state in moves.ON_OFFER and option.expire_at is not None and option.expire_at < at:
        raise errors.Refused(
            N_("The offer ended on %(until)s; make it again first."), until=str(option.valid_until)
        )


def _said(text: str, empty: str, place: str) -> str:
    words = text.strip()
    if not words:
        raise errors.Invalid(empty, reasons=[Reason(empty, loc=(place,))])
    if len(words) > option_words.TERMS_LONGEST:
        most = {"most": option_words.TERMS_LONGEST}
        raise errors.Invalid(
            N_("The text is too long."), reasons=[Reason(N_("At most %(most)s characters."), most, (place,))]
        )
    return words
