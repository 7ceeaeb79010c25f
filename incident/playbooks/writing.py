"""Writes a document as TOML in the manner of the plan files; what a file says already stays as it is."""

from collections.abc import Iterator
from typing import Any

import tomlkit
from tomlkit.items import AoT, InlineTable, Table

from incident.playbooks import identity

WIDE = 100  # characters that a list of plain values may take in one line


def text(content: dict[str, Any], present: str = "") -> str:
    """A document as TOML; of `present`, the file as it stands, comments and layout are kept."""
    wanted = _without_none(content)
    if not present:
        return "\n".join(_lines(wanted, "")) + "\n"
    document = tomlkit.parse(present)
    _update(document, wanted)
    return tomlkit.dumps(document)


def _lines(content: dict[str, Any], path: str) -> Iterator[str]:
    """A document that is written afresh."""
    for key, value in content.items():
        if not _is_tables(value):
            yield f"{_key(key)} = {_said(value)}"
    for key, value in content.items():
        if _is_tables(value):
            name = f"{path}{_key(key)}"
            for row in value if isinstance(value, list) else [value]:
                yield f"\n[[{name}]]" if isinstance(value, list) else f"\n[{name}]"
                yield from _lines(row, f"{name}.")


def _key(key: str) -> str:
    return str(tomlkit.key(key).as_string())


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not there is left out."""
    if isinstance(value, dict):
        return {key: _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value]
    return value


def _update(container: Any, content: dict[str, Any]) -> None:
    for key in [key for key in container if key not in content]:
        container.remove(key)
    for key, value in sorted(content.items(), key=lambda pair: _is_tables(pair[1])):
        present = container.get(key)
        if present is not None and _same(present, value):
            continue
        if isinstance(value, dict) and isinstance(present, Table | InlineTable):
            _update(present, value)
        elif isinstance(present, AoT) and _is_rows(value):
            container[key] = _rows(present, value)
        else:
            container[key] = _item(value)


def _same(present: Any, value: Any) -> bool:
    """Whether a file says the same; blanks around a text do not count."""
    return bool(_stripped(present.unwrap() if hasattr(present, "unwrap") else present) == value)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _stripped(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_stripped(each) for each in value]
    return value.strip() if isinstance(value, str) else value


def _rows(present: AoT, wanted: list[dict[str, Any]]) -> AoT:
    """The rows in their new order; those that are there already keep their comments."""
    names = identity.names([each.unwrap() for each in present])
    known: dict[Any, Table] = dict(zip(names, present, strict=True))
    found = tomlkit.aot()
    for name, value in zip(identity.names(wanted), wanted, strict=True):
        row = known.get(name)
        if row is None:
            found.append(_table(value))
            continue
        if not _same(row, value):
            _update(row, value)
        indent = row.trivia.indent
        found.append(row)
        row.trivia.indent = indent  # appending would put one more blank line before it
    return found


def _table(content: dict[str, Any]) -> Table:
    made = tomlkit.table()
    for key, value in sorted(content.items(), key=lambda pair: _is_tables(pair[1])):
        made.add(key, _item(value))
    return made


def _is_tables(value: Any) -> bool:
    """Whether a value is written as tables of its own, which TOML wants after the plain values."""
    return _is_rows(value) or (isinstance(value, dict) and not _is_short(value))


def _is_rows(value: Any) -> bool:
    rows = isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)
    return rows and not all(set(each) <= {"zh", "en"} for each in value)


def _is_short(value: dict[str, Any]) -> bool:
    """Whether a group stands in one line: a text in two languages that has no line break."""
    plain = all(not isinstance(each, dict | list) for each in value.values())
    return bool(value) and plain and not any("\n" in str(each) for each in value.values())


def _item(value: Any) -> Any:
    if _is_rows(value):
        found = tomlkit.aot()
        for each in value:
            found.append(_table(each))
        return found
    if isinstance(value, dict) and not _is_short(value):
        return _table(value)
    return tomlkit.value(_said(value))


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
