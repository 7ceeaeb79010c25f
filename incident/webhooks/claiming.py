"""Taking messages to send, and noting what came of them: claimed by one statement, like the outbox."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, or_, select, update

from incident import audit, notices
from incident.accounts import system
from incident.db import db, is_sqlite
from incident.errors import N_
from incident.models.contacts import ContactHold
from incident.models.incidents import Incident
from incident.models.webhooks import UNSENT, WebhookEndpoint, WebhookMessage, WebhookState
from incident.webhooks import endpoints, events

ACTOR = system("webhooks")
BACK_OFF_FIRST, BACK_OFF_MOST = timedelta(seconds=5), timedelta(hours=1)
SILENT = N_("The webhook endpoint at %(host)s is switched off: it took nothing for 24 hours.")
GONE = N_("The webhook endpoint at %(host)s is switched off: it says that it is gone.")


@dataclass(frozen=True)
class Outcome:
    """How a try ended: the answer's status, or why there was none, as a message id."""

    status: int | None = None
    error: str | None = None
    gone: bool = False

    @property
    def taken(self) -> bool:
        """Whether the other side has it."""
        return self.error is None


@dataclass(frozen=True)
class Parcel:
    """A claimed message with what is needed to send it outside the transaction."""

    id: int
    endpoint_id: int
    key: str
    event: str
    happened_at: datetime
    data: dict[str, object]
    attempts: int
    claimed_by: str
    url: str
    secret: str
    number: str | None
    drill: bool


def back_off(attempts: int) -> timedelta:
    """How long to wait after so many tries: 5 s, 10 s, 20 s … an hour, give or take a fifth."""
    doubled = timedelta(seconds=BACK_OFF_FIRST.total_seconds() * 2 ** min(attempts - 1, 12))
    return min(doubled, BACK_OFF_MOST) * (0.8 + secrets.randbelow(401) / 1000)


def _due(at: datetime) -> Select[Any]:
    """Messages whose time has come; an endpoint that does not answer is asked by one of them at a time."""
    return (
        select(WebhookMessage.id)
        .join(WebhookEndpoint, WebhookEndpoint.id == WebhookMessage.endpoint_id)
        .where(
            UNSENT,
            WebhookEndpoint.active,
            or_(WebhookEndpoint.retry_at.is_(None), WebhookEndpoint.retry_at <= at),
            or_(
                and_(WebhookMessage.state == WebhookState.PENDING, WebhookMessage.next_at <= at),
                and_(WebhookMessage.state == WebhookState.SENDING, WebhookMessage.lease_until <= at),
            ),
        )
        .order_by(WebhookMessage.next_at, WebhookMessage.id)
        .limit(1)
    )


def anything_due(*, at: datetime) -> bool:
    """A cheap look, without a write lock."""
    return db.session.scalar(_due(at)) is not None


def claim(*, at: datetime, who: str, lease: timedelta) -> Parcel | None:
    """Take the message that is due longest, in one statement, so that no two senders take the same."""
    due = _due(at)
    if not is_sqlite():
        due = due.with_for_update(of=WebhookMessage, skip_locked=True)
    message = db.session.scalar(
        update(WebhookMessage)
        .where(WebhookMessage.id.in_(due.scalar_subquery()))
        .values(
            state=WebhookState.SENDING,
            attempts=WebhookMessage.attempts + 1,
            lease_until=at + lease,
            claimed_by=who,
        )
        .returning(WebhookMessage),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )
    return _parcel(message, who) if message else None


def _parcel(message: WebhookMessage, who: str) -> Parcel:
    endpoint = db.session.get_one(WebhookEndpoint, message.endpoint_id, populate_existing=True)
    incident = db.session.get(Incident, message.incident_id) if message.incident_id else None
    return Parcel(
        id=message.id,
        endpoint_id=endpoint.id,
        key=message.key,
        event=message.event,
        happened_at=message.happened_at,
        data=_as_it_stands(message.data),
        attempts=message.attempts,
        claimed_by=who,
        url=endpoint.url,
        secret=endpoint.secret["secret"],
        number=incident.number if incident else None,
        drill=bool(incident and incident.drill) or message.event.startswith("drill."),
    )


def _as_it_stands(data: dict[str, Any]) -> dict[str, Any]:
    """The data of a message, a hold's with what it stops now: retries overtake one another."""
    told = data.get("hold") or {}
    hold = db.session.get(ContactHold, told["id"], populate_existing=True) if told else None
    return data if hold is None else {**data, "hold": {**told, **events.standing(hold)}}


def note(parcel: Parcel, outcome: Outcome, *, at: datetime) -> None:
    """Write down how a try ended; nothing where the lease was lost to another sender meanwhile.

    The endpoint is locked before its messages, here and wherever both are, so that nobody waits in a ring.
    """
    endpoint = endpoints.find(parcel.endpoint_id, lock=True)
    message = db.session.get_one(WebhookMessage, parcel.id, with_for_update=True, populate_existing=True)
    mine = (message.claimed_by, message.attempts) == (parcel.claimed_by, parcel.attempts)
    if message.state != WebhookState.SENDING or not mine:
        return
    message.status_code, message.error, message.lease_until = outcome.status, outcome.error, None
    if outcome.taken:
        message.state, message.finished_at = WebhookState.DONE, at
        endpoint.failures, endpoint.failing_since, endpoint.retry_at = 0, None, None
        return
    message.next_at = at + back_off(message.attempts)
    last = message.next_at >= message.give_up_at
    message.state = WebhookState.FAILED if last else WebhookState.PENDING
    message.finished_at = at if last else None
    _failed(endpoint, outcome, at=at)


def _failed(endpoint: WebhookEndpoint, outcome: Outcome, *, at: datetime) -> None:
    """After 24 hours without one success, or where the other side says it is gone, it is switched off."""
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or at
    endpoint.retry_at = at + back_off(endpoint.failures)
    if not outcome.gone and at - endpoint.failing_since < events.GIVE_UP_AFTER:
        return
    db.session.flush()
    endpoints.switch_off(endpoint, at=at)
    why = GONE if outcome.gone else SILENT
    notices.put(endpoints.notice(endpoint), why, at=at, host=endpoints.host(endpoint.url))
    audit.record("webhooks.disabled", f"webhook/{endpoint.id}", by=ACTOR.label, at=at)
