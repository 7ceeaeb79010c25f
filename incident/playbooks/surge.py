"""What surge.toml must look like: when many complaints are taken for one cause, and how grave that is."""

from datetime import timedelta
from functools import lru_cache
from typing import Literal, Self

from pydantic import Field, model_validator

from incident import durations
from incident.playbooks.schema import Confidence, DurationText, Strict, Text
from incident.vocabulary import Level

MOST = 50  # customers: a complaint that arrives is compared with so many before it, and no more
LONGEST = timedelta(days=7)
Same = Literal["wording", "agency", "product_region"]


@lru_cache(maxsize=64)  # every complaint that arrives asks for the windows, row by row
def _span(text: str) -> timedelta:
    parsed = durations.parse(text)
    if parsed.unit in ("wd", "cd"):
        raise ValueError("a window runs by the clock: write minutes, hours or days, like 30m")
    return parsed.timedelta


class SurgeRule(Strict):
    """One way in which complaints are taken for one cause, besides being of one type."""

    key: Same
    name: Text
    window: DurationText
    propose_at: int = Field(ge=2, le=MOST)
    open_at: int = Field(ge=2, le=MOST)

    @property
    def span(self) -> timedelta:
        """How far back it looks."""
        return _span(self.window)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.open_at < self.propose_at:
            raise ValueError("open_at must not be less than propose_at")
        if _span(self.window) > LONGEST:
            raise ValueError("window: at most 7d")
        return self


class GroupLevel(Strict):
    """The least level of a group of so many customers, with where the number comes from."""

    customers: int = Field(ge=2)
    level: Level
    why: Text
    source: str
    confidence: Confidence


class SurgeRules(Strict):
    """surge.toml."""

    alike: int = Field(ge=50, le=100)
    quiet: DurationText
    rules: list[SurgeRule] = Field(min_length=1)
    levels: list[GroupLevel] = Field(default_factory=list)

    @property
    def quiet_span(self) -> timedelta:
        """How long a dismissed cause is not proposed again."""
        return _span(self.quiet)

    @property
    def longest(self) -> timedelta:
        """The longest window of all rules."""
        return max(rule.span for rule in self.rules)

    def level(self, customers: int) -> GroupLevel | None:
        """The gravest level that so many customers make, or none."""
        reached = [each for each in self.levels if customers >= each.customers]
        return min(reached, key=lambda each: each.level, default=None)

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        keys = [rule.key for rule in self.rules]
        if len(keys) != len(set(keys)):
            raise ValueError("each rule must occur once")
        _span(self.quiet)
        return self
