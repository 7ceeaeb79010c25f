"""The level matrix: how fast each of the four levels is answered, who commands, and how the score decides."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    field_validator,
    model_validator,
)

from incident import durations
from incident.durations import Duration


def _duration(value: object) -> Duration:
    return value if isinstance(value, Duration) else durations.parse(str(value))


Span = Annotated[Duration, PlainValidator(_duration), PlainSerializer(str, return_type=str)]


class Strict(BaseModel):
    """No unknown key passes."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, str_strip_whitespace=True, arbitrary_types_allowed=True
    )


class Words(Strict):
    """The same words in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class PostMortem(Strict):
    """When the post-mortem meeting is held; `optional` levels get one only if somebody asks."""

    value: int = Field(ge=0)
    unit: Literal["calendar_days", "working_days"]
    optional: bool = False


class LevelRule(Strict):
    """One column of the matrix (facts §3.2)."""

    name: Words
    colour: Literal["red", "orange", "yellow", "blue"]
    typical: Words
    acknowledge: Span
    assemble: Span
    first_contact: Span
    update_interval: Span
    escalate_after: list[Span] = Field(min_length=1)
    working_hours_only: bool = False
    stabilise: Span
    decision: Span
    commander: Words
    commander_department: str | None = Field(None, description="None: the plan's responsible department.")
    post_mortem: PostMortem
    actions_due: Words
    actions_within: Span | None = Field(None, description="None: by the end of the next quarter.")

    @field_validator("escalate_after")
    @classmethod
    def _by_the_clock(cls, value: list[Duration]) -> list[Duration]:
        """The ladder waits by the clock: days that need a calendar would stop the opening of an incident."""
        if bad := [str(each) for each in value if each.unit in ("wd", "cd")]:
            raise ValueError(f"{', '.join(bad)}: write minutes, hours, days or weeks, like 4h")
        return value


class Axis(Strict):
    """One thing that is scored 0-3."""

    key: str
    name: Words


class Threshold(Strict):
    """The least total that makes a level."""

    level: int = Field(ge=1, le=4)
    least: int = Field(ge=0)


class Trumps(Strict):
    """What decides the level alone, whatever the total."""

    safety_level: int = Field(ge=1, le=4)
    joint_at_least: int = Field(ge=2)
    joint_level: int = Field(ge=1, le=4)
    regulator_level: int = Field(ge=1, le=4)
    vulnerable_raises_by: int = Field(ge=0, le=3)


Impact = Literal["customer", "reputation", "business", "credit_record"]


class Scoring(Strict):
    """How a level follows from facts: the axes, the thresholds and the trumps."""

    axes: list[Axis] = Field(min_length=1)
    thresholds: list[Threshold] = Field(min_length=1)
    trumps: Trumps
    impacts: dict[Impact, str] = Field({}, description="The axis that an assessed impact counts on.")

    @model_validator(mode="after")
    def _known_axes(self) -> Self:
        known = {axis.key for axis in self.axes}
        if strange := sorted(set(self.impacts.values()) - known):
            raise ValueError(f"impacts: {', '.join(strange)} is no axis of the scoring")
        return self


class Levels(Strict):
    """levels.toml."""

    levels: dict[Literal["1", "2", "3", "4"], LevelRule] = Field(min_length=4)
    scoring: Scoring

    def __getitem__(self, level: int) -> LevelRule:
        """The rule of a level 1-4."""
        return self.levels[str(int(level))]  # type: ignore[index]


def load(path: Path) -> Levels:
    """Read levels.toml; raises tomllib.TOMLDecodeError or pydantic.ValidationError."""
    return Levels.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
