"""The finding: what the inquiry came to, with reasons, violations and legal basis; its history stays."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from incident import errors, recusal, timeline
from incident.accounts import Actor
from incident.db import db
from incident.errors import N_, Reason
from incident.models.evidence import Finding, FindingResult
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

REASONS_LONGEST, REFERENCE_LONGEST = 4_000, 1_000  # characters
MANY_MOST = 30  # violations, or rules, of one finding
ESTABLISHED = (FindingResult.UPHELD, FindingResult.PARTLY)


@dataclass(frozen=True)
class Found:
    """What somebody found: `violations` are codes of violations.toml, `rules` codes of the rule set."""

    result: str
    reasons: str
    violations: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    reference: str = ""


def record(
    incident: Incident, found: Found, *, rule_set: str, by: Actor, at: datetime, seen: int | None = None
) -> Finding:
    """Record a finding; an earlier one stays in the history.

    `seen` is the id of the finding that whoever decides has before them (0 for none). Raises Conflict where
    there is a newer one, Forbidden for whoever must stand aside, Invalid naming every fault.
    """
    by.must(Permission.INCIDENTS_ACT)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is no longer open."))
    recusal.must_not_be(incident, by)
    before = current(incident.id)
    if seen is not None and seen != (before.id if before else 0):
        raise errors.Conflict(
            N_("Somebody recorded a finding a moment ago: %(result)s. Look at it and decide again."),
            result=str(before.result) if before else "-",
        )
    rules = {rule.code: rule for rule in library.rules(rule_set).rules}
    faults = _faults(found, set(rules))
    if faults:
        raise errors.Invalid(N_("The finding cannot be recorded."), reasons=faults)
    row = Finding(
        incident_id=incident.id,
        result=FindingResult(found.result),
        private={"reasons": found.reasons.strip(), "reference": found.reference.strip()},
        violations=list(dict.fromkeys(found.violations)),
        rules=[
            {"jurisdiction": rule_set, "code": code, "version": rules[code].version}
            for code in dict.fromkeys(found.rules)
        ],
        decided_by=by.label,
        decided_by_id=by.id,
        decided_at=at,
    )
    db.session.add(row)
    db.session.flush()
    incident.last_activity_at = at
    known = library.violations()
    timeline.record(
        incident.id,
        "finding_recorded" if before is None else "finding_changed",
        by=by.label,
        at=at,
        result=str(row.result),
        violations=[known[code].title.model_dump() for code in row.violations],
        finding=row.id,
    )
    return row


def _faults(found: Found, rules: set[str]) -> list[Reason]:
    known = library.violations()
    checks = [
        (found.result not in set(FindingResult), "result", N_("Choose what was found.")),
        (
            not 0 < len(found.reasons.strip()) <= REASONS_LONGEST,
            "reasons",
            N_("Give the reasons, in at most 4,000 characters."),
        ),
        (len(found.reference.strip()) > REFERENCE_LONGEST, "reference", N_("At most 1,000 characters.")),
        (
            any(code not in known for code in found.violations) or len(found.violations) > MANY_MOST,
            "violations",
            N_("Name at most 30 codes that the list of violations has."),
        ),
        (
            bool(found.violations) and found.result not in ESTABLISHED,
            "violations",
            N_("A complaint that was not found true names no violation."),
        ),
        (
            any(code not in rules for code in found.rules) or len(found.rules) > MANY_MOST,
            "rules",
            N_("Name at most 30 rules that the rule set has."),
        ),
    ]
    return [Reason(message, loc=(place,)) for wrong, place, message in checks if wrong]


def current(incident_id: int) -> Finding | None:
    """The finding that stands, if there is one."""
    return db.session.scalar(
        select(Finding).where(Finding.incident_id == incident_id).order_by(Finding.id.desc()).limit(1)
    )


def history(incident_id: int) -> list[Finding]:
    """Every finding, the newest first."""
    rows = select(Finding).where(Finding.incident_id == incident_id).order_by(Finding.id.desc())
    return list(db.session.scalars(rows))


def missing(incident: Incident) -> list[Reason]:
    """What a decision and the closing still want: a finding, with the place where it is recorded."""
    if db.session.scalar(select(func.count()).where(Finding.incident_id == incident.id)):
        return []
    return [
        Reason(
            N_("The finding is not recorded: upheld, partly, not upheld or unverifiable."),
            loc=("finding",),
            href=f"/incidents/{incident.number}/evidence#finding",
        )
    ]
