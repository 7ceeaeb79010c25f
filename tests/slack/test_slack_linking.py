"""Who is who: somebody new in Slack is linked by their address, guests and strangers are not."""

from sqlalchemy import select

from incident.db import db, unit_of_work
from incident.models.people import Person
from incident.models.records import AuditEntry
from tests.slack import world as worlds


def somebody(world, slack_id, address, **more):
    """Somebody in Slack whom no account knows."""
    persona = {"id": slack_id, "name": slack_id.lower(), "real_name": slack_id, "email": address}
    world.control("people", {"people": [{**persona, "locale": "en-US", **more}]})


def account(world, name):
    with world.app.app_context():
        return db.session.scalar(select(Person).where(Person.name == name))


def test_the_first_word_links_the_account_with_the_same_address_and_the_audit_log_says_so(world):
    world.person(name="Cleo", in_slack=False)
    somebody(world, "U0CLEO", "CLEO@example.test")
    number = world.incident()
    assert "You acknowledged" in worlds.words_of(world.command(f"ack {number}", user="U0CLEO"))
    assert account(world, "Cleo").slack_id == "U0CLEO"
    with world.app.app_context():
        entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "people.linked"))
        assert entry.data["slack_id"] == "U0CLEO"


def test_guests_people_of_other_workspaces_and_those_without_an_account_are_told_why_not(world):
    world.person(name="Gast", in_slack=False)
    world.person(name="Fremd", in_slack=False)
    somebody(world, "U0GAST", "gast@example.test", is_guest=True)
    somebody(world, "U0FREMD", "fremd@example.test", team="T0ELSEWHERE")
    somebody(world, "U0NOBODY", "nobody@example.test")
    for slack_id, words in (
        ("U0GAST", "Guests and people of other workspaces"),
        ("U0FREMD", "Guests and people of other workspaces"),
        ("U0NOBODY", "is not linked to a person"),
    ):
        answer = worlds.words_of(world.command("list", user=slack_id))
        assert words in answer and slack_id in answer
    assert account(world, "Gast").slack_id is None and account(world, "Fremd").slack_id is None


def test_nobody_takes_over_an_account_that_is_linked_or_inactive(world):
    world.person(name="Dora", in_slack=False)
    with world.app.app_context(), unit_of_work() as session:
        session.scalar(select(Person).where(Person.name == "Dora")).active = False
    somebody(world, "U0DORA", "dora@example.test")
    somebody(world, "U0ADA2", "ada@example.test")  # Ada has a Slack account already
    for slack_id in ("U0DORA", "U0ADA2"):
        assert "is not linked to a person" in worlds.words_of(world.command("list", user=slack_id))
    assert account(world, "Ada").slack_id == "U0ADA" and account(world, "Dora").slack_id is None
