"""Slack's `ts`: a message's name and time in one, kept here as whole microseconds."""

import re
import time

_TS = re.compile(r"(\d{1,12})(?:\.(\d{1,6}))?")


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def text(at: int) -> str:
    """1503435956000247 → "1503435956.000247"."""
    return f"{at // 1_000_000}.{at % 1_000_000:06d}"


def parse(ts: str) -> int | None:
    """The reverse of `text`; None when it is not a timestamp."""
    match = _TS.fullmatch(ts)
    if match is None:
        return None
    return int(match[1]) * 1_000_000 + int((match[2] or "").ljust(6, "0"))
