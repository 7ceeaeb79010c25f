"""The steps of an opening, each taken once in the sandbox, and what people see of them."""

from incident.lifecycle import acts
from tests.slack import world as worlds


def test_an_incident_gets_its_channel_card_pin_bookmark_and_announcement(world):
    number = world.incident()
    world.settle()
    facts = world.facts(number)
    room = world.room(facts["channel_id"])
    assert facts["channel_name"] == room["name"]
    assert room["name"].isascii() and room["name"].startswith("inc-") and room["kind"] == "private"
    assert "服务态度" in room["topic"]["value"] and number in room["topic"]["value"]
    assert {"U0ADA", "U0LINA"} <= set(room["members"]) and "U0BO" not in room["members"]
    [card] = world.said(facts["channel_id"])
    assert card["ts"] == facts["card_ts"] and "incident_acknowledge" in worlds.words_of(card)
    assert [pin["message"]["ts"] for pin in room["pins"]] == [card["ts"]]
    assert [mark["link"] for mark in room["bookmarks"]] == [f"{world.settings.url}/incidents/{number}"]
    [announced] = world.said("incident-response")
    assert announced["ts"] == facts["announcement_ts"] and facts["channel_id"] in worlds.words_of(announced)
    [page] = world.direct("U0ADA")
    assert number in worlds.words_of(page) and "incident_acknowledge" in worlds.words_of(page)
    assert not world.direct("U0LINA")
    assert {step["state"] for step in world.steps(number)} == {"done"}


def test_acknowledging_brings_card_announcement_and_alert_up_to_date_in_place(world):
    number = world.incident()
    world.settle()
    world.act(number, acts.acknowledge)
    world.settle()
    facts = world.facts(number)
    card, post = world.said(facts["channel_id"])
    assert card["ts"] == facts["card_ts"]
    assert "incident_acknowledge" not in worlds.words_of(card) and "Acknowledged by Ada" in worlds.words_of(
        card
    )
    assert "Ada acknowledged the incident" in post["text"]
    [announced] = world.said("incident-response")
    assert "Acknowledged by Ada" in worlds.words_of(announced)
    [page] = world.direct("U0ADA")
    assert "incident_acknowledge" not in worlds.words_of(page)
