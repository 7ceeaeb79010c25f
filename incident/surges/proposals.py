"""The proposal of a group: told to the room once, and taken down when somebody has decided."""

from datetime import datetime

from sqlalchemy import select, update

from incident import errors, notices
from incident.accounts import Actor
from incident.alerting import outbox
from incident.db import db
from incident.errors import N_, Reason
from incident.models.alerts import Delivery, DeliveryState
from incident.models.complaints import Complaint
from incident.models.groups import Surge, SurgeState
from incident.models.incidents import Incident
from incident.permissions import Permission
from incident.playbooks import library

NOTICE = "surge/{id}"


def propose(surge: Surge, *, members: int, at: datetime) -> None:
    """Tell the room once: a notice on every page, and a message with a button in the response channel."""
    tell(surge, at=at)
    outbox.enqueue(
        None, "propose_group", at=at, key=str(surge.id), surge_id=surge.id, cause=surge.cause,
        customers=surge.customers, complaints=members,
    )  # fmt: skip


def tell(surge: Surge, *, at: datetime) -> None:
    """The notice of a proposal, with the number of customers as it is now."""
    notices.put(
        NOTICE.format(id=surge.id),
        N_("%(customers)s customers seem to complain of one cause (%(cause)s). Confirm it or dismiss it."),
        at=at,
        customers=surge.customers,
        cause=surge.cause,
    )


def settled(surge: Surge, *, at: datetime) -> None:
    """Take the proposal down: the notice, and the buttons of the message where it was sent."""
    notices.clear(NOTICE.format(id=surge.id))
    sent = db.session.scalar(select(Delivery).where(Delivery.key == f"0:propose_group:{surge.id}"))
    if sent is not None and sent.state in (DeliveryState.PENDING, DeliveryState.FAILED):
        sent.state, sent.error = DeliveryState.SKIPPED, N_("Somebody has decided already.")
    elif sent is not None and sent.result is not None:
        outbox.enqueue(
            None, "update_proposal", at=at, key=f"{surge.id}:{surge.state}", surge_id=surge.id,
            cause=surge.cause, customers=surge.customers, state=str(surge.state), number=_number(surge),
            channel=sent.result["channel"], ts=sent.result["ts"],
        )  # fmt: skip


def _number(surge: Surge) -> str:
    found = db.session.get(Incident, surge.incident_id) if surge.incident_id else None
    return found.number if found else ""


def dismiss(surge: Surge, *, by: Actor, at: datetime) -> Surge:
    """People say that it is not one cause: nothing is grouped, and it is not proposed again for a while."""
    by.must(Permission.INCIDENTS_ACT)
    must_be_proposed(surge)
    surge.state, surge.decided_by = SurgeState.DISMISSED, by.label
    surge.quiet_until = at + library.the_surges().quiet_span
    db.session.execute(
        update(Complaint).where(Complaint.surge_id == surge.id).values(surge_id=None, left_surge_id=surge.id),
        execution_options={"synchronize_session": "fetch"},
    )
    settled(surge, at=at)
    return surge


def must_be_proposed(surge: Surge) -> None:
    """Raise Conflict where somebody has decided already, with what they decided."""
    if surge.state == SurgeState.PROPOSED:
        return
    number = _number(surge)
    reasons = [Reason(N_("Open %(number)s."), {"number": number}, href=f"/incidents/{number}")]
    raise errors.Conflict(
        N_("Somebody has decided already: this group is %(surge_state)s."),
        surge_state=str(surge.state),
        reasons=reasons if number else [],
    )
