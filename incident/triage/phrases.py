"""The small notation in which triage.toml writes what to look for, made into fast searches.

`*` any ending of a word · `…` a gap inside one sentence · `[a|b]` one of these · `[a|b]?` one of these or
nothing · `#` a number. Everything else stands for itself; in English a blank is any white space.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh", "en"]
_PIECE = re.compile(r"\[(?P<either>[^\[\]]*)\](?P<maybe>\?)?|(?P<sign>[…*#])|(?P<plain>[^\[\]…*#]+)")
_GAP = {"en": r"\b[^.!?;\n]{0,40}?\b", "zh": r"[^。！？；;!?\n]{0,12}?"}
_EDGE = {"en": (r"(?<![a-z0-9'])", r"(?![a-z0-9'])"), "zh": ("", "")}
# An English phrase is only tried where its own words occur; of words with any ending, so many letters.
_BEGINNING = 4
_WORD = re.compile(r"[a-z][a-z']+\*?|\d+[a-z]+")
Keys = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Found:
    """A place in the text: the words without what stood in the gaps, and a number if the phrase has one."""

    start: int
    end: int
    words: str
    number: str | None


@dataclass(frozen=True)
class Phrase:
    """One line of the vocabulary, compiled; of each of `keys` one must occur in a text."""

    source: str
    language: Language
    keys: Keys
    pattern: re.Pattern[str]

    def find(self, text: str) -> list[Found]:
        """Every place in normalised text, in order."""
        return [self._found(each) for each in self.pattern.finditer(text)]

    @staticmethod
    def _found(hit: re.Match[str]) -> Found:
        number = hit.groupdict().get("number")
        said = [
            part.strip()
            for name, part in zip(_names(hit), hit.groups(), strict=True)
            if part and name != "number"
        ]
        return Found(hit.start(), hit.end(), " … ".join(filter(None, said)), number)


def _names(hit: re.Match[str]) -> list[str]:
    by_place = {place: name for name, place in hit.re.groupindex.items()}
    return [by_place.get(place, "") for place in range(1, hit.re.groups + 1)]


@functools.lru_cache(maxsize=5000)
def compiled(source: str, language: Language, numbers: str = r"\d{1,6}") -> Phrase:
    """A phrase ready for searching; raises ValueError with a sentence about what is wrong with it."""
    # blanks beside a gap are part of the gap
    spelt = re.sub(r"\s*…\s*", "…", source.lower())
    pieces = list(_PIECE.finditer(spelt))
    if not source.strip() or "".join(piece[0] for piece in pieces) != spelt:
        raise ValueError(f"phrase {source!r}: brackets do not match")
    keys = tuple(key for key in map(_key, *_with_next(pieces, language)) if key)
    if not keys:
        raise ValueError(f"phrase {source!r}: needs at least one whole word or four letters of its own")
    body = ""
    for piece in pieces:
        if piece["maybe"] and language == "en":
            # the blank before it belongs to it: "a [b]? c" is also "a c"
            body = body.removesuffix(r"\s+") + rf"(?:\s+{_either(piece, language)})?"
        else:
            body += _pattern(piece, language, numbers)
    before, after = _EDGE[language]
    # Parts between gaps are groups, so that a report can leave out what stood in the gaps.
    return Phrase(
        source, language, keys, re.compile(f"{before}({body}){'' if source[-1] in '*…' else after}")
    )


def _pattern(piece: re.Match[str], language: Language, numbers: str) -> str:
    if piece["plain"] is not None:
        return _plain(piece["plain"], language)
    if piece["sign"] == "…":
        return f"){_GAP[language]}("
    if piece["sign"] == "*":
        return r"[a-z']*" if language == "en" else ""
    if piece["sign"] == "#":
        return f"(?P<number>{numbers})"
    return _either(piece, language) + (piece["maybe"] or "")


def _either(piece: re.Match[str], language: Language) -> str:
    options = (_plain(each, language).replace(r"\*", "[a-z']*") for each in piece["either"].split("|"))
    return f"(?:{'|'.join(options)})"


def _plain(text: str, language: Language) -> str:
    if language == "zh":
        return re.escape(text.strip())
    return r"\s+".join(re.escape(part) for part in text.split(" "))


def _with_next(
    pieces: list[re.Match[str]], language: Language
) -> tuple[list[re.Match[str]], list[bool], list[Language]]:
    """The pieces, whether each is followed by `*`, and the language, as columns."""
    open_ends = [after is not None and after["sign"] == "*" for after in [*pieces[1:], None]]
    return pieces, open_ends, [language] * len(pieces)


def _key(piece: re.Match[str], open_end: bool, language: Language) -> frozenset[str]:
    """Of these at least one must be in the text for this piece to match; empty where nothing can be said."""
    if piece["sign"] or piece["maybe"]:
        return frozenset()
    if piece["either"] is None:
        options = [piece["plain"] + ("*" if open_end else "")]
    else:
        options = piece["either"].split("|")
    keys = [each.strip() if language == "zh" else _longest(each) for each in options]
    return frozenset(keys) if all(keys) else frozenset()


def _longest(text: str) -> str:
    """The longest word, as `word_keys` gives it for a text; empty if too short to tell."""
    found = [word if word[-1] != "*" else f"{word[:_BEGINNING]}*" for word in _WORD.findall(text)]
    return max((word for word in found if word[-1] != "*" or len(word) > _BEGINNING), key=len, default="")


def word_keys(text: str) -> set[str]:
    """What `Index.find` compares with: each English word, and its first letters."""
    found = {word.strip("'") for word in _WORD.findall(text)}
    return found | {f"{word[:_BEGINNING]}*" for word in found}


class Index:
    """Phrases of one language with what they stand for, so arranged that few are tried on a text."""

    def __init__(self, entries: list[tuple[Phrase, tuple[str, str]]]) -> None:
        self._entries = entries
        self._by_key: dict[str, list[int]] = {}
        for at, (phrase, _) in enumerate(entries):
            # the piece with the longest words is the rarest
            for key in max(phrase.keys, key=lambda keys: min(map(len, keys))):
                self._by_key.setdefault(key, []).append(at)

    def find(self, text: str, begins: set[str] | None) -> Iterator[tuple[str, str, Found]]:
        """Each place as (name, kind, place); `begins` are the text's `word_keys`, None for Chinese."""
        if begins is None:
            present = {key for key in self._by_key if key in text}
        else:
            present = self._by_key.keys() & begins
        for at in sorted({at for key in present for at in self._by_key[key]}):
            phrase, (name, kind) = self._entries[at]
            if begins is None or not any(begins.isdisjoint(keys) for keys in phrase.keys):
                for found in phrase.find(text):
                    yield name, kind, found
