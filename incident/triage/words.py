"""Cuts English text into stems and pairs of stems; training and reading share it, so both see the same."""

import functools
import itertools
import re

_CHINESE = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[a-z][a-z']+")
_ENDINGS = (
    ("ies", "y"),
    ("ing", ""),
    ("edly", ""),
    ("ied", "y"),
    ("ed", ""),
    ("es", ""),
    ("ly", ""),
    ("s", ""),
    ("e", ""),
)
READ_AT_MOST = 4000  # characters
MASKED = "#masked"  # what a publisher or we have blacked out: XXXX


def normal(text: str) -> str:
    """Lower case with straight apostrophes and quotation marks; one character stays one character."""
    return text.lower().translate({0x2019: "'", 0x2018: "'", 0x201C: '"', 0x201D: '"'})


def language_of(text: str) -> str:
    """`zh` or `en`, by which the text has more of; a Chinese sign says about as much as four letters."""
    return "zh" if 4 * len(_CHINESE.findall(text)) >= len(_LATIN.findall(text)) else "en"


def tokens(text: str) -> list[str]:
    """The words of normalised text, in order; digits and single letters are left out."""
    return _WORD.findall(text)


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The word without its commonest English ending; a run of x is what somebody masked."""
    word = word.replace("'", "")
    if not word.strip("x"):
        return MASKED
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + instead
    return word


def opening(text: str) -> str:
    """As much of a text as the model reads: the matter is named early, and intake must stay fast."""
    return text[:READ_AT_MOST]


def grams(stems: list[str]) -> list[str]:
    """The stems, then each pair of neighbours as `a b`."""
    return stems + list(map(" ".join, itertools.pairwise(stems)))


def features(text: str) -> list[str]:
    """What the type model counts in a text."""
    return grams([stem(word) for word in tokens(opening(normal(text)))])
