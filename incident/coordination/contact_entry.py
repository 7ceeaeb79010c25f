"""A line of the contact log as somebody gives it: what makes sense, and how a forbidden one is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incident import errors, privacy
from incident.coordination.contact_facts import Wanted
from incident.coordination.contact_limits import Violation
from incident.errors import N_, Reason
from incident.models.contacts import (
    ContactChannel,
    ContactKind,
    ContactParty,
    ContactPlace,
    ContactPurpose,
    ThirdPersonBasis,
)

TEXT_LONGEST, REASON_LONGEST, OUTCOME_LONGEST = 4_000, 2_000, 60  # characters
TEXTS = ("summary", "next_step", "demand", "agreement", "point")
OLDEST = timedelta(days=366)  # how late a contact may still be written down, and how far ahead one is planned
SKEW = timedelta(minutes=2)  # of clocks: a call that was just made


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What somebody plans or writes down. `agreement`: how the customer asked for this contact; `point`: the
    number or address used, where there is more than one; `planned`: the line that this carries out."""

    kind: str
    channel: str
    at: datetime
    inbound: bool = False
    party: str = ContactParty.CUSTOMER
    basis: str | None = None
    purpose: str = ContactPurpose.CASE
    place: str = ContactPlace.ANYWHERE
    point: str = ""
    agreement: str = ""
    outcome: str = ""
    summary: str = ""
    next_step: str = ""
    demand: str = ""
    safety_reason: str = ""
    breach_reason: str = ""
    complaint: int | None = None
    person: int | None = None
    planned: int | None = None

    @property
    def wanted(self) -> Wanted:
        """What the limits ask about it."""
        return Wanted(
            at=self.at,
            kind=ContactKind(self.kind),
            channel=ContactChannel(self.channel),
            inbound=self.inbound,
            party=ContactParty(self.party),
            basis=ThirdPersonBasis(self.basis) if self.basis else None,
            purpose=ContactPurpose(self.purpose),
            place=ContactPlace(self.place),
            point=privacy.blind_index("point", self.point) if self.point.strip() else "",
            agreed=bool(self.agreement.strip()),
        )


def check(entry: Entry, at: datetime) -> None:
    """Raise Invalid with everything that makes no sense as a line of the log."""
    planned = entry.kind == ContactKind.PLANNED
    texts = {name: TEXT_LONGEST for name in TEXTS} | {"outcome": OUTCOME_LONGEST}
    texts |= {"safety_reason": REASON_LONGEST, "breach_reason": REASON_LONGEST}
    faults = [
        Reason(N_("At most %(most)s characters."), {"most": most}, (name,))
        for name, most in texts.items()
        if len(getattr(entry, name)) > most
    ]
    wrong = (
        (planned and entry.at < at - SKEW, "at", N_("What is planned lies ahead.")),
        (not planned and entry.at > at + SKEW, "at", N_("What was done cannot lie ahead; plan it instead.")),
        (abs(entry.at - at) > OLDEST, "at", N_("Name a time within a year.")),
        (planned and bool(entry.outcome.strip()), "outcome", N_("What is planned has no outcome yet.")),
        (planned and entry.inbound, "inbound", N_("Only we plan; the customer comes unasked.")),
        (
            planned and bool(entry.breach_reason.strip()),
            "breach_reason",
            N_("A breach is written down once it has happened; it cannot be planned."),
        ),
    )
    faults += [Reason(sentence, loc=(place,)) for fault, place, sentence in wrong if fault]
    if faults:
        raise errors.Invalid(N_("The contact cannot be recorded."), reasons=faults)


def refusal(entry: Entry, standing: list[Violation], later: datetime | None) -> errors.Refused:
    """Why the contact is not allowed: every limit, when none forbids it any more, and the truthful way."""
    reasons = [each.reason for each in standing]
    if later is not None:
        reasons.append(Reason(N_("From %(at)s on nothing forbids it."), {"at": later.isoformat()}))
    if entry.kind != ContactKind.PLANNED:
        told = N_("If it has happened already, record it as a breach and say why; compliance is told.")
        reasons.append(Reason(told, loc=("breach_reason",)))
    first = standing[0]
    return errors.Refused(
        N_("This contact is not allowed: rule %(rule)s, %(source)s."),
        rule=first.rule,
        source=first.source,
        reasons=reasons,
    )
