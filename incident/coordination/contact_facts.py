"""What a check of the limits on contact is about: the contact, those before it, the customer's wishes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from incident.models.contacts import (
    CALLS,
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    HoldScope,
    ThirdPersonBasis,
)


@dataclass(frozen=True)
class Preferences:
    """How the customer wants to be reached; `days` are ISO weekdays, none means any."""

    earliest: time | None = None
    latest: time | None = None
    days: frozenset[int] = frozenset()
    not_at_work: bool = False
    refused: frozenset[str] = frozenset()
    represented: bool = False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A contact that is planned, or that was made. `agreed`: the customer asked for this one."""

    at: datetime
    kind: ContactKind = ContactKind.PLANNED
    channel: ContactChannel = ContactChannel.PHONE
    inbound: bool = False
    party: ContactParty = ContactParty.CUSTOMER
    basis: ThirdPersonBasis | None = None
    purpose: ContactPurpose = ContactPurpose.CASE
    place: ContactPlace = ContactPlace.ANYWHERE
    point: str = ""
    agreed: bool = False


@dataclass(frozen=True, kw_only=True)
class Past:
    """A contact that was made. `point` tells one number or address from another."""

    at: datetime
    kind: ContactKind
    channel: ContactChannel = ContactChannel.PHONE
    inbound: bool = False
    party: ContactParty = ContactParty.CUSTOMER
    point: str = ""
    outcome: str | None = None

    @property
    def call(self) -> bool:
        """Whether it was a telephone call about the customer's debt or complaint with the customer's side."""
        return self.channel in CALLS and self.party != ContactParty.THIRD_PERSON


@dataclass(frozen=True)
class Facts:
    """What a check is about: the contact, those before it, the customer's zone and wishes, a hold."""

    wanted: Wanted
    zone: ZoneInfo
    past: Sequence[Past] = ()
    preferences: Preferences = field(default_factory=Preferences)
    hold: HoldScope | None = None

    def day(self, moment: datetime | None = None) -> date:
        """The customer's day at a moment, or at the contact's."""
        return (moment or self.wanted.at).astimezone(self.zone).date()

    @property
    def hour(self) -> time:
        """The time of day where the customer is."""
        return self.wanted.at.astimezone(self.zone).time()

    def calls(self) -> list[Past]:
        """The calls we made."""
        return [each for each in self.past if each.call and not each.inbound]
