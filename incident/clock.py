"""The one place that reads the machine's clock; everything else is given a time or asks here."""

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The current moment as an aware UTC datetime (microseconds kept)."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def today_year() -> int:
    """The current UTC year; incident numbers carry it."""
    return now().year
