"""A drill held some weeks ago, and certificates: reports, readiness and training have something to show."""

from datetime import datetime, time, timedelta

from sqlalchemy import delete, select

from incident import accounts
from incident.accounts import Actor
from incident.coordination import tasks
from incident.db import db
from incident.drills import answering, playing, programme, rating, running, scoring
from incident.lifecycle import acts
from incident.lifecycle.common import House
from incident.models.alerts import Delivery
from incident.models.drills import Drill
from incident.models.incidents import Incident, Task
from incident.models.people import Person
from incident.models.training import CertificateSource, Course
from incident.training import certificates
from incident.vocabulary import Level

AGO, TEN = timedelta(days=24), time(10)
PLAYERS = ("zhao", "chen", "he", "li", "wang")
RATINGS = {"o1": "P", "o2": "S", "o3": "S"}
# who holds how many of the courses, and since how many days
TRAINED = (("zhao", 3, 40), ("wang", 3, 61), ("li", 2, 25), ("sun", 2, 90), ("chen", 1, 12), ("lin", 3, 120))


def train(people: dict[str, Person], *, by: Actor, at: datetime, house: House) -> None:
    """Certificates of the first courses for some of the people."""
    courses = list(db.session.scalars(select(Course).where(Course.ended_at.is_(None)).order_by(Course.id)))
    today = at.astimezone(house.zone).date()
    for who, count, days in TRAINED:
        for course in courses[:count]:
            certificates.grant(
                course,
                people[f"{who}@demo.example"].id,
                got_on=today - timedelta(days=days),
                source=CertificateSource.IMPORT,
                by=by,
                calendar=house.calendar,
            )


def hold(people: dict[str, Person], *, by: Actor, at: datetime, house: House) -> Drill:
    """Play a drill at ten in the morning some weeks ago, in time and late, to its end; it is rated."""
    day = house.calendar.next_working((at - AGO).astimezone(house.zone).date())
    start = datetime.combine(day, TEN, tzinfo=house.zone)
    who = {name: accounts.actor(people[f"{name}@demo.example"]) for name in (*PLAYERS, "lin", "tang")}
    (drill,) = programme.schedule(
        programme.Wanted(
            plan_key="improper_collection",
            participants=[f"{name}@demo.example" for name in PLAYERS],
            scenario="night_calls_to_workplace",
            staff={"director": ["lin@demo.example"], "evaluator": ["tang@demo.example"]},
        ),
        starts_at=start,
        by=by,
        at=start - timedelta(days=7),
        house=house,
    )
    running.begin(drill.id, by=who["lin"], at=start, house=house)
    _play(drill, who, start, house)
    running.stop(drill.id, by=who["lin"], at=start + timedelta(minutes=125), reason="到时")
    for objective, given in RATINGS.items():
        rating.rate(drill, objective, given, by=who["tang"], at=start + timedelta(minutes=130))
    mine = Delivery.incident_id == drill.incident_id
    db.session.execute(delete(Delivery).where(mine))  # nobody is told today of what was weeks ago
    return drill


def _play(drill: Drill, who: dict[str, Actor], start: datetime, house: House) -> None:
    incident = db.session.get_one(Incident, drill.incident_id)
    steps = {row.key: row for row in db.session.scalars(select(Task).where(Task.incident_id == incident.id))}
    for minute, act in (
        (0, None),
        (4, lambda at: acts.acknowledge(incident, by=who["zhao"], at=at)),
        (20, None),
        (29, lambda at: _done(incident, steps["freeze_contact"], by=who["chen"], at=at)),
        (40, None),
        (43, lambda at: answering.respond(drill, 3, choice=1, by=who["wang"], at=at)),
        (46, lambda at: answering.respond(drill, 3, choice=0, by=who["he"], at=at)),
        (60, None),
        (
            68,
            lambda at: acts.change_level(
                incident, Level.MAJOR, reason="冒充公检法", by=who["zhao"], at=at, house=house
            ),
        ),
        (80, None),
        (84, lambda at: answering.respond(drill, 5, words="凭录音向客户说明", by=who["li"], at=at)),
        (100, None),
        (121, None),
    ):
        at = start + timedelta(minutes=minute)
        if act is not None:
            act(at)
        answering.observe(drill, at=at)
        scoring.judge_due(drill, at=at)
        playing.deliver_due(drill, at=at)


def _done(incident: Incident, step: Task, *, by: Actor, at: datetime) -> None:
    tasks.change(step, incident, by=by, at=at, status="done")
