"""Post-mortems and actions by message: the invitation with its calendar entry, and what the buttons do."""

import json
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select

from incident import accounts, clock
from incident.db import db, unit_of_work
from incident.models.actions import ReviewAction
from incident.models.incidents import Incident
from incident.models.people import Person
from incident.models.reviews import Review
from incident.reviews import action_register, actions, invitation, meeting, schedule
from tests.slack import world as worlds
from tests.slack.test_slack_fallback import Mailbox


@pytest.fixture
def mailbox():
    found = Mailbox()
    yield found
    found.stop()


def a_review(world, number, *, trigger="asked"):
    """Ada's post-mortem of an incident, its invitations due; returns its id."""
    with world.app.app_context(), unit_of_work():
        incident = db.session.scalars(select(Incident).where(Incident.number == number)).one()
        ada = db.session.scalars(select(Person).where(Person.name == "Ada")).one()
        by, at = accounts.actor(ada), clock.now()
        row = schedule.required(incident, trigger, by=by, at=at, calendar=world.house.calendar)
        row.owner_id, row.invite_at = ada.id, at
        return row.id


def invite(world, **given):
    with world.app.app_context():
        return invitation.invite(at=clock.now(), url=world.url, zone=world.house.zone, **given)


def test_people_are_invited_once_in_slack_and_by_mail_and_again_when_it_moves(make_world, mailbox):
    mail = f"mailto://127.0.0.1:{mailbox.port}?from=incident@example.test&secure=no"
    world = make_world(mail_url=mail)
    world.crew()
    review_id = a_review(world, world.incident())
    assert [invite(world, mailed=True) for _ in range(2)] == [1, 0]
    world.settle()
    said = " ".join(worlds.words_of(each) for each in world.direct("U0ADA"))
    assert "You are invited to the post-mortem" in said
    sent = next(each for each in mailbox.mails if "ada@example.test" in each["to"].lower())
    parts = {part.get_content_type(): part for part in sent.walk()}
    assert "timeline" in sent.get_body(("plain", "html")).get_content().lower()
    entry = next(iter(Calendar.from_ical(parts["text/calendar"].get_content()).walk("VEVENT")))
    assert entry["UID"].startswith(f"review-{review_id}@") and int(entry["SEQUENCE"]) == 0
    with world.app.app_context():
        review = db.session.get_one(Review, review_id)
        ada = accounts.actor(db.session.get_one(Person, review.owner_id))
        earlier = clock.now() + timedelta(days=1)
        given = {"place": "A301", "reason": "", "calendar": world.house.calendar}
        with unit_of_work():
            row = db.session.get_one(Review, review_id)
            meeting.move(row, to=earlier, by=ada, at=clock.now(), **given)
            row.invite_at = clock.now()
    assert invite(world, mailed=True) == 1
    world.settle()
    assert "A301" in worlds.words_of(world.direct("U0ADA")[-1])
    again = next(part for part in mailbox.mails[-1].walk() if part.get_content_type() == "text/calendar")
    assert "SEQUENCE:1" in again.get_content() and "LOCATION:A301" in again.get_content()


def an_action(world, number):
    """Bo's action, two days before it is due; (its id, the channel and the message of the reminder)."""
    review_id = a_review(world, number)
    with world.app.app_context():
        ada = accounts.actor(db.session.scalars(select(Person).where(Person.name == "Ada")).one())
        bo = db.session.scalars(select(Person).where(Person.name == "Bo")).one()
        with unit_of_work():
            wanted = actions.Wanted("fix", "Update <!channel> the list", owner=bo)
            review = db.session.get_one(Review, review_id)
            row = actions.add(review, wanted, by=ada, at=clock.now(), calendar=world.house.calendar)
            row.remind_at = clock.now()
        assert action_register.remind(at=clock.now(), calendar=world.house.calendar) == 1
        action_id = row.id
    world.settle()
    for room in world.slack()["channels"]:
        if room["kind"] == "im" and "U0BO" in room["members"]:
            return action_id, room["id"], room["messages"][-1]
    raise AssertionError("no reminder")


def press(world, channel, message, action, user="U0BO"):
    given = {"user": user, "channel": channel, "ts": message["ts"], "action_id": action}
    assert world.control("press", given)["status"] == 200


def submit(world, user="U0BO", **values):
    view = world.slack()["views"][-1]
    return world.control("submit", {"user": user, "view_id": view["id"], "values": values})


def state(world, action_id):
    with world.app.app_context():
        return db.session.get_one(ReviewAction, action_id, populate_existing=True)


def test_an_action_is_given_more_time_and_finished_from_its_reminder(world):
    action_id, channel, message = an_action(world, world.incident())
    assert "Update" in worlds.words_of(message) and "<!channel>" not in json.dumps(message["blocks"])
    before = state(world, action_id).due_at
    press(world, channel, message, "action_extend")
    submit(world, due_on={"value": "2020-01-01"}, reason={"value": "waits for IT"})
    assert "due_on" in world.slack()["views"][-1]["errors"]
    later = (before + timedelta(days=20)).date().isoformat()
    submit(world, due_on={"value": later}, reason={"value": "waits for IT"})
    assert state(world, action_id).due_at.date().isoformat() == later
    press(world, channel, message, "action_finish")
    submit(world, proof={"value": "record 12"})
    assert (state(world, action_id).state, state(world, action_id).proof) == ("done", "record 12")
    press(world, channel, message, "action_finish")
    submit(world, proof={"value": "again"})
    assert state(world, action_id).proof == "record 12"


def test_the_owner_notes_the_meeting_and_somebody_above_takes_a_late_one_over(world):
    number = world.incident()
    review_id = a_review(world, number)
    with world.app.app_context(), unit_of_work():
        review = db.session.get_one(Review, review_id)
        review.remind_at = review.meets_at = review.due_at = clock.now() - timedelta(days=3)
        db.session.scalars(select(Person).where(Person.name == "Bo")).one().role = "manager"
        db.session.scalars(select(Person).where(Person.name == "Bo")).one().group_head = True
    with world.app.app_context():
        from incident import duty
        from incident.reviews import reminding

        duty.changed()
        assert reminding.remind(at=clock.now(), calendar=world.house.calendar) == 1
    world.settle()
    rooms = {m: room for room in world.slack()["channels"] if room["kind"] == "im" for m in room["members"]}
    late = rooms["U0BO"]["messages"][-1]
    assert "led by Ada, is late" in worlds.words_of(late)
    press(world, rooms["U0BO"]["id"], late, "review_take_over")
    with world.app.app_context():
        row = db.session.get_one(Review, review_id, populate_existing=True)
        assert db.session.get_one(Person, row.owner_id).name == "Bo"
    mine = next(m for m in reversed(rooms["U0ADA"]["messages"]) if "meets at" in worlds.words_of(m))
    press(world, rooms["U0ADA"]["id"], mine, "review_held", user="U0ADA")
    with world.app.app_context():
        assert db.session.get_one(Review, review_id, populate_existing=True).state == "held"
