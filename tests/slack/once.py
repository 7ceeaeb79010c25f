"""The whole workspace looked through: nothing missing, nothing there twice."""

from tests.slack.world import World, words_of


def exactly_once(world: World, number: str) -> None:
    """Look at the whole workspace: nothing is missing, nothing is there twice."""
    facts = world.facts(number)
    state = world.slack()
    named = [each.get("name") for each in state["channels"]]
    assert sum(1 for name in named if name and name.startswith("inc-")) == 1
    assert named.count("incident-response") == 1
    room = world.room(facts["channel_id"])
    keys = [
        m["metadata"]["event_payload"]["key"]
        for c in state["channels"]
        for m in c["messages"]
        if "metadata" in m
    ]
    assert len(keys) == len(set(keys)) == 4  # alert, announcement, card, and who acknowledged
    assert [pin["message"]["ts"] for pin in room["pins"]] == [facts["card_ts"]]
    assert len(room["bookmarks"]) == 1
    assert sum(1 for m in room["messages"] if m.get("subtype") == "channel_topic") == 1
    joined = [m["user"] for m in room["messages"] if m.get("subtype") == "channel_join"]
    assert sorted(joined) == ["U0ADA", "U0LINA"]
    for place in (facts["channel_id"], facts["announcement_channel"]):
        assert "incident_acknowledge" not in "".join(map(words_of, world.said(place)))
    assert {each["state"] for each in world.steps(number)} == {"done"}
