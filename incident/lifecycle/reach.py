"""The level that follows from an assessment: the complaints' facts and signals, with the impacts on top."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from incident.db import db
from incident.labels import of_impact
from incident.levels import Levels
from incident.lifecycle import opening
from incident.models.complaints import Complaint
from incident.models.incidents import Incident
from incident.playbooks import library
from incident.triage import Certainty, Facts, SignalHit, scoring
from incident.triage.vocabulary import Vocabulary
from incident.vocabulary import Channel, Level


@dataclass(frozen=True, kw_only=True)
class Reach:
    """How far an incident reaches: customers, possible loss, and impacts of 0 to 3 by name."""

    affected_customers: int
    potential_loss: Decimal | None
    impacts: Mapping[str, int]


@dataclass(frozen=True)
class Graded:
    """What follows: the points by axis, the level and every reason in both languages."""

    score: dict[str, int]
    level: Level
    reasons: list[dict[str, str]]


def graded(incident: Incident, reach: Reach) -> Graded:
    """Score an incident again as it was scored when it opened, with what is known of its reach now."""
    vocabulary, levels = library.the_vocabulary(), library.the_levels()
    complaints = list(
        db.session.scalars(
            select(Complaint).where(Complaint.incident_id == incident.id).order_by(Complaint.id)
        )
    )
    hits = [hit for each in complaints for hit in _hits(each, vocabulary)]
    score = _points(incident, complaints, reach, hits, vocabulary, levels)
    reasons = _count(score, reach, levels)
    level, scored = scoring.level(score, _facts(None, reach), hits, vocabulary=vocabulary, levels=levels)
    found, why = opening.graded(
        _opening(incident, complaints, hits, reach, level, [*scored, *reasons]),
        library.version(incident.plan_version_id),
    )
    return Graded(score, found, why)


def _points(
    incident: Incident,
    complaints: list[Complaint],
    reach: Reach,
    hits: list[SignalHit],
    vocabulary: Vocabulary,
    levels: Levels,
) -> dict[str, int]:
    """The highest that any complaint gives on each axis: a second complaint never lowers a point."""
    score: dict[str, int] = {}
    for facts in [_facts(each, reach) for each in complaints] or [_facts(None, reach)]:
        found = scoring.points(facts, incident.complaint_type, hits, vocabulary=vocabulary, levels=levels)
        score = {axis: max(score.get(axis, 0), value) for axis, value in found.items()}
    return score


def _count(score: dict[str, int], reach: Reach, levels: Levels) -> list[dict[str, str]]:
    """Count the impacts on their axes, each with a sentence where it counts."""
    names = {axis.key: axis.name for axis in levels.scoring.axes}
    reasons = []
    for impact, axis in levels.scoring.impacts.items():
        value = reach.impacts.get(impact, 0)
        if value > score[axis]:
            score[axis] = value
            reasons.append(of_impact(impact, value, names[axis].zh, names[axis].en.lower()))
    return reasons


def _facts(complaint: Complaint | None, reach: Reach) -> Facts:
    overdue = complaint.account.get("amount_overdue") if complaint else None
    return Facts(
        narrative="",
        channel=complaint.channel if complaint else Channel.OTHER,
        affected_customers=reach.affected_customers,
        potential_loss=reach.potential_loss,
        amount_overdue=Decimal(overdue) if overdue else None,
    )


def _hits(complaint: Complaint, vocabulary: Vocabulary) -> list[SignalHit]:
    """The signals that triage found, as they were kept; those that the vocabulary dropped since are gone."""
    names = {each.name for each in fields(SignalHit)}
    return [
        SignalHit(**{**_known(each, names), "certainty": Certainty(each["certainty"])})
        for each in complaint.triage.get("signals", [])
        if each["signal"] in {str(signal) for signal in vocabulary.signals}
    ]


def _known(each: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in each.items() if name in names}


def _opening(
    incident: Incident,
    complaints: list[Complaint],
    hits: list[SignalHit],
    reach: Reach,
    level: int,
    reasons: list[dict[str, str]],
) -> opening.Opening:
    return opening.Opening(
        complaint_type=incident.complaint_type,
        type_proposed=incident.type_proposed,
        level=level,
        level_reasons=reasons,
        channel=complaints[0].channel if complaints else Channel.OTHER,
        received_at=incident.opened_at,
        signals=frozenset({hit.signal for hit in hits if hit.counts}),
        affected_customers=reach.affected_customers,
        drill=incident.drill,
    )
