"""`flask slack check` and the page of the same: what is well, and in plain words what to mend."""

import re

import pytest

from incident import accounts, clock
from incident.db import unit_of_work
from incident.slack import inspecting, registry
from tests.slack import world as worlds


def found(world):
    with world.app.app_context():
        return {each.what: each for each in inspecting.inspect(world.settings, at=clock.now())}


def test_all_is_well_once_slack_was_heard_and_nothing_is_left_in_the_channel(world):
    world.incident()
    world.settle()
    world.command("help")
    before = len(world.room("incident-response")["messages"])
    looked = found(world)
    assert [each.well for each in looked.values()] == [True] * 6, looked
    assert len(world.room("incident-response")["messages"]) == before
    run = world.app.test_cli_runner().invoke(args=["slack", "check"])
    assert run.exit_code == 0 and "ok    Token" in run.output


@pytest.mark.parametrize(
    ("fault", "method", "what", "words"),
    [
        ("revoked", "*", "Token", "Install the app again"),
        ("offline", "*", "Token", "status.slack.com"),
        ("error:missing_scope", "conversations.list", "Response channel", "manifest"),
        ("error:internal_error", "chat.postMessage", "Round trip", "Try again in a minute"),
    ],
)
def test_each_fault_is_named_with_what_to_do(world, fault, method, what, words):
    world.incident()
    world.settle()
    world.fault(fault, method)
    looked = found(world)
    assert not looked[what].well and words in str(looked[what].to_do.message)
    run = world.app.test_cli_runner().invoke(args=["slack", "check"])
    assert run.exit_code == 1 and f"FAULT {what}" in run.output and words in run.output


def test_a_missing_scope_an_archived_channel_and_a_wrong_address_are_told(world, monkeypatch):
    scopes = registry.scopes()
    monkeypatch.setattr(registry, "scopes", lambda: (*scopes, "dnd:read"))
    world.incident()
    world.settle()
    world.channel.slack.call("conversations.archive", channel=world.room("incident-response")["id"])
    monkeypatch.setattr(inspecting.manifest, "EVENTS_PATH", "/slack/elsewhere")
    looked = found(world)
    wrong = {what: each.found.values for what, each in looked.items() if not each.well}
    assert wrong["Scopes"] == {"scopes": "dnd:read"}
    assert wrong["Response channel"] == {"name": "incident-response"}
    assert wrong["Signing"]["word"] == "HTTP 404"
    assert set(wrong) - {"From Slack"} == {"Scopes", "Response channel", "Signing"}


def test_administrators_look_on_the_page(world):
    with world.app.app_context(), unit_of_work():
        given = {"email": "root@example.test", "name": "Root", "role": "admin", "password": None}
        person = accounts.add_person(by=worlds.ADMIN, at=clock.now(), **given)
        who = person.get_id()
    visitor = world.app.test_client()
    with visitor.session_transaction() as session:
        session["_user_id"], session["_fresh"] = who, True
    page = visitor.get("/admin/slack").get_data(as_text=True)
    assert all(scope in page for scope in registry.scopes())
    csrf = re.search(r'name="csrf-token" content="([^"]+)"', page)[1]
    world.fault("revoked", "*")
    page = visitor.post("/admin/slack/check", data={"csrf_token": csrf}).get_data(as_text=True)
    assert "1 thing is to be mended" in page and "Install the app again" in page
