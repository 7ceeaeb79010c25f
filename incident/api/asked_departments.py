"""What the calls on department lines read."""

from typing import Annotated, Literal

from pydantic import Field

from incident.api.asked import Asked, Who
from incident.coordination.departments import TEXT_LONGEST
from incident.intake.body import Text

Said = Annotated[Text, Field(min_length=1, max_length=TEXT_LONGEST)]


class CallOut(Asked):
    """Another department; without a lead whoever is on duty for it leads."""

    department: Annotated[Text, Field(min_length=1, max_length=10)]
    lead: Who = None
    part: Literal["responsible", "support"] = "support"


class Remark(Asked):
    """A word with the act; it counts as the department's report."""

    note: Annotated[Text, Field(max_length=TEXT_LONGEST)] = ""


class Why(Asked):
    """What blocks it, why it is stood down, or how far it is."""

    note: Said


class SignOff(Asked):
    """What the department did, in one or two sentences."""

    note: Said


class HandOver(Asked):
    """Who leads the line from now on, by id or e-mail address, and why; `from` is who leads it so far, null
    for nobody, so that of two who hand it over at once the second is told."""

    from_: Annotated[Who | None, Field(alias="from")]
    lead: Who
    note: Said
