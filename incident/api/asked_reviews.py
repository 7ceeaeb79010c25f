"""What calls on post-mortems and their actions read."""

from typing import Annotated, Literal

from pydantic import Field

from incident.api.asked import Asked, Moment, PageQuery, Who
from incident.api.registry import INTEGER_MOST
from incident.intake.body import Text
from incident.models.actions import ActionKind, ActionState
from incident.models.reviews import CauseCategory, Signer
from incident.reviews import actions, findings, meeting, publishing, sections

RowId = Annotated[int, Field(ge=1, le=INTEGER_MOST)]
StepKey = Annotated[str, Field(min_length=1, max_length=50)]
Reason = Annotated[Text, Field(min_length=1, max_length=actions.TEXT_LONGEST)]


class SaveSection(Asked):
    """The whole text of a section, in Markdown; names of people involved stand only where `names_ok`."""

    text: Annotated[Text, Field(max_length=sections.LONGEST)]
    names_ok: bool = False


class WriteFinding(Asked):
    """An answer to a why, below another finding or at the top; with a category it is a cause."""

    text: Annotated[Text, Field(min_length=1, max_length=findings.LONGEST)]
    parent: RowId | None = None
    category: CauseCategory | None = None
    step: StepKey | None = None
    names_ok: bool = False


class ChangeFinding(Asked):
    """The whole answer anew; `If-Match` names the version it was made from."""

    text: Annotated[Text, Field(min_length=1, max_length=findings.LONGEST)]
    category: CauseCategory | None = None
    step: StepKey | None = None
    names_ok: bool = False


class ChooseEvents(Asked):
    """Of the events that were shown, those that are key events."""

    shown: Annotated[list[RowId], Field(min_length=1, max_length=2_000)]
    chosen: Annotated[list[RowId], Field(max_length=2_000)]


class MoveMeeting(Asked):
    """When and where it meets; later than the limit only with a reason."""

    meets_at: Moment
    place: Annotated[Text, Field(max_length=meeting.PLACE_LONGEST)] = ""
    reason: Annotated[Text, Field(max_length=meeting.NOTE_LONGEST)] = ""


class HandReviewOver(Asked):
    """Who leads it from now on, and what they should know."""

    to: Who
    note: Annotated[Text, Field(max_length=meeting.NOTE_LONGEST)] = ""


class SignReview(Asked):
    """In which role; the first that fits where none is named."""

    role: Signer | None = None


class Amend(Asked):
    """Why a published post-mortem is changed."""

    reason: Annotated[Text, Field(min_length=1, max_length=publishing.REASON_LONGEST)]


class AskFor(Asked):
    """Why an incident needs a post-mortem."""

    trigger: Literal["asked", "regulator"] = "asked"


class AddAction(Asked):
    """A corrective action; without `due_at` its level decides."""

    kind: ActionKind
    title: Annotated[Text, Field(min_length=1, max_length=actions.TITLE_LONGEST)]
    detail: Annotated[Text, Field(max_length=actions.TEXT_LONGEST)] = ""
    owner: Who | None = None
    due_at: Moment | None = None
    finding: RowId | None = None


class ChangeAction(Asked):
    """What changes; what is left out stays. `done` needs `proof`; another `due_at`, `dropped` and `open` need
    `reason`; `verified` needs somebody else than the owner."""

    state: ActionState | None = None
    proof: Reason | None = None
    reason: Reason | None = None
    due_at: Moment | None = None
    owner: Who | None = None
    kind: ActionKind | None = None
    title: Annotated[Text, Field(min_length=1, max_length=actions.TITLE_LONGEST)] | None = None
    detail: Annotated[Text, Field(max_length=actions.TEXT_LONGEST)] | None = None


class ActionsQuery(PageQuery):
    """Actions, the next due first; `mine` are those of the person who asks."""

    show: Literal["open", "overdue", "done", "closed", "all"] = "all"
    mine: bool = False
    owner: RowId | None = None
    review: RowId | None = None
    playbook: Annotated[str, Field(max_length=60)] | None = None
