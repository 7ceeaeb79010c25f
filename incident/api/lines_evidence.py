"""Evidence, findings and recusals as JSON; the shapes are described in `answered_evidence`."""

from incident import privacy
from incident.api.plain import Json, by, moment
from incident.coordination.retention import Term
from incident.models.conduct import ComplainedAbout
from incident.models.evidence import Evidence, Finding, LegalHold


def evidence(row: Evidence, number: str) -> Json:
    """One piece; `number` is its incident's."""
    private = row.private
    return {
        "id": row.id,
        "incident": number,
        "kind": str(row.kind),
        "sha256": row.sha256,
        "size": row.size,
        "type": row.type,
        "claimed": row.claimed,
        "mismatch": row.mismatch,
        "name": private.get("name"),
        "url": private.get("url"),
        "description": privacy.redact(private.get("description", "")),
        "source": privacy.redact(private.get("source", "")),
        "task_id": row.task_id,
        "added_by": by(row.added_by),
        "added_at": moment(row.added_at),
        "sealed_at": moment(row.sealed_at),
        "withdrawn_at": moment(row.withdrawn_at),
        "withdrawn_by": by(row.withdrawn_by) if row.withdrawn_by else None,
        "destroyed_at": moment(row.destroyed_at),
    }


def retention(found: Term | None, held: LegalHold | None) -> Json:
    """How long evidence is kept."""
    return {
        "months": found.rule.value if found else None,
        "rule": found.rule.code if found else None,
        "version": found.rule.version if found else None,
        "kept_until": moment(found.until) if found else None,
        "legal_hold": {
            "reason": held.private["reason"],
            "placed_at": moment(held.placed_at),
            "placed_by": by(held.placed_by),
        }
        if held
        else None,
    }


def finding(row: Finding, number: str) -> Json:
    """One finding."""
    return {
        "id": row.id,
        "incident": number,
        "result": str(row.result),
        "reasons": privacy.redact(row.private["reasons"]),
        "violations": row.violations,
        "rules": row.rules,
        "reference": row.private.get("reference", ""),
        "decided_by": by(row.decided_by),
        "decided_at": moment(row.decided_at),
    }


def recusal(row: ComplainedAbout, person: Json | None) -> Json:
    """One naming."""
    return {
        "id": row.id,
        "kind": str(row.kind),
        "person": person,
        "name": privacy.mask("name", row.private.get("name")),
        "agency": row.agency,
        "named_at": moment(row.named_at),
        "named_by": by(row.named_by),
        "lifted_at": moment(row.lifted_at),
        "lifted_by": by(row.lifted_by) if row.lifted_by else None,
    }
