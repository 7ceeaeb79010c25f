"""What a step that was taken, or cannot be taken, means for the incident and for the other steps."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from incident import accounts, i18n, timeline
from incident.alerting import outbox, requests
from incident.alerting.channels import Order, Trouble
from incident.db import db
from incident.errors import Reason
from incident.models.alerts import Delivery, DeliveryState
from incident.models.incidents import Incident
from incident.vocabulary import Status

ACTOR = accounts.system("delivery")
# step → what of its result the incident keeps
KEPT: dict[str, dict[str, str]] = {
    "create_channel": {"channel_id": "channel", "channel_name": "name"},
    "post_card": {"card_ts": "ts"},
    "announce": {"announcement_channel": "channel", "announcement_ts": "ts"},
}
DRAWN = {
    "post_card": "update_card",
    "update_card": "update_card",
    "update_announcement": "update_announcement",
}
# The steps inside the channel, done again in a new one when somebody archived or deleted it.
IN_CHANNEL = ("post_card", "invite", "set_topic", "pin", "bookmark")
REPLACEMENTS = 3  # channels made for one incident before somebody must look


def done(order: Order, result: dict[str, Any], *, at: datetime) -> None:
    """Keep on the incident what the step made, and ask for what follows from it.

    A Core update: the incident's version is for people who edit it, and delivery must not refuse them.
    """
    if order.incident is None:
        return
    kept = {column: result[name] for column, name in KEPT.get(order.step, {}).items()}
    if kept:
        _update(order.incident.id, **kept)
    if order.step in ("create_channel", "announce"):
        _link_channel(order.incident.id, at=at)
    answered = order.incident.acknowledged_at is not None or order.incident.status == Status.MERGED
    if order.step == "update_card" and answered:
        _close_pages(order.incident.id, at=at)
    if order.step == requests.STEP:
        requests.sent(order, result, at=at)
    if order.step == "invite" and order.leaving:
        names = "、".join(each.name for each in order.leaving)
        timeline.record(order.incident.id, "channel_left", by=ACTOR.label, at=at, people=names)
    if order.step == "fallback":
        timeline.record(order.incident.id, "fallback_sent", by=ACTOR.label, at=at)
    _redraw(order, at=at)


def _update(incident_id: int, **values: Any) -> None:
    db.session.execute(
        update(Incident).where(Incident.id == incident_id).values(**values),
        execution_options={"synchronize_session": False},
    )


def _link_channel(incident_id: int, *, at: datetime) -> None:
    """Once both are there, the announcement links the channel."""
    channel, announced = db.session.execute(
        select(Incident.channel_id, Incident.announcement_ts).where(Incident.id == incident_id)
    ).one()
    if channel and announced:
        outbox.enqueue(incident_id, "update_announcement", at=at)


def _close_pages(incident_id: int, *, at: datetime) -> None:
    """Take the button off the alerts that went out: somebody has answered, or answers for a group."""
    rows = db.session.execute(
        select(Delivery.id, Delivery.payload, Delivery.result).where(
            Delivery.incident_id == incident_id,
            Delivery.step == "page",
            Delivery.state == DeliveryState.DONE,
        )
    ).all()
    known = set(
        db.session.scalars(
            select(Delivery.key).where(Delivery.incident_id == incident_id, Delivery.step == "update_page")
        )
    )
    fresh = [
        outbox.row(
            incident_id,
            "update_page",
            at=at,
            key=str(id_),
            person_id=payload["person_id"],
            channel=result["channel"],
            ts=result["ts"],
            **{name: payload[name] for name in ("raised", "asked_by") if payload.get(name)},
        )
        for id_, payload, result in rows
    ]
    outbox.enqueue_rows([row for row in fresh if row["key"] not in known])


def _redraw(order: Order, *, at: datetime) -> None:
    """Ask for another drawing where the incident changed while this one was on its way; of two drawings
    that overtake each other, the last to be noted sees the newer version and asks again."""
    step = DRAWN.get(order.step)
    if step is None or order.incident is None:
        return
    present = db.session.scalar(select(Incident.version).where(Incident.id == order.incident.id))
    if present != order.incident.version:
        outbox.enqueue(order.incident.id, step, at=at)


def skipped(delivery: Delivery) -> None:
    """Steps that wait for a step that is not needed are not needed either."""
    gone = [delivery.step]
    for step in gone:
        rows = db.session.scalars(
            update(Delivery)
            .where(
                Delivery.incident_id == delivery.incident_id,
                Delivery.after == step,
                Delivery.state == DeliveryState.WAITING,
            )
            .values(state=DeliveryState.SKIPPED)
            .returning(Delivery.step),
            execution_options={"synchronize_session": False},
        )
        gone.extend(dict.fromkeys(rows))


def failed(order: Order, trouble: Trouble, *, at: datetime) -> None:
    """Say on the timeline that a step cannot be taken, and why; a channel that is gone is replaced."""
    if order.incident is None:
        return
    words = {short: i18n.say(trouble.reason, locale) for short, locale in (("zh", "zh_CN"), ("en", "en"))}
    timeline.record(
        order.incident.id, "slack_step_failed", by=ACTOR.label, at=at, step=order.step, reason=words
    )
    lost = trouble.kind == "channel_gone" and order.step in (*IN_CHANNEL, "update_card", "post")
    if lost and order.incident.is_open and order.incident.channel_id:
        replace_channel(order.incident.id, order.incident.channel_id, at=at)


def replace_channel(incident_id: int, channel: str, *, at: datetime) -> None:
    """Open the steps of the channel again, for a new one; the old one's messages are lost with it."""
    mine = (Delivery.incident_id == incident_id, Delivery.step == "create_channel")
    created = db.session.scalar(select(Delivery).where(*mine), execution_options={"populate_existing": True})
    if created is None or created.state != DeliveryState.DONE:
        return  # somebody else found it gone a moment ago
    gone = [*created.payload.get("gone", []), channel]
    if len(gone) > REPLACEMENTS:
        return
    again = {"attempts": 0, "uncertain": False, "result": None, "error": None, "error_kind": None}
    options = {"synchronize_session": False}
    db.session.execute(
        update(Delivery)
        .where(*mine)
        .values(state=DeliveryState.PENDING, next_at=at, payload={**created.payload, "gone": gone}, **again),
        execution_options=options,
    )
    db.session.execute(
        update(Delivery)
        .where(Delivery.incident_id == incident_id, Delivery.step.in_(IN_CHANNEL))
        .values(state=DeliveryState.WAITING, next_at=at, **again),
        execution_options=options,
    )
    _update(incident_id, channel_id=None, channel_name=None, card_ts=None)


def rename_channel(incident_id: int, name: str) -> None:
    """Keep the name that somebody gave the channel by hand."""
    _update(incident_id, channel_name=name)


def channel_again(incident_id: int, *, at: datetime) -> None:
    """An incident that was opened again has its channel, or one is made: one that was not needed while the
    incident was over is asked for again. An archived one is found gone and replaced when it is written to."""
    mine = (Delivery.incident_id == incident_id, Delivery.step.in_(("create_channel", *IN_CHANNEL)))
    left = (DeliveryState.SKIPPED, DeliveryState.FAILED)
    options = {"synchronize_session": False}
    made = db.session.scalar(select(Incident.channel_id).where(Incident.id == incident_id))
    if made is not None:
        return
    for first, state in ((True, DeliveryState.PENDING), (False, DeliveryState.WAITING)):
        step = Delivery.step == "create_channel" if first else Delivery.step != "create_channel"
        db.session.execute(
            update(Delivery)
            .where(*mine, step, Delivery.state.in_(left))
            .values(state=state, next_at=at, attempts=0, error=None, error_kind=None, finished_at=None),
            execution_options=options,
        )


def reason(delivery: Delivery) -> Reason | None:
    """Why a delivery has not arrived, as a sentence for the pages; None where nothing went wrong."""
    if delivery.error is None:
        return None
    return Reason(delivery.error, (delivery.result or {}).get("values", {}))
