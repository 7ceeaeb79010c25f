"""Checks a plan that somebody proposes by form, JSON or TOML, and says what is wrong and where."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from incident import errors, faults
from incident.errors import N_, Reason
from incident.playbooks import library, loading, writing
from incident.playbooks.schema import Plan

TOML_LONGEST = 400_000  # characters; the longest plan shipped has a tenth of that
ROWS = {"steps": "key", "departments": "code", "roles": "role", "forbidden": "code", "scenarios": "key"}
DURATIONS = ("due", "at")


def from_toml(text: str) -> dict[str, Any]:
    """A plan written as TOML, not checked yet; raises Invalid with the line."""
    if len(text) > TOML_LONGEST:
        raise errors.TooLarge(N_("A plan may have at most %(most)s characters."), most=TOML_LONGEST)
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        words = Reason(N_("This is not valid TOML: %(fault)s."), {"fault": str(fault)}, ("toml",))
        raise errors.Invalid(N_("The plan is not valid."), reasons=[words]) from None


def as_toml(content: dict[str, Any]) -> str:
    """A plan as the text that `from_toml` reads."""
    return writing.text(content)


def checked(key: str, content: dict[str, Any]) -> dict[str, Any]:
    """The plan as it is kept; raises Invalid with every fault by its place."""
    try:
        plan = Plan.model_validate(content)
    except ValidationError as fault:
        raise errors.Invalid(N_("The plan is not valid."), reasons=_reasons(fault, content)) from None
    if reasons := [*_foreign(key, plan)]:
        raise errors.Invalid(N_("The plan is not valid."), reasons=reasons)
    return loading.plain(plan)


def whole(content: dict[str, Any]) -> dict[str, Any]:
    """A kept plan with every default value in its place, for comparing."""
    return Plan.model_validate(content).model_dump(mode="json")


def _reasons(fault: ValidationError, content: dict[str, Any]) -> list[Reason]:
    found = faults.reasons(fault)
    if any(not each.loc for each in found) and (own := [*_twice(content), *_unordered(content)]):
        found = [each for each in found if each.loc] + own
    return [_plainer(each) for each in found]


def _plainer(reason: Reason) -> Reason:
    """A duration's fault in words that are translated."""
    if reason.loc and reason.loc[-1] in DURATIONS:
        return Reason(N_("Write a whole number and m, h, d, w, wd or cd, like 2h or 3wd."), {}, reason.loc)
    return reason


def _listed(content: dict[str, Any], field: str) -> list[dict[str, Any]]:
    rows = content.get(field)
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def _twice(content: dict[str, Any]) -> Iterator[Reason]:
    for field, name in ROWS.items():
        counted = Counter(str(each.get(name)) for each in _listed(content, field))
        for place, row in enumerate(_listed(content, field)):
            if counted[str(row.get(name))] > 1:
                words = N_("“%(value)s” occurs twice; each must occur once.")
                yield Reason(words, {"value": str(row.get(name))}, (field, place, name))


def _unordered(content: dict[str, Any]) -> Iterator[Reason]:
    """Steps of departments not called out, steps after none that comes before, nobody responsible."""
    called = {each.get("code") for each in _listed(content, "departments")}
    if all(each.get("part") != "responsible" for each in _listed(content, "departments")):
        yield Reason(N_("No department is responsible; name at least one."), {}, ("departments",))
    earlier: set[Any] = set()
    for place, step in enumerate(_listed(content, "steps")):
        if step.get("department") not in called:
            words = N_("The plan does not call out this department; add it under departments first.")
            yield Reason(words, {}, ("steps", place, "department"))
        if missing := [key for key in step.get("after") or [] if key not in earlier]:
            words = N_("No earlier step is called %(missing)s.")
            yield Reason(words, {"missing": ", ".join(map(str, missing))}, ("steps", place, "after"))
        earlier.add(step.get("key"))


def _foreign(key: str, plan: Plan) -> Iterator[Reason]:
    """What the other files do not know."""
    if plan.key != key:
        yield Reason(N_("The plan's key is %(key)s and stays so."), {"key": key}, ("key",))
    departments, violations = library.departments(), library.violations()
    for field, rows, name in (
        ("departments", [each.code for each in plan.departments], "code"),
        ("roles", [each.department for each in plan.roles], "department"),
    ):
        for place, code in enumerate(rows):
            if code not in departments:
                yield Reason(N_("There is no such department."), {}, (field, place, name))
    for place, each in enumerate(plan.forbidden):
        if each.code not in violations:
            yield Reason(N_("There is no such violation code."), {}, ("forbidden", place, "code"))
