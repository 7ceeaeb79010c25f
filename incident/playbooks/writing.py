"""Writes a document as TOML in the manner of the plan files; what a file says already stays as it is."""

import re
from collections.abc import Iterator
from typing import Any

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from incident.playbooks import identity

WIDE = 100  # characters that a list of plain values may take in one line
DEEPEST = 2  # lists in lists in lists stand in one line each: `[[scenarios.injects]]` is the deepest table
HEAD = re.compile(r"\[\[?[A-Za-z_]")
PLAIN_ROWS = {"zh", "en", "key"}  # a list of texts stands in lines, not in tables


def text(content: dict[str, Any], present: str = "", says: dict[str, Any] | None = None) -> str:
    """A document as TOML. Of `present`, the file as it stands, which `says` the same kind of document, only
    what differs is rewritten: comments, layout and defaults that are written out stay."""
    wanted = _without_none(content)
    if not present or says is None:
        return "\n".join(_lines(wanted, "")) + "\n"
    document = tomlkit.parse(present)
    _update(document, _without_none(says), wanted, 0)
    return _spaced(tomlkit.dumps(document))


def _spaced(written: str) -> str:
    """A blank line before every table, as an editor leaves it, also where a row was put in."""
    found: list[str] = []
    quoted = False
    for line in written.split("\n"):
        if not quoted and HEAD.match(line) and found and found[-1].strip() and not found[-1].startswith("#"):
            found.append("")
        found.append(line)
        quoted ^= line.count('"""') % 2 == 1
    return "\n".join(found)


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not there is left out."""
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return value


def _lines(content: dict[str, Any], path: str) -> Iterator[str]:
    """A document that is written afresh."""
    depth = path.count(".")
    for key, value in content.items():
        if not _is_tables(value, depth):
            yield f"{_key(key)} = {_said(value)}"
    for key, value in content.items():
        if _is_tables(value, depth):
            name = f"{path}{_key(key)}"
            for row in value if isinstance(value, list) else [value]:
                yield f"\n[[{name}]]" if isinstance(value, list) else f"\n[{name}]"
                yield from _lines(row, f"{name}.")


def _key(key: str) -> str:
    return str(tomlkit.key(key).as_string())


def _update(container: Any, old: dict[str, Any], new: dict[str, Any], depth: int) -> None:
    for key in [key for key in old if key not in new and key in container]:
        container.remove(key)
    for key, value in new.items():
        if old.get(key) == value:
            continue
        present = container.get(key)
        if isinstance(value, dict) and isinstance(present, Table | InlineTable):
            _update(present, old.get(key, {}), value, depth + 1)
        elif isinstance(present, AoT) and isinstance(value, list):
            _update_rows(present, old.get(key, []), value, depth + 1)
        else:
            container[key] = _item(value, depth)


def _update_rows(present: AoT, old: list[dict[str, Any]], new: list[dict[str, Any]], depth: int) -> None:
    """The rows in their new order; those that are there already keep their comments."""
    known = dict(zip(identity.names(old), zip(old, list(present), strict=True), strict=True))
    while len(present):
        present.pop()
    for name, value in zip(identity.names(new), new, strict=True):
        was, row = known.get(name, ({}, None))
        if row is None:
            present.append(_table(value, depth))
            continue
        _update(row, was, value, depth)
        indent = row.trivia.indent
        present.append(row)
        row.trivia.indent = indent  # appending would put one more blank line before it


def _table(content: dict[str, Any], depth: int) -> Table:
    made = tomlkit.table()
    for key, value in sorted(content.items(), key=lambda pair: _is_tables(pair[1], depth)):
        made.add(key, _item(value, depth))
    return made


def _is_tables(value: Any, depth: int) -> bool:
    """Whether a value is written as tables of its own, which TOML wants after the plain values."""
    if depth >= DEEPEST:
        return False
    return _is_rows(value) or (isinstance(value, dict) and not _is_short(value))


def _is_rows(value: Any) -> bool:
    rows = isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
    return rows and not all(set(each) <= PLAIN_ROWS for each in value)


def _is_short(value: dict[str, Any]) -> bool:
    """Whether a group stands in one line: a text in two languages that has no line break."""
    plain = all(not isinstance(each, dict | list) for each in value.values())
    return bool(value) and plain and not any("\n" in str(each) for each in value.values())


def _item(value: Any, depth: int) -> Any:
    if not _is_tables(value, depth):
        return tomlkit.value(_said(value))
    if isinstance(value, dict):
        return _table(value, depth + 1)
    found = tomlkit.aot()
    for each in value:
        found.append(_table(each, depth + 1))
    return found


def _said(value: Any) -> str:
    """A plain value, a short group or a list of them, with the blanks that an editor would write."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {_said(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        shown = [_said(each) for each in value]
        if sum(len(each) + 2 for each in shown) <= WIDE:
            return f"[{', '.join(shown)}]"
        return "[\n" + "".join(f"  {each},\n" for each in shown) + "]"
    if isinstance(value, str) and "\n" in value:
        return str(tomlkit.string(f"\n{value}\n", multiline=True).as_string())
    return str(tomlkit.item(value).as_string())
