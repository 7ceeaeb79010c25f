"""What calls on evidence, findings and recusal answer, for the document."""

from datetime import datetime

from pydantic import BaseModel

from incident.api.answered import By, Someone, Words
from incident.models.conduct import RecusalKind
from incident.models.evidence import EvidenceKind, FindingResult


class Evidence(BaseModel):
    """A piece of evidence without its content; numbers and addresses in the description are masked."""

    id: int
    incident: str
    kind: EvidenceKind
    sha256: str
    size: int
    type: str
    claimed: str | None
    mismatch: bool
    name: str | None
    url: str | None
    description: str
    source: str
    task_id: int | None
    added_by: By
    added_at: datetime
    sealed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_by: By | None
    destroyed_at: datetime | None


class EvidenceList(BaseModel):
    """Every piece of an incident in the order it came."""

    items: list[Evidence]


class EvidenceContent(BaseModel):
    """The file itself, or the text of a link or a statement, as an attachment."""


class LegalHoldAnswer(BaseModel):
    """Why evidence is kept beyond its term."""

    reason: str
    placed_at: datetime
    placed_by: By


class Retention(BaseModel):
    """How long evidence is kept from closing on, by the longest rule that applies; without a rule for ever.

    After `kept_until` the files are destroyed, unless there is a legal hold; the records stay.
    """

    months: float | None
    rule: str | None
    version: str | None
    kept_until: datetime | None
    legal_hold: LegalHoldAnswer | None


class Custody(BaseModel):
    """What was recomputed: nothing in `faults` means that everything is as it was recorded."""

    checked: int
    faults: list[Words]
    digest: str
    retention: Retention


class RuleRef(BaseModel):
    """A rule of a rule set in one version."""

    jurisdiction: str
    code: str
    version: str


class FindingAnswer(BaseModel):
    """What was found; numbers and addresses in the reasons are masked."""

    id: int
    incident: str
    result: FindingResult
    reasons: str
    violations: list[str]
    rules: list[RuleRef]
    reference: str
    decided_by: By
    decided_at: datetime


class Findings(BaseModel):
    """The finding that stands, and every one there was, the newest first."""

    current: FindingAnswer | None
    history: list[FindingAnswer]


class Recusal(BaseModel):
    """Somebody who must stand aside; the name of somebody outside is masked."""

    id: int
    kind: RecusalKind
    person: Someone | None
    name: str | None
    agency: str | None
    named_at: datetime
    named_by: By
    lifted_at: datetime | None
    lifted_by: By | None


class RecusalList(BaseModel):
    """Everybody who was named, also where it was taken back."""

    items: list[Recusal]
