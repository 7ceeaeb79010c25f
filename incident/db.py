"""The database handle, its column types and the unit of work; the only ground module that knows Flask."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Insert,
    MetaData,
    Numeric,
    String,
    Table,
    TextClause,
    event,
    exc,
    insert,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached, registry
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.types import TypeDecorator

from incident import clock, errors
from incident.errors import N_
from incident.settings import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
CACHE_KIB = 1_000  # for each connection, and each thread has one; the system keeps the file in memory anyway
BUSY_TIMEOUT_MS = 15_000  # longer than any unit of work; the in-process queue below makes waiting rare
IDLE_SECONDS = 1.0  # a connection that was used a moment ago is not asked whether it lives
POOL_SIZE = 8  # connections a process keeps to PostgreSQL; twice as many at a peak
# SQLite has one writer. Queueing here is fair and wakes at once; SQLite's own busy wait sleeps up to 100 ms.
_one_writer = threading.Lock()
MEMO_SECONDS = 2.0  # how long reference data (plans, calendars, departments) may be out of date in a process
T = TypeVar("T")
# Called after every unit of work that committed: wakes the senders of this process.
after_commit: list[Callable[[], None]] = []
_memos: WeakKeyDictionary[Engine, dict[str, tuple[float, Any]]] = WeakKeyDictionary()


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes in and out, also on SQLite, which forgets the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; give it a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back; PostgreSQL answers in the zone of its session."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The declarative base: names for constraints, and types by annotation.

    The map stands in the registry: Flask-SQLAlchemy copies the class, and SQLAlchemy refuses a copy that
    has both a registry and a map of its own.
    """

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UtcDateTime,
            str: String,
            Decimal: Numeric(18, 2),
            dict[str, Any]: JSON,
            list[Any]: JSON,
            list[str]: JSON,
        },
    )


B = TypeVar("B", bound=Base)
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": False})


def is_sqlite() -> bool:
    """True on the embedded database."""
    return db.engine.dialect.name == "sqlite"


def init_app(app: Flask, settings: Settings) -> None:
    """Join the database to the application."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    postgresql = {
        "pool_size": POOL_SIZE,
        "max_overflow": POOL_SIZE,
        "connect_args": {"options": "-c lock_timeout=10s -c statement_timeout=60s"},
    }
    sqlite = {"connect_args": {"timeout": BUSY_TIMEOUT_MS / 1000}, "pool_size": 40}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = sqlite if settings.database.startswith("sqlite") else postgresql
    db.init_app(app)
    with app.app_context():
        if is_sqlite():
            prepare_sqlite(db.engine)
        else:
            _look_before_use(db.engine)


def _look_before_use(engine: Engine) -> None:
    """Ask a connection that lay idle whether it still lives: a server that was restarted has dropped it.

    The pool's own ping asks before every transaction, three times for each request.
    """

    @event.listens_for(engine, "checkin")
    def _laid_down(_connection: Any, record: Any) -> None:
        record.info["laid_down"] = clock.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken_up(connection: Any, record: Any, _proxy: Any) -> None:
        if clock.monotonic() - record.info.get("laid_down", clock.monotonic()) < IDLE_SECONDS:
            return
        try:
            alive = engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as lost:
            raise exc.InvalidatePoolError from lost
        if not alive:
            raise exc.InvalidatePoolError


def prepare_sqlite(engine: Engine) -> None:
    """Durable WAL, foreign keys, and BEGIN IMMEDIATE for units of work that write."""

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            f"cache_size=-{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """One transaction for one act: commits at the end, rolls back on any exception.

    Raises Conflict where a row was changed by somebody else since it was read. The session's read
    transaction, if one is open, ends first: a SQLite transaction that reads and then writes can fail as busy.
    """
    session: Session = db.session()
    session.commit()
    with _one_writer if is_sqlite() else nullcontext():
        try:
            session.connection(execution_options={"writing": True})
            yield session
            session.commit()
        except StaleDataError as stale:
            session.rollback()
            raise errors.Conflict(
                N_("Somebody else changed this a moment ago; look at the present state and try again.")
            ) from stale
        except BaseException:
            session.rollback()
            raise
    for call in after_commit:
        call()


def insert_rows(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows at once, past the ORM's bookkeeping: the opening of an incident writes about fifty.

    PostgreSQL gets them as one parameter: a message for each row cost both sides more than the rows.
    """
    if not rows:
        return
    if is_sqlite() or not _plain(model):
        db.session.execute(_inserting(model), list(rows))
        return
    usual = {name: value for name, value in _unsaid(model).items() if value is not None}
    given = json.dumps([{**usual, **row} for row in rows], default=_as_json, ensure_ascii=False)
    db.session.execute(_inserting_json(model, tuple({**usual, **rows[0]})), {"rows": given})


def _as_json(value: Any) -> str:
    """A day, a moment or an amount for JSON; raises ValueError for others, and a moment without a zone."""
    if not isinstance(value, (date, Decimal)) or (isinstance(value, datetime) and value.tzinfo is None):
        raise ValueError(f"a naive datetime or a {type(value).__name__} reached the database")
    return value.isoformat() if isinstance(value, date) else str(value)


@lru_cache(maxsize=64)
def _plain(model: type[Base]) -> bool:
    """Whether each column stands in the database as it does in JSON; what is encrypted, for one, does not."""
    types = [each.type for each in cast("Table", model.__table__).columns]
    return not any(isinstance(each, TypeDecorator) and not isinstance(each, UtcDateTime) for each in types)


@lru_cache(maxsize=128)
def _inserting_json(model: type[Base], names: tuple[str, ...]) -> TextClause:
    table = cast("Table", model.__table__).name
    columns = ", ".join(f'"{name}"' for name in names)
    return text(
        f'INSERT INTO "{table}" ({columns}) '  # noqa: S608  # names of our own tables and columns
        f'SELECT {columns} FROM json_populate_recordset(NULL::"{table}", CAST(:rows AS json))'
    )


def insert_one(model: type[B], row: dict[str, Any], *, unless: tuple[str, ...] = ()) -> B | None:
    """Insert one row and return it as an object of the session, without reading it back.

    None where a row with the same `unless` columns is there already; it then waited for its transaction.
    """
    facts = {**_unsaid(model), **row}
    id_ = db.session.execute(_inserting_one(model, unless, db.engine.dialect.name), facts).scalar()
    if id_ is None:
        return None
    found = model(**facts, id=id_)
    make_transient_to_detached(found)
    db.session.add(found)
    return found


@lru_cache(maxsize=64)
def _inserting(model: type[Base]) -> Insert:  # once: making it for each act cost as much as running it
    return insert(cast("Table", model.__table__))


@lru_cache(maxsize=64)
def _inserting_one(model: type[Base], unless: tuple[str, ...], dialect: str) -> Any:
    table = cast("Table", model.__table__)
    made: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    if unless:
        made = made.on_conflict_do_nothing(index_elements=list(unless))
    return made.returning(table.c.id)


def _unsaid(model: type[Base]) -> dict[str, Any]:
    """What columns hold that a row does not name: their default (a list of its own each time), or nothing."""
    return {name: value(None) if callable(value) else value for name, value in _defaults(model).items()}


@lru_cache(maxsize=64)
def _defaults(model: type[Base]) -> dict[str, Any]:
    columns = cast("Table", model.__table__).columns
    return {each.key: getattr(each.default, "arg", None) for each in columns if each.key != "id"}


def remembered(key: str, read: Callable[[], T], *, seconds: float = MEMO_SECONDS) -> T:
    """Reference data read at most every `seconds` in a process; each database has its own memory."""
    memo = _memos.setdefault(db.engine, {})
    kept = memo.get(key)
    if kept is None or clock.monotonic() >= kept[0]:
        kept = memo[key] = (clock.monotonic() + seconds, read())
    value: T = kept[1]
    return value


def copied(row: B) -> B:
    """A copy of a row that belongs to no session, so that threads may share it; for reading only."""
    copy = type(row)()
    for attribute in inspect(type(row)).column_attrs:
        set_committed_value(copy, attribute.key, getattr(row, attribute.key))
    return copy


def forget(prefix: str) -> None:
    """Drop what is remembered under keys that begin with `prefix`, after changing it."""
    memo = _memos.get(db.engine, {})
    for key in [key for key in memo if key.startswith(prefix)]:
        memo.pop(key, None)
