"""Every button that somebody finds in Slack, pressed once, in both languages: none is silent, none answers in
the other language, and no press is a fault."""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, update

from incident import accounts, clock
from incident.coordination import handovers, options
from incident.coordination.option_words import Wanted
from incident.db import db, unit_of_work
from incident.models.incidents import Task
from incident.models.people import Person
from incident.vocabulary import TaskStatus
from incident.watches import task_watch
from tests.slack import world as worlds

ME = "U0ME"
CHINESE = re.compile(r"[一-鿿]{3,}")
OTHER = {"zh_CN": worlds.english_in, "en": CHINESE.search}  # what a reader does not expect
SHOWN = ("text", "title", "placeholder", "hint", "label", "description", "fallback")
MENUS = {"zh_CN": ("", "列表", "值班", "演练", "复盘"), "en": ("", "list", "duty", "drill", "review")}


def sentences(found: Any) -> Iterator[str]:
    """What a reader sees of blocks and views: the texts, not the ids and values."""
    if isinstance(found, dict):
        for name, value in found.items():
            if name in SHOWN and isinstance(value, str):
                yield value
            elif isinstance(value, (dict, list)):
                yield from sentences(value)
    elif isinstance(found, list):
        for each in found:
            yield from sentences(each)


def buttons(blocks: Any) -> Iterator[dict[str, Any]]:
    """The buttons of a message that come to us when pressed."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "button" and "action_id" in blocks and "url" not in blocks:
            yield blocks
        for value in blocks.values():
            yield from buttons(value)
    elif isinstance(blocks, list):
        for each in blocks:
            yield from buttons(each)


def mine(world) -> list[tuple[str, dict[str, Any]]]:
    """(channel, message) of all that I see, what only I see among it."""
    rooms = [room for room in world.slack()["channels"] if ME in room["members"]]
    return [
        (room["id"], each)
        for room in rooms
        for each in [*room["messages"], *(e for e in room.get("ephemeral", []) if e.get("to", ME) == ME)]
    ]


def seen(world) -> dict[str, list[str]]:
    """Everything that I have before me, by where it stands."""
    found = {
        f"{channel} {each['ts']}": list(sentences(each.get("blocks") or each))
        for channel, each in mine(world)
    }
    views = [each for each in world.slack()["views"] if each["user"] == ME]
    return {**found, **{f"view {each['id']}": list(sentences(each)) for each in views}}


@pytest.fixture(params=["zh_CN", "en"])
def scene(make_world, request):
    """An incident of everything: alerts, calls, tasks that are late, a role offered, an option to approve."""
    world = make_world(default_locale=request.param)
    zh = request.param == "zh_CN"
    world.person(
        name="王梅" if zh else "May", slack_id=ME, role="commander", locale=request.param, on_duty="CS"
    )
    world.person(
        name="李娜" if zh else "Lee", slack_id="U0LEE", role="commander", locale=request.param, on_duty="COM"
    )
    number = world.incident(level=2)
    world.settle()
    with world.app.app_context():
        at, row = clock.now(), world.row(number)
        me, lee = (
            db.session.scalars(select(Person).where(Person.slack_id == each)).one() for each in (ME, "U0LEE")
        )
        with unit_of_work():
            todo = (Task.incident_id == row.id) & (Task.status == TaskStatus.TODO)
            late = {"assignee_id": me.id, "remind_at": at, "due_at": at - timedelta(minutes=5)}
            db.session.execute(update(Task).where(todo).values(**late))
        task_watch.sweep(at=at, house=world.house)
        with unit_of_work():
            by = accounts.actor(lee)
            wanted = Wanted(kind="waiver", amount=Decimal("300.00"), terms="x")
            option = options.write(row, wanted, by=by, at=at, calendar=world.house.calendar)
            options.propose(row, option, by=by, at=at)
            handovers.offer(row, "scribe", me, by=by, at=at)
    world.settle()
    for word in MENUS[request.param]:
        world.command(word, user=ME)
    world.command("", user=ME, channel=world.facts(number)["channel_id"])
    return world, number, request.param


def test_no_button_is_silent_or_answers_in_the_other_language(scene):
    world, _number, locale = scene
    pressed: set[tuple[str, str]] = set()
    for _round in range(3):  # what a press brings may have buttons of its own
        for channel, message in mine(world):
            for button in buttons(message.get("blocks", [])):
                kind = re.sub(r"[-\d]+", "#", f"{button['action_id']} {button.get('value', '')}")
                if (button["action_id"], kind) in pressed:
                    continue
                pressed.add((button["action_id"], kind))
                before = seen(world)
                where = {"user": ME, "channel": channel, "ts": message["ts"]}
                which = {"action_id": button["action_id"], "block_id": button.get("block_id", "")}
                try:
                    answer = world.control("press", {**where, **which})
                except AssertionError as gone:
                    assert "not_found" in str(gone) or "no_such" in str(gone), gone
                    continue  # an earlier press has taken it away
                assert (answer["sent"], answer["status"]) == (True, 200), kind
                after = seen(world)
                news = {place: said for place, said in after.items() if before.get(place) != said}
                assert news, f"nothing came of {kind}"
                wrong = [text for said in news.values() for text in said if OTHER[locale](text)]
                assert not wrong, (kind, wrong)
    acts = {action for action, _kind in pressed}
    assert len(acts) > 10, sorted(acts)
