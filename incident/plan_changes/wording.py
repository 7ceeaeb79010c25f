"""Differences between plans in the words of the plan: “Step 3 “Contain the leak” · due: 4 h → 2 h”."""

from collections.abc import Callable, Iterable
from typing import Any

from incident import i18n
from incident.errors import N_
from incident.playbooks.difference import Difference, Part

SHORT = 40  # characters of a row's own words in a place
# fields of a plan, and what one row of a list is called; a field that is not here is named as in the file
FIELDS: dict[str, str] = {
    "title": N_("Title"),
    "purpose": N_("Purpose"),
    "applies_when": N_("When it starts"),
    "default_level": N_("Default level"),
    "sensitive": N_("Confidentiality"),
    "raises": N_("Raising conditions"),
    "departments": N_("Departments"),
    "roles": N_("Roles"),
    "steps": N_("Steps"),
    "key_points": N_("Key points"),
    "forbidden": N_("Forbidden conduct"),
    "standard_solutions": N_("Standard solutions"),
    "drafts": N_("Drafts"),
    "closing_criteria": N_("Closing criteria"),
    "legal_basis": N_("Legal basis"),
    "scenarios": N_("Drill scenarios"),
    "receipt": N_("Receipt"),
    "holding_statement": N_("Holding statement"),
    "decision_letter": N_("Decision letter"),
    "due": N_("Due"),
    "at": N_("Time"),
    "must": N_("Needed to close"),
    "stage": N_("Stage"),
    "department": N_("Department"),
    "detail": N_("Detail"),
    "evidence": N_("Evidence"),
    "after": N_("After"),
    "key": N_("Key"),
    "code": N_("Code"),
    "part": N_("Part"),
    "task": N_("Task"),
    "role": N_("Role"),
    "duty": N_("Duty in the plan"),
    "level": N_("Level"),
    "when": N_("Condition"),
    "signals": N_("Signals"),
    "affected_at_least": N_("Affected customers at least"),
    "text": N_("Words"),
    "expected": N_("Expected"),
    "channel": N_("Channel"),
    "sender": N_("Sender"),
    "to": N_("For"),
    "respond": N_("Answered by"),
    "target": N_("Target"),
    "choices": N_("Choices"),
    "right": N_("Right choice"),
    "within": N_("Time to answer"),
    "points": N_("Points"),
    "objective": N_("Objective"),
    "condition": N_("Condition"),
    "inject": N_("Inject"),
    "result": N_("Result"),
    "situation": N_("Situation"),
    "objectives": N_("Objectives"),
    "injects": N_("Injects"),
    "kind": N_("Kind"),
    "reference": N_("Reference"),
    "says": N_("What it says"),
    "source": N_("Source"),
    "confidence": N_("Confidence"),
    "zh": N_("Chinese"),
    "en": N_("English"),
}
ROWS: dict[str, str] = {
    "applies_when": N_("Start condition"),
    "raises": N_("Raising condition"),
    "departments": N_("Department"),
    "roles": N_("Role"),
    "steps": N_("Step"),
    "key_points": N_("Key point"),
    "forbidden": N_("Forbidden conduct"),
    "standard_solutions": N_("Standard solution"),
    "closing_criteria": N_("Closing criterion"),
    "legal_basis": N_("Legal basis"),
    "scenarios": N_("Scenario"),
    "evidence": N_("Piece of evidence"),
    "objectives": N_("Objective"),
    "injects": N_("Inject"),
    "choices": N_("Choice"),
}


def field(name: str, locale: str) -> str:
    """What a field is called; as in the file where it has no words."""
    return i18n.say(FIELDS[name], locale) if name in FIELDS else name.replace("_", " ")


def row(name: str, locale: str) -> str:
    """What one row of a list is called."""
    return i18n.say(ROWS[name], locale) if name in ROWS else field(name, locale)


def place(parts: Iterable[Part], locale: str) -> str:
    """Where something changed: “Step 3 “Contain the leak” · Due”."""
    return " · ".join(_part(each, locale) for each in parts)


def _part(part: Part, locale: str) -> str:
    if part.row is None:
        return field(part.field, locale)
    title = _title(part, locale)
    short = title if len(title) <= SHORT else f"{title[: SHORT - 1]}…"
    return i18n.say(
        N_("%(row)s %(place)s “%(title)s”"), locale, row=row(part.field, locale), place=part.row, title=short
    )


def _title(part: Part, locale: str) -> str:
    if part.field == "roles" and isinstance(part.title, str):
        return i18n.words("role", part.title, locale)
    return text(part.title, locale)


def text(value: Any, locale: str) -> str:
    """A value as a reader sees it, without knowing its field."""
    stop, colon = ("；", "：") if i18n.short(locale) == "zh" else ("; ", ": ")
    if isinstance(value, dict):
        if {"zh", "en"} <= value.keys():
            return str(value[i18n.short(locale)])
        known = {name: each for name, each in value.items() if each not in (None, [], "")}
        return stop.join(
            f"{field(name, locale)}{colon}{said(name, each, locale)}" for name, each in known.items()
        )
    if isinstance(value, list):
        return stop.join(text(each, locale) for each in value) or "–"
    return "–" if value is None or value == "" else str(value)


def _word(kind: str) -> Callable[[Any, str], str]:
    return lambda value, locale: i18n.words(kind, str(value), locale)


def _yes_no(value: Any, locale: str) -> str:
    return i18n.say(N_("yes") if value else N_("no"), locale)


# field → how its values are said
SAID: dict[str, Callable[[Any, str], str]] = {
    "due": i18n.duration,
    "at": i18n.duration,
    "department": _word("department"),
    "stage": _word("stage"),
    "level": _word("level"),
    "default_level": _word("level"),
    "role": _word("role"),
    "part": _word("part"),
    "confidence": _word("confidence"),
    "must": _yes_no,
    "sensitive": _yes_no,
}


def said(name: str, value: Any, locale: str) -> str:
    """A field's value in words."""
    if name == "signals" and isinstance(value, list):
        return text([i18n.words("signal", str(each), locale) for each in value], locale)
    if value is None or name not in SAID or isinstance(value, dict | list):
        return text(value, locale)
    return SAID[name](value, locale)


def sides(found: Difference, locale: str) -> tuple[str, str]:
    """What stood there and what stands there now, in words; nothing for what was not there."""
    last = found.place[-1].field
    if found.kind == "moved":
        return str(found.before), str(found.after)
    return tuple("" if each is None else said(last, each, locale) for each in (found.before, found.after))  # type: ignore[return-value]


def sentence(found: Difference, locale: str) -> str:
    """The difference in one line."""
    where = place(found.place, locale)
    before, after = sides(found, locale)
    match found.kind:
        case "added":
            return i18n.say(N_("%(place)s: added"), locale, place=where)
        case "removed":
            return i18n.say(N_("%(place)s: removed"), locale, place=where)
        case "moved":
            return i18n.say(N_("%(place)s: moved from place %(before)s"), locale, place=where, before=before)
    return f"{where}{i18n.say(N_(': '), locale)}{_cut(before)} → {_cut(after)}"


def _cut(words: str) -> str:
    return words if len(words) <= 120 else f"{words[:119]}…"


def sentences(found: Iterable[Difference], locale: str) -> list[str]:
    """Every difference in a line."""
    return [sentence(each, locale) for each in found]
