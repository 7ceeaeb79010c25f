"""Durations as people write them: `15m 2h 1d 1w` by the clock, `3wd` working and `10cd` calendar days."""

import re
from dataclasses import dataclass
from datetime import timedelta

_SHAPE = re.compile(r"^(\d{1,4})(m|h|d|w|wd|cd)$")
_CLOCK_UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}


@dataclass(frozen=True)
class Duration:
    """A whole number of one unit: m, h, d, w (by the clock), wd (working days), cd (calendar days)."""

    value: int
    unit: str

    @property
    def timedelta(self) -> timedelta:
        """The elapsed time; raises ValueError for days that need a calendar."""
        if self.unit not in _CLOCK_UNITS:
            raise ValueError(f"{self.value}{self.unit} needs a calendar, it is no fixed time")
        return self.value * _CLOCK_UNITS[self.unit]

    def __str__(self) -> str:
        return f"{self.value}{self.unit}"


def parse(text: str) -> Duration:
    """Read `2h`; raises ValueError with a sentence that says what is expected."""
    found = _SHAPE.match(text.strip())
    if not found:
        raise ValueError(
            f"bad duration {text!r}; write a whole number and m, h, d, w, wd (working days)"
            " or cd (calendar days), like 2h"
        )
    return Duration(int(found[1]), found[2])
