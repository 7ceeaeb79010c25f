"""Tables that people bring and take: text of a spreadsheet, times as people write them, harmless cells."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from incident import errors
from incident.errors import N_

LARGEST = 1024 * 1024  # bytes
MOST_LINES = 5_000
TOGETHER = 50  # lines in one unit of work
_YES = {"1", "yes", "y", "true", "是"}
_SHAPES = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
)  # what a spreadsheet takes for a formula; it is written behind a '


def text_of(data: bytes) -> str:
    """The file as text: UTF-8, or GB 18030 as Chinese spreadsheets save it; raises Invalid."""
    if len(data) > LARGEST:
        raise errors.Invalid(N_("The file is larger than 1 MiB."))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise errors.Invalid(N_("The file is no text in UTF-8 or GB 18030."))


@dataclass(frozen=True)
class Line:
    """A line below the head: where it stands in the file, and its cells by column, "" where there is none."""

    number: int
    cells: dict[str, str]


def head_of(text: str) -> list[str]:
    """The names of the columns, as the first line has them, in small letters."""
    first = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"))), [])
    return [name.strip().lower() for name in first]


def lines(text: str, columns: Sequence[str]) -> list[Line]:
    """The lines below the head that are not empty, with the cells of the columns; raises TooLarge, and
    Invalid where the file is no table."""
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), fieldnames=head_of(text), strict=True)
    found = []
    try:
        next(rows, None)  # the head
        for row in rows:
            cells = {name: plain((row.get(name) or "").strip()) for name in columns}
            if any(cells.values()):
                found.append(Line(rows.line_num, cells))
    except csv.Error as fault:
        raise errors.Invalid(
            N_("Line %(number)s cannot be read: %(fault)s"), number=rows.line_num + 1, fault=str(fault)[:200]
        ) from None
    if len(found) > MOST_LINES:
        raise errors.TooLarge(N_("At most %(most)s lines at once."), most=MOST_LINES)
    return found


def portions(found: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """The lines, a few at a time: what is done with so many of them holds nobody else up."""
    for start in range(0, len(found), TOGETHER):
        yield found[start : start + TOGETHER]


def written(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV (RFC 4180), with no cell that a spreadsheet takes for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe("" if cell is None else str(cell)) for cell in row] for row in rows)
    return out.getvalue()


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def plain(cell: str) -> str:
    """The cell before it was made safe."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def is_yes(cell: str) -> bool:
    """Whether a cell says yes."""
    return cell.lower() in _YES


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A time as people write it, in the organisation's zone unless it names its offset; None for no time."""
    for shape in _SHAPES:
        try:
            return datetime.strptime(text.strip(), shape).replace(tzinfo=zone)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return found if found.tzinfo else None
