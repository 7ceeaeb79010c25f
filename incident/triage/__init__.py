"""Reads a complaint and proposes its type, its level, its signals, and whether an incident must open.

Pure: the same facts, vocabulary, level rules and model always give the same assessment, with every reason.
"""

from incident.levels import Levels
from incident.triage import proposals, scoring, signals
from incident.triage.assessment import Assessment, Facts, Proposal, SignalHit
from incident.triage.model import TypeModel
from incident.triage.vocabulary import Certainty, Vocabulary

__all__ = ["Assessment", "Certainty", "Facts", "Proposal", "SignalHit", "assess"]


def assess(facts: Facts, *, vocabulary: Vocabulary, levels: Levels, model: TypeModel) -> Assessment:
    """Types, signals and level of a complaint with their reasons (facts §3.2, §5); about a millisecond."""
    pages = signals.pages(facts.text)
    hits = signals.find(facts, pages, vocabulary)
    types, by_text = proposals.propose(facts, pages, hits, vocabulary=vocabulary, model=model)
    score = scoring.points(facts, facts.complaint_type or by_text, hits, vocabulary=vocabulary, levels=levels)
    level, reasons = scoring.level(score, facts, hits, vocabulary=vocabulary, levels=levels)
    opens = scoring.opening(hits, vocabulary)
    return Assessment(
        types=types,
        complaint_type=facts.complaint_type or types[0].type,
        proposed=facts.complaint_type is None,
        signals=hits,
        level=level,
        level_reasons=reasons,
        score=score,
        opens_incident=bool(opens),
        opens_because=opens,
    )
