"""What violations.toml must look like: the codes of conduct that a finding may name, with their sources."""

from typing import Self

from pydantic import Field, model_validator

from incident.playbooks.schema import Confidence, Key, Strict, Text


class Violation(Strict):
    """A kind of conduct that a finding may name (facts K11)."""

    code: Key
    title: Text
    legal_reference: Text
    source: str
    confidence: Confidence


class Violations(Strict):
    """violations.toml."""

    violations: list[Violation] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_repeats(self) -> Self:
        seen = [each.code for each in self.violations]
        twice = sorted({code for code in seen if seen.count(code) > 1})
        if twice:
            raise ValueError(f"duplicate code: {', '.join(twice)}")
        return self
