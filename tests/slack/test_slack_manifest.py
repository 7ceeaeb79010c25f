"""The manifest and the scopes: valid for Slack, the smallest that work, each with its reason."""

import ast
import json
import re
from pathlib import Path

import jsonschema
import pytest

from incident.slack import manifest, registry
from incident.slack.sandbox import table
from tests.rules import tree
from tests.slack import world as worlds

SCHEMA = json.loads((Path(__file__).parent / "schema" / "manifest.schema.2.0.0.json").read_text())
DOC = (Path(__file__).parents[2] / "docs" / "slack-setup.md").read_text(encoding="utf-8")
KINDS = ("public", "private")  # the response channel, and an incident's
DIRECT = {"conversations.open", "conversations.history"}  # these are called for direct messages, too
# no method asks for them: what is typed, and the address among what users.info tells
OF_THEIR_OWN = {"commands", "users:read.email"}


@pytest.fixture
def settings(tmp_path):
    return worlds.settings_for(tmp_path, 8000, base_url="https://incidents.example")


@pytest.mark.parametrize("socket", [False, True])
def test_the_manifest_is_what_slack_takes_and_names_all_that_is_registered(settings, socket):
    made = manifest.build(settings, socket=socket)
    jsonschema.Draft7Validator(SCHEMA).validate(made)
    text = json.dumps(made)
    assert ("https://incidents.example/slack/events" in text) is not socket
    assert made["settings"]["socket_mode_enabled"] is socket
    assert made["settings"]["event_subscriptions"]["bot_events"] == sorted(registry.EVENTS)
    assert {each["callback_id"] for each in made["features"].get("shortcuts", [])} == set(registry.SHORTCUTS)
    [command] = made["features"]["slash_commands"]
    assert command["command"] == "/incident" and "open|list" in command["usage_hint"]


def called():
    """The methods of the Web API that the code names."""
    files = (path for path in tree.service_files() if "slack" in path.parts and "sandbox" not in path.parts)
    nodes = (node for path in files for node in ast.walk(tree.syntax(path)))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return texts & set(table.methods())


def needs():
    """What must be covered, as sets of scopes of which one suffices."""
    found = [set(each.scopes) for each in registry.EVENTS.values() if each.scopes]
    found += [{scope} for each in registry.SHORTCUTS.values() for scope in each.scopes]
    for name in called():
        method = table.methods()[name]
        kinds = (*KINDS, "im") if name in DIRECT else KINDS
        by_kind = [set(method.scopes_for(kind)) for kind in kinds]
        found += [each for each in by_kind if each] or [set(method.scopes)]
    return [each for each in found if each]


def test_the_scopes_are_the_smallest_that_work_and_each_has_its_reason_in_the_guide():
    granted = set(registry.scopes())
    assert not [each for each in needs() if granted.isdisjoint(each)]
    for scope in granted - OF_THEIR_OWN:
        assert any(each & granted == {scope} for each in needs()), f"nothing needs {scope}"
    explained = dict(re.findall(r"^\| `([a-z_.:]+)` \| (.+) \|$", DOC, flags=re.MULTILINE))
    assert set(explained) == granted
    assert all(len(why) > 10 for why in explained.values())
