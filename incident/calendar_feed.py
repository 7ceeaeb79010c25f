"""A person's calendar to subscribe to: drills, post-mortems and clocks; its secret address can be revoked."""

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from icalendar import Calendar, Event
from sqlalchemy import or_, select

from incident import accounts, audit, clocks, errors, i18n
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_
from incident.models.clocks import Clock, ClockState
from incident.models.drills import PLAYED, Drill, DrillState
from incident.models.feeds import CalendarFeed
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review, ReviewState
from incident.playbooks import library
from incident.vocabulary import Status

BACK = timedelta(days=30)  # what lies further back is left out
MOST = 500  # entries of a kind
REFRESH = timedelta(minutes=15)  # how often a calendar program may ask again
LENGTH = timedelta(minutes=30)  # of an entry in the calendar


def make(person: Person, *, by: Actor, at: datetime) -> str:
    """Make somebody's own secret address and return its token, which is shown this once; the one before
    works no more."""
    _own(person, by)
    _end(person.id, at)
    token = secrets.token_urlsafe(32)
    db.session.add(CalendarFeed(person_id=person.id, digest=accounts.digest(token), created_at=at))
    audit.record("feeds.made", f"person/{person.id}", by=by.label, at=at)
    return token


def revoke(person: Person, *, by: Actor, at: datetime) -> bool:
    """End somebody's own address at once; False where there was none."""
    _own(person, by)
    ended = _end(person.id, at)
    if ended:
        audit.record("feeds.revoked", f"person/{person.id}", by=by.label, at=at)
    return ended


def _own(person: Person, by: Actor) -> None:
    if by.id != person.id:
        raise errors.Forbidden(N_("A calendar feed is made and revoked by its own person."))


def _end(person_id: int, at: datetime) -> bool:
    rows = db.session.scalars(
        select(CalendarFeed)
        .where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
        .with_for_update()
    ).all()
    for row in rows:
        row.revoked_at = at
    return bool(rows)


def current(person_id: int) -> CalendarFeed | None:
    """The address that works, if there is one."""
    found: CalendarFeed | None = db.session.scalar(
        select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
    )
    return found


def whose(token: str) -> Person:
    """The person whose address this is; raises NotFound for one that is unknown, revoked, or of somebody
    who left."""
    row = db.session.scalar(select(CalendarFeed).where(CalendarFeed.digest == accounts.digest(token)))
    person = db.session.get(Person, row.person_id) if row and row.revoked_at is None else None
    if person is None or not person.active:
        raise errors.NotFound(N_("There is no such calendar."))
    return person


def text(person: Person, *, at: datetime, url: str, locale: str) -> bytes:
    """The calendar as iCalendar (RFC 5545): numbers, kinds and times, and nothing personal."""
    calendar = Calendar()
    calendar.add("prodid", "-//incident coordination//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", i18n.say(N_("Incident coordination"), locale))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    for entry in (*_drills(person, at), *_reviews(person, at), *_clocks(person, at)):
        calendar.add_component(_event(entry, at, url, locale))
    return bytes(calendar.to_ical())


def _event(entry: dict[str, Any], at: datetime, url: str, locale: str) -> Event:
    event = Event()
    event.add("uid", f"{entry['uid']}@{url.split('//')[-1].split('/')[0]}")
    event.add("dtstamp", at)
    event.add("dtstart", entry["at"])
    event.add("duration", LENGTH)
    event.add("summary", i18n.say(entry["sentence"], locale, **entry["values"]))
    event.add("url", f"{url}{entry['href']}")
    event.add("transp", "TRANSPARENT")
    return event


def _drills(person: Person, at: datetime) -> Iterator[dict[str, Any]]:
    """Those the person plays in and was told of, an unannounced one stays unannounced; and those they run."""
    rows = db.session.scalars(
        select(Drill)
        .where(
            Drill.starts_at > at - BACK,
            Drill.state.in_([DrillState.SCHEDULED, *PLAYED]),
        )
        .order_by(Drill.starts_at)
        .limit(MOST)
    )
    for row in rows:
        runs_it = any(
            person.email in row.staff.get(role, []) for role in ("director", "controller", "evaluator")
        )
        told = row.announced and person.email in [*row.participants, *row.staff.get("observer", [])]
        if runs_it or told:
            title = library.current(row.plan_key).plan.title
            yield {
                "uid": f"drill-{row.id}",
                "at": row.starts_at,
                "sentence": N_("DRILL: %(plan)s"),
                "values": {"plan": {"zh": title.zh, "en": title.en}},
                "href": f"/drills/{row.id}",
            }


def _reviews(person: Person, at: datetime) -> Iterator[dict[str, Any]]:
    rows = db.session.execute(
        select(Review, Incident.number)
        .join(Incident, Incident.id == Review.incident_id)
        .where(
            Review.meets_at > at - BACK,
            Review.state == ReviewState.SCHEDULED,
            or_(Review.owner_id == person.id, clocks.concerns(person.id)),
        )
        .order_by(Review.meets_at)
        .limit(MOST)
    )
    for row, number in rows:
        yield {
            "uid": f"review-{row.id}",
            "at": row.meets_at,
            "sentence": N_("Post-mortem of %(number)s"),
            "values": {"number": number},
            "href": f"/reviews/{row.id}",
        }


def _clocks(person: Person, at: datetime) -> Iterator[dict[str, Any]]:
    rows = db.session.execute(
        select(Clock, Incident.number)
        .join(Incident, Incident.id == Clock.incident_id)
        .where(
            Clock.state.in_([ClockState.RUNNING, ClockState.MISSED]),
            Clock.kind != clocks.WINDOW,
            Clock.due_at > at - BACK,
            Incident.status == Status.OPEN,
            clocks.concerns(person.id),
        )
        .order_by(Clock.due_at)
        .limit(MOST)
    )
    for row, number in rows:
        yield {
            "uid": f"clock-{row.id}",
            "at": row.due_at,
            "sentence": N_("%(number)s is due: %(clock)s"),
            "values": {"number": number, "clock": row.titles},
            "href": f"/incidents/{number}/clocks#clock-{row.id}",
        }
