"""Audit entries, and the seals that chain them and the timeline so that a change cannot go unseen."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from incident.db import db
from incident.errors import N_
from incident.models.records import AuditEntry, Seal, TimelineEvent

SEALED: dict[str, Any] = {
    "audit_entries": AuditEntry,
    "timeline_events": TimelineEvent,
}
BATCH = 5_000  # rows under one seal; keeps the sealing transaction under a second
GENESIS = "0" * 64


@dataclass(frozen=True)
class Fault:
    """A seal whose rows no longer match it; `what` is a message id for `values`."""

    seal: int
    table: str
    what: str
    values: dict[str, int] = field(default_factory=dict)


def record(action: str, subject: str, *, by: str, at: datetime, **data: Any) -> None:
    """Add an audit entry to the present transaction; `data` holds no personal data."""
    db.session.execute(insert(AuditEntry).values(at=at, actor=by, action=action, subject=subject, data=data))


def _line(row: Row[Any]) -> bytes:
    facts = {name: value for name, value in row._mapping.items() if name != "seal_id"}
    facts["at"] = row.at.isoformat()
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _digest(previous: str, rows: Sequence[Row[Any]]) -> str:
    running = hashlib.sha256(previous.encode())
    for row in rows:
        running.update(_line(row) + b"\n")
    return running.hexdigest()


def anything_unsealed() -> bool:
    """A cheap look, without a write lock, whether sealing would find something."""
    return any(
        db.session.scalar(select(model.id).where(model.seal_id.is_(None)).limit(1)) is not None
        for model in SEALED.values()
    )


def seal(*, at: datetime) -> int:
    """Seal what is not sealed yet, oldest first; returns the number of rows. One process at a time."""
    done = 0
    for table, model in SEALED.items():
        unsealed = select(model.__table__).where(model.seal_id.is_(None)).order_by(model.id).limit(BATCH)
        rows = db.session.execute(unsealed).all()
        if not rows:
            continue
        previous = db.session.scalar(select(Seal.digest).order_by(Seal.id.desc()).limit(1)) or GENESIS
        link = Seal(at=at, table=table, count=len(rows), previous=previous, digest=_digest(previous, rows))
        db.session.add(link)
        db.session.flush()
        ids = [row.id for row in rows]
        for start in range(0, len(ids), 500):
            db.session.execute(
                update(model).where(model.id.in_(ids[start : start + 500])).values(seal_id=link.id)
            )
        done += len(rows)
    return done


def verify() -> list[Fault]:
    """Recompute every seal; the faults found, in order. None means nothing was changed or removed."""
    faults, previous = [], GENESIS
    links = select(Seal).order_by(Seal.id).execution_options(populate_existing=True)
    for link in db.session.scalars(links).all():
        model = SEALED.get(link.table)
        if model is None:
            faults.append(Fault(link.id, link.table, N_("the seal names no table of records")))
            continue
        # as columns, not as objects: what stands there, and not what this session remembers
        sealed = select(model.__table__).where(model.seal_id == link.id).order_by(model.id)
        rows = db.session.execute(sealed).all()
        if link.previous != previous:
            faults.append(Fault(link.id, link.table, N_("a seal before it is missing or was changed")))
        if len(rows) != link.count:
            counts = {"sealed": link.count, "here": len(rows)}
            what = N_("%(sealed)s rows were sealed, %(here)s are here")
            faults.append(Fault(link.id, link.table, what, counts))
        elif _digest(link.previous, rows) != link.digest:
            faults.append(Fault(link.id, link.table, N_("a sealed row was changed")))
        previous = link.digest
    return faults
