"""Proposes the type: English by the text model, Chinese by vocabulary, then what the signals speak for."""

import math
from collections import Counter, defaultdict

from incident.triage import words
from incident.triage.assessment import Facts, Proposal, SignalHit
from incident.triage.model import TypeModel
from incident.triage.signals import Page
from incident.triage.vocabulary import Vocabulary
from incident.vocabulary import ComplaintType

MOST = 3
_WORDS_SHOWN = 5
_REPEATS_COUNT = 3  # a word said more often says no more


def propose(
    facts: Facts, text_pages: list[Page], hits: list[SignalHit], *, vocabulary: Vocabulary, model: TypeModel
) -> tuple[list[Proposal], str]:
    """The three likeliest types, and the one the text alone gives (without the signals)."""
    found = _by_text(facts, text_pages, vocabulary, model)
    alone = max(found, key=lambda each: found[each][0])
    for hit in hits:
        rule = next(rule for name, rule in vocabulary.signals.items() if name == hit.signal)
        share = rule.share.get(hit.certainty, 0.0) if hit.source != "channel" else 0.0
        if rule.type and share:
            _give(found, str(rule.type), share, hit.words or [str(hit.signal)])
    best = sorted(found.items(), key=lambda item: -item[1][0])[:MOST]
    return [Proposal(kind, round(part, 4), said) for kind, (part, said) in best], alone


Shares = dict[str, tuple[float, list[str]]]


def _by_text(facts: Facts, text_pages: list[Page], vocabulary: Vocabulary, model: TypeModel) -> Shares:
    """Each type's part of 1 with its words; the language with more letters speaks."""
    if not text_pages:
        return {str(ComplaintType.OTHER): (1.0, [])}
    page = _main(text_pages)
    if page.language == "zh":
        return _chinese(page, vocabulary)
    guesses = model.guess(page.text, line=_line(facts.product, vocabulary))
    found: Shares = {each.type: (each.probability, each.words) for each in guesses}
    weights, said = _weights(page, vocabulary)
    for kind in weights:
        rule = next(rule for name, rule in vocabulary.types.items() if name == kind)
        _give(found, kind, rule.share, said[kind])
    return found or {str(ComplaintType.OTHER): (1.0, [])}


def _main(text_pages: list[Page]) -> Page:
    """The page of the language most of the text is in."""
    text = text_pages[0].text
    if len(text_pages) == 1:
        return text_pages[0]
    return next(page for page in text_pages if page.language == words.language_of(text))


def _line(product: str | None, vocabulary: Vocabulary) -> str | None:
    lower = (product or "").lower()
    for line, names in vocabulary.products:
        if any(name in lower for name in names):
            return str(line)
    return None


def _chinese(page: Page, vocabulary: Vocabulary) -> Shares:
    weights, said = _weights(page, vocabulary)
    weights[str(ComplaintType.OTHER)] += vocabulary.other
    whole = sum(math.expm1(min(weight, 30) / 3) for weight in weights.values())
    return {
        kind: (math.expm1(min(weight, 30) / 3) / whole, said.get(kind, []))
        for kind, weight in weights.items()
    }


def _weights(page: Page, vocabulary: Vocabulary) -> tuple[dict[str, float], dict[str, list[str]]]:
    """What the words found weigh for each type, and the words, strongest first."""
    force = {"strong": vocabulary.strong, "medium": vocabulary.medium, "weak": vocabulary.weak}
    counts = Counter(
        (kind, level, found.words)
        for kind, level, found in vocabulary.type_index[page.language].find(page.text, page.begins)
    )
    weights: dict[str, float] = defaultdict(float)
    pull: dict[str, Counter[str]] = {}
    for (kind, level, word), times in counts.items():
        weight = force[level] * (1 + 0.25 * (min(times, _REPEATS_COUNT) - 1))
        weights[kind] += weight
        pull.setdefault(kind, Counter())[word] += weight  # type: ignore[assignment]
    said = {kind: [word for word, _ in each.most_common(_WORDS_SHOWN)] for kind, each in pull.items()}
    return weights, said


def _give(found: Shares, kind: str, share: float, said: list[str]) -> None:
    """Take `share` from all types for one."""
    for other, (part, because) in found.items():
        found[other] = (part * (1 - share), because)
    part, because = found.get(kind, (0.0, []))
    found[kind] = (part + share, list(dict.fromkeys([*said, *because]))[:_WORDS_SHOWN])
