"""Small tests made from the plans: key points against forbidden conduct, who does a step and by when."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import Any

from incident import i18n
from incident.errors import N_
from incident.playbooks import library
from incident.playbooks.schema import Plan, Step

OPTIONS = 4
DUES = ("15m", "30m", "1h", "2h", "4h", "24h", "3d", "7d")  # to choose from where a plan has too few
Pair = dict[str, str]


def _both(message: str, **values: Any) -> Pair:
    return {lang: i18n.say(message, lang, **values) for lang in ("zh", "en")}


def shuffled(items: Iterable[Any], seed: str) -> list[Any]:
    """In an order that only the seed decides: the same test reads the same again."""
    return sorted(items, key=lambda each: hashlib.sha256(f"{seed}{each}".encode()).digest())


def asked(plans: Sequence[Plan], count: int, seed: str) -> list[dict[str, Any]]:
    """So many questions {prompt, options, right}, of every kind and about every plan in turn."""
    rounds = zip_longest(*(_of_plan(plan, f"{seed}/{plan.key}") for plan in shuffled_plans(plans, seed)))
    return list(islice((each for row in rounds for each in row if each is not None), count))


def shuffled_plans(plans: Sequence[Plan], seed: str) -> list[Plan]:
    """The plans in the order of the seed."""
    return sorted(plans, key=lambda plan: hashlib.sha256(f"{seed}{plan.key}".encode()).digest())


def _of_plan(plan: Plan, seed: str) -> Iterator[dict[str, Any]]:
    does = shuffled([each.model_dump() for each in plan.key_points], seed)
    never = shuffled([each.text.model_dump() for each in plan.forbidden], seed)
    steps: list[Step] = sorted(
        plan.steps, key=lambda step: hashlib.sha256(f"{seed}{step.key}".encode()).digest()
    )
    title = plan.title.model_dump()
    kinds = (
        _choices(N_("Which of these belongs to the plan “%(title)s”?"), title, does, never, seed),
        _by_when(steps, title, seed),
        _choices(N_("What is never allowed under the plan “%(title)s”?"), title, never, does, seed),
        _who(plan, steps, title, seed),
    )
    for row in zip_longest(*kinds):
        yield from (each for each in row if each is not None)


def _choices(
    message: str, title: Pair, right: list[Pair], wrong: list[Pair], seed: str
) -> Iterator[dict[str, Any]]:
    for place, each in enumerate(right):
        others = shuffled(wrong, f"{seed}/{place}")[: OPTIONS - 1]
        yield _question(_both(message, title=title), each, others, f"{seed}/{message}/{place}")


def _by_when(steps: list[Step], title: Pair, seed: str) -> Iterator[dict[str, Any]]:
    dues = list(dict.fromkeys([*(step.due for step in steps), *DUES]))
    for step in steps:
        words = [_due(each) for each in dues if _due(each) != _due(step.due)]
        prompt = _both(
            N_("By when is “%(step_title)s” due in the plan “%(title)s”?"),
            step_title=step.title.model_dump(),
            title=title,
        )
        yield _question(
            prompt, _due(step.due), shuffled(words, f"{seed}/{step.key}"), f"{seed}/due/{step.key}"
        )


def _due(text: str) -> Pair:
    return {lang: i18n.duration(text, lang) for lang in ("zh", "en")}


def _who(plan: Plan, steps: list[Step], title: Pair, seed: str) -> Iterator[dict[str, Any]]:
    known = library.departments()
    names = {each.code: _named(each.code, known) for each in plan.departments}
    for step in steps:
        others = [name for code, name in names.items() if code != step.department]
        prompt = _both(
            N_("Who does “%(step_title)s” in the plan “%(title)s”?"),
            step_title=step.title.model_dump(),
            title=title,
        )
        right = names[step.department]
        yield _question(prompt, right, shuffled(others, f"{seed}/{step.key}"), f"{seed}/who/{step.key}")


def _named(code: str, known: dict[str, Any]) -> Pair:
    row = known.get(code)
    return {lang: row.name(lang) if row else code for lang in ("zh", "en")}


def _question(prompt: Pair, right: Pair, wrong: list[Pair], seed: str) -> dict[str, Any]:
    options = shuffled([right, *wrong[: OPTIONS - 1]], seed)
    return {"prompt": prompt, "options": options, "right": options.index(right)}
