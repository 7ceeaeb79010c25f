"""The records of a CSV or NDJSON file; what is broken is told by line, and what follows it is read on."""

import csv
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from incident import errors
from incident.errors import N_, Reason
from incident.intake.textlines import Line

RECORD_LINES = 1_000  # physical lines of one CSV record; more means that a quotation mark was never closed
RECORD_LONGEST = 256 * 1024  # characters of one CSV record, for the same reason
DELIMITERS = ",;\t"


@dataclass(frozen=True)
class Record:
    """One record: the line it begins and ends on, and its values or what is wrong with it.

    `ends` counts the bytes of the file up to its end.
    """

    line: int
    last_line: int
    ends: int
    values: dict[str, Any] = field(default_factory=dict)
    fault: Reason | None = None


def ndjson(lines: Iterator[Line]) -> Iterator[Record]:
    """One JSON object a line; blank lines are passed over."""
    for line in lines:
        if line.text.strip():
            values, fault = _json(line.text)
            yield Record(line.number, line.number, line.ends, values, fault)


def _json(text: str) -> tuple[dict[str, Any], Reason | None]:
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as fault:
        return {}, Reason(
            N_("This is no JSON: %(fault)s at column %(column)s."),
            {"fault": fault.msg, "column": fault.colno},
        )
    except RecursionError:
        return {}, Reason(N_("This JSON is nested too deeply."))
    except ValueError as fault:
        return {}, Reason(N_("This is no JSON: %(fault)s."), {"fault": str(fault)})
    if not isinstance(found, dict):
        return {}, Reason(N_("Each line must be a JSON object."))
    return found, None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name occurs twice in one object")
    return found


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are no JSON numbers")


class CsvReader:
    """The records of a CSV file after its header line.

    A record that cannot be read is reported once, by the line it begins on; reading goes on at the next
    line that reads as a whole record, so that one lost quotation mark does not swallow what follows.
    """

    def __init__(self, lines: Iterator[Line]) -> None:
        """Read the header; raises Invalid for a file without one."""
        self._lines, self._again = lines, deque[Line]()
        first = next(lines, None)
        if first is None or not first.text.strip():
            raise errors.Invalid(N_("The file is empty; its first line must name the columns."))
        self._delimiter = max(DELIMITERS, key=first.text.count)
        fields, _ = self._record(first)
        if fields is None:
            raise errors.Invalid(N_("The first line, which names the columns, cannot be read."))
        self.header = [name.strip() for name in fields]
        twice = sorted({name for name in self.header if name and self.header.count(name) > 1})
        if twice:
            raise errors.Invalid(
                N_("The first line names a column twice: %(columns)s."), columns=", ".join(twice)
            )

    def __iter__(self) -> Iterator[Record]:
        """The records in order."""
        broken: Record | None = None
        while (first := self._next()) is not None:
            if not first.text.strip():
                continue
            fields, taken = self._record(first)
            found = self._judged(fields, taken)
            if found is None:  # broken, or still the rest of what broke before
                self._again.extendleft(reversed(taken[1:]))
                broken = _broken(broken.line if broken else first.number, first)
                continue
            if broken is not None and found.fault is not None:
                broken = _broken(broken.line, first)
                continue
            if broken is not None:
                yield broken
                broken = None
            yield found
        if broken is not None:
            yield broken

    def _judged(self, fields: list[str] | None, taken: list[Line]) -> Record | None:
        """The record, a line with the wrong number of columns, or None where quotation marks are broken."""
        first, last = taken[0], taken[-1]
        if fields is not None and len(fields) == len(self.header):
            return Record(first.number, last.number, last.ends, dict(zip(self.header, fields, strict=True)))
        if fields is None or len(taken) > 1:
            return None
        values = {"found": len(fields), "wanted": len(self.header)}
        fault = Reason(N_("The line has %(found)s columns, the first line names %(wanted)s."), values)
        return Record(first.number, first.number, first.ends, fault=fault)

    def _next(self) -> Line | None:
        return self._again.popleft() if self._again else next(self._lines, None)

    def _record(self, first: Line) -> tuple[list[str] | None, list[Line]]:
        """The fields of the record that begins here, None where it cannot be read, and the lines it took."""
        taken: list[Line] = []
        try:
            return next(csv.reader(self._feed(first, taken), delimiter=self._delimiter, strict=True)), taken
        except csv.Error:
            return None, taken

    def _feed(self, first: Line, taken: list[Line]) -> Iterator[str]:
        """The lines of a record as long as the parser asks for more, up to what a record may hold."""
        line: Line | None = first
        length = 0
        while line is not None:
            taken.append(line)
            length += len(line.text)
            yield line.text
            line = self._next() if len(taken) < RECORD_LINES and length < RECORD_LONGEST else None


def _broken(begins: int, line: Line) -> Record:
    """A broken record that reaches from the line it begins on to this one."""
    if begins == line.number:
        fault = Reason(N_("A quotation mark is missing or stands where none may."))
    else:
        fault = Reason(
            N_("A quotation mark is missing or stands where none may, in lines %(first)s to %(last)s."),
            {"first": begins, "last": line.number},
        )
    return Record(begins, line.number, line.ends, fault=fault)
