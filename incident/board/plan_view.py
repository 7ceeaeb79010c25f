"""A plan as a page shows it: steps in lanes by department along time, and what changed between versions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale

from incident import durations, i18n
from incident.db import remembered
from incident.errors import N_
from incident.playbooks import difference, library
from incident.playbooks.difference import Difference
from incident.playbooks.exercises import Inject
from incident.playbooks.library import Version
from incident.playbooks.schema import Plan, Step
from incident.vocabulary import Level

FOREVER = 3600.0  # a version never changes
_MINUTES = {"m": 1, "h": 60, "d": 1_440, "cd": 1_440, "wd": 2_016, "w": 10_080}  # a working day is 1.4 days
# the columns of the time axis: up to so many minutes, and how it is headed
COLUMNS: tuple[tuple[int, str], ...] = (
    (60, N_("First hour")),
    (240, N_("First 4 hours")),
    (1_440, N_("First day")),
    (4_320, N_("First 3 days")),
    (21_600, N_("First 15 days")),
    (10**9, N_("Later")),
)


@dataclass(frozen=True)
class Lane:
    """One department's steps, one list for each column of the time axis."""

    department: str
    cells: list[list[Step]]


def minutes(due: str) -> int:
    """How long after activation a step is due, for putting steps in order."""
    found = durations.parse(due)
    return found.value * _MINUTES[found.unit]


def asked_act(inject: Inject, plan_key: str) -> str:
    """What an inject expects people to do, with the step, department or level that it means, in words."""
    locale = str(get_locale() or "en")
    act = i18n.words("inject_respond", inject.respond, locale)
    if not inject.target:
        return act
    steps = {step.key: step.title.model_dump() for step in library.current(plan_key).plan.steps}
    if inject.respond == "raise_level":
        target = Level(int(inject.target)).numeral
    elif inject.target in steps:
        target = steps[inject.target][i18n.short(locale)]
    else:  # a department; or a step that the plan no longer has
        target = i18n.words("department", inject.target, locale)
    return f"{act}{i18n.say(N_(': '), locale)}{target}"


def due_words(due: str) -> str:
    """`15m` → 15 min, `3wd` → 3 working days."""
    return i18n.duration(due, str(get_locale() or "en"))


def in_time(plan: Plan) -> list[Step]:
    """The steps by when they are due; the plan's own order where they are due together."""
    return sorted(plan.steps, key=lambda step: minutes(step.due))


def column(step: Step) -> int:
    """The column of the time axis that a step stands in."""
    return next(place for place, (most, _words) in enumerate(COLUMNS) if minutes(step.due) <= most)


def lanes(plan: Plan) -> tuple[list[str], list[Lane]]:
    """The heads of the columns that hold something, and a lane for each department with steps."""
    steps = in_time(plan)
    used = sorted({column(step) for step in steps})
    codes = [each.code for each in plan.departments if any(s.department == each.code for s in steps)]
    found = [
        Lane(code, [[s for s in steps if s.department == code and column(s) == place] for place in used])
        for code in codes
    ]
    return [COLUMNS[place][1] for place in used], found


def matches(version: Version, words: str) -> bool:
    """Whether a plan speaks of something, in either language; every word must occur."""
    text = remembered(f"search/plan/{version.id}", lambda: _search_text(version.plan), seconds=FOREVER)
    return all(word in text for word in words.lower().split())


def _search_text(plan: Plan) -> str:
    texts: Iterable[Any] = (
        plan.title,
        plan.purpose,
        *plan.applies_when,
        *plan.key_points,
        *(step.title for step in plan.steps),
        *(each.text for each in plan.forbidden),
        *(each.reference for each in plan.legal_basis),
    )
    return " ".join([str(plan.key), *(f"{text.zh} {text.en}" for text in texts)]).lower()


def history(versions: Sequence[Version]) -> list[tuple[Version, list[Difference]]]:
    """Versions, newest first, each with what it changed; the first one changed nothing."""
    older: list[Version | None] = [*versions[1:], None]
    return [
        (version, _between(before.plan, version.plan) if before else [])
        for version, before in zip(versions, older, strict=True)
    ]


def _between(before: Plan, after: Plan) -> list[Difference]:
    return difference.between(before.model_dump(mode="json"), after.model_dump(mode="json"))
