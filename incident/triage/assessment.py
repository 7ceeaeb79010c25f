"""What triage is given and what it answers: facts of a complaint in, a proposal with its reasons out."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

from incident.triage.vocabulary import SURE, Certainty

Reason = dict[str, str]  # the same sentence under "zh" and "en"


@dataclass(frozen=True, kw_only=True)
class Facts:
    """A complaint as triage sees it: texts, what the sender declared, and numbers."""

    narrative: str
    channel: str
    summary: str | None = None
    demand: str | None = None
    complaint_type: str | None = None
    product: str | None = None
    declared_signals: frozenset[str] = frozenset()
    affected_customers: int = 1
    potential_loss: Decimal | None = None
    days_overdue: int | None = None
    amount_overdue: Decimal | None = None
    agency: str | None = None

    @property
    def text(self) -> str:
        """All free text; each part ends its sentence."""
        return "\n".join(part for part in (self.summary, self.narrative, self.demand) if part)


@dataclass(frozen=True)
class Proposal:
    """A type with its probability 0-1 and the words that led there."""

    type: str
    probability: float
    words: list[str]


@dataclass(frozen=True)
class SignalHit:
    """A signal, how sure it is, and the words it was found by (never the text around them)."""

    signal: str
    certainty: Certainty
    source: Literal["declared", "type", "channel", "text"]
    words: list[str]
    language: Literal["zh", "en"] | None = None
    number: int | None = None
    needs_person: bool = False

    @property
    def counts(self) -> bool:
        """Whether it stands as the signal itself: declared, or said as a fact."""
        return self.certainty in SURE


@dataclass(frozen=True)
class Assessment:
    """The proposal: types, signals, level and whether an incident must open, each with its reasons."""

    types: list[Proposal]
    complaint_type: str
    proposed: bool
    signals: list[SignalHit]
    level: int
    level_reasons: list[Reason]
    score: dict[str, int]
    opens_incident: bool
    opens_because: list[Reason]

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON."""
        plain = asdict(self)
        for found, hit in zip(plain["signals"], self.signals, strict=True):
            found["certainty"] = str(hit.certainty)
            found["counts"] = hit.counts
        return plain
