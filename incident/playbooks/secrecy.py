"""The injects of a plan's scenarios are kept from whoever may be a player: known, they test nothing."""

from typing import Any

from incident.accounts import Actor
from incident.permissions import Permission
from incident.playbooks.difference import Difference

Path = tuple[str | int, ...]  # a place in a plan's content
INJECTS, SCENARIOS = "injects", "scenarios"


def sees(by: Actor) -> bool:
    """Whether somebody runs drills, and so may know what comes in them."""
    return by.can(Permission.DRILLS_MANAGE)


def hidden(content: dict[str, Any], by: Actor) -> dict[str, Any]:
    """A plan's content as somebody may see it."""
    if sees(by):
        return content
    return {**content, SCENARIOS: [{**each, INJECTS: []} for each in content.get(SCENARIOS) or []]}


def restored(content: dict[str, Any], before: dict[str, Any], by: Actor) -> dict[str, Any]:
    """What somebody wrote who sees no injects: those of every scenario that was there stay as they are."""
    scenarios = content.get(SCENARIOS)
    if sees(by) or not isinstance(scenarios, list):
        return content
    kept = {each["key"]: each[INJECTS] for each in before.get(SCENARIOS) or []}
    return {
        **content,
        SCENARIOS: [
            {**each, INJECTS: kept[each["key"]]}
            if isinstance(each, dict) and isinstance(each.get("key"), str) and each["key"] in kept
            else each
            for each in scenarios
        ],
    }


def _secret(path: Path) -> bool:
    whole = path[:1] == (SCENARIOS,) and len(path) <= 2
    return INJECTS in path or whole


def shown(found: list[Difference], by: Actor | None) -> list[Difference]:
    """The differences that somebody may see; nobody in particular sees those that everybody may."""
    return found if by is not None and sees(by) else [each for each in found if not _secret(each.path)]


def places(paths: list[Path], by: Actor) -> list[Path]:
    """The places in a plan that somebody may be told of."""
    return paths if sees(by) else [each for each in paths if not _secret(each)]


def may_decide(found: list[Difference], by: Actor) -> bool:
    """Whether somebody sees all that they would decide on."""
    return sees(by) or not any(_secret(each.path) for each in found)
