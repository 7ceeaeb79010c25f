"""What triage.toml must look like: signals, types, context words and points, all editable without code."""

import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from incident.triage import phrases
from incident.vocabulary import Channel, ComplaintType, Signal

AXES = Literal["safety", "people", "regulator", "publicity", "breach", "data", "amount", "vulnerability"]
Points = dict[AXES, int]
LANGUAGES: tuple[phrases.Language, phrases.Language] = ("zh", "en")


class Certainty(StrEnum):
    """How sure a signal is, surest first; only the first two count as the signal itself."""

    DECLARED = "declared"
    STATED = "stated"
    MENTIONED = "mentioned"
    QUOTED = "quoted"
    NEGATED = "negated-but-kept"


SURE = (Certainty.DECLARED, Certainty.STATED)


class Strict(BaseModel):
    """No unknown key passes: a misspelt one is a fault of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Text(Strict):
    """The same words in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class Lists(Strict):
    """Phrases of one language: said as a fact, only spoken of, or about somebody else's words."""

    stated: list[str] = []
    mentioned: list[str] = []
    quoted: list[str] = []


class SignalRule(Strict):
    """One signal: its phrases, what it is worth, and whether it opens an incident."""

    name: Text
    zh: Lists
    en: Lists
    points: Points = Field({}, description="Points where the signal is sure.")
    lesser_points: Points = Field({}, description="Points where it is only spoken of, quoted or denied.")
    lesser_level: int | None = Field(None, ge=1, le=4, description="The least grave level for a lesser hit.")
    keep_negated: bool = Field(False, description="A denial is kept and shown to a person, not dropped.")
    opens_incident: list[Certainty] = Field([], description="With which certainty it opens an incident.")
    type: ComplaintType | None = Field(None, description="The type it speaks for.")
    share: dict[Certainty, float] = Field({}, description="How much of the proposal it takes for its type.")
    implied_by_types: list[ComplaintType] = []
    implied_by_channels: list[Channel] = []
    least_number: int | None = Field(None, ge=2, description="A `#` below this number is no hit.")

    @model_validator(mode="after")
    def _readable(self) -> Self:
        for certainty, share in self.share.items():
            if not 0 <= share < 1:
                raise ValueError(f"share.{certainty}: must be at least 0 and below 1, not {share}")
        if self.share and self.type is None:
            raise ValueError("share: needs a type to speak for")
        return self


class Context(Strict):
    """Words around a hit that turn it: denial, somebody else's voice, the writer's own voice."""

    negation: list[str] = Field(min_length=1, description="Just before a hit: it is denied.")
    negation_after: list[str] = []
    no_negation: list[str] = Field([], description="Look like a denial and are none.")
    others: list[str] = Field(min_length=1, description="Somebody else speaks.")
    own: list[str] = Field(min_length=1, description="The writer or the customer speaks.")
    ignored: list[str] = Field([], description="Figures of speech; never searched.")


class Terms(Strict):
    """Words that speak for a type, by force."""

    strong: list[str] = []
    medium: list[str] = []
    weak: list[str] = []


class TypeWords(Strict):
    """The words of a type; `share` is what its English words take from the text model's proposal."""

    zh: Terms = Terms()
    en: Terms = Terms()
    share: float = Field(0.0, ge=0, lt=1)


class Step(Strict):
    """From so many on, so many points."""

    least: int = Field(ge=1)
    points: int = Field(ge=0, le=3)


class Lines(Strict):
    """Words of a product that name its line of business for the text model."""

    cards: list[str]
    loans: list[str]


class LeastLevel(Strict):
    """From so many people on, at least this level (beside the trumps of levels.toml)."""

    least: int = Field(ge=2)
    level: int = Field(ge=1, le=4)


class Scoring(Strict):
    """Points 0-3 by axis for what is not a signal."""

    people: list[Step]
    amount: list[Step]
    channels: dict[Channel, Points] = {}
    types: dict[ComplaintType, Points] = {}
    numbers: dict[Signal, list[LeastLevel]] = {}


class Vocabulary(Strict):
    """triage.toml."""

    strong: float = Field(gt=0)
    medium: float = Field(gt=0)
    weak: float = Field(gt=0)
    other: float = Field(gt=0, description="What `other` weighs against a Chinese text's words.")
    numbers: dict[str, int] = Field(description="Number words and what they stand for, at least.")
    products: Lines
    context: dict[phrases.Language, Context]
    signals: dict[Signal | Literal["template_proxy"], SignalRule]
    types: dict[ComplaintType, TypeWords]
    scoring: Scoring

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := [each for each in LANGUAGES if each not in self.context]:
            raise ValueError(f"context.{missing[0]} is missing")
        if absent := [str(each) for each in Signal if each not in self.signals]:
            raise ValueError(f"signals: {', '.join(absent)} is missing")
        faults = list(self._unreadable())
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unreadable(self) -> list[str]:
        faults = []
        for place, language, source in self._all_phrases():
            try:
                phrases.compiled(source, language, self.number_pattern)
            except ValueError as fault:
                faults.append(f"{place}: {fault}")
        return faults

    def _all_phrases(self) -> list[tuple[str, phrases.Language, str]]:
        found = []
        for language in LANGUAGES:
            for name, rule in self.signals.items():
                lists: Lists = getattr(rule, language)
                for kind, sources in lists:
                    found += [(f"signals.{name}.{language}.{kind}", language, each) for each in sources]
            for kind_of, type_words in self.types.items():
                terms: Terms = getattr(type_words, language)
                for force, sources in terms:
                    found += [(f"types.{kind_of}.{language}.{force}", language, each) for each in sources]
            for kind, sources in self.context[language]:
                found += [(f"context.{language}.{kind}", language, each) for each in sources]
        return found

    @cached_property
    def number_pattern(self) -> str:
        """Digits, or one of the number words, longest first."""
        return "|".join([r"\d{1,6}", *map(re.escape, sorted(self.numbers, key=len, reverse=True))])

    def number(self, text: str) -> int:
        """What a `#` found stands for."""
        return self.numbers[text] if text in self.numbers else int(text)

    @cached_property
    def signal_index(self) -> dict[phrases.Language, phrases.Index]:
        """The phrases of all signals by language, each with (signal, kind of list)."""
        return {language: phrases.Index(self._entries(self.signals, language)) for language in LANGUAGES}

    @cached_property
    def type_index(self) -> dict[phrases.Language, phrases.Index]:
        """The words of all types by language, each with (type, force)."""
        return {language: phrases.Index(self._entries(self.types, language)) for language in LANGUAGES}

    def _entries(
        self, rules: Mapping[Any, SignalRule] | Mapping[Any, TypeWords], language: phrases.Language
    ) -> list[tuple[phrases.Phrase, tuple[str, str]]]:
        return [
            (phrases.compiled(source, language, self.number_pattern), (str(name), kind))
            for name, rule in rules.items()
            for kind, sources in getattr(rule, language)
            for source in sources
        ]


def load(path: Path) -> Vocabulary:
    """Read triage.toml; raises tomllib.TOMLDecodeError or pydantic.ValidationError."""
    return Vocabulary.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
