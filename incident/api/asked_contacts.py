"""What calls on contact with the customer and on holds read."""

from typing import Annotated

from pydantic import Field

from incident.api.asked import Asked, Moment, PageQuery, Who
from incident.api.registry import INTEGER_MOST
from incident.coordination import contact_entry, contact_preferences, holds
from incident.intake.body import Text
from incident.models.contacts import (
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    ThirdPersonBasis,
)

ACCOUNTS_MOST = 200  # looked up in one call
RowId = Annotated[int, Field(ge=1, le=INTEGER_MOST)]
Long = Annotated[Text, Field(max_length=contact_entry.TEXT_LONGEST)]
Why = Annotated[Text, Field(max_length=contact_entry.REASON_LONGEST)]


class LogContact(Asked):
    """A contact that is planned or was made; `at` is now where it is left out.

    `safety_reason` overrides the limits, `breach_reason` tells truly of what went past them, `agreement`
    says how the customer asked for this contact.
    """

    kind: ContactKind
    channel: ContactChannel
    at: Moment | None = None
    outcome: Annotated[Text, Field(max_length=contact_entry.OUTCOME_LONGEST)] = ""
    summary: Long = ""
    next_step: Long = ""
    demand: Long = ""
    inbound: bool = False
    party: ContactParty = ContactParty.CUSTOMER
    basis: ThirdPersonBasis | None = None
    purpose: ContactPurpose = ContactPurpose.CASE
    place: ContactPlace = ContactPlace.ANYWHERE
    point: Annotated[Text, Field(max_length=200)] = ""
    agreement: Long = ""
    safety_reason: Why = ""
    breach_reason: Why = ""
    complaint: RowId | None = None
    person: Who = None
    planned: RowId | None = None


class MayContactQuery(Asked):
    """Which contact, and when; now where it is left out."""

    channel: ContactChannel = ContactChannel.PHONE
    at: Moment | None = None
    party: ContactParty = ContactParty.CUSTOMER
    purpose: ContactPurpose = ContactPurpose.CASE
    place: ContactPlace = ContactPlace.ANYWHERE
    complaint: int | None = Field(None, ge=1, le=INTEGER_MOST)


class NotePreferences(Asked):
    """How the customer wants to be reached; times are the customer's own, like 09:30."""

    time_zone: Annotated[Text, Field(max_length=60)] = ""
    earliest: Annotated[Text, Field(max_length=5)] = ""
    latest: Annotated[Text, Field(max_length=5)] = ""
    days: list[Annotated[int, Field(ge=1, le=7)]] = Field(default_factory=list, max_length=7)
    not_at_work: bool = False
    refused_channels: list[ContactChannel] = Field(default_factory=list, max_length=20)
    language: Annotated[Text, Field(max_length=contact_preferences.LANGUAGE_LONGEST)] = ""
    representative: Annotated[Text, Field(max_length=contact_preferences.TEXT_LONGEST)] = ""
    note: Annotated[Text, Field(max_length=contact_preferences.TEXT_LONGEST)] = ""
    complaint: RowId | None = None


class PlaceHold(Asked):
    """Stop collecting from the incident's accounts; with `everything` automatic messages too."""

    reason: Annotated[Text, Field(min_length=1, max_length=holds.REASON_LONGEST)]
    everything: bool = False


class LiftHold(Asked):
    """Why the hold is lifted."""

    reason: Annotated[Text, Field(min_length=1, max_length=holds.REASON_LONGEST)]


class AssignHold(Asked):
    """Who keeps the hold beyond the closing, and when it is looked at again."""

    keeper: Who
    review_at: Moment


class HoldsQuery(PageQuery):
    """Holds, the newest first; those in force unless the others are asked for."""

    active: bool | None = True


class CheckHolds(Asked):
    """Accounts as the sender writes them; they are compared by digest and kept nowhere."""

    account_refs: list[Annotated[Text, Field(min_length=1, max_length=200)]] = Field(
        min_length=1, max_length=ACCOUNTS_MOST
    )
