"""The level from points and trumps (facts §3.2), each step with its reason in both languages."""

from collections.abc import Iterator
from decimal import Decimal
from typing import cast

from incident.levels import Levels
from incident.triage.assessment import Facts, Reason, SignalHit
from incident.triage.vocabulary import Points, SignalRule, Step, Vocabulary
from incident.vocabulary import Signal

HIGHEST = 3
_CERTAINTY = {
    "declared": ("已申报", "declared"),
    "stated": ("文中明示", "stated"),
    "mentioned": ("文中提及", "mentioned"),
    "quoted": ("转述他人", "quoted"),
    "negated-but-kept": ("文中否认，须人工查看", "denied, a person must look"),
}


def points(
    facts: Facts, kind: str, hits: list[SignalHit], *, vocabulary: Vocabulary, levels: Levels
) -> dict[str, int]:
    """Points 0-3 on each axis of levels.toml: the highest that any fact gives.

    `kind` is the type given, or what the text alone says: a signal never lowers a point.
    """
    score = {axis.key: 0 for axis in levels.scoring.axes}
    for each in _sources(facts, kind, hits, vocabulary):
        for axis, value in each.items():
            score[axis] = min(HIGHEST, max(score[axis], value))
    return score


def _sources(facts: Facts, kind: str, hits: list[SignalHit], vocabulary: Vocabulary) -> Iterator[Points]:
    scoring = vocabulary.scoring
    for hit in hits:
        rule = _rule(hit, vocabulary)
        yield rule.points if hit.counts else rule.lesser_points
    yield next((each for name, each in scoring.types.items() if name == kind), {})
    yield next((each for name, each in scoring.channels.items() if name == facts.channel), {})
    yield {"people": _steps(scoring.people, people(facts, hits))}
    yield {"amount": _steps(scoring.amount, max(facts.potential_loss or 0, facts.amount_overdue or 0))}


def _rule(hit: SignalHit, vocabulary: Vocabulary) -> SignalRule:
    return next(rule for name, rule in vocabulary.signals.items() if name == hit.signal)


def _steps(steps: list[Step], value: int | Decimal) -> int:
    return max((step.points for step in steps if value >= step.least), default=0)


def people(facts: Facts, hits: list[SignalHit]) -> int:
    """How many customers: declared, or how many the text says complain together."""
    told = [hit.number for hit in hits if hit.signal == Signal.JOINT_COMPLAINT and hit.counts and hit.number]
    return max([facts.affected_customers, *told])


def level(
    score: dict[str, int], facts: Facts, hits: list[SignalHit], *, vocabulary: Vocabulary, levels: Levels
) -> tuple[int, list[Reason]]:
    """The level 1-4 with its reasons: the points, then every trump that raises it; vulnerable comes last."""
    found = _by_points(score, levels)
    reasons = [_points_reason(score, found, levels)]
    for at_least, reason in _trumps(score, facts, hits, vocabulary, levels):
        if at_least < found:
            found = at_least
            reasons.append(reason)
    by = levels.scoring.trumps.vulnerable_raises_by
    if found > 1 and any(hit.signal == Signal.VULNERABLE and hit.counts for hit in hits):
        found = max(1, found - by)
        reasons.append(_both(f"特殊群体：升 {by} 级", f"vulnerable customer: raised by {by}"))
    return found, reasons


def _by_points(score: dict[str, int], levels: Levels) -> int:
    total = sum(score.values())
    return min((each.level for each in levels.scoring.thresholds if total >= each.least), default=4)


def _points_reason(score: dict[str, int], found: int, levels: Levels) -> Reason:
    given = [axis for axis in levels.scoring.axes if score[axis.key]]
    zh = "、".join(f"{axis.name.zh} {score[axis.key]}" for axis in given) or "无"
    en = ", ".join(f"{axis.name.en.lower()} {score[axis.key]}" for axis in given) or "none"
    total = sum(score.values())
    return _both(
        f"评分 {total}（{zh}）：{_numeral(found)}级", f"score {total} ({en}): level {_numeral(found)}"
    )


def _trumps(
    score: dict[str, int], facts: Facts, hits: list[SignalHit], vocabulary: Vocabulary, levels: Levels
) -> Iterator[tuple[int, Reason]]:
    trumps = levels.scoring.trumps
    if score.get("safety", 0) >= HIGHEST:
        yield trumps.safety_level, _trump("人身安全", "a person's safety", trumps.safety_level, exactly=True)
    yield from _by_number(facts, hits, vocabulary, levels)
    if any(hit.signal == Signal.REGULATOR_TRANSFER and hit.counts for hit in hits):
        yield trumps.regulator_level, _trump("监管介入", "the regulator is involved", trumps.regulator_level)
    for hit in hits:
        rule = _rule(hit, vocabulary)
        if rule.lesser_level and not hit.counts:
            zh, en = _named(hit, rule)
            yield rule.lesser_level, _trump(zh, en, rule.lesser_level)


def _by_number(
    facts: Facts, hits: list[SignalHit], vocabulary: Vocabulary, levels: Levels
) -> Iterator[tuple[int, Reason]]:
    """Twenty affected customers are enough for the trump; other numbers need their signal."""
    trumps = levels.scoring.trumps
    number = people(facts, hits)
    zh, en = f"涉及 {number} 人", f"{number} people"
    if number >= trumps.joint_at_least:
        yield trumps.joint_level, _trump(zh, en, trumps.joint_level)
    for hit in hits:
        steps = vocabulary.scoring.numbers.get(cast(Signal, hit.signal), []) if hit.counts else []
        named = _named(hit, _rule(hit, vocabulary))
        for each in steps:
            if max(number, hit.number or 0) >= each.least:
                zh, en = f"{named[0]}，{each.least} 人以上", f"{named[1]}, {each.least} people or more"
                yield each.level, _trump(zh, en, each.level)


def opening(hits: list[SignalHit], vocabulary: Vocabulary) -> list[Reason]:
    """Why an incident must open without an escalation: one reason for each signal whose rule says so."""
    reasons = []
    for hit in hits:
        rule = _rule(hit, vocabulary)
        if hit.certainty in rule.opens_incident:
            zh, en = _named(hit, rule)
            reason = _both(f"信号：{zh}", f"signal: {en}")
            if reason not in reasons:
                reasons.append(reason)
    return reasons


def _named(hit: SignalHit, rule: SignalRule) -> tuple[str, str]:
    zh, en = _CERTAINTY[hit.certainty]
    return f"{rule.name.zh}（{zh}）", f"{rule.name.en} ({en})"


def _trump(zh: str, en: str, at_least: int, *, exactly: bool = False) -> Reason:
    numeral = _numeral(at_least)
    if exactly:
        return _both(f"{zh}：一律{numeral}级", f"{en}: always level {numeral}")
    return _both(f"{zh}：不低于{numeral}级", f"{en}: at least level {numeral}")


def _numeral(number: int) -> str:
    return "ⅠⅡⅢⅣ"[number - 1]


def _both(zh: str, en: str) -> Reason:
    return {"zh": zh, "en": en}
