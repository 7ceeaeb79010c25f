"""Finds complaints of one customer by a keyed blind index: no name, number or address is stored in the open.

Each of phone, ID number, account and e-mail is normalised and hashed with HMAC-SHA256 under a random key that
stands encrypted in the database. Changing the data keys re-encrypts that key and leaves the index as it is.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select, tuple_, union_all

from incident import errors
from incident.db import db, insert_one, remembered
from incident.errors import N_
from incident.models.complaints import Complaint
from incident.models.ground import KeptKey

KEY = "customers"
FOREVER = 3600.0  # the key never changes; this only lets the memory go in the end
REPEAT_WINDOW = timedelta(days=90)  # facts §8: repeat rate over 30 and 90 days
SHORTEST = 4  # characters of a normalised value; anything shorter names nobody
MOST = 200  # complaints of one customer that are looked through
# field of the customer → column of its blind index, the surest first
COLUMNS = {
    "id_number": "key_id",
    "phone": "key_phone",
    "email": "key_email",
    "account_ref": "key_account",
}
_CHINA = re.compile(r"^(?:00)?86(1\d{10})$")


def fresh_key() -> dict[str, str]:
    """A new random key, as it is kept."""
    return {"key": base64.b64encode(secrets.token_bytes(32)).decode()}


Hashed = Callable[[str, str], int]


def hasher(kept: Mapping[str, str]) -> Hashed:
    """Hashes a field's normalised value under a key as it is kept, to a signed 64-bit number."""
    key = base64.b64decode(kept["key"])

    def hashed(field: str, value: str) -> int:
        digest = hmac.new(key, f"{field}\0{value}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    return hashed


def _hasher() -> Hashed:
    def read() -> Hashed:
        found = db.session.scalar(select(KeptKey).where(KeptKey.name == KEY))
        if found is None:  # the migration makes it; a database restored without it gets another
            insert_one(KeptKey, {"name": KEY, "value": fresh_key()}, unless=("name",))
            found = db.session.scalars(select(KeptKey).where(KeptKey.name == KEY)).one()
        return hasher(found.value)

    return remembered("customers/key", read, seconds=FOREVER)


def normal(field: str, value: str | None) -> str | None:
    """A value as it is compared; None for nothing, for what is too short, and for what is masked."""
    text = (value or "").strip()
    if "*" in text:
        return None
    if field == "email":
        text = text.casefold() if "@" in text else ""
    elif field == "phone":
        digits = re.sub(r"\D", "", text)
        mobile = _CHINA.match(digits)
        text = mobile[1] if mobile else digits.removeprefix("00")
    else:
        text = re.sub(r"[\W_]", "", text).upper()
    return text if len(text) >= SHORTEST else None


def keys(customer: Mapping[str, str | None], *, hashed: Hashed | None = None) -> dict[str, int]:
    """The columns of a complaint's blind index, and `person_key`, the surest of them."""
    given = {field: normal(field, customer.get(field)) for field in COLUMNS}
    make = hashed or _hasher()
    found = {COLUMNS[field]: make(field, value) for field, value in given.items() if value}
    return {**found, "person_key": next(iter(found.values()))} if found else {}


def written(person_key: int) -> str:
    """The key as it stands in addresses and in the API: sixteen hexadecimal digits."""
    return format(person_key & (2**64 - 1), "016x")


def read(text: str) -> int:
    """The key of an address; raises NotFound for anything that is none."""
    if not re.fullmatch(r"[0-9a-f]{16}", text):
        raise errors.NotFound(N_("There is no such customer."))
    value = int(text, 16)
    return value - 2**64 if value >= 2**63 else value


def _indexes(found: Mapping[str, int]) -> dict[str, int]:
    return {name: value for name, value in found.items() if name in COLUMNS.values()}


@lru_cache(maxsize=16)
def _earlier(names: tuple[str, ...]) -> Any:
    """One look for each key that is given, each into its own index."""
    moment, sent = Complaint.recorded_at, (Complaint.source, Complaint.source_ref)
    other = tuple_(*sent) != tuple_(bindparam("source"), bindparam("source_ref"))
    parts = [
        select(Complaint.id)
        .where(getattr(Complaint, name) == bindparam(name), moment >= bindparam("since"), other)
        .limit(1)
        .subquery()
        for name in names
    ]
    return union_all(*(select(part) for part in parts)).limit(1)


def complained_before(found: Mapping[str, int], *, at: datetime, but: tuple[str, str]) -> bool:
    """Whether the customer of some keys complained in the ninety days before, in another complaint than
    `but` (source and reference)."""
    given = _indexes(found)
    if not given:
        return False
    values = {**given, "since": at - REPEAT_WINDOW, "source": but[0], "source_ref": but[1]}
    return db.session.execute(_earlier(tuple(given)), values).first() is not None


@dataclass(frozen=True)
class File:
    """Everything one customer said, newest first."""

    key: str
    complaints: list[Complaint]
    segments: list[str]

    @property
    def first(self) -> Complaint:
        """The oldest complaint."""
        return self.complaints[-1]


def file_of(text: str) -> File:
    """The file behind an address; raises NotFound where nobody complained under that key.

    Complaints are joined by any key they share with one that bears this key, so that a customer who gave
    a phone number first and an account later is one file.
    """
    key = read(text)
    near = list(db.session.scalars(_of(or_(*(getattr(Complaint, name) == key for name in COLUMNS.values())))))
    if not near:
        raise errors.NotFound(N_("There is no such customer."))
    shared: dict[str, set[int]] = {name: set() for name in COLUMNS.values()}
    for each in near:
        for name, values in shared.items():
            if (value := getattr(each, name)) is not None:
                values.add(value)
    wider = or_(*(getattr(Complaint, name).in_(values) for name, values in shared.items() if values))
    rows = list(db.session.scalars(_of(wider)))
    return File(text, rows, _segments(rows))


def _of(condition: ColumnElement[bool]) -> Select[Any]:
    return select(Complaint).where(condition).order_by(Complaint.id.desc()).limit(MOST)


def _segments(rows: list[Complaint]) -> list[str]:
    return list(dict.fromkeys(str(each.account["segment"]) for each in rows if each.account.get("segment")))
