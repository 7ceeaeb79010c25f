"""What must not be said where: drills stay among their participants, sensitive incidents out of the open."""

from datetime import timedelta

from sqlalchemy import select

from incident import clock
from incident.alerting import fallback, outbox
from incident.coordination import standing_aside
from incident.db import unit_of_work
from incident.lifecycle import acts
from incident.models.drills import Drill
from incident.models.people import Person
from tests.slack import world as worlds


def drill(world, *ids):
    """A running drill with participants."""
    with world.app.app_context(), unit_of_work() as session:
        people = [session.get_one(Person, id_) for id_ in ids]
        at = clock.now()
        what = worlds.opening.Opening(
            "service_attitude", False, 3, [], "hotline", at, drill=True, participants=people
        )
        incident = worlds.opening.declare(what, by=worlds.ADMIN, at=at, house=world.house)
        emails = [each.email for each in people]
        held = {"plan_key": "service_attitude", "planned_for": at, "starts_at": at, "announced": True}
        session.add(
            Drill(
                **held,
                participants=emails,
                incident_id=incident.id,
                created_at=at,
                created_by="test",
                state="running",
            )
        )
        return incident.number


def test_a_drill_is_marked_everywhere_and_told_to_its_participants_only(make_world):
    world = make_world()
    world.person(**worlds.ADA, on_duty="CS")
    li, bo = world.person(**worlds.LI), world.person(**worlds.BO)
    number = drill(world, li, bo)
    world.settle()
    world.act(number, acts.acknowledge, who="李娜")
    world.settle()
    facts = world.facts(number)
    room = world.room(facts["channel_id"])
    assert room["name"].startswith("drl-")
    assert set(room["members"]) == {"U0INCIDENTBOT", "U0LINA", "U0BO"}
    assert world.direct("U0ADA") == []
    texts = [each["text"] for each in [*world.said(facts["channel_id"]), *world.direct("U0LINA")]]
    assert texts and all(text.startswith(("【DRILL】", "【演练】")) for text in texts)
    for message in (world.said(facts["channel_id"])[0], world.direct("U0LINA")[0]):
        assert "演练 DRILL" in worlds.words_of(message["blocks"][0]) and "🟡" not in worlds.words_of(message)
    assert "incident-response" not in [each.get("name") for each in world.slack()["channels"]]
    assert not world.steps(number, "announce")


def test_an_alert_of_a_drill_to_somebody_outside_it_is_not_sent(make_world):
    world = make_world()
    world.person(**worlds.ADA)
    li = world.person(**worlds.LI)
    number = drill(world, li)
    with world.app.app_context(), unit_of_work():
        row = world.row(number)
        outbox.enqueue(row.id, "page", at=clock.now(), key="x", person_id=1, rung=1)
        outbox.enqueue(row.id, "announce", at=clock.now(), key="x")
    world.settle()
    assert [each["state"] for each in world.steps(number, "announce")] == ["skipped"]
    assert world.direct("U0ADA") == []


def test_a_drill_never_uses_the_fallback(make_world):
    world = make_world(fallback_urls="json://127.0.0.1:9/")
    li = world.person(**worlds.LI)
    number = drill(world, li)
    world.fault("offline")
    world.age(600)
    world.sender.tidy()
    assert world.steps(number, "fallback") == []


def test_a_sensitive_incident_shows_neither_title_nor_people_in_the_open(world):
    number = world.incident("self_harm_threat", level=1)
    world.settle()
    world.act(number, acts.acknowledge)
    world.settle()
    facts = world.facts(number)
    assert facts["sensitive"]
    said = worlds.words_of(world.said("incident-response"))
    assert number in said
    assert facts["title_en"] not in said and facts["title_zh"] not in said and "Ada" not in said
    assert facts["title_en"] in worlds.words_of(world.said(facts["channel_id"]))
    public = [each for each in world.slack()["channels"] if each["kind"] == "public"]
    assert {each["name"] for each in public} == {"general", "incident-response"}


def test_a_sensitive_incident_whose_channel_cannot_be_made_stays_out_of_public_ones(world):
    number = world.incident("self_harm_threat", level=1)
    world.fault("error:missing_scope", "conversations.create")
    for _ in range(3):
        world.hurry()
        world.sender.run_until_quiet()
    world.heal()
    assert world.facts(number)["channel_id"] is None
    calls = [each for each in world.slack()["calls"] if each["method"] == "conversations.create"]
    assert calls == []
    assert {each["kind"] for each in world.slack()["channels"]} <= {"public", "im"}
    assert [each["name"] for each in world.slack()["channels"] if each["kind"] == "public"] == ["general"]


def test_the_fallback_says_nothing_about_a_sensitive_incident_but_that_it_is_one(world):
    number = world.incident("self_harm_threat", level=1)
    with world.app.app_context():
        snapshot = worlds.facts.of(world.row(number), base_url="https://board.example")
        title, body = fallback.text(snapshot)
    assert number in title and f"https://board.example/incidents/{number}" in body
    for word in (snapshot.title.en, snapshot.title.zh, snapshot.kind.en, snapshot.kind.zh):
        assert word not in title + body


def test_a_reminder_reaches_its_owner_in_their_language_and_nobody_else(world):
    number = world.incident()
    world.settle()
    with world.app.app_context(), unit_of_work():
        at, row = clock.now(), world.row(number)
        due = (at + timedelta(days=2)).isoformat()
        outbox.enqueue(row.id, "remind", at=at, key="r", person_id=2, about="update", due_at=due)
        outbox.enqueue(None, "remind", at=at, key="d", person_id=2, about="duty", department="HR")
    world.settle()
    told, watch = [each["text"] for each in world.direct("U0LINA")]
    assert number in told and "<!date^" in told
    assert "人力" in watch


def test_whoever_stands_aside_leaves_the_channel_and_comes_back_when_it_was_a_mistake(world):
    number = world.incident()
    world.settle()
    room = world.facts(number)["channel_id"]
    assert "U0LINA" in world.room(room)["members"]
    with world.app.app_context(), unit_of_work() as session:
        li = session.scalars(select(Person).where(Person.slack_id == "U0LINA")).one()
        given = {"reason": "录音中的人", "by": worlds.ADMIN, "at": clock.now()}
        named = standing_aside.name_person(world.row(number), li, **given).id
        session.flush()
        outbox.enqueue(world.row(number).id, "invite", at=clock.now())  # as a change of guard would
    world.settle()
    assert "U0LINA" not in world.room(room)["members"] and "U0ADA" in world.room(room)["members"]
    [step] = world.steps(number, "remove")
    assert step["state"] == "done"
    with world.app.app_context(), unit_of_work():
        standing_aside.lift(world.row(number), named, **{**given, "reason": "认错人"})
    world.settle()
    assert "U0LINA" in world.room(room)["members"]
