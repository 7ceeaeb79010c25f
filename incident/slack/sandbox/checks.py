"""Small building stones for checking JSON against Slack's limits; each notes a fault with its place, as
Slack does."""

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any


@dataclasses.dataclass
class Report:
    """The faults found so far, in Slack's wording, and the length of all text seen."""

    faults: list[str] = dataclasses.field(default_factory=list)
    characters: int = 0

    def fault(self, message: str, place: str) -> None:
        """Notes one fault at a JSON pointer."""
        self.faults.append(f"[ERROR] {message} [json-pointer:{place or '/'}]")


Check = Callable[[Report, Any, str], None]


def string(longest: int, *, shortest: int = 1, pattern: str | None = None) -> Check:
    """A string of so many characters, matching `pattern` when given."""
    compiled = re.compile(pattern) if pattern else None

    def check(report: Report, value: Any, place: str) -> None:
        if not isinstance(value, str):
            report.fault("must provide a string", place)
        elif len(value) > longest:
            report.fault(f"must be less than {longest + 1} characters", place)
        elif len(value) < shortest:
            report.fault(f"must be more than {shortest - 1} characters", place)
        elif compiled and not compiled.fullmatch(value):
            report.fault("failed to match the required pattern", place)

    return check


def boolean(report: Report, value: Any, place: str) -> None:
    """true or false."""
    if not isinstance(value, bool):
        report.fault("must provide a boolean", place)


def anything(report: Report, value: Any, place: str) -> None:
    """Whatever the sandbox does not look into."""


def integer(low: int, high: int) -> Check:
    """A whole number within bounds."""

    def check(report: Report, value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            report.fault(f"must be an integer between {low} and {high}", place)

    return check


def word(*allowed: str) -> Check:
    """One of a few words."""

    def check(report: Report, value: Any, place: str) -> None:
        if value not in allowed:
            report.fault(f"must be one of: {', '.join(allowed)}", place)

    return check


def items(each: Check, most: int, *, least: int = 1) -> Check:
    """A list of so many things."""

    def check(report: Report, value: Any, place: str) -> None:
        if not isinstance(value, list):
            report.fault("must provide an array", place)
            return
        if len(value) > most:
            report.fault(f"no more than {most} items allowed", place)
        if len(value) < least:
            report.fault(f"no fewer than {least} items allowed", place)
        for index, thing in enumerate(value[:most]):
            each(report, thing, f"{place}/{index}")

    return check


def record(
    required: Mapping[str, Check], optional: Mapping[str, Check], *, also: Check | None = None
) -> Check:
    """An object with these fields and no others; `also` looks at it as a whole."""
    known = {**required, **optional}

    def check(report: Report, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            report.fault("must provide an object", place)
            return
        for name in required:
            if name not in value:
                report.fault(f"missing required field: {name}", place)
        for name, thing in value.items():
            if name in known:
                known[name](report, thing, f"{place}/{name}")
            else:
                report.fault(f"invalid additional property: {name}", place)
        if also is not None:
            also(report, value, place)

    return check


def kinds(table: Mapping[str, Check], *, allowed: Collection[str] | None = None) -> Check:
    """An object whose `type` decides how it is checked."""

    def check(report: Report, value: Any, place: str) -> None:
        if not isinstance(value, dict):
            report.fault("must provide an object", place)
            return
        kind = str(value.get("type"))
        if kind not in table or (allowed is not None and kind not in allowed):
            report.fault(f"unsupported type: {kind}", f"{place}/type")
            return
        table[kind](report, value, place)

    return check


def text(longest: int, *, mrkdwn: bool = False) -> Check:
    """A text object; plain_text unless `mrkdwn` allows both."""
    allowed = ("plain_text", "mrkdwn") if mrkdwn else ("plain_text",)
    shape = record({"type": word(*allowed), "text": string(longest)}, {"emoji": boolean, "verbatim": boolean})

    def check(report: Report, value: Any, place: str) -> None:
        shape(report, value, place)
        if isinstance(value, dict) and isinstance(value.get("text"), str):
            report.characters += len(value["text"])

    return check
