"""An incident's channel: who belongs in it, what its card says, and how it is put away."""

from datetime import timedelta

from sqlalchemy import select, update

from incident import accounts, clock, clocks
from incident.coordination import departments, roles
from incident.db import db, forget, unit_of_work
from incident.models.people import DutyShift, Person
from incident.vocabulary import Status
from incident.watches import room_watch
from tests.slack import world as worlds


def card(world, number):
    facts = world.facts(number)
    return next(m for m in world.said(facts["channel_id"]) if m["ts"] == facts["card_ts"])


def members(world, number):
    return set(world.room(world.facts(number)["channel_id"])["members"])


def follow(world):
    with world.app.app_context():
        forget("duty/shifts")
        count = room_watch.sweep(at=clock.now(), house=world.house, after_days=7)
    return count


def test_the_card_shows_roles_lines_and_clocks_and_follows_them(world):
    number = world.incident(level=2)
    world.settle()
    said = worlds.words_of(card(world, number))
    assert "○ Customer Service" in said.replace("*", "")
    with world.app.app_context(), unit_of_work():
        incident, by = world.row(number), worlds.ADMIN
        bo = db.session.scalar(select(Person).where(Person.name == "Bo"))
        roles.assign(incident, "scribe", bo, by=by, at=clock.now())
        departments.accept(
            incident,
            "CS",
            by=accounts.actor(db.session.scalar(select(Person).where(Person.name == "Ada"))),
            at=clock.now(),
            calendar=world.house.calendar,
        )
    world.settle()
    said = worlds.words_of(card(world, number))
    assert "Scribe: Bo" in said and "◔ Customer Service" in said.replace("*", "")
    running = said.count("⏱")
    assert running > 1
    with world.app.app_context(), unit_of_work():
        incident = world.row(number)
        gone = clocks.running(incident.id)[0]
        clocks.void(incident, gone.id, reason="it does not apply", by=worlds.ADMIN, at=clock.now())
    world.settle()
    assert worlds.words_of(card(world, number)).count("⏱") == running - 1


def test_a_change_of_guard_brings_in_who_comes_and_lets_go_who_was_only_on_duty(world):
    number = world.incident()  # Ada is alerted, Li is her backup
    world.settle()
    assert members(world, number) >= {"U0ADA", "U0LINA"}
    assert follow(world) == 0  # the first look only sees
    with world.app.app_context(), unit_of_work() as session:
        bo = session.scalar(select(Person).where(Person.name == "Bo"))
        shift = DutyShift.person_id == session.scalar(select(Person.id).where(Person.name == "李娜"))
        session.execute(update(DutyShift).where(shift).values(person_id=bo.id))
    assert follow(world) == 1
    world.settle()
    assert members(world, number) >= {"U0ADA", "U0BO"} and "U0LINA" not in members(world, number)
    assert ("channel_left", {"people": "李娜"}) in world.told(number)
    assert follow(world) == 0


def test_who_came_in_by_themselves_or_has_a_task_stays(world):
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    world.channel.slack.call("conversations.invite", channel=channel, users="U0BO")
    follow(world)
    with world.app.app_context(), unit_of_work() as session:
        li = session.scalar(select(Person).where(Person.name == "李娜"))
        session.execute(
            update(DutyShift).where(DutyShift.person_id == li.id).values(rank=2, ends_at=clock.now())
        )
        session.execute(
            update(worlds.Task)
            .where(worlds.Task.incident_id == world.row(number).id)
            .values(assignee_id=li.id)
        )
    assert follow(world) == 1
    world.settle()
    assert members(world, number) >= {"U0ADA", "U0LINA", "U0BO"}


def test_some_days_after_the_end_the_channel_says_how_it_went_and_is_archived(world):
    number = world.incident()
    world.settle()
    channel = world.facts(number)["channel_id"]
    with world.app.app_context(), unit_of_work():
        incident = world.row(number)
        incident.status, incident.last_activity_at = Status.CANCELLED, clock.now() - timedelta(days=6)
    assert follow(world) == 0
    with world.app.app_context(), unit_of_work():
        world.row(number).last_activity_at = clock.now() - timedelta(days=8)
    assert follow(world) == 1 and follow(world) == 0
    world.fault("drop_after", "conversations.archive", times=1)
    world.settle()
    room = world.room(channel)
    assert room["is_archived"]
    assert [("put away" in m["text"] or "put away" in worlds.words_of(m)) for m in world.said(channel)].count(
        True
    ) == 1
    assert world.steps(number, "archive")[0]["state"] == "done"
