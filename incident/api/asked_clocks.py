"""What the calls on clocks read."""

from typing import Annotated, Literal

from pydantic import Field

from incident.api.asked import MANY, Asked, Moment, PageQuery
from incident.clocks.acts import PROOF_LONGEST, REASON_LONGEST
from incident.intake.body import Text
from incident.models.clocks import ClockState
from incident.playbooks.schema import Jurisdiction

Code = Annotated[Text, Field(min_length=1, max_length=50)]
Because = Annotated[Text, Field(min_length=1, max_length=REASON_LONGEST)]
Where = Literal["house", "cn", "us", "uk", "eu"]


class ClocksQuery(PageQuery):
    """Clocks of live incidents, the soonest due first; without `state`, those still to be met."""

    state: list[ClockState] = Field(default_factory=list, json_schema_extra=MANY)
    due_before: Moment | None = None
    jurisdiction: Where | None = None
    department: Annotated[Text, Field(min_length=1, max_length=10)] | None = None
    drill: bool = False


class AddClock(Asked):
    """A rule by its code, of the house's set unless another is named, and since when it runs."""

    rule: Code
    jurisdiction: Jurisdiction | None = None
    started_at: Moment | None = None
    reason: Annotated[Text, Field(max_length=REASON_LONGEST)] = ""


class RecordEvent(Asked):
    """Something that happened and starts clocks."""

    event: Literal["classified", "withdrawn", "aware"]
    at: Moment | None = None


class ClockReason(Asked):
    """Why."""

    reason: Because


class CorrectClock(Asked):
    """Since when it runs, and why that is corrected."""

    started_at: Moment
    reason: Because


class MeetClock(Asked):
    """The proof: a filing number, a document (the id of a piece of evidence) or a statement."""

    proof: Annotated[Text, Field(max_length=PROOF_LONGEST)] = ""
    kind: Literal["filing", "document", "statement"] = "statement"
