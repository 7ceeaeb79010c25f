"""What the calls on groups, links, merges, customers and agencies read."""

from datetime import date
from typing import Annotated

from pydantic import Field

from incident.api.asked import Asked, PageQuery, Words, _line
from incident.api.registry import INTEGER_MOST
from incident.intake.body import Text
from incident.models.groups import SurgeState

Number = Annotated[Text, Field(min_length=1, max_length=40)]


class LinkWith(Asked):
    """Another incident, and why they belong together."""

    incident: Number
    reason: Words


class MergeInto(Asked):
    """The incident that this one is merged into, and why."""

    into: Number
    reason: Words


class GroupReason(Asked):
    """Why, in a sentence."""

    reason: Words


class AddMember(Asked):
    """A complaint by its id, and why it belongs to the group."""

    complaint: int = Field(ge=1, le=INTEGER_MOST)
    reason: Words = "added by hand"


class RemoveMember(Asked):
    """Why the complaint does not belong to the group."""

    reason: Words = "taken out by hand"


class GroupsQuery(PageQuery):
    """Groups, the latest first."""

    state: SurgeState | None = None


class AddAgency(Asked):
    """A collection agency for the register."""

    name: Annotated[Text, _line(120)]
    code: Annotated[Text, _line(20)]
    department: Annotated[Text, _line(10)]
    evaluate_on: date | None = None
    notes: Annotated[Text, Field(max_length=2_000)] = ""


class SuspendAgency(Asked):
    """Why, and the incident it comes from where there is one."""

    reason: Words
    incident: Number | None = None
