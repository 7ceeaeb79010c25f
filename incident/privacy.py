"""Personal data as a type: encrypted at rest, masked by default, found in free text before it leaks."""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class KeysMissing(Exception):
    """Personal data was touched before `use_keys`, or none of the keys opens it."""


class _Ring:
    """The keys in force in this process."""

    fernet: MultiFernet | None = None
    blinding: tuple[bytes, ...] = ()


def use_keys(keys: Sequence[str]) -> None:
    """Set the Fernet keys of this process; the first encrypts, all decrypt."""
    _Ring.fernet = MultiFernet([Fernet(key) for key in keys])
    _Ring.blinding = tuple(hmac.digest(key.encode(), b"blind-index/1", "sha256") for key in keys)


def _fernet() -> MultiFernet:
    if _Ring.fernet is None:
        raise KeysMissing("no data keys are set in this process")
    return _Ring.fernet


class EncryptedJson(TypeDecorator[dict[str, Any]]):
    """A JSON object that stands encrypted in the database."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> bytes | None:
        """Encrypt with the first key."""
        if value is None:
            return None
        return _fernet().encrypt(json.dumps(value, ensure_ascii=False).encode())

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, Any] | None:
        """Decrypt with whichever key fits; raises KeysMissing where none does."""
        if value is None:
            return None
        try:
            return dict(json.loads(_fernet().decrypt(bytes(value))))
        except InvalidToken as fault:
            raise KeysMissing(
                "none of the DATA_KEYS opens this record; was a key removed too early?"
            ) from fault


def seal(facts: dict[str, Any]) -> str:
    """Facts as a text that only this service reads: for places that have no encrypted column."""
    return _fernet().encrypt(json.dumps(facts, ensure_ascii=False).encode()).decode()


def unseal(token: str) -> dict[str, Any]:
    """What was sealed; raises KeysMissing where the key is gone."""
    try:
        found: dict[str, Any] = json.loads(_fernet().decrypt(token.encode()))
    except InvalidToken as fault:
        raise KeysMissing("a sealed text cannot be read with the data keys of this process") from fault
    return found


def rotated(token: bytes) -> bytes:
    """The same data under the first key."""
    return _fernet().rotate(token)


def blind_index(kind: str, value: str) -> str:
    """A keyed digest by which equal values are found without being kept: HMAC-SHA256 under the first key.

    Spelling does not matter: case, width, blanks and hyphens are left out first. Raises KeysMissing.
    """
    return blind_indexes(kind, value)[0]


def blind_indexes(kind: str, value: str) -> list[str]:
    """The digests of a value under every key, the first key's first: what to look for while keys change."""
    if not _Ring.blinding:
        raise KeysMissing("no data keys are set in this process")
    plain = re.sub(r"[\s.()-]", "", unicodedata.normalize("NFKC", value)).casefold()
    said = f"{kind}\0{plain}".encode()
    return [hmac.new(key, said, hashlib.sha256).hexdigest() for key in _Ring.blinding]


# Longest first: an ID number holds what looks like a phone number. Chinese ID cards (GB 11643: 17 digits and
# a check character), bank cards (ISO/IEC 7812: 13-19 digits), phones (mobile, abroad, fixed line), e-mail.
# Dates and our own numbers are named first, so that their digits join no number beside them.
_PATTERNS = re.compile(
    r"(?P<plain>(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)|(?:INC|DRL)-\d{4}-\d{6,9}(?!\d))"
    r"|(?P<id>(?<!\d)\d{17}[\dXx](?!\d))"
    r"|(?P<card>(?<!\d)(?:\d[ -]?){12,18}\d(?!\d))"
    r"|(?P<phone>(?<![\d.])(?:\+?\d{1,3}[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
    r"|(?<![\d.])\+?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"
    r"|(?<!\d)\+\d(?:[ -]?\d){8,14}(?!\d)"
    r"|(?<![\d.-])0\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}(?!\d))"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]+)"
)


def redact(text: str) -> str:
    """Free text with ID, card and phone numbers and e-mail addresses masked."""
    return _PATTERNS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    kind = str(found.lastgroup)
    return found.group() if kind == "plain" else mask(kind, found.group()) or ""


def mask(kind: str, value: str | None) -> str | None:
    """A value shortened so that its owner, and nobody else, would know it: `138****5678`, `王*`."""
    if not value:
        return value
    text = value.strip()
    if kind == "name":
        return text[0] + "*" * max(1, min(len(text) - 1, 3))
    if kind == "email":
        user, _, domain = text.partition("@")
        return f"{user[:1]}***@{domain}"
    kept = 3 if len(text) >= 10 else 1
    tail = 4 if len(text) >= 10 else 1
    if len(text) <= kept + tail:
        return "*" * len(text)
    return text[:kept] + "****" + text[-tail:]
