"""What the calls about decisions, follow-ups and satisfaction answer, and how rows are written as that."""

from datetime import datetime

from pydantic import BaseModel

from incident import privacy
from incident.api import views
from incident.api.answered import By, Someone, Words
from incident.api.plain import Json, by, moment
from incident.coordination import letters, wording
from incident.models.decisions import (
    FollowUp,
    FollowUpKind,
    FollowUpState,
    Letter,
    LetterState,
    Satisfaction,
    Withdrawal,
)
from incident.models.incidents import Incident
from incident.playbooks import library


class Caution(BaseModel):
    """Something in the text to look at before it goes to a customer."""

    kind: str
    words: list[str]
    rule: str | None


class Decision(BaseModel):
    """A version of a letter; what looks personal is masked, `{name}` stands for the customer."""

    id: int
    incident: str
    complaint: int | None
    version: int
    state: LetterState
    locale: str
    text: str
    places: list[str]
    warnings: list[Caution]
    written_at: datetime
    written_by: By
    submitted_at: datetime | None
    approved_at: datetime | None
    approved_by: Someone | None
    note: str | None
    sent_at: datetime | None
    channel: str | None
    proof: str | None
    evidence: int | None


class Decisions(BaseModel):
    """Every version of every letter of an incident, and who is still to be told."""

    items: list[Decision]
    untold: list[int]


class WithdrawalAnswer(BaseModel):
    """A withdrawn complaint."""

    id: int
    incident: str
    complaint: int
    received_at: datetime
    proof: str
    recorded_by: By


class Rating(BaseModel):
    """A customer's score."""

    id: int
    incident: str
    complaint: int | None
    score: int
    comment: str
    at: datetime
    by: By


class FollowUpAnswer(BaseModel):
    """Something to ask or look at later, and what came of it."""

    id: int
    incident: str
    complaint: int | None
    kind: FollowUpKind
    title: Words
    due_at: datetime
    owner: Someone | None
    state: FollowUpState
    effective: bool | None
    note: str | None
    ended_at: datetime | None
    ended_by: By | None


class FollowUps(BaseModel):
    """An incident's follow-ups, soonest first."""

    items: list[FollowUpAnswer]


def letter(row: Letter, incident: Incident) -> Json:
    """One version, as anybody may see it."""
    plan = library.version(incident.plan_version_id).plan
    proof = row.content.get("proof")
    return {
        "id": row.id,
        "incident": incident.number,
        "complaint": row.complaint_id,
        "version": row.version,
        "state": str(row.state),
        "locale": row.locale,
        "text": privacy.redact(row.body),
        "places": letters.places(row.body),
        "warnings": [
            {"kind": each.kind, "words": list(each.words), "rule": each.code}
            for each in wording.warnings(row.body, plan)
        ],
        "written_at": moment(row.written_at),
        "written_by": by(row.written_by),
        "submitted_at": moment(row.submitted_at),
        "approved_at": moment(row.approved_at),
        "approved_by": views.someone(views.people([row.approved_by_id]), row.approved_by_id),
        "note": row.decided_note,
        "sent_at": moment(row.sent_at),
        "channel": row.sent_channel,
        "proof": privacy.redact(str(proof)) if proof else None,
        "evidence": row.content.get("evidence"),
    }


def withdrawal(row: Withdrawal, incident: Incident) -> Json:
    """A withdrawn complaint."""
    return {
        "id": row.id,
        "incident": incident.number,
        "complaint": row.complaint_id,
        "received_at": moment(row.received_at),
        "proof": privacy.redact(str(row.content["proof"])),
        "recorded_by": by(row.recorded_by),
    }


def rating(row: Satisfaction, incident: Incident) -> Json:
    """A score with its comment, masked."""
    return {
        "id": row.id,
        "incident": incident.number,
        "complaint": row.complaint_id,
        "score": row.score,
        "comment": privacy.redact(str(row.content.get("comment") or "")),
        "at": moment(row.at),
        "by": by(row.by),
    }


def follow_up(row: FollowUp, incident: Incident) -> Json:
    """One follow-up."""
    note = (row.content or {}).get("note")
    return {
        "id": row.id,
        "incident": incident.number,
        "complaint": row.complaint_id,
        "kind": str(row.kind),
        "title": {"zh": row.title_zh, "en": row.title_en},
        "due_at": moment(row.due_at),
        "owner": views.someone(views.people([row.owner_id]), row.owner_id),
        "state": str(row.state),
        "effective": row.effective,
        "note": privacy.redact(str(note)) if note else None,
        "ended_at": moment(row.ended_at),
        "ended_by": by(row.ended_by) if row.ended_by else None,
    }
