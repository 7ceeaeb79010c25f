"""Files loaded into versions, and approved changes published as the next one; neither undoes the other."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, select, update

from incident import notices
from incident.db import db, forget
from incident.errors import N_
from incident.models.people import Department
from incident.models.plans import PlanVersion
from incident.playbooks import files
from incident.playbooks.schema import Departments

NOTICE = "playbooks"


@dataclass
class Report:
    """What a load did: new versions by key, how many stayed as they were, the faults, and the plans whose
    file is behind a version that was published."""

    loaded: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    faults: list[files.Fault] = field(default_factory=list)
    behind: dict[str, int] = field(default_factory=dict)


def load(directory: Path, *, by: str, at: datetime, take: Collection[str] = ()) -> Report:
    """Load the files: a changed document becomes its next version, a faulty one changes nothing.

    A file that says what it said before undoes no version that was published meanwhile; one that was edited
    from an older version than the one published is a fault, unless its key is in `take`. The faults are
    returned and shown to everybody on the strip across the top until a load is clean.
    """
    reading = files.read(directory)
    report = Report(faults=reading.faults)
    latest, filed = _latest(), _filed()
    for key, document in reading.documents.items():
        _load_one(
            key, plain(document), latest.get(key), filed.get(key), report, by=by, at=at, take=key in take
        )
    if isinstance(found := reading.documents.get("@departments"), Departments):
        _keep_departments(found)
    _tell(report.faults, at)
    db.session.flush()
    forget("plans/")
    return report


def _load_one(
    key: str,
    content: dict[str, Any],
    current: "_Mark | None",
    seen: "_Mark | None",
    report: Report,
    *,
    by: str,
    at: datetime,
    take: bool,
) -> None:
    """`current` is the version in force, `seen` the one that the file was last seen to say."""
    digest = content_hash(content)
    if current is not None and current.content_hash == digest:
        report.unchanged += 1
        if seen is None or seen.version != current.version:
            _see(key, current.version)
    elif current is not None and seen is not None and seen.version < current.version and not take:
        if seen.content_hash == digest:  # the file stands still, and undoes nothing
            report.unchanged += 1
            report.behind[key] = current.version
        else:
            report.faults.append(_overtaken(key, seen.version, current.version))
    else:
        number = current.version + 1 if current else 1
        _add(key, number, content, by=by, at=at)
        report.loaded[key] = number


def _overtaken(key: str, seen: int, current: int) -> files.Fault:
    """A file edited from an old version: taking it would undo what was approved since."""
    told = (
        f"edited from version {seen}, but version {current} was published since; put the edit on what "
        f"`flask playbooks export` writes, or take the file as it is with `flask playbooks load --take {key}`"
    )
    return files.Fault(files.DOCUMENTS[key][0], "", told)


def _add(key: str, number: int, content: dict[str, Any], *, by: str, at: datetime) -> None:
    _see(key, None)
    db.session.add(
        PlanVersion(
            key=key,
            version=number,
            content_hash=content_hash(content),
            content=content,
            loaded_at=at,
            loaded_by=by,
            filed=True,
        )
    )


def _see(key: str, number: int | None) -> None:
    """The file says what this version says: it was loaded from it, exported to it, or edited alike."""
    versions = update(PlanVersion).where(PlanVersion.key == key)
    db.session.execute(versions.where(PlanVersion.filed).values(filed=False))
    db.session.execute(versions.where(PlanVersion.version == number).values(filed=True))


def newest(key: str, *, lock: bool = False) -> int:
    """The number of a plan's newest version, as it is now; with `lock` nobody adds another meanwhile."""
    rows = select(PlanVersion.version).where(PlanVersion.key == key).order_by(PlanVersion.version.desc())
    if lock:
        db.session.execute(rows.limit(1).with_for_update())
    return db.session.scalar(rows.limit(1)) or 0


def publish(key: str, content: dict[str, Any], *, by: str, at: datetime, note: str) -> PlanVersion:
    """The next version of a plan, from an approved change request; the file follows when it is exported."""
    row = PlanVersion(
        key=key,
        version=newest(key, lock=True) + 1,
        content_hash=content_hash(content),
        content=content,
        loaded_at=at,
        loaded_by=by,
        note=note or None,
    )
    db.session.add(row)
    db.session.flush()
    forget("plans/")
    return row


def plain(document: BaseModel) -> dict[str, Any]:
    """A document as it is kept: without what a reader fills in by default."""
    return document.model_dump(mode="json", exclude_defaults=True)


def content_hash(content: dict[str, Any]) -> str:
    """SHA-256 over the content in a canonical form."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class _Mark:
    version: int
    content_hash: str


def _latest() -> dict[str, _Mark]:
    """The newest version of each key."""
    return _marks(select(PlanVersion.key, PlanVersion.version, PlanVersion.content_hash))


def _filed() -> dict[str, _Mark]:
    """The version of each key that its file was last seen to say."""
    query = select(PlanVersion.key, PlanVersion.version, PlanVersion.content_hash)
    return _marks(query.where(PlanVersion.filed))


def _marks(query: Select[str, int, str]) -> dict[str, _Mark]:
    rows = db.session.execute(query.order_by(PlanVersion.version))
    return {key: _Mark(version, digest) for key, version, digest in rows}


def _keep_departments(found: Departments) -> None:
    for each in found.departments:
        row = db.session.get(Department, each.code) or Department(code=each.code)
        row.name_zh, row.name_en = each.name.zh, each.name.en
        row.does_zh, row.does_en = each.does.zh, each.does.en
        db.session.add(row)


def _tell(faults: list[files.Fault], at: datetime) -> None:
    if faults:
        notices.put(
            NOTICE,
            N_("%(count)s faults in the plan files; the last good versions stay in force. First: %(first)s"),
            at=at,
            count=len(faults),
            first=str(faults[0]),
        )
    else:
        notices.clear(NOTICE)
