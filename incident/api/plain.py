"""Times, money and actors as JSON has them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, with a Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def money(amount: Decimal | None) -> str | None:
    """A decimal string with two places."""
    return None if amount is None else f"{amount:.2f}"


def by(label: str) -> Json:
    """Who did something, from a label like `person/3/李雷`."""
    kind, _slash, rest = label.partition("/")
    if kind == "person":
        id_, _slash, name = rest.partition("/")
        return {"kind": kind, "id": int(id_), "name": name}
    return {"kind": kind, "id": None, "name": rest}
