"""How long personal data and files are kept: by the rules of retention, and longer under a legal hold."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, select

from incident import accounts, audit, calendars, errors, privacy, timeline
from incident.accounts import Actor
from incident.clocks import events, reckoning, rules
from incident.coordination import erasing
from incident.db import db
from incident.errors import N_, Reason
from incident.models.complaints import Complaint
from incident.models.evidence import Evidence, EvidenceKind, LegalHold
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library
from incident.playbooks.files import JURISDICTIONS
from incident.playbooks.schema import Rule
from incident.vault import Vault

ACTOR = accounts.system("retention")
REASON_LONGEST = 1_000  # characters
STARTS = ("closed", "contact")  # of a kept record; both have happened once the incident is closed
SHORTEST_MONTH = timedelta(days=28)  # spares the sweep a look at what closed of late
LONGEST_MONTH = timedelta(days=31)  # of a complaint without an incident nothing hangs on the day
BATCH = 500  # complaints in one transaction


@dataclass(frozen=True)
class Term:
    """How long an incident's evidence is kept: the longest rule that applies, and until when once closed."""

    rule: Rule
    until: datetime | None


def term(incident: Incident, *, rule_set: str) -> Term | None:
    """The term of an incident; None where no rule of its rule sets sets one: then it is kept for ever."""
    facts = rules.facts_of(incident)
    found = [
        (each, rule)
        for each in events.jurisdictions(incident.id, rule_set)
        for rule in _rules(each)
        if any(rules.why(rule.applies, fact) for fact in facts)
    ]
    if not found:
        return None
    place, longest = max(found, key=lambda pair: pair[1].value)
    if incident.closed_at is None:
        return Term(longest, None)
    calendar = calendars.load(place, library.rules(place).time_zone)
    return Term(longest, reckoning.due(incident.closed_at, longest.value, longest.unit, calendar))


def _rules(jurisdiction: str) -> list[Rule]:
    return [
        rule
        for rule in library.rules(jurisdiction).rules
        if rule.kind == "retention" and rule.unit == "months" and rule.start_event in STARTS
    ]


def hold(incident_id: int) -> LegalHold | None:
    """The legal hold in force, or None."""
    held = (LegalHold.incident_id == incident_id, LegalHold.lifted_at.is_(None))
    return db.session.scalar(select(LegalHold).where(*held))


def place(incident: Incident, *, reason: str, by: Actor, at: datetime) -> LegalHold:
    """Keep the evidence of an incident, open or closed, whatever its term; raises Conflict where it is held
    already."""
    by.must(Permission.INCIDENTS_COMMAND)
    words = _reason(reason, N_("Say what it is kept for."))
    if hold(incident.id) is not None:
        raise errors.Conflict(N_("The evidence of %(number)s is held already."), number=incident.number)
    row = LegalHold(incident_id=incident.id, private={"reason": words}, placed_at=at, placed_by=by.label)
    db.session.add(row)
    db.session.flush()
    timeline.record(incident.id, "legal_hold_placed", by=by.label, at=at)
    audit.record("legal_hold.placed", f"incident/{incident.number}", by=by.label, at=at)
    return row


def lift(incident: Incident, *, reason: str, by: Actor, at: datetime) -> LegalHold:
    """Let the term count again; raises Refused where nothing is held."""
    by.must(Permission.INCIDENTS_COMMAND)
    words = _reason(reason, N_("Say why it need not be kept any more."))
    row = hold(incident.id)
    if row is None:
        raise errors.Refused(N_("There is no legal hold on %(number)s."), number=incident.number)
    row.lifted_at, row.lifted_by, row.private = at, by.label, {**row.private, "lifting": words}
    timeline.record(incident.id, "legal_hold_lifted", by=by.label, at=at)
    audit.record("legal_hold.lifted", f"incident/{incident.number}", by=by.label, at=at)
    return row


def _reason(text: str, empty: str) -> str:
    words = privacy.redact(text.strip())
    if not words or len(words) > REASON_LONGEST:
        raise errors.Invalid(empty, reasons=[Reason(empty, loc=("reason",))])
    return words


def over(*, at: datetime, rule_set: str) -> list[int]:
    """The closed incidents, by their ids, whose term is over, that hold personal data and are not held."""
    least = min((rule.value for each in JURISDICTIONS for rule in _rules(each)), default=0)
    waiting = select(Incident).where(
        Incident.closed_at <= at - least * SHORTEST_MONTH,
        Incident.erased_at.is_(None),
        ~exists().where(LegalHold.incident_id == Incident.id, LegalHold.lifted_at.is_(None)),
    )
    return [each.id for each in db.session.scalars(waiting) if _is_over(each, at=at, rule_set=rule_set)]


def _is_over(incident: Incident, *, at: datetime, rule_set: str) -> bool:
    found = term(incident, rule_set=rule_set)
    return found is not None and found.until is not None and found.until <= at


def _files() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Evidence.kind == EvidenceKind.FILE, Evidence.destroyed_at.is_(None)


def destroy(incident_id: int, vault: Vault, *, at: datetime, rule_set: str) -> int:
    """Erase the personal data of an incident whose term is over and that nobody holds, and destroy its files;
    returns how many complaints and pieces.

    The record of a piece stays, with its hash. A content that another incident keeps stays until that one's
    term is over, too. Safe to do twice.
    """
    incident = db.session.get_one(Incident, incident_id, with_for_update=True, populate_existing=True)
    found = term(incident, rule_set=rule_set)
    if found is None or not _is_over(incident, at=at, rule_set=rule_set) or hold(incident.id) is not None:
        return 0
    rows = db.session.scalars(select(Evidence).where(Evidence.incident_id == incident.id, *_files())).all()
    for row in rows:
        row.destroyed_at = at
    db.session.flush()
    for sha256 in {row.sha256 for row in rows}:
        if not db.session.scalar(select(exists().where(Evidence.sha256 == sha256, *_files()))):
            vault.destroy(sha256)
    erased = erasing.incident(incident, at=at)
    subject, by = f"incident/{incident.number}", ACTOR.label
    told = {"rule": found.rule.code, "version": found.rule.version}
    if rows:
        timeline.record(incident.id, "evidence_destroyed", by=by, at=at, count=len(rows), **told)
        audit.record("evidence.destroyed", subject, by=by, at=at, count=len(rows), **told)
    if erased:
        timeline.record(incident.id, "personal_erased", by=by, at=at, count=erased, **told)
        audit.record("personal.erased", subject, by=by, at=at, count=erased, **told)
    return len(rows) + erased


def erase_unopened(*, at: datetime, rule_set: str) -> int:
    """Erase complaints that never had an incident and were recorded longer ago than the longest rule of the
    house keeps any; returns how many, at most BATCH."""
    longest = max(_rules(rule_set), key=lambda rule: rule.value, default=None)
    if longest is None:
        return 0
    rows = db.session.scalars(
        select(Complaint)
        .where(
            Complaint.incident_id.is_(None),
            Complaint.erased_at.is_(None),
            Complaint.recorded_at <= at - longest.value * LONGEST_MONTH,
        )
        .order_by(Complaint.recorded_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        erasing.complaint(row, at=at)
    if rows:
        told = {"count": len(rows), "rule": longest.code, "version": longest.version}
        audit.record("personal.erased", "complaints", by=ACTOR.label, at=at, **told)
    return len(rows)
