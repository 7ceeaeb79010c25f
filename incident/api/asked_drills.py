"""What the calls on drills read."""

from typing import Annotated, Literal

from pydantic import Field

from incident.api.asked import Asked, Moment, PageQuery, _line
from incident.intake.body import Text
from incident.lifecycle.common import TEXT_LONGEST
from incident.models.drills import DrillState
from incident.models.exercises import Rating
from incident.playbooks.exercises import Kind
from incident.vocabulary import ComplaintType

Address = Annotated[Text, _line(200)]
Said = Annotated[Text, Field(max_length=TEXT_LONGEST)]


class DrillStaff(Asked):
    """Who runs the drill, by address; whoever schedules it directs it where nobody is named."""

    director: list[Address] = Field(default_factory=list, max_length=20)
    controller: list[Address] = Field(default_factory=list, max_length=50)
    evaluator: list[Address] = Field(default_factory=list, max_length=50)
    observer: list[Address] = Field(default_factory=list, max_length=200)


class ScheduleDrill(Asked):
    """A drill, once (`starts_at`) or again and again (`recurrence`: minute hour day month weekday).

    `participants` are the players, the commander first.
    """

    playbook: ComplaintType
    scenario: Annotated[Text, _line(60)] | None = None
    kind: Kind = "tabletop"
    starts_at: Moment | None = None
    recurrence: Annotated[Text, _line(100)] | None = None
    announced: bool = True
    participants: list[Address] = Field(min_length=1, max_length=200)
    staff: DrillStaff = DrillStaff()


class PauseDrill(Asked):
    """Why a drill is paused."""

    reason: Said = ""


class StopDrill(Asked):
    """Why a drill is stopped before its end."""

    reason: Said = ""


class CancelDrill(Asked):
    """With `programme`, every later drill of the same programme is cancelled too."""

    programme: bool = False


class Respond(Asked):
    """An answer to an inject: words, or the place of a choice (from 0)."""

    words: Said = ""
    choice: int | None = Field(None, ge=0, le=20)


class ScoreInject(Asked):
    """An evaluator's points in place of the automatic ones (null: leave them), and a note."""

    score: int | None = Field(None, ge=0, le=100)
    note: Said = ""


class RateObjective(Asked):
    """A rating of the exercise evaluation guide; M and U need a note."""

    objective: Annotated[Text, _line(50)]
    rating: Rating
    note: Said = ""


class DirectInject(Asked):
    """What is done with an inject: skip one that waits, or release it now (again, where it was delivered)."""

    act: Literal["skip", "release"]


class DrillsQuery(PageQuery):
    """Drills, the latest start first."""

    state: DrillState | None = None
