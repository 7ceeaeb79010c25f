"""A surge in few words: alerts that wait for the same reader go out as one message, and stay one."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from incident.db import db
from incident.models.alerts import Delivery, DeliveryState
from incident.models.incidents import Incident

if TYPE_CHECKING:
    from incident.alerting.channels import Order

STEPS = ("page", "announce")  # told together once many wait
EDITS = ("update_page",)  # of one message: one edit serves all
FEWEST, MOST = 4, 20  # incidents in one message


def others(leader: Delivery, *, at: datetime) -> list[int]:
    """The deliveries that can go with one that was just taken: alerts of the same urgency for the same
    reader where at least `FEWEST` wait, and edits of the same message. None of a drill, none that may have
    arrived already."""
    if leader.step in EDITS:
        return [
            row.id for row in _waiting(leader, at=at, most=100) if row.payload["ts"] == leader.payload["ts"]
        ]
    if leader.step not in STEPS or leader.uncertain or leader.payload.get("raised"):
        return []
    if db.session.scalar(select(Incident.drill).where(Incident.id == leader.incident_id)):
        return []
    found = [row.id for row in _waiting(leader, at=at, most=MOST - 1) if not row.payload.get("raised")]
    return found if len(found) + 1 >= FEWEST else []


def _waiting(leader: Delivery, *, at: datetime, most: int) -> list[Any]:
    query = (
        select(Delivery.id, Delivery.payload)
        .join(Incident, Incident.id == Delivery.incident_id)
        .where(
            Delivery.lane == leader.lane,
            Delivery.step == leader.step,
            Delivery.priority == leader.priority,
            Delivery.state == DeliveryState.PENDING,
            Delivery.next_at <= at,
            Delivery.uncertain.is_(False),
            Delivery.id != leader.id,
            Incident.drill.is_(False),
        )
        .order_by(Delivery.id)
        .limit(most)
    )
    return list(db.session.execute(query))


def shown_with(order: "Order") -> list[int]:
    """The other incidents in the message that an edit is about, or that may have to be said again."""
    again = order.step == "announce" and order.uncertain
    if order.incident is None or not (again or order.step in ("update_page", "update_announcement")):
        return []
    this, edits_page = order.incident, order.step == "update_page"
    channel = order.payload["channel"] if edits_page else this.announcement_channel
    ts = order.payload["ts"] if edits_page else this.announcement_ts
    return [each for each in told_with(this.id, str(channel), str(ts)) if each != this.id]


def told_with(incident_id: int, channel: str, ts: str) -> list[int]:
    """The incidents that one message tells of, by the delivery that made it; only this one where it has its
    own."""
    rows = db.session.scalars(
        select(Delivery.result).where(
            Delivery.incident_id == incident_id,
            Delivery.step.in_(STEPS),
        )
    )
    for result in rows:
        if result and result.get("channel") == channel and result.get("ts") == ts:
            return list(result.get("bundle", [incident_id]))
    return [incident_id]
