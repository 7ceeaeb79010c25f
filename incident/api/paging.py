"""Lists by cursor: the keys of the last item, so that a page costs the same wherever it is."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import InstrumentedAttribute

from incident import errors
from incident.api.registry import INTEGER_MOST
from incident.db import UtcDateTime, db
from incident.errors import N_, Reason


@dataclass(frozen=True)
class Order:
    """How a list is sorted: columns that are never NULL, the last of them unique; `down` is newest first."""

    name: str
    columns: tuple[tuple[InstrumentedAttribute[Any], bool], ...]

    def clauses(self) -> list[Any]:
        """For ORDER BY."""
        return [column.desc() if down else column.asc() for column, down in self.columns]

    def after(self, values: Sequence[Any]) -> Any:
        """The condition for what comes after an item with these keys."""
        branches: list[Any] = []
        equal: list[Any] = []
        for (column, down), value in zip(self.columns, values, strict=True):
            branches.append(and_(*equal, column < value if down else column > value))
            equal.append(column == value)
        first, down = self.columns[0]
        bound = first <= values[0] if down else first >= values[0]
        return and_(bound, or_(*branches))  # the bound lets the index begin at the right place


def page(
    query: Select[Any], order: Order, *, limit: int, cursor: str | None, view: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """One page of entities: `{"items", "next_cursor"}`; raises Invalid for a cursor that is not ours."""
    rows = found(query, order, limit=limit, cursor=cursor)
    return shown(rows, order, limit=limit, view=view)


def found(query: Select[Any], order: Order, *, limit: int, cursor: str | None) -> list[Any]:
    """The entities of one page, and one more where there is a next page."""
    if cursor is not None:
        query = query.where(order.after(_read(cursor, order)))
    return list(db.session.scalars(query.order_by(*order.clauses()).limit(limit + 1)))


def shown(
    rows: list[Any], order: Order, *, limit: int, view: Callable[[Any], dict[str, Any]]
) -> dict[str, Any]:
    """The answer for what `found` gave."""
    last = rows[limit - 1] if len(rows) > limit else None
    return {
        "items": [view(row) for row in rows[:limit]],
        "next_cursor": _write(order, last) if last is not None else None,
    }


def _write(order: Order, item: Any) -> str:
    keys = [getattr(item, column.key) for column, _down in order.columns]
    plain = [key.astimezone(UTC).isoformat() if isinstance(key, datetime) else int(key) for key in keys]
    return base64.urlsafe_b64encode(json.dumps([order.name, *plain]).encode()).decode().rstrip("=")


def _read(cursor: str, order: Order) -> list[Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *plain = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if name != order.name or len(plain) != len(order.columns):
            raise ValueError("a cursor of another list")
        return [
            _key(value, isinstance(column.type, UtcDateTime))
            for value, (column, _) in zip(plain, order.columns, strict=True)
        ]
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError):
        raise errors.Invalid(
            N_("The request is not valid."),
            reasons=[Reason(N_("This is no cursor of this list and sort order."), loc=("query", "cursor"))],
        ) from None


def _key(value: Any, is_time: bool) -> Any:
    if is_time:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo != UTC:
            raise ValueError("not a time of ours")
        return moment
    if type(value) is not int or not -1 <= value <= INTEGER_MOST:
        raise ValueError("not a number of ours")
    return value
