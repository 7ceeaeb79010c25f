"""Slack's cursors: opaque to the caller, here the place where the next page starts."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from incident.slack.sandbox import refusals

Item = TypeVar("Item")


def page(items: Sequence[Item], *, cursor: str, limit: int) -> tuple[list[Item], dict[str, str]]:
    """The items from the cursor on and the `response_metadata` for the rest. Refuses an `invalid_cursor`."""
    start = decode(cursor)
    end = start + limit
    return list(items[start:end]), {"next_cursor": encode(end) if end < len(items) else ""}


def encode(place: int) -> str:
    """The cursor of a place."""
    return base64.urlsafe_b64encode(f"next:{place}".encode()).decode()


def decode(cursor: str) -> int:
    """The place of a cursor, 0 for none. Refuses an `invalid_cursor`."""
    if not cursor:
        return 0
    try:
        word, _, place = base64.urlsafe_b64decode(cursor.encode()).decode().partition(":")
        if word != "next":
            raise ValueError(word)
        return int(place)
    except (ValueError, binascii.Error):
        raise refusals.Refusal("invalid_cursor") from None
