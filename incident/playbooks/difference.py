"""What changed between two states of a document, row by row and field by field, whatever its schema holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

from incident.playbooks import identity

TITLES = ("title", "reference", "text", "when", "task", "duty")  # the first that a row has says what it is
Kind = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True)
class Part:
    """One part of a place: a field, and of a list the row, by its number (from 1) and by what it says."""

    field: str
    row: int | None = None
    title: Any = None


@dataclass(frozen=True)
class Difference:
    """One thing that changed; `path` is where it stands in the new state (a removed row: in the old one)."""

    kind: Kind
    place: tuple[Part, ...]
    path: tuple[str | int, ...]
    before: Any = None
    after: Any = None

    @property
    def section(self) -> str:
        """The field of the document that it belongs to."""
        return self.place[0].field


def between(before: dict[str, Any], after: dict[str, Any]) -> list[Difference]:
    """Every difference, in the order of the new document. Both must be whole: with their default values."""
    return list(_groups(before, after, (), ()))


def _groups(
    old: dict[str, Any], new: dict[str, Any], place: tuple[Part, ...], path: tuple[str | int, ...]
) -> Iterator[Difference]:
    for field in [*new, *(each for each in old if each not in new)]:
        before, after = old.get(field), new.get(field)
        if before != after:
            yield from _values(before, after, place, (*path, field), field)


def _values(
    before: Any, after: Any, place: tuple[Part, ...], path: tuple[str | int, ...], field: str
) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _groups(before, after, (*place, Part(field)), path)
    elif _rows(before) and _rows(after) and (before or after):
        yield from _lists(before, after, place, path, field)
    else:
        yield Difference("changed", (*place, Part(field)), path, before, after)


def _rows(value: Any) -> bool:
    """Whether a value is a list of rows, not of plain codes."""
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _lists(
    before: list[Any], after: list[Any], place: tuple[Part, ...], path: tuple[str | int, ...], field: str
) -> Iterator[Difference]:
    old_at, new_at, moved = _matched(before, after)
    for place_new, row in enumerate(after):
        here = (*place, Part(field, place_new + 1, title(row)))
        place_old = new_at.get(place_new)
        if place_old is None:
            yield Difference("added", here, (*path, place_new), None, row)
            continue
        if place_new in moved:
            yield Difference("moved", here, (*path, place_new), place_old + 1, place_new + 1)
        yield from _groups(before[place_old], row, here, (*path, place_new))
    for place_old, row in enumerate(before):
        if place_old not in old_at:
            gone = (*place, Part(field, place_old + 1, title(row)))
            yield Difference("removed", gone, (*path, place_old), row, None)


def _matched(before: list[Any], after: list[Any]) -> tuple[dict[int, int], dict[int, int], set[int]]:
    """Which rows are the same: (old → new, new → old, the new places of those that moved past others)."""
    old, new = identity.names(before), identity.names(after)
    pairs = {new.index(name): place for place, name in enumerate(old) if name in new}
    steady: set[int] = set()
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            steady |= set(range(j1, j2))
        elif tag == "replace" and not (identity.is_named(before) and identity.is_named(after)):
            free_old = [i for i in range(i1, i2) if i not in pairs.values()]
            free_new = [j for j in range(j1, j2) if j not in pairs]
            for i, j in zip(free_old, free_new, strict=False):  # reworded in place
                pairs[j] = i
                steady.add(j)
    return {i: j for j, i in pairs.items()}, pairs, set(pairs) - steady


def title(row: Any) -> Any:
    """What a row is called: its title, else what it says, else its name."""
    if not isinstance(row, dict):
        return row
    if {"zh", "en"} <= row.keys():
        return row
    return next((row[field] for field in TITLES if row.get(field)), None) or identity.name(row)


@dataclass(frozen=True)
class Merged:
    """Two changes of one document put together; where both changed a path (`clashes`), `mine` won."""

    content: dict[str, Any]
    clashes: list[tuple[str | int, ...]]


def merged(base: dict[str, Any], mine: dict[str, Any], theirs: dict[str, Any]) -> Merged:
    """What `mine` changed of `base`, put on top of `theirs`."""
    clashes: list[tuple[str | int, ...]] = []
    return Merged(_merge(base, mine, theirs, (), clashes), clashes)


def _merge(base: Any, mine: Any, theirs: Any, path: tuple[str | int, ...], clashes: list[Any]) -> Any:
    if mine in (base, theirs):
        return theirs
    if theirs == base:
        return mine
    if isinstance(mine, dict) and isinstance(theirs, dict):
        old = base if isinstance(base, dict) else {}
        fields = [*theirs, *(each for each in mine if each not in theirs)]
        found = {
            each: _merge(old.get(each), mine.get(each), theirs.get(each), (*path, each), clashes)
            for each in fields
        }
        return {each: value for each, value in found.items() if value is not None}
    if isinstance(mine, list) and isinstance(theirs, list) and _rows(mine) and _rows(theirs):
        return _merge_rows(base if isinstance(base, list) else [], mine, theirs, path, clashes)
    clashes.append(path)
    return mine


def _merge_rows(
    base: list[Any], mine: list[Any], theirs: list[Any], path: tuple[str | int, ...], clashes: list[Any]
) -> list[Any]:
    """Their rows in their order, with what is new of mine after the row it followed."""
    old, own, other = (dict(zip(identity.names(rows), rows, strict=True)) for rows in (base, mine, theirs))
    if any(name not in own and name not in other for name in old):
        clashes.append(path)  # both reworded or removed the same row
    names = [name for name in other if name in own or name not in old or _kept(old, other, name)]
    for place, name in enumerate(own):
        if name not in other and (name not in old or old[name] != own[name]):
            before = list(own)[:place]
            after = next((names.index(each) + 1 for each in reversed(before) if each in names), 0)
            names.insert(after, name)
    return [
        _merge(
            old.get(name),
            own.get(name, other.get(name)),
            other.get(name, own.get(name)),
            (*path, name),
            clashes,
        )
        for name in names
    ]


def _kept(old: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    """Whether a row that I removed stays, since they changed it meanwhile."""
    return bool(old[name] != other[name])
