"""Whether a complaint that arrives shares its cause with others: one look into an index, then the rules.

The look reads the newest complaints of the same type (and of the same agency, or product and region) within
the longest window, at most LOOK each: what it costs does not grow with what is recorded.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, bindparam, func, select, union_all

from incident.db import db, is_sqlite, remembered
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.playbooks import library
from incident.playbooks.surge import MOST, SurgeRule, SurgeRules
from incident.surges import causes, wording
from incident.surges.causes import Arrival
from incident.vocabulary import Status

LOOK = MOST + 14  # rows of each part; a few more than any threshold, since one customer may write twice
LOCK_CLASS = 0x5C4E  # the advisory locks of PostgreSQL under which groups are begun
EXEMPLAR_SECONDS = 600.0
C = Complaint
_COLUMNS = (
    C.id, C.wording, C.agency_key, C.product, C.region, C.person_key, C.recorded_at, C.received_at,
    C.surge_id, C.left_surge_id,
)  # fmt: skip


class Act(StrEnum):
    """What follows from a look."""

    NONE = "none"
    NOTE = "note"
    JOIN = "join"
    PROPOSE = "propose"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """What was found: the group it belongs to, or the rule and the complaints that make a new one."""

    act: Act = Act.NONE
    surge: Surge | None = None
    rule: SurgeRule | None = None
    members: tuple[int, ...] = ()
    customers: int = 0


NOTHING = Finding()


def find(found: Arrival, *, at: datetime) -> Finding:
    """What a complaint that arrives shares with others; in the transaction that records it."""
    rules = library.the_surges()
    finding = _look(found, rules, at)
    if finding.act in (Act.OPEN, Act.PROPOSE) and not is_sqlite():
        # two at once would not see each other: one after the other, and look again
        lock = func.pg_advisory_xact_lock(LOCK_CLASS, zlib.crc32(found.complaint_type.encode()) >> 1)
        db.session.execute(select(lock))
        finding = _look(found, rules, at)
    return finding


def _look(found: Arrival, rules: SurgeRules, at: datetime) -> Finding:
    rows = _candidates(found, at - rules.longest)
    surge = _belongs(found, rules, rows)
    if surge is not None and surge.state == SurgeState.OPEN:
        return Finding(Act.JOIN, surge)
    if surge is not None and surge.state != SurgeState.PROPOSED:
        return NOTHING  # people said that it is not one cause
    best = NOTHING
    for rule in rules.rules:
        finding = _counted(rule, found, rules, rows, surge, at)
        if finding.act == Act.OPEN:
            return finding
        best = best if finding.act == Act.NONE else finding
    return Finding(Act.NOTE, surge) if surge is not None else best


@lru_cache(maxsize=2)
def _statement(with_key: bool) -> Any:
    moment = C.recorded_at
    parts = [
        select(*_COLUMNS)
        .where(C.complaint_type == bindparam("type"), moment >= bindparam("since"))
        .order_by(moment.desc(), C.id.desc())
        .limit(LOOK)
        .subquery()
    ]
    if with_key:
        parts.append(
            select(*_COLUMNS)
            .where(C.cause_key == bindparam("key"), moment >= bindparam("since"))
            .order_by(moment.desc())
            .limit(LOOK)
            .subquery()
        )
    return union_all(*(select(part) for part in parts))


def _candidates(found: Arrival, since: datetime) -> list[Row[Any]]:
    key = found.columns["cause_key"]
    values = {"type": found.complaint_type, "since": since}
    if key is not None:
        values["key"] = key
    rows = db.session.execute(_statement(key is not None), values).all()
    return list({row.id: row for row in rows}.values()) if key is not None else list(rows)


def _belongs(found: Arrival, rules: SurgeRules, rows: Sequence[Row[Any]]) -> Surge | None:
    """The live group that a complaint belongs to: one that is open before one that is only proposed."""
    ids = {row.surge_id for row in rows if row.surge_id is not None}
    if not ids and found.complaint_type not in remembered("surges/live", _live_types):
        return None
    order = [SurgeState.OPEN, SurgeState.PROPOSED, SurgeState.DISMISSED, SurgeState.UNDONE]
    mine = [each for each in live(found.complaint_type) if belongs(found, each, rules)]
    return min(mine, key=lambda each: (order.index(each.state), each.id), default=None)


def _live_types() -> set[str]:
    return set(db.session.scalars(select(Surge.complaint_type).where(Surge.open_key.is_not(None))))


def live(complaint_type: str) -> list[Surge]:
    """The groups of a type that take complaints, read afresh."""
    query = (
        select(Surge, Incident.status)
        .outerjoin(Incident, Incident.id == Surge.incident_id)
        .where(Surge.complaint_type == complaint_type, Surge.open_key.is_not(None))
    )
    rows = db.session.execute(query.execution_options(populate_existing=True))
    return [surge for surge, status in rows if surge.state != SurgeState.OPEN or status == Status.OPEN]


def belongs(found: Arrival, surge: Surge, rules: SurgeRules) -> bool:
    """Whether a complaint has the cause of a group."""
    if surge.rule == "wording":
        return wording.near(found.wording, surge.wording) and _alike(found.text, surge, rules)
    return surge.cause_key is not None and found.causes.get(surge.rule) == surge.cause_key


def _alike(text: str, surge: Surge, rules: SurgeRules) -> bool:
    exemplar = surge.exemplar_id
    if exemplar is None:
        return False

    def read() -> str:
        return texts([exemplar]).get(exemplar, "")

    known = remembered(f"surges/exemplar/{exemplar}", read, seconds=EXEMPLAR_SECONDS)
    return wording.alike(text, known) >= rules.alike


def texts(ids: Iterable[int]) -> dict[int, str]:
    """The normalised texts of some complaints, masked; they are decrypted for this and not kept."""
    rows = db.session.execute(select(C.id, C.personal).where(C.id.in_(list(ids))))
    return {
        id_: wording.normal(causes.text_of(personal.get("summary"), personal.get("narrative")))
        for id_, personal in rows
    }


def _counted(
    rule: SurgeRule,
    found: Arrival,
    rules: SurgeRules,
    rows: Sequence[Row[Any]],
    surge: Surge | None,
    at: datetime,
) -> Finding:
    """Whether a rule is met by so many different customers, the one who arrives among them."""
    if not _asks(rule, found):
        return NOTHING
    near = [row for row in rows if _same(rule, found, row, surge) and _together(rule, found, row, at)]
    if _people(near, found) < rule.propose_at:
        return NOTHING
    if rule.key == "wording":
        known = texts(row.id for row in near)
        near = [row for row in near if wording.alike(found.text, known.get(row.id, "")) >= rules.alike]
    customers = _people(near, found)
    if customers < rule.propose_at:
        return NOTHING
    act = Act.OPEN if customers >= rule.open_at else Act.PROPOSE
    return Finding(act, surge, rule, tuple(sorted(row.id for row in near)), customers)


def _asks(rule: SurgeRule, found: Arrival) -> bool:
    """Whether a complaint says what a rule compares; most name no agency, and many no product or region."""
    if rule.key == "wording":
        return found.wording is not None
    if rule.key == "agency":
        return bool(found.agency_key)
    return bool(found.product and found.region)


def _together(rule: SurgeRule, found: Arrival, row: Row[Any], at: datetime) -> bool:
    """Within the window, both as recorded and as received: an old file that is read in is no crowd."""
    apart = abs(row.received_at - found.received_at)
    return bool(row.recorded_at >= at - rule.span and apart <= rule.span)


def _same(rule: SurgeRule, found: Arrival, row: Row[Any], surge: Surge | None) -> bool:
    mine = surge.id if surge else None
    if row.surge_id not in (None, mine) or (mine is not None and row.left_surge_id == mine):
        return False
    if rule.key == "wording":
        return wording.near(found.wording, row.wording)
    if rule.key == "agency":
        return bool(row.agency_key == found.agency_key)
    return (row.product, row.region) == (found.product, found.region)


def _people(rows: Sequence[Row[Any]], found: Arrival) -> int:
    """Different customers; whoever is not named counts as one more."""
    named = {row.person_key for row in rows if row.person_key is not None}
    if found.person_key is not None:
        named.add(found.person_key)
    unnamed = sum(row.person_key is None for row in rows) + (found.person_key is None)
    return len(named) + unnamed
