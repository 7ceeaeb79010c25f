"""Re-encrypts personal data under the first data key, batch by batch, while the service goes on."""

from collections.abc import Callable, Iterator
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import Column, ColumnElement, LargeBinary, Table, func, select, type_coerce, update

from incident import audit, blind_rekeying, clock, privacy
from incident.accounts import Actor
from incident.db import Base, db, unit_of_work
from incident.permissions import Permission

BATCH = 200  # rows in one transaction; others write in between


def rotate(
    first_key: str, *, by: Actor, progress: Callable[[int], None] = lambda _rows: None
) -> tuple[int, int]:
    """Bring every row under the first key; returns (rows looked at, rows changed).

    Rows that are under it already stay untouched, so doing it again, or after an interruption, is cheap. A
    row that somebody changes meanwhile is left to them: they write with the first key. Raises KeysMissing
    where no key opens a row.
    """
    by.must(Permission.ACCOUNTS_MANAGE)
    fernet, looked, changed = Fernet(first_key), 0, 0
    for column in _encrypted():
        for rows in _batches(column):
            with unit_of_work():
                changed += sum(_rotate_one(column, id_, token, fernet) for id_, token in rows)
            looked += len(rows)
            progress(len(rows))
    blind_rekeying.renew()
    with unit_of_work():
        audit.record(
            "data_keys.rotated", "data-keys", by=by.label, at=clock.now(), rows=looked, changed=changed
        )
    return looked, changed


def count() -> int:
    """How many rows hold personal data."""
    return sum(
        db.session.scalar(select(func.count()).select_from(column.table)) or 0 for column in _encrypted()
    )


def _encrypted() -> list[Column[Any]]:
    return [
        column
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, privacy.EncryptedJson)
    ]


def _raw(column: Column[Any]) -> ColumnElement[bytes]:
    return type_coerce(column, LargeBinary)


def _batches(column: Column[Any]) -> Iterator[list[tuple[int, bytes]]]:
    id_, last = _table(column).c.id, 0
    while True:
        query = select(id_, _raw(column)).where(id_ > last, column.is_not(None)).order_by(id_).limit(BATCH)
        rows = [(row_id, bytes(token)) for row_id, token in db.session.execute(query)]
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _table(column: Column[Any]) -> Table:
    found = column.table
    assert isinstance(found, Table)
    return found


def _rotate_one(column: Column[Any], id_: int, token: bytes, first: Fernet) -> bool:
    try:
        first.decrypt(token)
    except InvalidToken:
        table = _table(column)
        fresh = type_coerce(_rotated(token), LargeBinary)
        done = db.session.execute(
            update(table).where(table.c.id == id_, _raw(column) == token).values({column: fresh})
        )
        return bool(done.rowcount)  # type: ignore[attr-defined]
    return False


def _rotated(token: bytes) -> bytes:
    try:
        return privacy.rotated(token)
    except InvalidToken:
        raise privacy.KeysMissing(
            "none of the DATA_KEYS opens a record; was a key removed too early?"
        ) from None
