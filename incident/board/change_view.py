"""A change request side by side: what stood there, what would stand there, and the words that differ."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from incident.board import frame
from incident.plan_changes import wording
from incident.playbooks.difference import Difference

WORD = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\s+|.", re.DOTALL)
WORDS_MOST = 2_000  # words compared one by one; longer texts are shown whole

Piece = tuple[bool, str]  # whether it differs from the other side, and the words


@dataclass(frozen=True)
class Line:
    """One difference: its place in words, and both sides in pieces."""

    kind: str
    section: str
    place: str
    before: list[Piece]
    after: list[Piece]


def lines(found: list[Difference]) -> dict[str, list[Line]]:
    """The differences by section of the plan, in the reader's language."""
    locale = frame.locale()
    sections: dict[str, list[Line]] = {}
    for each in found:
        before, after = wording.sides(each, locale)
        old, new = pieces(before, after) if each.kind == "changed" else (_whole(before), _whole(after))
        sections.setdefault(wording.field(each.section, locale), []).append(
            Line(each.kind, each.section, wording.place(each.place, locale), old, new)
        )
    return sections


def pieces(before: str, after: str) -> tuple[list[Piece], list[Piece]]:
    """Both texts cut where they differ: Chinese by character, other scripts by word."""
    old, new = WORD.findall(before), WORD.findall(after)
    if len(old) + len(new) > WORDS_MOST:
        return _whole(before), _whole(after)
    codes = SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes()
    return (
        list(_joined((tag != "equal", "".join(old[i1:i2])) for tag, i1, i2, _j1, _j2 in codes)),
        list(_joined((tag != "equal", "".join(new[j1:j2])) for tag, _i1, _i2, j1, j2 in codes)),
    )


def _whole(words: str) -> list[Piece]:
    return [(True, words)] if words else []


def _joined(found: Iterator[Piece]) -> Iterator[Piece]:
    return (each for each in found if each[1])
