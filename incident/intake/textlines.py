"""A file as its physical lines of text, read as a stream, in whatever encoding its sender saved it."""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from incident import errors
from incident.errors import N_

LINE_LONGEST = 1024 * 1024  # bytes; no complaint is this long, and a file without line ends stays readable
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True)
class Source:
    """A file that was looked at once: SHA-256 of its content, its size in bytes and how it is encoded."""

    path: Path
    digest: str
    size: int
    encoding: str


@dataclass(frozen=True)
class Line:
    """A physical line with its end: its number from 1 and how many bytes of the file end with it.

    What is not valid in the file's encoding stands in the text as lone surrogates.
    """

    number: int
    text: str
    ends: int


def look(path: Path) -> Source:
    """Read a file once to know its digest and encoding; raises Invalid where it cannot be read.

    A byte order mark decides; without one it is UTF-8, or GB 18030 where more lines fail as UTF-8 than
    pass: one broken line does not make a UTF-8 file a Chinese one.
    """
    digest, size, passed, failed, head = hashlib.sha256(), 0, 0, 0, b""
    for raw in _raw_lines(path):
        head = head or raw[:4]
        digest.update(raw)
        size += len(raw)
        if not raw.isascii():
            sound = _decodes(raw)
            passed, failed = passed + sound, failed + (not sound)
    return Source(path, digest.hexdigest(), size, _encoding(head, passed, failed))


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _encoding(head: bytes, passed: int, failed: int) -> str:
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    if len(head) >= 2 and 0 in head[:2]:  # UTF-16 without a mark: the header begins with a Latin letter
        return "utf-16-be" if head[0] == 0 else "utf-16-le"
    return "gb18030" if failed > passed else "utf-8"


def lines(source: Source) -> Iterator[Line]:
    """The physical lines in order; raises Invalid where the file cannot be read to its end."""
    split = _wide_lines(source) if source.encoding.startswith("utf-16") else _narrow_lines(source)
    for number, (text, ends) in enumerate(split, start=1):
        yield Line(number, text.removeprefix("\ufeff") if number == 1 else text, ends)


def _narrow_lines(source: Source) -> Iterator[tuple[str, int]]:
    """UTF-8 and GB 18030: no character but the line end itself holds the byte of a line end."""
    ends, held = 0, b""
    for raw in _raw_lines(source.path):
        ends += len(raw)
        held += raw
        if raw.endswith(b"\n") or len(held) > LINE_LONGEST:
            yield held.decode(source.encoding, "surrogateescape"), ends
            held = b""
    if held:
        yield held.decode(source.encoding, "surrogateescape"), ends


def _wide_lines(source: Source) -> Iterator[tuple[str, int]]:
    decoder = codecs.getincrementaldecoder(source.encoding)("surrogatepass")
    ends, held = 0, ""
    for raw in _raw_lines(source.path):
        ends += len(raw)
        held += decoder.decode(raw)
        *whole, held = held.split("\n")
        for text in whole:
            yield text + "\n", ends
        if len(held) > LINE_LONGEST:
            yield held, ends
            held = ""
    if decoder.getstate()[0]:
        held += "\udc80"  # half a character at the end of the file
    if held:
        yield held, ends


def _raw_lines(path: Path) -> Iterator[bytes]:
    """The file's bytes, unpacked, cut at line ends and at the longest line."""
    try:
        with _opened(path) as file:
            while raw := file.readline(LINE_LONGEST):
                yield raw
    except FileNotFoundError:
        raise errors.NotFound(N_("There is no file %(file)s."), file=path.name) from None
    except (OSError, EOFError, zlib.error) as fault:
        raise errors.Invalid(
            N_("%(file)s cannot be read to its end: %(fault)s."), file=path.name, fault=str(fault)
        ) from None


def _opened(path: Path) -> IO[bytes]:
    if path.suffix == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")
