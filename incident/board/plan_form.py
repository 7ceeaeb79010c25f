"""A form for any part of a plan, made from the plan's own schema: what a schema gains, its form gains too."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from werkzeug.datastructures import MultiDict

from incident.playbooks.schema import Plan

FIXED = {"key"}  # a plan's key is its file's name
# part of the form → the fields it holds; a field that no part names has one of its own
PARTS: dict[str, tuple[str, ...]] = {
    "steps": ("steps",),
    "points": ("key_points", "forbidden", "standard_solutions", "closing_criteria"),
    "basics": ("title", "purpose", "applies_when", "default_level", "sensitive", "raises"),
    "departments": ("departments", "roles"),
    "drafts": ("drafts",),
    "legal_basis": ("legal_basis",),
    "scenarios": ("scenarios",),
}


@dataclass(frozen=True)
class Shape:
    """What a field holds: `kind`, the options of a choice, the model of a group or of the rows of a list."""

    kind: str
    options: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    optional: bool = False


def parts() -> dict[str, tuple[str, ...]]:
    """The parts of the form, with those of fields that no part names."""
    named = {each for fields in PARTS.values() for each in fields} | FIXED
    return PARTS | {each: (each,) for each in Plan.model_fields if each not in named}


def shape(info: FieldInfo) -> Shape:
    """What a field of a model holds."""
    return _shape(info.annotation, not info.is_required())


def _shape(annotation: Any, optional: bool) -> Shape:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _shape(get_args(annotation)[0], optional)
    if origin in (Union, UnionType):
        inner = [each for each in get_args(annotation) if each is not NoneType]
        return _shape(inner[0], True) if len(inner) == 1 else Shape("raw", optional=optional)
    if origin is list:
        return _listed(_shape(get_args(annotation)[0], False), optional)
    if origin is Literal:
        return Shape("choice", tuple(str(each) for each in get_args(annotation)), optional=optional)
    if isinstance(annotation, type):
        return _plain(annotation, optional)
    return Shape("raw", optional=optional)


def _plain(annotation: type, optional: bool) -> Shape:
    if issubclass(annotation, BaseModel):
        text = set(annotation.model_fields) == {"zh", "en"}
        return Shape("text" if text else "group", model=annotation, optional=optional)
    if issubclass(annotation, Enum):
        return Shape("choice", tuple(str(each.value) for each in annotation), optional=optional)
    kinds = {bool: "check", int: "number", float: "number", str: "line"}
    return Shape(kinds.get(annotation, "raw"), optional=optional)


def _listed(inner: Shape, optional: bool) -> Shape:
    if inner.kind in ("text", "group"):
        return Shape("rows", model=inner.model, optional=optional)
    kinds = {"choice": "choices", "line": "keys"}
    return Shape(kinds.get(inner.kind, "raw"), inner.options, optional=optional)


def read(part: str, form: MultiDict[str, str]) -> dict[str, Any]:
    """The fields of a part as somebody typed them, not checked yet."""
    return dict(_read_fields(Plan, parts()[part], form, ""))


def _read_fields(
    model: type[BaseModel], names: tuple[str, ...], form: MultiDict[str, str], prefix: str
) -> Iterator[tuple[str, Any]]:
    for name in names:
        found = _read(shape(model.model_fields[name]), f"{prefix}{name}", form)
        if found is not None:
            yield name, found


def _read(what: Shape, name: str, form: MultiDict[str, str]) -> Any:
    match what.kind:
        case "text":
            found = {lang: _words(form, f"{name}.{lang}") for lang in ("zh", "en")}
            return None if what.optional and not any(found.values()) else found
        case "group":
            assert what.model is not None
            group = dict(_read_fields(what.model, tuple(what.model.model_fields), form, f"{name}."))
            return None if what.optional and _is_empty(group) else group
        case "rows":
            rows = [_read_row(what, f"{name}.{id_}", form) for id_ in form.getlist(f"{name}:rows")]
            return [row for row in rows if not _is_empty(row)]
        case "check":
            return name in form
        case "choices":
            return form.getlist(name)
        case "keys":
            return [each for each in re.split(r"[,，、\s]+", form.get(name, "")) if each]
    return _single(what, _words(form, name))


def _single(what: Shape, text: str) -> Any:
    if not text:
        return None if what.optional or what.kind != "line" else ""
    if what.kind == "number" or (what.kind == "choice" and text.isdecimal()):
        return int(text) if text.isdecimal() and len(text) < 10 else text
    if what.kind == "raw":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _read_row(what: Shape, name: str, form: MultiDict[str, str]) -> dict[str, Any]:
    assert what.model is not None
    if set(what.model.model_fields) == {"zh", "en"}:
        return {lang: _words(form, f"{name}.{lang}") for lang in ("zh", "en")}
    return dict(_read_fields(what.model, tuple(what.model.model_fields), form, f"{name}."))


def _words(form: Mapping[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()


def _is_empty(value: Any) -> bool:
    """Whether somebody wrote nothing: a choice or a box that stands at its first value is nothing."""
    if isinstance(value, dict):
        texts = [each for name, each in value.items() if not isinstance(each, bool) and name not in CHOSEN]
        return all(_is_empty(each) for each in texts)
    return value in (None, "", [])


CHOSEN = {"stage", "department", "role", "part", "confidence", "channel", "kind", "level", "code"}


def rearranged(content: dict[str, Any], do: str) -> str:
    """Add, remove or move a row (`add:steps`, `up:steps.3`) of what was typed; returns a new row's place."""
    act, _colon, path = do.partition(":")
    parts_of = path.split(".")
    if act == "add":
        rows = _at(content, parts_of, make=True)
        if isinstance(rows, list):
            rows.append({})
            return f"{path}.{len(rows) - 1}"
        return ""
    rows, place = _at(content, parts_of[:-1]), parts_of[-1]
    if not isinstance(rows, list) or not place.isdecimal() or not int(place) < len(rows):
        return ""
    row = rows.pop(int(place))
    if act in ("up", "down"):
        rows.insert(max(0, int(place) + (-1 if act == "up" else 1)), row)
    return ""


def _at(content: Any, path: list[str], *, make: bool = False) -> Any:
    for place, part in enumerate(path):
        if isinstance(content, list):
            content = content[int(part)] if part.isdecimal() and int(part) < len(content) else None
        elif isinstance(content, dict):
            if make and place == len(path) - 1:
                content.setdefault(part, [])
            content = content.get(part)
        else:
            return None
    return content
