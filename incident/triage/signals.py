"""Finds signals in Chinese and English text, and tells what is stated from what is denied or quoted."""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from incident.triage import phrases, words
from incident.triage.assessment import Facts, SignalHit
from incident.triage.vocabulary import SURE, Certainty, Context, SignalRule, Vocabulary
from incident.vocabulary import Signal

_SENTENCE = {"zh": re.compile(r"[。！？；;!?\n]"), "en": re.compile(r"[.!?;\n]")}
_CLAUSE = {
    "zh": re.compile(r"[，,、：:]|但|而"),
    "en": re.compile(r"[,:()]|\b(?:but|because|so that|and i)\b"),
}
_DENIAL_REACH = {"zh": 8, "en": 34}  # characters before a hit
_VOICE_REACH = {"zh": 26, "en": 90}
_AFTER_REACH = {"zh": 8, "en": 24}
_CHINESE = re.compile(r"[一-鿿]")
_LATIN = re.compile(r"[a-z]{2}")
_RANK = {certainty: rank for rank, certainty in enumerate(Certainty)}
_WORDS_KEPT = 4
_KINDS = {"stated": Certainty.STATED, "mentioned": Certainty.MENTIONED, "quoted": Certainty.QUOTED}


@dataclass(frozen=True)
class Page:
    """A text made ready for searching in one language."""

    text: str
    language: phrases.Language
    begins: set[str] | None  # of its English words; None for Chinese, which has no words to begin


def pages(text: str) -> list[Page]:
    """The text once for each language it has letters of."""
    normal = words.normal(text)
    found = []
    if _CHINESE.search(normal):
        found.append(Page(normal, "zh", None))
    if _LATIN.search(normal):
        found.append(Page(normal, "en", phrases.word_keys(normal)))
    return found


def find(facts: Facts, text_pages: list[Page], vocabulary: Vocabulary) -> list[SignalHit]:
    """Every signal, surest first, once by declaration and once per language it was read in."""
    hits = list(_given(facts, vocabulary))
    for page in text_pages:
        hits += _in_text(page, vocabulary)
    return sorted(hits, key=lambda hit: _RANK[hit.certainty])


def _given(facts: Facts, vocabulary: Vocabulary) -> Iterator[SignalHit]:
    for name, rule in vocabulary.signals.items():
        if name in facts.declared_signals:
            yield SignalHit(str(name), Certainty.DECLARED, "declared", [])
        elif facts.complaint_type in rule.implied_by_types:
            yield SignalHit(str(name), Certainty.DECLARED, "type", [])
        elif facts.channel in rule.implied_by_channels:
            # the way it came says so, but nobody asked for an incident: see opens_incident
            yield SignalHit(str(name), Certainty.STATED, "channel", [])


def _in_text(page: Page, vocabulary: Vocabulary) -> Iterator[SignalHit]:
    """One hit per signal: the surest, with the words that share its certainty."""
    heard: dict[str, dict[Certainty, list[phrases.Found]]] = {}
    index = vocabulary.signal_index[page.language]
    context = vocabulary.context[page.language]
    for name, kind, found in index.find(page.text, page.begins):
        certainty = _judge(found, _KINDS[kind], page, context)
        if certainty and _holds(found, certainty, _rule(vocabulary, name), vocabulary):
            heard.setdefault(name, {}).setdefault(certainty, []).append(found)
    for name, by_certainty in heard.items():
        certainty = min(by_certainty, key=_RANK.__getitem__)
        places = by_certainty[certainty]
        numbers = [vocabulary.number(each.number) for each in places if each.number]
        said = list(dict.fromkeys(each.words for each in places))[:_WORDS_KEPT]
        alone = _rule(vocabulary, name).keep_negated and certainty not in SURE
        yield SignalHit(name, certainty, "text", said, page.language, max(numbers, default=None), alone)


def _rule(vocabulary: Vocabulary, name: str) -> SignalRule:
    return vocabulary.signals[cast(Signal, name)]


def _holds(found: phrases.Found, certainty: Certainty, rule: SignalRule, vocabulary: Vocabulary) -> bool:
    if certainty is Certainty.NEGATED and not rule.keep_negated:
        return False
    return not (found.number and rule.least_number and vocabulary.number(found.number) < rule.least_number)


def _judge(found: phrases.Found, certainty: Certainty, page: Page, context: Context) -> Certainty | None:
    """Denied, somebody else's words, or as the list says; None inside a figure of speech.

    What is unclear stays as grave as the list has it.
    """
    language = page.language
    sentence = _since(page.text, found.start, _SENTENCE[language], _VOICE_REACH[language])
    if _any_inside(context.ignored, page, found):
        return None
    if _denied(page.text, found, sentence, language, context):
        return Certainty.NEGATED
    # in Chinese the verb of speaking may be part of the hit itself: 扬言要…
    voice = sentence + page.text[found.start : found.end] if language == "zh" else sentence
    if certainty is Certainty.STATED and _foreign(voice, page.text[: found.start], language, context):
        return Certainty.QUOTED
    return certainty


def _since(text: str, end: int, border: re.Pattern[str], reach: int) -> str:
    """The text before a place, back to the last border and no further than `reach`."""
    before = text[max(0, end - reach) : end]
    return before[max((each.end() for each in border.finditer(before)), default=0) :]


def _denied(
    text: str, found: phrases.Found, sentence: str, language: phrases.Language, context: Context
) -> bool:
    clause = _since(sentence, len(sentence), _CLAUSE[language], _DENIAL_REACH[language])
    clause = _matcher(tuple(context.no_negation), language, "").sub(" ~ ", clause)
    ending = r"(?:\s+[\w']+){0,4}\s*$" if language == "en" else r".{0,5}$"
    if _matcher(tuple(context.negation), language, ending).search(clause):
        return True
    after = _SENTENCE[language].split(text[found.end : found.end + _AFTER_REACH[language]])[0]
    return bool(context.negation_after) and bool(
        _matcher(tuple(context.negation_after), language, "").match(after.lstrip())
    )


def _foreign(sentence: str, before: str, language: phrases.Language, context: Context) -> bool:
    """Whether somebody else speaks: the last voice in the sentence, else open quotation marks."""
    others = _last(_matcher(tuple(context.others), language, ""), sentence)
    own = _last(_matcher(tuple(context.own), language, ""), sentence)
    if others >= 0 or own >= 0:
        return others > own
    paragraph = before[before.rfind("\n") + 1 :]
    return paragraph.count('"') % 2 == 1


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((each.start() for each in pattern.finditer(text)), default=-1)


def _any_inside(sources: list[str], page: Page, found: phrases.Found) -> bool:
    """Whether the hit is part of a figure of speech."""
    if not sources:
        return False
    around = _matcher(tuple(sources), page.language, "").finditer(page.text)
    return any(each.start() <= found.start and found.end <= each.end() for each in around)


@functools.lru_cache(maxsize=64)
def _matcher(sources: tuple[str, ...], language: phrases.Language, ending: str) -> re.Pattern[str]:
    """One search for several phrases; with `ending`, only where nothing but that follows."""
    bodies = (phrases.compiled(each, language).pattern.pattern for each in sources)
    return re.compile(f"(?:{'|'.join(bodies)}){ending}" if sources else r"(?!)")
