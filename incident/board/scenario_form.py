"""The scenario editor's form: a scenario as flat fields and back, and its faults with their places."""

from collections.abc import Mapping
from typing import Any

from incident import durations
from incident.board import frame
from incident.drills import scenario_files
from incident.errors import N_, DomainError, Reason
from incident.playbooks.exercises import INJECTS_MOST, OBJECTIVES_MOST

BLANK_OBJECTIVES, BLANK_INJECTS = 1, 1  # empty rows to fill in, besides what is there


def flat(content: Mapping[str, Any]) -> dict[str, str]:
    """A scenario's content as the values of the form's fields."""
    found = {"key": content.get("key", ""), "kind": content.get("kind", "tabletop")}
    for name in ("title", "situation"):
        found |= _pair(name, content.get(name))
    for at, goal in enumerate(content.get("objectives", [])):
        found |= _pair(f"o{at}", goal) | {f"o{at}_key": goal.get("key") or f"o{at + 1}"}
    for at, inject in enumerate(content.get("injects", [])):
        found |= _inject_fields(f"i{at}", inject)
    return {name: str(value) for name, value in found.items()}


def _pair(name: str, text: Any) -> dict[str, str]:
    given = text if isinstance(text, Mapping) else {}
    return {f"{name}_zh": given.get("zh", ""), f"{name}_en": given.get("en", "")}


def _inject_fields(name: str, inject: Mapping[str, Any]) -> dict[str, Any]:
    choices = inject.get("choices", [])
    condition = inject.get("condition") or {}
    return {
        **{
            f"{name}_{field}": inject.get(field) or standard
            for field, standard in (
                ("at", ""),
                ("channel", "phone"),
                ("respond", "answer"),
                ("target", ""),
                ("within", "10m"),
                ("objective", ""),
            )
        },
        f"{name}_points": inject.get("points", 10),
        f"{name}_to": " ".join(inject.get("to", [])),
        f"{name}_after": condition.get("inject", ""),
        f"{name}_result": condition.get("result", ""),
        **_pair(f"{name}_sender", inject.get("sender")),
        **_pair(f"{name}_text", inject.get("text")),
        **_pair(f"{name}_expected", inject.get("expected")),
        **{
            f"{name}_choices_{language}": "\n".join(
                (scenario_files.RIGHT if at == inject.get("right") else "") + each.get(language, "")
                for at, each in enumerate(choices, start=1)
            )
            for language in ("zh", "en")
        },
    }


def rows(values: Mapping[str, str], letter: str, most: int) -> int:
    """How many rows of a kind the form has: up to the last that holds a text."""
    name = "{}{}_zh" if letter == "o" else "{}{}_text_zh"
    other = name.replace("_zh", "_en")
    filled = [
        at
        for at in range(most)
        if values.get(name.format(letter, at), "").strip() or values.get(other.format(letter, at), "").strip()
    ]
    return filled[-1] + 1 if filled else 0


def content(values: Mapping[str, str]) -> dict[str, Any]:
    """What was typed as a scenario's content, not checked yet: empty rows left out, injects by time, and a
    text that was written in one language serving for both."""
    goals = [
        {**_text(values, f"o{at}"), "key": values.get(f"o{at}_key", "").strip() or f"o{at + 1}"}
        for at in range(rows(values, "o", OBJECTIVES_MOST))
        if any(_text(values, f"o{at}").values())
    ]
    injects = [
        _inject(values, f"i{at}")
        for at in range(rows(values, "i", INJECTS_MOST))
        if any(_text(values, f"i{at}_text").values())
    ]
    return {
        "key": values.get("key", "").strip(),
        "kind": values.get("kind", "tabletop"),
        "title": _text(values, "title"),
        "situation": _text(values, "situation"),
        "objectives": goals,
        "injects": sorted(injects, key=lambda each: _offset(each["at"])),
    }


def _text(values: Mapping[str, str], name: str) -> dict[str, str]:
    zh, en = (values.get(f"{name}_{language}", "").strip() for language in ("zh", "en"))
    return {"zh": zh or en, "en": en or zh}


def _offset(text: str) -> float:
    try:
        return durations.parse(text).timedelta.total_seconds()
    except ValueError:
        return float("inf")  # what cannot be read is told at its place, and stands last


def _inject(values: Mapping[str, str], name: str) -> dict[str, Any]:
    def given(field: str) -> str:
        return values.get(f"{name}_{field}", "").strip()

    found: dict[str, Any] = {
        field: given(field)
        for field in ("at", "channel", "respond", "target", "within", "objective", "points")
        if given(field)
    }
    found |= {"at": given("at"), "to": given("to").upper().replace(",", " ").split()}
    found |= {"text": _text(values, f"{name}_text"), "expected": _text(values, f"{name}_expected")}
    if any(_text(values, f"{name}_sender").values()):
        found["sender"] = _text(values, f"{name}_sender")
    if given("respond") == "choose":
        found |= scenario_files.choices(given("choices_zh").splitlines(), given("choices_en").splitlines())
    if given("after"):
        found["condition"] = {"inject": given("after"), "result": given("result") or "missed"}
    return found


def said(fault: DomainError) -> list[Reason]:
    """The faults with the part of the form that each belongs to: “Inject 3, at: …”."""
    return [Reason(f"{_place(each.loc)}{frame.say(each)}", href=_anchor(each.loc)) for each in fault.reasons]


def _place(loc: tuple[str | int, ...]) -> str:
    parts = [part for part in loc if part not in ("zh", "en")]
    if len(parts) > 1 and parts[0] == "injects" and isinstance(parts[1], int):
        number = frame.say(N_("Inject %(number)s"), number=parts[1] + 1)
        return f"{number}, {parts[2]}: " if len(parts) > 2 else f"{number}: "
    if len(parts) > 1 and parts[0] == "objectives" and isinstance(parts[1], int):
        return frame.say(N_("Objective %(number)s: "), number=parts[1] + 1)
    return f"{parts[0]}: " if parts else ""


def _anchor(loc: tuple[str | int, ...]) -> str | None:
    if len(loc) > 1 and loc[0] in ("injects", "objectives"):
        return f"#{'i' if loc[0] == 'injects' else 'o'}{loc[1]}"
    return (
        f"#field-{loc[0]}_zh" if loc and loc[0] in ("title", "situation") else "#field-key" if loc else None
    )
