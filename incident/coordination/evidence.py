"""Evidence: files, links and statements, added and withdrawn by name, sealed when the incident closes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update

from incident import audit, content, errors, timeline
from incident.accounts import Actor
from incident.coordination import custody
from incident.db import db
from incident.errors import N_, Reason
from incident.models.evidence import Evidence, EvidenceKind
from incident.models.incidents import Incident, IncidentDepartment, IncidentRoleHolder, Task
from incident.permissions import Permission
from incident.vault import Draft

DESCRIPTION_LONGEST, SOURCE_LONGEST, REASON_LONGEST = 500, 200, 1_000  # characters
STATEMENT_LONGEST, URL_LONGEST = 20_000, 2_000  # characters
LINK_TYPE = "text/uri-list"


@dataclass(frozen=True)
class About:
    """What is said of a piece of evidence: what it shows, where it comes from, which task wanted it."""

    description: str = ""
    source: str = ""
    task_id: int | None = None


def add_file(
    incident: Incident, draft: Draft, *, name: str, claimed: str | None, about: About, by: Actor, at: datetime
) -> Evidence:
    """Enter a file that has arrived whole; the edge keeps its content in the same transaction.

    Raises Refused for a program, and Invalid. Where name, sender and content disagree, the record says so.
    """
    kept = content.safe_name(name)
    if content.runs(draft.head, kept):
        raise errors.Refused(
            N_("Programs and scripts are not taken as evidence; describe it, or send a picture of it."),
            reasons=[Reason(N_("This file is a program or a script."), loc=("file",))],
        )
    found = content.sniffed(draft.head, kept)
    honest = content.agree(found, content.by_name(kept)) and content.agree(found, claimed)
    return _add(
        incident,
        EvidenceKind.FILE,
        {
            "sha256": draft.sha256,
            "size": draft.size,
            "type": found,
            "claimed": (claimed or "")[:127] or None,
            "mismatch": not honest,
        },
        {"name": kept},
        about=about,
        by=by,
        at=at,
    )


def add_link(incident: Incident, url: str, *, about: About, by: Actor, at: datetime) -> Evidence:
    """Enter the address of something on the web; what is behind it is not fetched."""
    address = url.strip()
    sentence = N_("Give an address that begins with http:// or https://, without a password in it.")
    try:
        parts = urlsplit(address)
        sound = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        sound = False
    if not sound or len(address) > URL_LONGEST or not address.isprintable() or " " in address:
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("url",))])
    facts = _facts(address, LINK_TYPE)
    return _add(incident, EvidenceKind.LINK, facts, {"url": address}, about=about, by=by, at=at)


def add_statement(incident: Incident, text: str, *, about: About, by: Actor, at: datetime) -> Evidence:
    """Enter what somebody said, in writing; the text stands encrypted in the database."""
    words = text.strip().replace("\r\n", "\n")
    if not words or len(words) > STATEMENT_LONGEST:
        sentence = N_("Write the statement, in at most 20,000 characters.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("text",))])
    facts = _facts(words, content.PLAIN)
    return _add(incident, EvidenceKind.STATEMENT, facts, {"text": words}, about=about, by=by, at=at)


def _facts(text: str, kind: str) -> dict[str, Any]:
    raw = text.encode()
    return {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw), "type": kind}


def _add(
    incident: Incident,
    kind: EvidenceKind,
    facts: dict[str, Any],
    private: dict[str, str],
    *,
    about: About,
    by: Actor,
    at: datetime,
) -> Evidence:
    by.must(Permission.INCIDENTS_ACT)
    _must_be_open(incident)
    _check(incident, about)
    told = {"description": about.description.strip(), "source": about.source.strip()}
    row = Evidence(
        incident_id=incident.id,
        kind=kind,
        private=private | {name: words for name, words in told.items() if words},
        task_id=about.task_id,
        added_by=by.label,
        added_by_id=by.id,
        added_at=at,
        **facts,
    )
    db.session.add(row)
    db.session.flush()
    incident.last_activity_at = at
    timeline.record(
        incident.id,
        "evidence_added",
        by=by.label,
        at=at,
        evidence=row.id,
        evidence_kind=str(kind),
        sha256=row.sha256,
        size=row.size,
    )
    return row


def _must_be_open(incident: Incident) -> None:
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open; its evidence is sealed."))


def _check(incident: Incident, about: About) -> None:
    faults = []
    if len(about.description.strip()) > DESCRIPTION_LONGEST:
        faults.append(Reason(N_("At most 500 characters."), loc=("description",)))
    if len(about.source.strip()) > SOURCE_LONGEST:
        faults.append(Reason(N_("At most 200 characters."), loc=("source",)))
    if about.task_id is not None:
        task = db.session.get(Task, about.task_id)
        if task is None or task.incident_id != incident.id:
            faults.append(Reason(N_("The incident has no such task."), loc=("task_id",)))
    if faults:
        raise errors.Invalid(N_("The evidence cannot be added."), reasons=faults)


def of(incident_id: int) -> list[Evidence]:
    """The evidence of an incident in the order it came, also what was withdrawn."""
    return list(
        db.session.scalars(select(Evidence).where(Evidence.incident_id == incident_id).order_by(Evidence.id))
    )


def find(evidence_id: int, *, lock: bool = False) -> Evidence:
    """One piece by its number; raises NotFound."""
    found = db.session.get(Evidence, evidence_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such piece of evidence."))
    return found


def withdraw(incident: Incident, evidence_id: int, *, reason: str, by: Actor, at: datetime) -> Evidence:
    """Say that a piece does not count any more; record and content stay. Raises Refused once it is sealed."""
    by.must(Permission.INCIDENTS_ACT)
    must_read(incident, by)
    _must_be_open(incident)
    row = find(evidence_id, lock=True)
    if row.incident_id != incident.id:
        raise errors.NotFound(N_("There is no such piece of evidence."))
    if row.withdrawn_at is not None:
        raise errors.Conflict(N_("Evidence no. %(evidence)s was withdrawn already."), evidence=row.id)
    if row.sealed_at is not None:
        raise errors.Refused(
            N_("Evidence no. %(evidence)s was sealed when the incident closed; it stays as it is."),
            evidence=row.id,
        )
    words = reason.strip()
    if not words or len(words) > REASON_LONGEST:
        sentence = N_("Say why it is withdrawn, in at most 1,000 characters.")
        raise errors.Invalid(sentence, reasons=[Reason(sentence, loc=("reason",))])
    row.withdrawn_at, row.withdrawn_by, row.withdrawal = at, by.label, {"reason": words}
    incident.last_activity_at = at
    timeline.record(incident.id, "evidence_withdrawn", by=by.label, at=at, evidence=row.id)
    return row


def may_read(incident: Incident, by: Actor) -> bool:
    """Whether somebody may see the evidence: whoever reads complaints and incidents; on a sensitive incident
    only who commands, or holds a role, a department's lead or a task in it."""
    if not (by.can(Permission.INCIDENTS_READ) and by.can(Permission.COMPLAINTS_READ)):
        return False
    if not incident.sensitive or by.can(Permission.INCIDENTS_COMMAND):
        return True
    return by.id is not None and (by.id == incident.commander_id or _takes_part(incident.id, by.id))


def _takes_part(incident_id: int, person_id: int) -> bool:
    mine = (
        select(IncidentRoleHolder.id).where(
            IncidentRoleHolder.incident_id == incident_id, IncidentRoleHolder.person_id == person_id
        ),
        select(IncidentDepartment.id).where(
            IncidentDepartment.incident_id == incident_id, IncidentDepartment.lead_id == person_id
        ),
        select(Task.id).where(Task.incident_id == incident_id, Task.assignee_id == person_id),
    )
    return bool(db.session.scalar(select(or_(*(each.exists() for each in mine)))))


def must_read(incident: Incident, by: Actor) -> None:
    """Raise Forbidden for whoever may not see the evidence."""
    if not may_read(incident, by):
        raise errors.Forbidden(
            N_(
                "%(name)s may not see this evidence; on a sensitive incident only those who command it or "
                "have a role, a department or a task in it may."
            ),
            name=by.name,
        )


def fetched(incident: Incident, row: Evidence, *, by: Actor, at: datetime) -> Evidence:
    """Note in the audit log that somebody takes the content of a piece; raises Forbidden."""
    must_read(incident, by)
    audit.record("evidence.downloaded", f"evidence/{row.id}", by=by.label, at=at, incident=incident.number)
    return row


def seal(incident: Incident, *, by: Actor, at: datetime) -> str:
    """Seal the evidence of an incident that closes: from now on none is withdrawn, and the timeline keeps the
    digest over all of it. After a reopening only new pieces are open. Returns the digest."""
    db.session.execute(
        update(Evidence)
        .where(Evidence.incident_id == incident.id, Evidence.sealed_at.is_(None))
        .values(sealed_at=at),
        execution_options={"synchronize_session": "fetch"},
    )
    rows = of(incident.id)
    digest = custody.digest(rows)
    timeline.record(
        incident.id,
        "evidence_sealed",
        by=by.label,
        at=at,
        count=len(rows),
        digest=digest,
        through=rows[-1].id if rows else 0,
    )
    return digest
