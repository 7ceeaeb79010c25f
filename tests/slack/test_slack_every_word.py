"""Every word with every alias, every shortcut and every form, in both languages: each is answered by words or
by a window, in the reader's language and never by the list of what else could be said."""

import pytest

from incident.slack import registry
from incident.slack.forms import FORMS
from tests.slack.scenes import ME, of_everything
from tests.slack.seeing import in_the_wrong_language, sentences

LOCALES = ["zh_CN", "en"]
# what follows the word, where the word alone opens nothing and says nothing of use
FORM_OF = {
    "form_update": "update {number} form",
    "form_task": "task {number} add",
    "form_block": "task {number} block 1",
    "form_hand_over": "role {number} give",
    "form_call_out": "dept {number} call",
    "form_decline": "role {number} decline",
    "form_level": "level {number}",
    "form_close": "close {number}",
    "form_decide": "approve {number}",
    "form_contact": "contact {number} form",
}
# the forms that a message's menu opens, where one incident is meant because its channel is
SHORTCUT_OF = {"form_note": "message_to_timeline", "form_evidence": "message_to_evidence"}


@pytest.fixture(params=LOCALES)
def scene(make_world, request):
    world = make_world(default_locale=request.param)
    of_everything(world, request.param)
    [number] = world.numbers()
    return world, number, request.param


def windows(world):
    return {each["id"]: list(sentences(each)) for each in world.slack()["views"] if each["user"] == ME}


def answered(world, act):
    """What came of an act: the sentences of the answer and of a window that opened or changed."""
    before = windows(world)
    answer = act()
    assert (answer["sent"], answer["status"]) == (True, 200), answer
    opened = [words for id_, words in windows(world).items() if before.get(id_) != words]
    shown = answer.get("shown") or {}
    return [*sentences(shown), *(text for words in opened for text in words)]


def on_a_message(world, number, callback):
    """A shortcut, chosen in the menu of a message of the incident's channel; a global one needs none."""
    asked = {"user": ME, "callback_id": callback}
    if registry.SHORTCUTS[callback].kind == "message":
        channel = world.facts(number)["channel_id"]
        said = world.control("say", {"user": ME, "channel": channel, "text": "x"})
        asked |= {"channel": channel, "ts": said["message"]["ts"]}
    return world.control("shortcut", asked)


def names(word, locale):
    return word.zh if locale == "zh_CN" else (word.name,)


def test_every_word_and_alias_is_answered_in_the_readers_language(scene):
    world, number, locale = scene
    unknown = answered(world, lambda: world.command("qqqqqq", user=ME))[0].removeprefix("🚫 ")[:4]
    for word in registry.WORDS.values():
        for name in names(word, locale):
            after = "" if word.name in ("open", "list", "drill", "duty", "help") else number
            said = answered(world, lambda typed=f"{name} {after}": world.command(typed, user=ME))
            assert said, f"{name}: nothing came of it"
            assert not in_the_wrong_language(said, locale), (name, said)
            assert not any(unknown in each for each in said), (name, said)


def test_every_word_is_explained_with_its_example(scene):
    world, _number, locale = scene
    for word in registry.WORDS.values():
        name = names(word, locale)[0]
        said = " ".join(answered(world, lambda typed=f"help {name}": world.command(typed, user=ME)))
        example = word.zh_example if locale == "zh_CN" else word.example
        assert f"{registry.COMMAND} {name}" in said and example.split(" | ")[0] in said.replace(
            "&amp;", "&"
        ), said
        assert not in_the_wrong_language([said], locale), said


def test_every_shortcut_opens_a_window_in_the_readers_language(scene):
    world, number, locale = scene
    for each in registry.SHORTCUTS.values():
        said = answered(world, lambda which=each.callback_id: on_a_message(world, number, which))
        assert said and not in_the_wrong_language(said, locale), (each, said)


@pytest.mark.parametrize("callback", sorted(FORMS))
def test_every_form_opens_in_the_readers_language(scene, callback):
    world, number, locale = scene
    if callback in SHORTCUT_OF:
        said = answered(world, lambda: on_a_message(world, number, SHORTCUT_OF[callback]))
    else:
        said = answered(world, lambda: world.command(FORM_OF[callback].format(number=number), user=ME))
    assert [each["callback_id"] for each in world.slack()["views"]][-1:] == [callback], said
    assert not in_the_wrong_language(said, locale), said
