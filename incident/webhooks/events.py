"""What is told: messages written with the act they tell of, to every endpoint that asked for them.

A message holds no personal data and no names. A drill is told as `drill.…` and as nothing else. The number
and the address of an incident are added when the message is sent: at the opening they are given last.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from incident.db import db, insert_rows, remembered
from incident.models.contacts import ContactHold, HoldScope
from incident.models.incidents import Incident
from incident.models.webhooks import WebhookEndpoint, WebhookMessage, WebhookState

DRILLS = "drill.*"
TEST = "webhook.test"
# what an endpoint can ask for (contract §4)
EVENTS = (
    "incident.opened",
    "incident.acknowledged",
    "incident.moved",
    "incident.level_changed",
    "incident.closed",
    "contact_hold.placed",
    "contact_hold.lifted",
    "review.completed",
    DRILLS,
)
GIVE_UP_AFTER = timedelta(hours=24)  # contract §4: retried with back-off for 24 h


@dataclass(frozen=True)
class Subscriber:
    """An endpoint that is told, and what of."""

    id: int
    events: frozenset[str]

    def wants(self, event: str) -> bool:
        """Whether it asked for an event."""
        return event in self.events or (event.startswith("drill.") and DRILLS in self.events)


def subscribers() -> list[Subscriber]:
    """The endpoints in use; remembered, so that an act costs no look-up."""

    def read() -> list[Subscriber]:
        rows = db.session.execute(
            select(WebhookEndpoint.id, WebhookEndpoint.events).where(WebhookEndpoint.active)
        )
        return [Subscriber(id_, frozenset(events)) for id_, events in rows]

    return remembered("webhooks/endpoints", read)


def row(
    endpoint_id: int, event: str, *, at: datetime, incident_id: int | None, data: dict[str, Any]
) -> dict[str, Any]:
    """One message as a row."""
    return {
        "key": f"msg_{secrets.token_hex(16)}",
        "endpoint_id": endpoint_id,
        "incident_id": incident_id,
        "event": event,
        "happened_at": at,
        "data": data,
        "state": WebhookState.PENDING,
        "attempts": 0,
        "next_at": at,
        "give_up_at": at + GIVE_UP_AFTER,
    }


def tell(event: str, *, at: datetime, incident_id: int | None = None, **data: Any) -> None:
    """Write the messages of an event into the present transaction; nothing where nobody asked for it."""
    wanted = [each for each in subscribers() if each.wants(event)]
    insert_rows(
        WebhookMessage,
        [row(each.id, event, at=at, incident_id=incident_id, data=data) for each in wanted],
    )


def tell_of(incident: Incident, act: str, *, at: datetime, **data: Any) -> None:
    """The same for an act on an incident: `incident.<act>`, of a drill `drill.<act>`."""
    event = f"{'drill' if incident.drill else 'incident'}.{act}"
    if any(each.wants(event) for each in subscribers()):
        tell(event, at=at, incident_id=incident.id, incident=facts(incident), **data)


def facts(incident: Incident) -> dict[str, Any]:
    """How the incident stands, without what could name anybody."""
    return {
        "drill": incident.drill,
        "level": int(incident.level),
        "status": str(incident.status),
        "stage": str(incident.stage),
        "complaint_type": incident.complaint_type,
        "plan": {"key": incident.plan_key, "version": incident.plan_number},
        "opened_at": moment(incident.opened_at),
        "acknowledged_at": moment(incident.acknowledged_at),
        "closed_at": moment(incident.closed_at),
    }


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC, with a Z."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def standing(hold: ContactHold) -> dict[str, Any]:
    """What a hold stops at the moment; asked again when a message about it is sent, so that one that comes
    late never says what is over."""
    everything = hold.in_force and hold.scope == HoldScope.EVERYTHING
    return {
        "collection": "stop" if hold.in_force else "allowed",
        "automatic_messages": "stop" if everything else "allowed",
        "placed_at": moment(hold.placed_at),
        "lifted_at": moment(hold.lifted_at),
    }
