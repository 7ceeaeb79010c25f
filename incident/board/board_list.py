"""The board's list: what is on fire first, read by index and cut by a cursor, whatever is open."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, literal, literal_column, or_, select, tuple_

from incident.board import figures
from incident.db import db
from incident.models.incidents import Incident, IncidentDepartment
from incident.models.people import Person
from incident.vocabulary import ComplaintType, Level, Stage, Status

PAGE = 40  # rows of a page: two screens, and drawn in well under 50 ms
GROUPS = ("nobody", "risk", "rest")
SORTS = ("need", "newest", "oldest", "due", "activity")
STATUSES = ("open", "closed", "all")
NEEDS = ("nobody", "grave", "risk", "departments", "tasks", "unowned")
Line = Row[*tuple[Any, ...]]
Query = Select[*tuple[Any, ...]]
WORDS_MOST = 6  # words of a search; more only cost time
I = Incident  # noqa: E741 - the table of this file
COLUMNS = (
    I.id, I.number, I.drill, I.level, I.status, I.stage, I.complaint_type, I.type_proposed, I.title_zh,
    I.title_en, I.sensitive, I.commander_id, I.opened_at, I.acknowledged_at, I.last_activity_at,
    I.next_clock_at, I.risk_at, I.closed_at,
)  # fmt: skip
OPEN: Any = literal_column("'open'")  # as a literal, so that SQLite sees that the partial indexes fit


@dataclass(frozen=True)
class Filters:
    """What the reader asked to see; every field is in the address, so that a view can be shared."""

    status: str = "open"
    level: int | None = None
    stage: str = ""
    type: str = ""
    department: str = ""
    need: str = ""
    drill: bool = False
    q: str = ""
    sort: str = "need"

    def address(self, **changes: Any) -> dict[str, Any]:
        """The query of an address with this view, without what is as usual."""
        usual = Filters()
        found = replace(self, **changes)
        return {
            name: ("1" if value is True else value)
            for name, value in vars(found).items()
            if value != getattr(usual, name) and not (name == "status" and found.q and value == "all")
        }

    @property
    def narrowed(self) -> bool:
        """Whether less than everything open is asked for."""
        return bool(self.address(sort="need"))


def asked(args: Mapping[str, str]) -> Filters:
    """The filters of an address; unknown values count as not given. A search looks at everything."""
    q = args.get("q", "").strip()[:100]
    level = args.get("level", "")
    return Filters(
        status=_known(args.get("status"), STATUSES, "all" if q else "open"),
        level=int(level) if level in {"1", "2", "3", "4"} else None,
        stage=_known(args.get("stage"), tuple(Stage), ""),
        type=_known(args.get("type"), tuple(ComplaintType), ""),
        department=code if re.fullmatch("[A-Z]{2,4}", code := args.get("department", "")) else "",
        need=_known(args.get("need"), NEEDS, ""),
        drill=args.get("drill") == "1",
        q=q,
        sort=_known(args.get("sort"), SORTS, "need"),
    )


def _known(value: str | None, known: tuple[str, ...], otherwise: str) -> str:
    return str(value) if value in known else otherwise


@dataclass
class Page:
    """Rows by group, in order, and the cursor of what comes after."""

    groups: list[tuple[str, list[Line]]] = field(default_factory=list)
    next: str | None = None

    @property
    def rows(self) -> list[Line]:
        """All rows of the page."""
        return [row for _group, rows in self.groups for row in rows]


@dataclass(frozen=True)
class Cursor:
    """Where a page ended: its group, the sort values of its last row, and the moment of the first page."""

    group: str
    after: list[Any]
    at: datetime

    def text(self) -> str:
        """As it stands in an address."""
        raw = json.dumps([self.group, self.after, self.at.isoformat()])
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def cursor(text: str | None) -> Cursor | None:
    """The cursor of an address; a broken one is no cursor."""
    if not text:
        return None
    try:
        group, after, at = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return Cursor(str(group), list(after), datetime.fromisoformat(at))
    except (binascii.Error, ValueError, TypeError, UnicodeDecodeError):
        return None


def page(filters: Filters, *, at: datetime, after: Cursor | None = None, limit: int = PAGE) -> Page:
    """One page. Groups are asked one after the other until the page is full, so that each query ends
    after a page's rows: an earlier group that was not exhausted spares the later ones."""
    at = after.at if after else at
    in_groups = filters.status == "open" and filters.sort == "need" and not filters.q
    names: tuple[str, ...] = GROUPS if in_groups else ("all",)
    if after and after.group in names:
        names = names[names.index(after.group) :]
    found, left = Page(), limit + 1
    for name in names:
        query, keys = _group(name, filters, at)
        if after and after.group == name:
            query = query.where(_beyond(keys, after.after))
        rows = list(db.session.execute(query.limit(left)).all())
        left -= len(rows)
        if rows:
            found.groups.append((name, rows))
        if left <= 0:
            _cut(found, name, keys, at)
            break
    return found


def _cut(found: Page, name: str, keys: list["Key"], at: datetime) -> None:
    """Take off the row that only showed that there is more."""
    rows = found.groups[-1][1]
    rows.pop()
    if not rows:
        found.groups.pop()
        if not found.groups:
            return
        name, rows = found.groups[-1]
        keys = _keys(name, "need")
    found.next = Cursor(name, [key.plain(rows[-1]) for key in keys], at).text()


@dataclass(frozen=True)
class Key:
    """A column that rows are sorted by; the last is always the id."""

    column: Any
    down: bool = False

    def plain(self, row: Line) -> Any:
        """The row's value as JSON can carry it."""
        value = getattr(row, self.column.key)
        return value.isoformat() if isinstance(value, datetime) else int(value) if value is not None else None

    def back(self, value: Any) -> Any:
        """The value again."""
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return literal(moment, self.column.type)


def _keys(group: str, sort: str) -> list[Key]:
    if group == "risk":
        return [Key(I.risk_at), Key(I.id)]
    if group in ("nobody", "rest"):
        return [Key(I.level), Key(I.opened_at), Key(I.id)]
    by = {
        "oldest": [Key(I.opened_at), Key(I.id)],
        "due": [Key(I.next_clock_at), Key(I.id)],
        "activity": [Key(I.last_activity_at, down=True), Key(I.id, down=True)],
    }
    return by.get(sort, [Key(I.opened_at, down=True), Key(I.id, down=True)])


def _group(group: str, filters: Filters, at: datetime) -> tuple[Query, list[Key]]:
    keys = _keys(group, filters.sort)
    query: Query = select(*COLUMNS).where(*_conditions(filters, at))
    if group == "nobody":
        query = query.where(I.acknowledged_at.is_(None))
    elif group == "risk":
        query = query.where(I.acknowledged_at.is_not(None), I.risk_at <= at)
    elif group == "rest":
        query = query.where(I.acknowledged_at.is_not(None), or_(I.risk_at.is_(None), I.risk_at > at))
    elif filters.sort == "due":
        query = query.where(I.next_clock_at.is_not(None))
    return query.order_by(*(key.column.desc() if key.down else key.column for key in keys)), keys


def _beyond(keys: list[Key], after: list[Any]) -> ColumnElement[bool]:
    """Rows after the last one of the page before; all keys go the same way."""
    columns = tuple_(*(key.column for key in keys))
    values = tuple_(*(key.back(value) for key, value in zip(keys, after, strict=False)))
    return columns < values if keys[0].down else columns > values


def _conditions(filters: Filters, at: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [I.drill.is_(filters.drill)]
    if filters.status == "open":
        found.append(I.status == OPEN)
    elif filters.status == "closed":
        found.append(I.status != Status.OPEN)
    for column, value in (
        (I.level, filters.level),
        (I.stage, filters.stage),
        (I.complaint_type, filters.type),
    ):
        if value:
            found.append(column == value)
    if filters.department:
        called = and_(IncidentDepartment.incident_id == I.id, IncidentDepartment.code == filters.department)
        found.append(exists().where(called))
    if filters.need:
        found.append(_needing(filters.need, at))
    return [*found, *_searched(filters.q)]


def _needing(need: str, at: datetime) -> ColumnElement[bool]:
    match need:
        case "nobody":
            return I.acknowledged_at.is_(None)
        case "grave":
            return I.level.in_([Level.CRITICAL, Level.MAJOR])
        case "risk":
            return I.risk_at <= at
        case "departments":
            return I.id.in_(select(IncidentDepartment.incident_id).where(figures.silent(at)))
        case "unowned":
            return I.id.in_(figures.unowned_tasks())
    return I.id.in_(figures.late_tasks(at))


def _searched(q: str) -> list[ColumnElement[bool]]:
    """Every word somewhere in the number, the titles or the type; a bare number is an incident's, and
    INC-5 the short form of it."""
    if re.fullmatch(r"(?i)(inc|drl)-\d{4}-\d+", q):
        return [I.number == q.upper()]
    short = re.fullmatch(r"(?:(inc|drl)-)?(\d{1,6})", q.lower())
    if short:
        return [I.number.like(f"{(short[1] or '').upper()}%-{int(short[2]):06d}")]
    return [I.search_text.contains(word, autoescape=True) for word in q.lower().split()[:WORDS_MOST]]


@dataclass(frozen=True)
class Beside:
    """What stands in the rows beside the incident itself: the commander's name, the department chips."""

    names: dict[int, str]
    chips: dict[int, list[Line]]


def beside(rows: list[Line], *, at: datetime) -> Beside:
    """Commanders and departments of a page's rows, in two queries."""
    people = {row.commander_id for row in rows if row.commander_id}
    chips: dict[int, list[Line]] = {row.id: [] for row in rows}
    if not rows:
        return Beside({}, chips)
    named: Query = select(Person.id, Person.name).where(Person.id.in_(people))
    D = IncidentDepartment
    lines: Query = select(D.incident_id, D.code, D.state, D.part, figures.silent(at).label("silent")).where(
        D.incident_id.in_(chips)
    )
    for line in db.session.execute(lines.order_by(D.incident_id, D.part, D.id)):
        chips[line.incident_id].append(line)
    return Beside({person.id: person.name for person in db.session.execute(named)}, chips)
