"""Invitations to the meeting of a post-mortem: who, the agenda, Slack, and e-mail with a calendar entry."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress
from sqlalchemy import select

from incident import i18n, recusal
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.reviews import rights
from incident.vocabulary import Level

LENGTH = timedelta(minutes=60)  # facts §7: 30 to 60 minutes
BATCH = 100  # meetings of one sweep; the next beat takes the rest
AGENDA = (  # minutes, what
    (5, N_("What happened, and what it meant for customers")),
    (15, N_("Timeline: what we knew when, and how")),
    (15, N_("The plan and what happened, clocks met and missed")),
    (15, N_("Why, five times; what went well, badly, and where we were lucky")),
    (10, N_("Actions, owners, dates; what the plan should say")),
)


def invite(*, at: datetime, url: str, zone: ZoneInfo, mailed: bool) -> int:
    """Send the invitations that are due, again where a meeting was moved; returns how many meetings.

    `url` is the service's address, `mailed` says that there is a mailbox to send from.
    """
    due = db.session.scalars(
        select(Review.id)
        .where(Review.invite_at <= at, Review.state == ReviewState.SCHEDULED)
        .order_by(Review.invite_at)
        .limit(BATCH)
    ).all()
    return sum(_invite_one(each, at=at, url=url, zone=zone, mailed=mailed) for each in due)


def _invite_one(review_id: int, *, at: datetime, url: str, zone: ZoneInfo, mailed: bool) -> int:
    with unit_of_work():
        review = rights.find(review_id, lock=True)
        if review.invite_at is None or review.invite_at > at or review.state != ReviewState.SCHEDULED:
            return 0
        incident = rights.incident_of(review)
        review.invite_at = None
        review.invitations += 1
        for person in invited(review, incident):
            _tell(review, person, at=at)
            if mailed:
                _mail(review, incident, person, at=at, url=url, zone=zone)
        return 1


def invited(review: Review, incident: Incident) -> list[Person]:
    """Its owner, who led, held a role or led a department, and at Ⅰ and Ⅱ the heads of the group; nobody who
    must stand aside."""
    ids = [review.owner_id, incident.commander_id]
    for column, table in (
        (IncidentRoleHolder.person_id, IncidentRoleHolder),
        (IncidentDepartment.lead_id, IncidentDepartment),
    ):
        ids += db.session.scalars(select(column).where(table.incident_id == incident.id)).all()
    wanted = {id_ for id_ in ids if id_ is not None}
    people = select(Person).where(Person.active).order_by(Person.id)
    heads = incident.level <= Level.MAJOR and not incident.drill
    return [
        person
        for person in db.session.scalars(people)
        if (person.id in wanted or (heads and person.group_head)) and recusal.bar(incident, person) is None
    ]


def agenda(locale: str) -> list[str]:
    """The agenda in a language, with the minutes of each point."""
    minutes = i18n.say(N_("min"), locale)
    return [f"{length} {minutes}  {i18n.say(point, locale)}" for length, point in AGENDA]


def _tell(review: Review, person: Person, *, at: datetime) -> None:
    outbox.enqueue(
        review.incident_id,
        "remind",
        at=at,
        key=f"review-{review.id}-invited-{review.invitations}-{person.id}",
        person_id=person.id,
        about="review_invited",
        review_id=review.id,
        place=review.place or "",
        due_at=review.meets_at.isoformat(),
    )


def _mail(
    review: Review, incident: Incident, person: Person, *, at: datetime, url: str, zone: ZoneInfo
) -> None:
    locale = person.locale or "zh_CN"
    own = ZoneInfo(person.timezone) if person.timezone else zone
    title = _title(incident, locale)
    when = review.meets_at.astimezone(own).strftime("%Y-%m-%d %H:%M %Z")
    lines = [f"{title} · {when}", *([review.place] if review.place else []), "", *agenda(locale), ""]
    outbox.enqueue(
        review.incident_id,
        "mail",
        at=at,
        key=f"review-{review.id}-{review.invitations}-{person.id}",
        person_id=person.id,
        about="review_invited",
        review_id=review.id,
        due_at=review.meets_at.isoformat(),
        to=person.email,
        title=f"{title} · {when}",
        body="\n".join([*lines, f"{url}/reviews/{review.id}"]),
        calendar=entry(review, incident, [person], at=at, url=url, locale=locale).decode(),
    )


def _title(incident: Incident, locale: str) -> str:
    title = i18n.say(N_("Post-mortem of %(number)s"), locale, number=incident.number)
    return f"【{i18n.say(N_('DRILL'), locale)}】{title}" if incident.drill else title


def entry(
    review: Review, incident: Incident, people: Iterable[Person], *, at: datetime, url: str, locale: str
) -> bytes:
    """The meeting as iCalendar (RFC 5545, 5546); a later invitation has a higher SEQUENCE and replaces it."""
    calendar = Calendar()
    calendar.add("prodid", "-//incident coordination//reviews//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    event = Event()
    event.add("uid", f"review-{review.id}@{url.split('//')[-1].split('/')[0]}")
    event.add("sequence", max(review.invitations - 1, 0))
    event.add("dtstamp", at)
    event.add("dtstart", review.meets_at)
    event.add("duration", LENGTH)
    event.add("summary", _title(incident, locale))
    event.add("description", "\n".join(agenda(locale)))
    event.add("url", f"{url}/reviews/{review.id}")
    if review.place:
        event.add("location", review.place)
    owner = db.session.get(Person, review.owner_id) if review.owner_id else None
    if owner is not None:
        event.add("organizer", _address(owner))
    for person in people:
        event.add("attendee", _address(person))
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _address(person: Person) -> vCalAddress:
    found = vCalAddress(f"mailto:{person.email}")
    found.params["cn"] = person.name
    return found
