"""What a scenario looks like: the situation, its objectives, and the master list of injects (MSEL)."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from incident import durations
from incident.playbooks.texts import DepartmentCode, Key, Strict, Text

LONGEST = timedelta(days=14)  # what a clock can tell; what may be played is `PLAYED_MOST`
INJECTS_MOST, OBJECTIVES_MOST, CHOICES_MOST = 60, 12, 5
POINTS, WITHIN = 10, "10m"
Kind = Literal["tabletop", "drill", "functional", "full_scale", "call_tree"]
InjectChannel = Literal["slack", "phone", "email", "onsite", "social_media", "regulator", "other"]
# what counts as the answer: words or a choice given to the inject, or the ordinary act on the incident
Response = Literal[
    "answer",
    "choose",
    "acknowledge",
    "accept",
    "call_out",
    "raise_level",
    "finish_task",
    "give_update",
    "none",
]
TARGETS = ("accept", "call_out", "raise_level", "finish_task")


def _clock_time(text: str) -> str:
    if durations.parse(text).timedelta > LONGEST:
        raise ValueError(f"{text} is later than {LONGEST} after the start")
    return text


ClockTime = Annotated[str, AfterValidator(_clock_time)]


class Objective(Text):
    """What the drill should show; without a key it is `o1`, `o2` … by its place."""

    key: Key | None = None


class Condition(Strict):
    """An inject that comes only after an earlier one (its number, from 1) was met, or was missed."""

    inject: int = Field(ge=1)
    result: Literal["met", "missed"]


class Inject(Strict):
    """One event of a drill, at an offset from its start (T+mm).

    `to` names the departments that get it; none: every player. `target` is a department for accept and
    call_out, a step of the plan for finish_task, a level (1-4) for raise_level.
    """

    at: ClockTime
    channel: InjectChannel
    sender: Text | None = None
    to: list[DepartmentCode] = []
    text: Text
    expected: Text
    respond: Response = "answer"
    target: str | None = Field(None, max_length=50)
    choices: list[Text] = Field([], max_length=CHOICES_MOST)
    right: int | None = Field(None, ge=1, description="The place of the right choice, from 1.")
    within: ClockTime = WITHIN
    points: int = Field(POINTS, ge=0, le=100)
    objective: str | None = Field(None, max_length=50)
    condition: Condition | None = None

    @property
    def offset(self) -> timedelta:
        """When, from the start."""
        return durations.parse(self.at).timedelta

    @property
    def time_to_answer(self) -> timedelta:
        """How long an answer may take."""
        return durations.parse(self.within).timedelta

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        if (self.respond == "choose") != bool(self.choices):
            raise ValueError('choices belong to `respond = "choose"`, and it needs at least two')
        if self.choices and (len(self.choices) < 2 or not 1 <= (self.right or 0) <= len(self.choices)):
            raise ValueError("give at least two choices, and in `right` the number of the right one")
        if self.right and not self.choices:
            raise ValueError("`right` belongs to choices")
        if (self.respond in TARGETS) != bool(self.target):
            raise ValueError(f"target belongs to {', '.join(TARGETS)}, and they need it")
        if self.respond == "raise_level" and self.target not in ("1", "2", "3", "4"):
            raise ValueError("the target of raise_level is a level: 1, 2, 3 or 4")
        return self


class Scenario(Strict):
    """Something to drill: the situation, what should be shown, and the injects in the order of time."""

    key: Key
    title: Text
    kind: Kind
    situation: Text
    objectives: list[Objective] = Field(min_length=1, max_length=OBJECTIVES_MOST)
    injects: list[Inject] = Field(min_length=1, max_length=INJECTS_MOST)

    @property
    def goals(self) -> dict[str, Objective]:
        """The objectives by key."""
        return {each.key or f"o{number}": each for number, each in enumerate(self.objectives, start=1)}

    @property
    def length(self) -> timedelta:
        """From the start to the last answer's due time."""
        return max(each.offset + each.time_to_answer for each in self.injects)

    @property
    def points(self) -> int:
        """What can be scored at most."""
        return sum(each.points for each in self.injects if each.respond != "none")

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        faults = [*self._goal_faults(), *self._order_faults()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _goal_faults(self) -> list[str]:
        goals = self.goals
        unknown = [
            f"injects.{number}: there is no objective {each.objective!r}"
            for number, each in enumerate(self.injects, start=1)
            if each.objective is not None and each.objective not in goals
        ]
        return unknown if len(goals) == len(self.objectives) else [*unknown, "objectives: a key occurs twice"]

    def _order_faults(self) -> list[str]:
        faults, before = [], timedelta()
        for number, each in enumerate(self.injects, start=1):
            if each.offset < before:
                faults.append(f"injects.{number}: {each.at} is before the inject above it")
            before = each.offset
            if each.condition is not None and each.condition.inject >= number:
                faults.append(f"injects.{number}: the condition must name an earlier inject")
        return faults

    def strangers(self, steps: set[str]) -> list[str]:
        """Tasks that an inject waits for and that are no steps of the plan."""
        return [
            f"scenarios.{self.key}.injects.{number}: {each.target!r} is no step of this plan"
            for number, each in enumerate(self.injects, start=1)
            if each.respond == "finish_task" and each.target not in steps
        ]
