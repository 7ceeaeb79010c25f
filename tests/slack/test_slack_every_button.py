"""Every button that somebody finds in Slack, pressed once, in both languages: none is silent, none answers in
the other language, and no press is a fault."""

import itertools
import re
from typing import Any

import pytest

from incident.slack import app
from incident.slack.blocks import menu
from tests.slack.scenes import ME, SCENES
from tests.slack.seeing import Place, before_me, buttons, in_the_wrong_language, said

OF_OLDER_MESSAGES = {menu.DECLARE}  # nothing draws it any more; tests of its own press it


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (one["action_id"], one.get("value")) == (other["action_id"], other.get("value"))


def still_there(world, place: Place, button: dict[str, Any]) -> bool:
    """Whether an earlier press has left the button where it was."""
    return any(same(found, button) for found in buttons(before_me(world).get(place, {}).get("blocks", [])))


def kind_of(button: dict[str, Any]) -> str:
    """The act of a button, without the number that tells it from others of its kind."""
    return re.sub(r"(say|drill_choose)_\d+", r"\1", button["action_id"])


def last_first(world) -> list[tuple[Place, dict[str, Any]]]:
    """What is before me now, of each place the last button first: what asks for more words stands behind what
    is done by the press and takes the others away."""
    return [
        (place, button)
        for place, each in before_me(world).items()
        for button in reversed(list(buttons(each.get("blocks", []))))
    ]


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_no_button_is_silent_or_answers_in_the_other_language(make_world, scene, locale):
    world = make_world(default_locale=locale)
    scene(world, locale)
    pressed: dict[str, str] = {}
    for _round in range(3):  # what a press brings may have buttons of its own
        for place, button in last_first(world):
            which = re.sub(r"[-\d]+", "#", f"{button['action_id']} {button.get('value', '')}")
            if which in pressed or not still_there(world, place, button):
                continue
            pressed[which] = kind_of(button)
            before = said(world)
            where = {"user": ME, **dict(place), "block_id": button.get("block_id", "")}
            answer = world.control("press", {**where, "action_id": button["action_id"]})
            assert (answer["sent"], answer["status"]) == (True, 200), which
            news = {at: words for at, words in said(world).items() if before.get(at) != words}
            assert news, f"nothing came of {which}"
            wrong = in_the_wrong_language(itertools.chain(*news.values()), locale)
            assert not wrong, (which, wrong)
    assert set(pressed.values()) - {"say"} == SCENES[scene] - {"say"}
    assert "say" not in SCENES[scene] or "say" in pressed.values()


def test_the_scenes_hold_every_button_that_the_app_listens_to():
    known = {
        re.sub(r"(say|drill_choose)_\\d\+?$", r"\1", getattr(each, "pattern", each))
        for each, _ in app.PRESSES
    }
    assert set().union(*SCENES.values()) == known - {".*"} - OF_OLDER_MESSAGES
