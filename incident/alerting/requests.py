"""Requests for approval by direct message: asked of whoever may, and closed once somebody has decided."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from incident.alerting import outbox
from incident.alerting.channels import Order
from incident.db import db
from incident.models.alerts import Delivery, DeliveryState
from incident.models.people import Person
from incident.models.resolutions import OptionState, ResolutionOption

STEP, UPDATE = "approval", "update_approval"


def ask(option: ResolutionOption, people: Iterable[Person], *, at: datetime, words: dict[str, Any]) -> None:
    """Ask some people; `words` are the option's kind and amount, the only things said of it in Slack."""
    outbox.enqueue_rows(
        [
            outbox.row(
                option.incident_id,
                STEP,
                at=at,
                key=f"{option.id}:{each.id}",
                person_id=each.id,
                option_id=option.id,
                option_kind=words["option_kind"],
                money=words["money"],
            )
            for each in people
        ]
    )


def close(option: ResolutionOption, *, at: datetime) -> None:
    """Take the buttons off the requests that went out; what is still to be sent is not sent any more."""
    rows = db.session.scalars(
        select(Delivery).where(
            Delivery.incident_id == option.incident_id,
            Delivery.step == STEP,
            Delivery.state == DeliveryState.DONE,
        )
    )
    for each in rows:
        if each.payload["option_id"] == option.id and each.result:
            _update(each.incident_id, each.payload, each.result, str(option.state), at=at)


def sent(order: Order, result: dict[str, Any], *, at: datetime) -> None:
    """A request that arrived after somebody had decided loses its buttons at once."""
    option = db.session.get(ResolutionOption, order.payload["option_id"], populate_existing=True)
    if order.incident is not None and option is not None and option.state != OptionState.PROPOSED:
        _update(order.incident.id, order.payload, result, str(option.state), at=at)


def _update(
    incident_id: int | None, payload: dict[str, Any], result: dict[str, Any], ended: str, *, at: datetime
) -> None:
    """Once for each message: a decision is final for its version."""
    known = outbox.row(incident_id, UPDATE, at=at, key=f"{payload['option_id']}:{payload['person_id']}")
    if db.session.scalar(select(Delivery.id).where(Delivery.key == known["key"])) is not None:
        return
    facts = {name: payload[name] for name in ("person_id", "option_id", "option_kind", "money")}
    shown = ended if ended in ("refused", "replaced") else "approved"
    row = {**known, "payload": {**facts, "channel": result["channel"], "ts": result["ts"], "ended": shown}}
    outbox.enqueue_rows([row])
