"""What somebody sees in Slack, and whether it is in their language."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tests.slack import world as worlds
from tests.slack.scenes import ME

CHINESE = re.compile(r"[一-鿿]{3,}")
OTHER = {"zh_CN": worlds.english_in, "en": CHINESE.search}  # what a reader does not expect
SHOWN = ("text", "title", "placeholder", "hint", "label", "description", "fallback")
BANNER = "演练 DRILL"  # stands in both languages before everything of a drill
Place = tuple[tuple[str, str], ...]  # how the sandbox is told where a button is


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
    """The buttons of a message or view that come to us when pressed."""
    if isinstance(blocks, dict):
        if blocks.get("type") == "button" and "action_id" in blocks and "url" not in blocks:
            yield blocks
        for value in blocks.values():
            yield from buttons(value)
    elif isinstance(blocks, list):
        for each in blocks:
            yield from buttons(each)


def before_me(world) -> dict[Place, dict[str, Any]]:
    """All messages that I see, what only I see among them, and the windows that are open before me."""
    now = world.slack()
    found: dict[Place, dict[str, Any]] = {}
    for room in now["channels"]:
        if ME in room["members"] or room["kind"] == "public":
            whispered = [each for each in room.get("ephemeral", []) if each.get("to", ME) == ME]
            for each in [*room["messages"], *whispered]:
                found[("channel", room["id"]), ("ts", each["ts"])] = each
    return {**found, **{(("view_id", each["id"]),): each for each in now["views"] if each["user"] == ME}}


def said(world) -> dict[Place, list[str]]:
    return {place: list(sentences(each.get("blocks") or each)) for place, each in before_me(world).items()}


def in_the_wrong_language(words: Iterable[str], locale: str) -> list[str]:
    """The sentences that a reader of this language does not expect."""
    return [each for each in words if OTHER[locale](each) and BANNER not in each]
