"""Writes the demo through the same verbs as everything else, and takes it away again."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from incident import accounts, duty, errors
from incident.db import db
from incident.demo import drilling, learning
from incident.demo.complaints import COMPLAINTS
from incident.demo.people import PASSWORD, PEOPLE, ROSTER
from incident.drills import programme
from incident.errors import N_
from incident.intake import body, receive
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.incidents import Incident
from incident.models.people import Department, DutyShift, Person
from incident.vocabulary import Stage

ACTOR = accounts.system("demo")
SOURCE = "demo"
ADDRESS = "%@demo.example"


def loaded() -> bool:
    """Whether the demo people are here."""
    return db.session.scalar(select(Person.id).where(Person.email.like(ADDRESS)).limit(1)) is not None


def load(*, at: datetime, house: House) -> None:
    """People, roster, incidents in different states, a drill ahead and one that was, certificates; raises
    Refused where they are here."""
    if loaded():
        raise errors.Refused(N_("The demo is loaded already; `flask demo clear` takes it away."))
    before = db.session.scalar(select(func.max(Delivery.id))) or 0
    people = _people(at=at)
    _roster(people, at=at)
    _incidents(people, at=at, house=house)
    learning.lead(people, by=ACTOR, at=at, house=house)
    programme.schedule(
        programme.Wanted(
            plan_key="privacy_leak",
            participants=["zhao@demo.example", "sun@demo.example", "jiang@demo.example", "li@demo.example"],
            scenario="list_in_chat_group",
            staff={"director": ["lin@demo.example"]},
        ),
        starts_at=house.calendar.add(at, 2, "working_days").replace(hour=10, minute=0, second=0),
        by=ACTOR,
        at=at,
        house=house,
    )
    drilling.hold(people, by=ACTOR, at=at, house=house)
    drilling.train(people, by=ACTOR, at=at, house=house)
    # asked for now, however old the incidents are: else the first page says that messages are hours late
    db.session.flush()
    waiting = Delivery.id > before, Delivery.finished_at.is_(None)
    db.session.execute(update(Delivery).where(*waiting).values(created_at=at))


def _people(*, at: datetime) -> dict[str, Person]:
    return {
        each.email: accounts.add_person(
            email=each.email,
            name=each.name,
            role=each.role,
            password=PASSWORD,
            department=each.department,
            slack_id=each.slack_id,
            locale=each.locale,
            group_head=each.group_head,
            by=ACTOR,
            at=at,
        )
        for each in PEOPLE
    }


def _roster(people: dict[str, Person], *, at: datetime) -> None:
    start = at - timedelta(days=30)  # on duty already when the first of the demo incidents opened
    for code, (first, backup) in ROSTER.items():
        for rank, email in ((1, first), (2, backup)):
            if email:
                duty.add_shift(
                    department=code,
                    person=people[email],
                    rank=rank,
                    starts_at=start,
                    ends_at=start + timedelta(days=1),
                    repeats="daily",
                    by=ACTOR,
                    at=at,
                )
        db.session.get_one(Department, code).head_id = people[first].id


def _incidents(people: dict[str, Person], *, at: datetime, house: House) -> None:
    for index, (minutes, facts) in enumerate(COMPLAINTS, start=1):
        then = at - timedelta(minutes=minutes)
        raw = {**facts, "source": SOURCE, "source_ref": f"DEMO-{index:03d}", "received_at": then.isoformat()}
        received = receive.receive(receive.prepare(body.read(raw, at=at)), by=ACTOR, at=then, house=house)
        if received.incident is not None:
            _advance(received.incident, index, people, at=then, house=house)


def _advance(
    incident: Incident, index: int, people: dict[str, Person], *, at: datetime, house: House
) -> None:
    """The first is fresh, the second acknowledged, later ones further along."""
    if index == 1:
        return
    commander = db.session.get(Person, incident.commander_id or 0) or people["zhao@demo.example"]
    by = accounts.actor(commander)
    acts.acknowledge(incident, by=by, at=at + timedelta(minutes=3))
    for step, stage in enumerate(list(Stage)[1 : index - 1], start=1):
        acts.move(incident, stage, by=by, at=at + timedelta(minutes=3 + 15 * step))


def clear(*, at: datetime) -> int:
    """Deactivate the demo people and take them off the roster; their records stay. Returns how many."""
    people = list(db.session.scalars(select(Person).where(Person.email.like(ADDRESS), Person.active)))
    for person in people:
        person.active, person.slack_id = False, None
        person.session_epoch += 1
        for shift in db.session.scalars(select(DutyShift).where(DutyShift.person_id == person.id)):
            db.session.delete(shift)
    return len(people)
