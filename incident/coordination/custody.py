"""Custody: what was kept is recomputed against what was recorded, and listed for those who must prove it."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from incident import accounts, content, errors, i18n, papers, privacy, sheets
from incident.db import db
from incident.errors import N_
from incident.models.evidence import Evidence, EvidenceKind
from incident.models.incidents import Incident
from incident.models.records import TimelineEvent
from incident.papers import Heading, Paper, Paragraph, Table
from incident.vault import Attachment, Vault

HEAD = (
    N_("No."),
    N_("Kind"),
    N_("What it is"),
    N_("Type"),
    N_("Bytes"),
    "SHA-256",
    N_("Added"),
    N_("Recorded by"),
    N_("State"),
)


@dataclass(frozen=True)
class Fault:
    """A piece that is not what was recorded; `what` is a message id for `values`."""

    what: str
    values: dict[str, Any] = field(default_factory=dict)


def digest(rows: Iterable[Evidence]) -> str:
    """SHA-256 over everything recorded of some pieces, in their order."""
    running = hashlib.sha256()
    for row in rows:
        private = json.dumps(row.private, sort_keys=True, ensure_ascii=False)
        facts = (
            row.id,
            str(row.kind),
            row.sha256,
            row.size,
            row.type,
            row.claimed,
            row.mismatch,
            row.task_id,
            row.added_by,
            row.added_at.isoformat(),
            hashlib.sha256(private.encode()).hexdigest(),
            row.withdrawn_at.isoformat() if row.withdrawn_at else None,
            row.withdrawn_by,
        )
        running.update(json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return running.hexdigest()


def verify(vault: Vault, *, incident_id: int | None = None) -> list[Fault]:
    """Recompute every hash and every sealed digest, of one incident or of all; the faults found.

    For all, files that no record names are listed too: what an upload left that was refused at the very end.
    """
    query = select(Evidence).order_by(Evidence.id).execution_options(populate_existing=True)
    if incident_id is not None:
        query = query.where(Evidence.incident_id == incident_id)
    rows = list(db.session.scalars(query))
    faults = [fault for row in rows if (fault := _fault(row, vault)) is not None]
    faults += _broken_seals(rows, incident_id)
    if incident_id is None:
        known = {row.sha256 for row in rows if row.destroyed_at is None}
        strays = [sha256 for sha256 in vault.kept() if sha256 not in known]
        faults += [Fault(N_("the file %(sha256)s belongs to no record"), {"sha256": each}) for each in strays]
    return faults


def _fault(row: Evidence, vault: Vault) -> Fault | None:
    if row.destroyed_at is not None:
        return None
    state = vault.state(row.sha256) if row.kind == EvidenceKind.FILE else _state(row)
    if state == "missing":
        return Fault(N_("the content of evidence no. %(evidence)s is missing"), {"evidence": row.id})
    if state == "changed":
        return Fault(N_("the content of evidence no. %(evidence)s was changed"), {"evidence": row.id})
    return None


def _state(row: Evidence) -> str:
    text = row.private.get("text" if row.kind == EvidenceKind.STATEMENT else "url")
    if text is None:
        return "missing"
    return "sound" if hashlib.sha256(text.encode()).hexdigest() == row.sha256 else "changed"


def given_out(row: Evidence, vault: Vault) -> Attachment:
    """The content with a name to save it under; raises Refused where it is no longer what was recorded."""
    if row.kind != EvidenceKind.FILE:
        text = row.private["text" if row.kind == EvidenceKind.STATEMENT else "url"]
        return Attachment(text.encode(), f"evidence-{row.id}.txt", content.PLAIN)
    if row.destroyed_at is not None:
        raise errors.Refused(
            N_("The file of evidence no. %(evidence)s was destroyed at %(at)s, when its term was over."),
            evidence=row.id,
            at=row.destroyed_at.isoformat(timespec="minutes"),
        )
    if vault.state(row.sha256) != "sound":
        raise errors.Refused(
            N_("The content of evidence no. %(evidence)s is missing or was changed; it is not given out."),
            evidence=row.id,
        )
    return Attachment(vault.path(row.sha256), row.private["name"], row.type)


def _broken_seals(rows: Sequence[Evidence], incident_id: int | None) -> list[Fault]:
    query = select(TimelineEvent).where(TimelineEvent.kind == "evidence_sealed").order_by(TimelineEvent.id)
    if incident_id is not None:
        query = query.where(TimelineEvent.incident_id == incident_id)
    by_incident: dict[int, list[Evidence]] = {}
    for row in rows:
        by_incident.setdefault(row.incident_id, []).append(row)
    faults = []
    for event in db.session.scalars(query):
        sealed = [
            row for row in by_incident.get(event.incident_id, []) if row.id <= int(event.data["through"])
        ]
        if len(sealed) != event.data["count"] or digest(sealed) != event.data["digest"]:
            what = N_("the records sealed at %(at)s (incident %(incident)s) are not what was sealed")
            faults.append(Fault(what, {"at": event.at.isoformat(), "incident": event.incident_id}))
    return faults


def table(rows: Sequence[Evidence], *, locale: str, zone: ZoneInfo) -> list[list[str]]:
    """The custody list: a head and a line for each piece, in a language."""
    return [[i18n.say(each, locale) for each in HEAD], *(_line(row, locale, zone) for row in rows)]


def _line(row: Evidence, locale: str, zone: ZoneInfo) -> list[str]:
    private = row.private
    said = [privacy.redact(private.get(name, "")) for name in ("description", "source")]
    what = [private.get("name"), private.get("url"), *said]
    return [
        str(row.id),
        i18n.words("evidence_kind", row.kind, locale),
        " · ".join(each for each in what if each),
        row.type + (f" ({i18n.say(N_('name and content disagree'), locale)})" if row.mismatch else ""),
        str(row.size),
        row.sha256,
        _when(row.added_at, zone),
        accounts.display(row.added_by),
        _standing(row, locale, zone),
    ]


def _standing(row: Evidence, locale: str, zone: ZoneInfo) -> str:
    said = []
    if row.withdrawn_at and row.withdrawn_by:
        sentence = N_("withdrawn %(at)s by %(who)s")
        who = accounts.display(row.withdrawn_by)
        said.append(i18n.say(sentence, locale, at=_when(row.withdrawn_at, zone), who=who))
    if row.sealed_at:
        said.append(i18n.say(N_("sealed %(at)s"), locale, at=_when(row.sealed_at, zone)))
    if row.destroyed_at:
        said.append(i18n.say(N_("file destroyed %(at)s"), locale, at=_when(row.destroyed_at, zone)))
    return "; ".join(said) or i18n.say(N_("not sealed"), locale)


def _when(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S %z")


def as_csv(rows: Sequence[Evidence], *, locale: str, zone: ZoneInfo) -> bytes:
    """The custody list for a spreadsheet: UTF-8 with a mark, and no cell that would be a formula."""
    head, *lines = table(rows, locale=locale, zone=zone)
    return sheets.written(head, lines).encode("utf-8-sig")


def paper(
    incident: Incident, rows: Sequence[Evidence], *, at: datetime, locale: str, zone: ZoneInfo
) -> Paper:
    """The custody list as a paper: each piece with its facts, then the digest over all of them."""
    head, *lines = table(rows, locale=locale, zone=zone)
    title = i18n.say(N_("Custody list of %(number)s"), locale, number=incident.number)
    made = i18n.say(N_("As of %(at)s; %(count)s pieces."), locale, at=_when(at, zone), count=len(lines))
    blocks: list[papers.Block] = [Paragraph(made, note=True)]
    for line in lines:
        blocks.append(Heading(f"{head[0]} {line[0]} · {line[1]}"))
        blocks.append(Table(("", ""), list(zip(head[2:], line[2:], strict=True))))
    said = i18n.say(N_("Digest over all records (SHA-256): %(digest)s"), locale, digest=digest(rows))
    return Paper(title, locale, [*blocks, Paragraph(said)])
