"""`Idempotency-Key`: the answer to a write is kept with the write, and given again to the same request."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from incident import errors, privacy
from incident.api.problems import Malformed
from incident.api.registry import Answer, Ask
from incident.db import db, is_sqlite, unit_of_work
from incident.errors import N_, Reason
from incident.models.ground import IdempotentAnswer

KEY_LONGEST = 255  # characters
_sealed = privacy.EncryptedJson()  # an answer may hold what somebody wrote: it is kept like the complaint is


class _Taken(Exception):
    """An equal request was first, while this one was under way."""


@dataclass(frozen=True)
class Key:
    """A key as it is kept (one space of keys for each caller), and the digest of the request it came with."""

    name: str
    request_hash: str


def key(text: str, *, caller: str, request: tuple[str, str, bytes]) -> Key:
    """Read the header; `request` is (method, path with query, body). Raises Malformed."""
    if not text or len(text) > KEY_LONGEST or not text.isascii() or not text.isprintable():
        raise Malformed(
            N_("The Idempotency-Key must be 1 to 255 printable ASCII characters."),
            reasons=[Reason(N_("Use a UUID, for example."), loc=("header", "Idempotency-Key"))],
        )
    name = hashlib.sha256(f"{caller}\n{text}".encode()).hexdigest()
    method, path, body = request
    return Key(name, hashlib.sha256(f"{method} {path}\n".encode("utf-8", "replace") + body).hexdigest())


def once(found: Key, ask: Ask, act: Callable[[], Answer], *, own_units: bool) -> Answer:
    """The kept answer, or act and keep the answer in the same transaction.

    A refused act keeps nothing: the same key may be sent again once the reason is gone. Raises Invalid for a
    key that was used with another request.
    """
    again = _again(found)
    if again is not None:
        return again
    if own_units:
        return _after(found, ask, act())
    try:
        with unit_of_work():
            if not _claim(found, ask):
                raise _Taken
            answer = act()
            content = answer.content()
            _keep(found, answer.status, content)
    except _Taken:
        return _again(found) or once(found, ask, act, own_units=own_units)
    return Answer(answer.status, content, answer.headers)


def _after(found: Key, ask: Ask, answer: Answer) -> Answer:
    content = answer.content()
    with unit_of_work():
        if _claim(found, ask):
            _keep(found, answer.status, content)
    return Answer(answer.status, content, answer.headers)


def _again(found: Key) -> Answer | None:
    db.session.rollback()  # what this session read before may be older than the answer
    row = db.session.get(IdempotentAnswer, found.name, populate_existing=True)
    if row is None:
        return None
    if row.request_hash != found.request_hash:
        raise errors.Invalid(
            N_("This Idempotency-Key was used for another request."),
            reasons=[Reason(N_("Use a new key for a new request."), loc=("header", "Idempotency-Key"))],
        )
    sealed = row.body["sealed"].encode()
    content = _sealed.process_result_value(sealed, db.engine.dialect) or {}
    return Answer(row.status, content, {"Idempotent-Replayed": "true"})


def _claim(found: Key, ask: Ask) -> bool:
    dialect = sqlite if is_sqlite() else postgresql
    statement = (
        dialect.insert(IdempotentAnswer)
        .values(key=found.name, request_hash=found.request_hash, status=0, body={}, at=ask.at)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(IdempotentAnswer.key)
    )
    return db.session.scalar(statement) is not None


def _keep(found: Key, status: int, content: dict[str, object]) -> None:
    sealed = _sealed.process_bind_param(content, db.engine.dialect) or b""
    db.session.execute(
        update(IdempotentAnswer)
        .where(IdempotentAnswer.key == found.name)
        .values(status=status, body={"sealed": sealed.decode()}),
        execution_options={"synchronize_session": False},
    )
