"""A part of a plan as a form draws it: every field with its words, its options and its faults."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from incident.board import plan_form
from incident.errors import N_, Reason
from incident.plan_changes import wording
from incident.playbooks import difference, library
from incident.playbooks.schema import Plan

PART_WORDS = {"points": N_("Do, don't, solutions, closing"), "basics": N_("Purpose and level")}
LONG = {
    "detail",
    "purpose",
    "situation",
    "text",
    "expected",
    "says",
    "receipt",
    "holding_statement",
    "decision_letter",
}
HINTS = {
    "due": N_("From activation: 15m, 2h, 3wd (working days), 10cd (calendar days)."),
    "at": N_("From the start: 10m, 1h."),
    "after": N_("Keys of earlier steps, with commas."),
}


@dataclass
class Node:
    """A field of the form with what stands in it."""

    kind: str
    name: str
    field: str
    value: Any
    options: list[tuple[str, str]] = dataclasses.field(default_factory=list)
    children: list["Node"] = dataclasses.field(default_factory=list)
    rows: list["Row"] = dataclasses.field(default_factory=list)
    faults: list[Reason] = dataclasses.field(default_factory=list)
    optional: bool = False


@dataclass
class Row:
    """One row of a list: its fields, what it says, and whether anything in it is wrong."""

    name: str
    title: Any
    nodes: list[Node]
    wrong: bool
    fresh: bool


def nodes(
    part: str, content: dict[str, Any], reasons: list[Reason], locale: str, fresh: str = ""
) -> list[Node]:
    """The fields of a part with what stands in them, the faults at their places."""
    drawn = _Drawing(reasons, locale, fresh)
    return [drawn.node(Plan, name, content.get(name), "") for name in plan_form.parts()[part]]


class _Drawing:
    def __init__(self, reasons: list[Reason], locale: str, fresh: str) -> None:
        self.faults = {".".join(map(str, each.loc)): each for each in reasons}
        self.locale, self.fresh = locale, fresh

    def node(self, model: type[BaseModel], name: str, value: Any, prefix: str) -> Node:
        what, path = plan_form.shape(model.model_fields[name]), f"{prefix}{name}"
        kind, options = what.kind, self._options(what, model, name)
        if options and kind == "line":
            kind = "choice"
        found = Node(kind, path, name, value, options, faults=self._at(path), optional=what.optional)
        if kind == "rows" and what.model is not None:
            listed = value if isinstance(value, list) else []
            found.rows = [self._row(what.model, row, f"{path}.{place}") for place, row in enumerate(listed)]
        elif kind == "group" and what.model is not None:
            given = value if isinstance(value, dict) else {}
            found.children = [
                self.node(what.model, each, given.get(each), f"{path}.") for each in what.model.model_fields
            ]
        elif kind == "text":
            found.children = self._languages(path, value)
        elif kind == "raw":
            found.value = "" if value is None else json.dumps(value, ensure_ascii=False, indent=2)
        elif kind == "keys":
            found.value = ", ".join(map(str, value or []))
        return found

    def _languages(self, path: str, value: Any) -> list[Node]:
        given = value if isinstance(value, dict) else {}
        kind = "area" if path.rpartition(".")[2] in LONG or path.split(".")[-1].isdecimal() else "line"
        return [
            Node(kind, f"{path}.{lang}", lang, given.get(lang, ""), faults=self._at(f"{path}.{lang}"))
            for lang in ("zh", "en")
        ]

    def _row(self, model: type[BaseModel], value: Any, path: str) -> Row:
        if set(model.model_fields) == {"zh", "en"}:
            found = self._languages(path, value)
        else:
            given = value if isinstance(value, dict) else {}
            found = [self.node(model, each, given.get(each), f"{path}.") for each in model.model_fields]
        wrong = any(place == path or place.startswith(f"{path}.") for place in self.faults)
        return Row(path, difference.title(value) if value else "", found, wrong, path == self.fresh)

    def _at(self, path: str) -> list[Reason]:
        return [self.faults[path]] if path in self.faults else []

    def _options(self, what: plan_form.Shape, model: type[BaseModel], name: str) -> list[tuple[str, str]]:
        if what.kind in ("choice", "choices"):
            return [(each, wording.said(name, each, self.locale)) for each in what.options]
        if name == "department" or (model.__name__ == "CalledDepartment" and name == "code"):
            return [(code, row.name(self.locale)) for code, row in library.departments().items()]
        if model.__name__ == "Forbidden" and name == "code":
            return [(code, each.title[self.locale]) for code, each in library.violations().items()]
        return []
