"""What the calls about decisions, follow-ups and satisfaction read."""

from typing import Annotated, Literal

from pydantic import Field

from incident.api.asked import Asked, Moment, Who
from incident.api.registry import INTEGER_MOST
from incident.coordination import decisions, follow_ups, satisfaction, sending
from incident.intake.body import Text
from incident.lifecycle.common import TEXT_LONGEST
from incident.models.decisions import FollowUpKind

Row = Annotated[int, Field(ge=1, le=INTEGER_MOST)]
LetterText = Annotated[Text, Field(min_length=1, max_length=decisions.TEXT_LONGEST)]
Reason = Annotated[Text, Field(min_length=1, max_length=decisions.NOTE_LONGEST)]
Proof = Annotated[Text, Field(min_length=1, max_length=sending.PROOF_LONGEST)]


class About(Asked):
    """Which customer's part; may be left out where the incident has one complaint."""

    complaint: Row | None = None


class WriteDecision(About):
    """The next version of the letter; without `text` it is drafted from the plan and the facts.

    It is submitted for approval at once where nothing is left to fill in, unless `submit` is false. `seen` is
    the version that the writer looked at, so that nobody's work is written over.
    """

    text: LetterText | None = None
    locale: Literal["zh_CN", "en"] | None = None
    submit: bool = True
    seen: Annotated[int, Field(ge=0, le=INTEGER_MOST)] | None = None


class Approve(About):
    """A note is needed where the text has warnings."""

    note: Annotated[Text, Field(max_length=decisions.NOTE_LONGEST)] = ""


class SendBack(About):
    """What is to be changed."""

    reason: Reason


class Sent(About):
    """What proves the delivery: words (a tracking number, a receipt), or a piece of evidence by its id."""

    proof: Annotated[Text, Field(max_length=sending.PROOF_LONGEST)] = ""
    evidence: Row | None = None
    channel: Literal["letter", "email", "app", "branch", "hotline", "other"] = "letter"
    at: Moment | None = None


class Withdraw(About):
    """What proves that the customer withdrew, and when it was received."""

    proof: Proof
    received_at: Moment | None = None


class Score(About):
    """1 (not at all satisfied) to 5."""

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[Text, Field(max_length=satisfaction.COMMENT_LONGEST)] = ""


class PlanFollowUp(About):
    """Something to ask or look at later; its owner is the caller unless somebody is named."""

    kind: FollowUpKind = FollowUpKind.CALL_BACK
    title: Annotated[Text, Field(min_length=1, max_length=follow_ups.TITLE_LONGEST)] | None = None
    due_at: Moment | None = None
    owner: Who = None


class Reopen(Asked):
    """Why a closed incident is opened again; `new_facts` starts the periods of law anew."""

    reason: Annotated[Text, Field(min_length=1, max_length=TEXT_LONGEST)]
    stage: Literal["intake", "verify", "negotiate", "resolve"] = "resolve"
    new_facts: bool = False


class RecordFollowUp(Asked):
    """What came of it; `effective` is for the effect check, `dropped` says why it is not done."""

    note: Annotated[Text, Field(min_length=1, max_length=follow_ups.NOTE_LONGEST)]
    effective: bool | None = None
    dropped: bool = False
