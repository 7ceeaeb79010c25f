"""What calls on contact with the customer and on holds answer; `lines_contacts` writes the same by hand."""

from datetime import datetime

from pydantic import BaseModel

from incident.api.answered import By, Page, Someone, Words
from incident.models.contacts import (
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    ContactState,
    HoldScope,
    ThirdPersonBasis,
)


class Limit(BaseModel):
    """A limit on contact, by its rule."""

    rule: str
    version: str
    title: Words
    source: str
    confidence: str


class Contact(BaseModel):
    """A line of the contact log; texts are redacted."""

    id: int
    incident: str
    complaint: int | None
    kind: ContactKind
    state: ContactState
    channel: ContactChannel
    at: datetime
    inbound: bool
    party: ContactParty
    basis: ThirdPersonBasis | None
    purpose: ContactPurpose
    place: ContactPlace
    person: Someone | None
    outcome: str | None
    summary: str | None
    next_step: str | None
    demand: str | None
    agreement: str | None
    violations: list[Limit]
    breach: bool
    safety: bool
    reason: str | None
    recorded_at: datetime
    recorded_by: By


class ContactList(Page):
    """The whole log of an incident: what is ahead first, then the latest first."""

    items: list[Contact]


class Against(Limit):
    """A limit that stands against a contact, and why."""

    why: Words


class MayContact(BaseModel):
    """Whether a contact is allowed; `next_allowed_at` is null where waiting does not help."""

    allowed: bool
    at: datetime
    next_allowed_at: datetime | None
    violations: list[Against]


class Preferences(BaseModel):
    """How the customer wants to be reached; texts are redacted."""

    time_zone: str | None
    earliest: str | None
    latest: str | None
    days: list[int]
    not_at_work: bool
    refused_channels: list[ContactChannel]
    language: str | None
    representative: str | None
    note: str | None
    updated_at: datetime
    updated_by: By


class HeldComplaint(BaseModel):
    """The complaint whose account is held, by the reference of the system that sent it."""

    source: str
    source_ref: str


class Hold(BaseModel):
    """A contact hold; `account_key` is a keyed digest of the account."""

    id: int
    incident: str
    complaint: HeldComplaint | None
    account_key: str | None
    scope: HoldScope
    in_force: bool
    placed_at: datetime
    placed_by: By
    lifted_at: datetime | None
    lifted_by: By | None
    lift_reason: str | None
    keeper: Someone | None
    review_at: datetime | None


class HoldList(Page):
    """Holds."""

    items: list[Hold]


class Checked(BaseModel):
    """One account: what is stopped on it at the moment."""

    account_ref: str
    collection: bool
    automatic_messages: bool


class CheckedList(BaseModel):
    """The accounts in the order asked; true means stop."""

    items: list[Checked]
