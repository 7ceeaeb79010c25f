"""The outbox: rows written with the act they belong to, claimed by one statement, freed step by step."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import aliased

from incident import errors
from incident.accounts import Actor
from incident.alerting import budgets, bundles
from incident.db import db, insert_rows, is_sqlite
from incident.errors import N_
from incident.models.alerts import UNDELIVERED, Delivery, DeliveryState
from incident.permissions import Permission

# step → (priority: lower goes first, the step of the same incident it waits for)
STEPS: dict[str, tuple[int, str | None]] = {
    "page": (0, None),
    "fallback": (0, None),
    "alarm": (0, None),
    "announce": (1, None),
    "create_channel": (2, None),
    "post_card": (3, "create_channel"),
    "invite": (3, "create_channel"),
    "remove": (3, "create_channel"),
    "set_topic": (4, "create_channel"),
    "archive": (8, None),
    "pin": (5, "post_card"),
    "bookmark": (5, "create_channel"),
    "post": (6, "create_channel"),
    "call_leads": (6, None),
    "line": (6, None),
    "approval": (6, None),
    "remind": (6, None),
    "drill_tell": (1, None),  # an inject has its second; before it come the alerts alone
    "drill_post": (1, "create_channel"),
    "propose_group": (1, None),
    "update_proposal": (7, None),
    "report": (6, None),
    "keep_message": (6, None),
    "welcome": (6, None),
    "mail": (7, None),
    "update_card": (7, "post_card"),
    "update_announcement": (7, "announce"),
    "update_page": (7, None),
    "update_approval": (7, None),
}
OPENING = ("announce", "create_channel", "post_card", "invite", "set_topic", "pin", "bookmark")
# Slack allows about one message a second in a channel; edits of one message wait a little and merge.
EDIT_DELAY = timedelta(seconds=1)
COALESCED = {"update_card", "update_announcement", "invite", "set_topic"}
LEVELS = 10  # room for the level inside a step's priority: of two alerts the graver one goes first


def row(
    incident_id: int | None,
    step: str,
    *,
    at: datetime,
    key: str = "",
    waiting: bool | None = None,
    urgency: int = 0,
    **payload: Any,
) -> dict[str, Any]:
    """A delivery as a row; `key` makes it unique, `waiting` says whether it waits for another step,
    `urgency` is the incident's level where that decides who is told first."""
    priority, after = STEPS[step]
    held = after is not None if waiting is None else waiting
    return {
        "key": f"{incident_id or 0}:{step}:{key}".rstrip(":"),
        "incident_id": incident_id,
        "step": step,
        "after": after,
        "lane": budgets.lane(step, incident_id, payload),
        "priority": priority * LEVELS + urgency,
        "payload": payload,
        "state": DeliveryState.WAITING if held else DeliveryState.PENDING,
        "next_at": at,
        "created_at": at,
    }


def enqueue_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Write many at once, with the act they belong to."""
    insert_rows(Delivery, rows)


def enqueue(incident_id: int | None, step: str, *, at: datetime, key: str = "", **payload: Any) -> None:
    """Write one; an edit of something that already has an edit pending merges with it."""
    if step in COALESCED and _pending(incident_id, step):
        return
    priority_after = STEPS[step][1]
    ready = priority_after is None or _done(incident_id, priority_after)
    # an invitation that is on its way has arrived by then, so that nobody is invited back
    delay = EDIT_DELAY if step.startswith("update_") or step == "remove" else timedelta()
    unique = key or secrets.token_hex(6)
    enqueue_rows([row(incident_id, step, at=at + delay, key=unique, waiting=not ready, **payload)])


def _pending(incident_id: int | None, step: str) -> bool:
    """Whether one is still to be sent; it is locked, so that no sender draws it before this act is in."""
    found = db.session.scalar(
        select(Delivery.id)
        .where(
            Delivery.incident_id == incident_id,
            Delivery.step == step,
            Delivery.state.in_([DeliveryState.PENDING, DeliveryState.WAITING]),
        )
        .limit(1)
        .with_for_update()
    )
    return found is not None


def _done(incident_id: int | None, step: str) -> bool:
    return (
        db.session.scalar(
            select(
                exists().where(
                    Delivery.incident_id == incident_id,
                    Delivery.step == step,
                    Delivery.state == DeliveryState.DONE,
                )
            )
        )
        or False
    )


def claim(*, at: datetime, who: str, lease: timedelta, paced: bool = False) -> list[Delivery]:
    """Take the most urgent delivery that is due, in one statement, so that no two senders take the same; in
    a surge with it those that can be told in the same message. Of one lane only one is on its way at a time.

    A delivery whose sender died is taken again once its lease is over, marked `uncertain`: it may have
    arrived, so it is looked up before it is sent again. `paced` keeps Slack's rates, for all processes.
    """
    budgets.one_at_a_time()
    first = select(Delivery.id).where(*_due(at)).order_by(Delivery.priority, Delivery.id).limit(1)
    if not is_sqlite():  # one that an open act is merging with waits for that act
        first = first.with_for_update(skip_locked=True)
    values = {
        "uncertain": or_(Delivery.uncertain, Delivery.state == DeliveryState.SENDING),
        "state": DeliveryState.SENDING,
        "attempts": Delivery.attempts + 1,
        "lease_until": at + lease,
        "claimed_by": who,
    }
    taken = _take(Delivery.id == first.scalar_subquery(), values)
    if not taken:
        return []
    leader = taken[0]
    others = bundles.others(leader, at=at)
    if others:
        taken += _take(Delivery.id.in_(others), values)
    if paced:
        budgets.spend(leader.step, leader.lane, at=at)
    return sorted(taken, key=lambda each: (each.priority, each.id))


def _take(which: Any, values: dict[str, Any]) -> list[Delivery]:
    taken = db.session.scalars(
        update(Delivery).where(which).values(**values).returning(Delivery),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return list(taken)


def _due(at: datetime) -> list[Any]:
    """What makes a delivery due: its time, its lane, and the budget of its method."""
    busy = aliased(Delivery)
    on_its_way = select(busy.lane).where(
        busy.state == DeliveryState.SENDING, busy.lease_until > at, busy.lane != ""
    )
    due = or_(
        and_(Delivery.state == DeliveryState.PENDING, Delivery.next_at <= at),
        and_(Delivery.state == DeliveryState.SENDING, Delivery.lease_until <= at),
    )
    return [UNDELIVERED, due, Delivery.lane.not_in(on_its_way), *budgets.free(at)]


def anything_due(*, at: datetime) -> bool:
    """A cheap look, without a write lock, whether a claim would find something."""
    return db.session.scalar(select(exists().where(*_due(at)))) or False


def finish(delivery: Delivery, *, state: DeliveryState, at: datetime, **values: Any) -> bool:
    """Note how a claimed delivery ended; False where its lease was lost to another sender meanwhile."""
    ended = db.session.execute(
        update(Delivery)
        .where(
            Delivery.id == delivery.id,
            Delivery.state == DeliveryState.SENDING,
            Delivery.claimed_by == delivery.claimed_by,
            Delivery.attempts == delivery.attempts,
        )
        .values(state=state, lease_until=None, **values)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    ).first()
    if ended and state == DeliveryState.DONE and delivery.incident_id is not None:
        db.session.execute(
            update(Delivery)
            .where(
                Delivery.incident_id == delivery.incident_id,
                Delivery.after == delivery.step,
                Delivery.state == DeliveryState.WAITING,
            )
            .values(state=DeliveryState.PENDING, next_at=at),
            execution_options={"synchronize_session": False},
        )
    return ended is not None


def free_ready(*, at: datetime) -> int:
    """Free what was written as waiting while the step it waits for was being done; returns how many."""
    before = aliased(Delivery)
    ready = exists().where(
        before.incident_id == Delivery.incident_id,
        before.step == Delivery.after,
        before.state == DeliveryState.DONE,
    )
    freed = db.session.scalars(
        update(Delivery)
        .where(Delivery.state == DeliveryState.WAITING, ready)
        .values(state=DeliveryState.PENDING, next_at=at)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(freed.all())


def take_over(*, at: datetime) -> int:
    """Free what a dead sender was sending; only for the one process that serves this database alone."""
    freed = db.session.scalars(
        update(Delivery)
        .where(UNDELIVERED, Delivery.state == DeliveryState.SENDING)
        .values(state=DeliveryState.PENDING, uncertain=True, next_at=at, lease_until=None)
        .returning(Delivery.id),
        execution_options={"synchronize_session": False},
    )
    return len(freed.all())


def retry(delivery_id: int, *, by: Actor, at: datetime) -> Delivery:
    """Try a failed delivery, or one that waits for its time, again now; raises NotFound, or Refused."""
    by.must(Permission.DELIVERIES_RETRY)
    found = db.session.get(Delivery, delivery_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise errors.NotFound(N_("There is no such delivery."))
    if found.state not in (DeliveryState.FAILED, DeliveryState.PENDING):
        raise errors.Refused(N_("This step needs no retry: it is %(state)s."), state=str(found.state))
    found.state, found.next_at, found.error, found.error_kind = DeliveryState.PENDING, at, None, None
    return found


def of(incident_id: int) -> list[Delivery]:
    """An incident's deliveries in the order they were written."""
    return list(
        db.session.scalars(select(Delivery).where(Delivery.incident_id == incident_id).order_by(Delivery.id))
    )
