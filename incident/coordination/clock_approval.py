"""Approving what was asked for a clock: somebody the rule names, who did not ask and has no interest."""

from datetime import datetime

from incident import clocks, recusal
from incident.accounts import Actor
from incident.models.clocks import Clock
from incident.models.incidents import Incident


def approve(incident: Incident, clock_id: int, *, by: Actor, at: datetime, seen: int | None = None) -> Clock:
    """Grant a pause or an extension; raises Forbidden with the rule that stands against it."""
    recusal.must_not_be(incident, by)
    return clocks.approve(incident, clock_id, by=by, at=at, seen=seen)


def refuse(
    incident: Incident, clock_id: int, *, reason: str, by: Actor, at: datetime, seen: int | None = None
) -> Clock:
    """Turn it down with the reason; raises Forbidden with the rule that stands against it."""
    recusal.must_not_be(incident, by)
    return clocks.refuse(incident, clock_id, reason=reason, by=by, at=at, seen=seen)


def may(incident: Incident, clock: Clock, by: Actor, *, at: datetime) -> bool:
    """Whether a reader may decide what waits on a clock."""
    return clocks.may_approve(clock, by, at) and recusal.bar(incident, by) is None
