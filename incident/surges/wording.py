"""Near-equal wording: a small number for each text that finds candidates, and a comparison that decides.

The number is a SimHash of the text's shingles (pairs of Chinese characters, English words and pairs of them):
near-equal texts differ in few of its bits, and nobody can read the text from it. Candidates are then compared
as texts, with what looks personal masked first.
"""

import itertools
import re
import zlib

from incident import privacy

READ_AT_MOST = 300  # characters: the matter is named early, and intake must stay fast
SHORTEST = 10  # shingles; with fewer any two texts look alike
NEAR = 22  # bits of 64 in which texts may differ to be compared; unrelated ones differ in about 32
_PIECES = re.compile(r"[一-鿿]+|[a-z]+")
_MIX = 0x9E37_79B9_7F4A_7C15  # odd, from the golden ratio: spreads 32 bits over 64
_MASK = 2**64 - 1
_LANE = 16  # bits of a lane: counts up to 65,535 shingles


def _spread(byte: int) -> int:
    return sum(1 << (_LANE * bit) for bit in range(8) if byte >> bit & 1)


_SPREAD = [_spread(byte) for byte in range(256)]


def normal(text: str) -> str:
    """Lower case, only Chinese characters and Latin words; numbers and punctuation do not count."""
    return " ".join(_PIECES.findall(privacy.redact(text[:READ_AT_MOST]).lower()))


def shingles(normalised: str) -> list[str]:
    """What texts are compared by."""
    found: list[str] = []
    words: list[str] = []
    for piece in normalised.split(" "):
        if piece and piece[0] > "z":
            found += map("".join, itertools.pairwise(piece))
        elif piece:
            words.append(piece)
    return found + words + [f"{one} {two}" for one, two in itertools.pairwise(words)]


def mark(normalised: str) -> int | None:
    """The SimHash of a normalised text as a signed 64-bit number; None for a text too short to compare."""
    found = shingles(normalised)
    if len(found) < SHORTEST:
        return None
    totals = [0] * 8
    for each in found:
        hashed = zlib.crc32(each.encode()) * _MIX & _MASK
        for index, byte in enumerate(hashed.to_bytes(8, "little")):
            totals[index] += _SPREAD[byte]
    half, value = len(found) / 2, 0
    for index, total in enumerate(totals):
        for bit in range(8):
            if (total >> (_LANE * bit) & 0xFFFF) > half:
                value |= 1 << (8 * index + bit)
    return value - 2**64 if value >= 2**63 else value


def near(one: int | None, other: int | None) -> bool:
    """Whether two marks say that the texts may be near-equal."""
    if one is None or other is None:
        return False
    return ((one ^ other) & _MASK).bit_count() <= NEAR


def alike(one: str, other: str) -> float:
    """How near two normalised texts are, 0-100: in their order, or in their shingles where parts moved."""
    from rapidfuzz import fuzz  # four MiB, and few processes ever compare two texts

    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(_joined(one), _joined(other)))


def _joined(normalised: str) -> str:
    return " ".join(shingles(normalised))
