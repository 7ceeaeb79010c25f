"""Reads the plan files and says of every fault in which file, at which place, what was expected."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from incident import levels
from incident.playbooks import authority
from incident.playbooks.authority import Authority
from incident.playbooks.schema import Departments, Plan, RuleSet
from incident.playbooks.surge import SurgeRules
from incident.playbooks.violations import Violations
from incident.triage import vocabulary
from incident.vocabulary import ComplaintType

JURISDICTIONS = ("cn", "us", "uk", "eu")
# key under which a file is kept as a version → (its path below playbooks/, what it must look like)
DOCUMENTS: dict[str, tuple[str, type[BaseModel]]] = {
    "@departments": ("departments.toml", Departments),
    "@authority": ("authority.toml", Authority),
    "@levels": ("levels.toml", levels.Levels),
    "@violations": ("violations.toml", Violations),
    "@triage": ("triage.toml", vocabulary.Vocabulary),
    "@surge": ("surge.toml", SurgeRules),
    **{f"@rules/{code}": (f"rules/{code}.toml", RuleSet) for code in JURISDICTIONS},
    **{str(kind): (f"plans/{kind}.toml", Plan) for kind in ComplaintType},
}


@dataclass(frozen=True)
class Fault:
    """Something wrong in a file."""

    file: str
    place: str
    expectation: str

    def __str__(self) -> str:
        return (
            f"{self.file}: {self.place}: {self.expectation}"
            if self.place
            else f"{self.file}: {self.expectation}"
        )


@dataclass
class Reading:
    """What was read: the sound documents by key, and every fault of the others."""

    documents: dict[str, BaseModel] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(directory: Path) -> Reading:
    """Read every file below `directory`; never raises for what stands in a file."""
    reading, contents = Reading(), dict[str, dict[str, Any]]()
    for key, (name, model) in DOCUMENTS.items():
        content = _content(directory / name, name, reading.faults)
        found = _checked(content, name, model, reading.faults) if content is not None else None
        if content is not None:
            contents[key] = content
        if found is not None:
            reading.documents[key] = found
    for extra in sorted((directory / "plans").glob("*.toml")):
        if extra.stem not in DOCUMENTS:
            reading.faults.append(Fault(f"plans/{extra.name}", "", "no complaint type has this name"))
    for key, fault in _between_files(reading.documents, contents):
        reading.documents.pop(key, None)
        reading.faults.append(fault)
    return reading


def _content(path: Path, name: str, faults: list[Fault]) -> dict[str, Any] | None:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(Fault(name, "", "the file is missing"))
    except (OSError, UnicodeDecodeError) as fault:
        faults.append(Fault(name, "", f"cannot be read as UTF-8 text: {fault}"))
    except tomllib.TOMLDecodeError as fault:
        faults.append(Fault(name, "", f"not valid TOML: {fault}"))
    return None


def _checked(
    content: dict[str, Any], name: str, model: type[BaseModel], faults: list[Fault]
) -> BaseModel | None:
    try:
        return model.model_validate(content)
    except ValidationError as fault:
        faults.extend(
            Fault(name, place(each["loc"], content), each["msg"].removeprefix("Value error, "))
            for each in fault.errors()
        )
    return None


def place(loc: tuple[int | str, ...], content: Any) -> str:
    """A place in words an editor can find: `steps[3] (stop_contact).due`."""
    words = ""
    for part in loc:
        if isinstance(part, int):
            words += f"[{part + 1}]"
            content = content[part] if isinstance(content, list) and part < len(content) else None
            name = content.get("key") or content.get("code") if isinstance(content, dict) else None
            words += f" ({name})" if name else ""
        else:
            words += f".{part}" if words else str(part)
            content = content.get(part) if isinstance(content, dict) else None
    return words


def _between_files(
    documents: dict[str, BaseModel], contents: dict[str, dict[str, Any]]
) -> Iterator[tuple[str, Fault]]:
    """Faults that only show when files are read together."""
    departments = documents.get("@departments")
    known = {each.code for each in departments.departments} if isinstance(departments, Departments) else None
    yield from _in_authority(contents.get("@authority", {}), known)
    violations = documents.get("@violations")
    codes = {each.code for each in violations.violations} if isinstance(violations, Violations) else None
    for key, content in contents.items():
        if DOCUMENTS[key][1] is not Plan:
            continue
        name, document = DOCUMENTS[key][0], documents.get(key)
        if isinstance(document, Plan) and document.key != key:
            yield key, Fault(name, "key", f"must be {key!r} like the file's name, not {document.key!r}")
        for where, code in _codes(content):
            if known is not None and code not in known:
                expected = f"unknown department {code!r}; departments.toml names them"
                yield key, Fault(name, where, expected)
        for where, code in _forbidden(content):
            if codes is not None and code not in codes:
                expected = f"unknown violation code {code!r}; violations.toml names them"
                yield key, Fault(name, where, expected)


def _in_authority(content: dict[str, Any], known: set[str] | None) -> Iterator[tuple[str, Fault]]:
    for where, code in authority.codes(content):
        if known is not None and code not in known:
            expected = f"unknown department {code!r}; departments.toml names them"
            yield "@authority", Fault("authority.toml", where, expected)


def _codes(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The departments a plan names, with their places; also of a plan that is otherwise faulty."""
    for listed, field_name in (("departments", "code"), ("roles", "department")):
        rows = content.get(listed)
        for index, row in enumerate(rows if isinstance(rows, list) else []):
            if isinstance(row, dict) and isinstance(code := row.get(field_name), str):
                yield place((listed, index, field_name), content), code


def _forbidden(content: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The conduct a plan forbids, with its places."""
    rows = content.get("forbidden")
    for index, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, dict) and isinstance(code := row.get("code"), str):
            yield place(("forbidden", index, "code"), content), code
