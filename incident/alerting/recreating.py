"""What is missing in Slack made again: each step of the opening is looked at, and taken if it is undone."""

from datetime import datetime

from sqlalchemy import update

from incident import errors, timeline
from incident.accounts import Actor
from incident.alerting import outbox
from incident.db import db
from incident.errors import N_
from incident.models.alerts import Delivery, DeliveryState
from incident.models.incidents import Incident
from incident.permissions import Permission

MISSED = ("post", "page", "line", "call_leads", "approval", "remind")  # said once, and perhaps not at all


def recreate(incident: Incident, *, by: Actor, at: datetime) -> int:
    """Take the steps of the opening once more, each after a look whether it is done in Slack, and whatever
    failed; returns how many. Raises Forbidden, or Refused once the incident is over."""
    by.must(Permission.DELIVERIES_RETRY)
    if not incident.is_open:
        raise errors.Refused(N_("The incident is over; nothing is made again in Slack."))
    mine = Delivery.incident_id == incident.id
    settled = Delivery.state.in_([DeliveryState.DONE, DeliveryState.FAILED, DeliveryState.SKIPPED])
    opening = Delivery.step.in_(outbox.OPENING) & settled
    failed = Delivery.step.in_(MISSED) & (Delivery.state == DeliveryState.FAILED)
    again = {"attempts": 0, "uncertain": True, "next_at": at, "error": None, "error_kind": None}
    count = 0
    for held, state in ((False, DeliveryState.PENDING), (True, DeliveryState.WAITING)):
        waits = Delivery.after.is_not(None) & Delivery.step.in_(outbox.OPENING)
        rows = db.session.scalars(
            update(Delivery)
            .where(mine, opening | failed, waits if held else ~waits)
            .values(state=state, finished_at=None, **again)
            .returning(Delivery.id),
            execution_options={"synchronize_session": False},
        )
        count += len(rows.all())
    timeline.record(incident.id, "slack_recreated", by=by.label, at=at)
    return count
