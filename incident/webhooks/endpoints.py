"""The endpoints of other systems: added, changed, tried, and what was sent to them sent again."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import func, select, update

from incident import audit, errors, notices
from incident.accounts import Actor
from incident.db import db, forget, insert_rows
from incident.errors import N_, Reason
from incident.models.webhooks import UNSENT, WebhookEndpoint, WebhookMessage, WebhookState
from incident.permissions import Permission
from incident.webhooks import events, signing

URL_LONGEST = 500  # characters
SWITCHED_OFF = N_("The endpoint is switched off.")


def fault_of(url: str, *, https_only: bool) -> str | None:
    """What is wrong with an address, as a message id. Private addresses are allowed on purpose: the systems
    that must obey a hold stand inside the house."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return N_("This is not an address.")
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > URL_LONGEST:
        return N_("Write an address like https://collection.example/hooks.")
    if parts.username or parts.password or parts.fragment:
        return N_("An address with a password or a fragment is not taken.")
    if https_only and parts.scheme != "https":
        return N_("In production the address must begin with https.")
    return None


def add(
    *, url: str, wanted: Sequence[str], by: Actor, at: datetime, https_only: bool
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint; returns it with its secret, which is shown this once. Raises Invalid."""
    by.must(Permission.ACCOUNTS_MANAGE)
    address = url.strip()
    faults = _events_faults(wanted)
    if wrong := fault_of(address, https_only=https_only):
        faults.append(Reason(wrong, loc=("url",)))
    elif db.session.scalar(select(WebhookEndpoint.id).where(WebhookEndpoint.url == address)) is not None:
        faults.append(Reason(N_("This address is known already."), loc=("url",)))
    if faults:
        raise errors.Invalid(N_("The endpoint cannot be added."), reasons=faults)
    secret = signing.new_secret()
    endpoint = WebhookEndpoint(
        url=address,
        events=sorted(set(wanted)),
        secret={"secret": secret},
        created_at=at,
        created_by=by.label,
    )
    db.session.add(endpoint)
    db.session.flush()
    audit.record(
        "webhooks.added",
        f"webhook/{endpoint.id}",
        by=by.label,
        at=at,
        host=host(address),
        events=list(wanted),
    )
    forget("webhooks/")
    return endpoint, secret


def _events_faults(wanted: Sequence[str]) -> list[Reason]:
    faults = [
        Reason(N_("There is no event %(event)s."), {"event": each}, ("events",))
        for each in wanted
        if each not in events.EVENTS
    ]
    return faults or ([] if wanted else [Reason(N_("Choose at least one event."), loc=("events",))])


def host(url: str) -> str:
    """The part of an address that may be shown to everybody: what follows may hold a secret."""
    return urlsplit(url).hostname or "-"


def find(endpoint_id: int, *, lock: bool = False) -> WebhookEndpoint:
    """An endpoint by its id; raises NotFound."""
    found = db.session.get(WebhookEndpoint, endpoint_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise errors.NotFound(N_("There is no such endpoint."))
    return found


def change(
    endpoint: WebhookEndpoint, *, wanted: Sequence[str], active: bool, by: Actor, at: datetime
) -> WebhookEndpoint:
    """Say what an endpoint is told of, switch it off, or on again after it failed; raises Invalid."""
    by.must(Permission.ACCOUNTS_MANAGE)
    if faults := _events_faults(wanted):
        raise errors.Invalid(N_("The endpoint cannot be changed."), reasons=faults)
    endpoint.events = sorted(set(wanted))
    if active and not endpoint.active:
        endpoint.failures, endpoint.failing_since, endpoint.retry_at = 0, None, None
        endpoint.active, endpoint.disabled_at = True, None
        notices.clear(notice(endpoint))
    elif endpoint.active and not active:
        switch_off(endpoint, at=at)
    audit.record(
        "webhooks.changed", f"webhook/{endpoint.id}", by=by.label, at=at, active=active, events=list(wanted)
    )
    db.session.flush()
    forget("webhooks/")
    return endpoint


def notice(endpoint: WebhookEndpoint) -> str:
    """The key of the notice that an endpoint failed for too long."""
    return f"webhook/{endpoint.id}"


def switch_off(endpoint: WebhookEndpoint, *, at: datetime) -> None:
    """Tell it nothing more; what was on its way failed, and can be sent again by hand."""
    endpoint.active, endpoint.disabled_at = False, at
    db.session.execute(
        update(WebhookMessage)
        .where(UNSENT, WebhookMessage.endpoint_id == endpoint.id)
        .values(state=WebhookState.FAILED, error=SWITCHED_OFF, finished_at=at, lease_until=None),
        execution_options={"synchronize_session": False},
    )
    forget("webhooks/")


def test(endpoint: WebhookEndpoint, *, by: Actor, at: datetime) -> None:
    """Send an endpoint a message that means nothing; raises Refused for one that is switched off."""
    by.must(Permission.ACCOUNTS_MANAGE)
    _must_be_on(endpoint)
    insert_rows(WebhookMessage, [events.row(endpoint.id, events.TEST, at=at, incident_id=None, data={})])


def _must_be_on(endpoint: WebhookEndpoint) -> None:
    if not endpoint.active:
        raise errors.Refused(SWITCHED_OFF)


def resend(message_id: int, *, by: Actor, at: datetime) -> WebhookMessage:
    """Send a message again, under the same id; raises NotFound, or Refused while it is on its way."""
    by.must(Permission.ACCOUNTS_MANAGE)
    known = db.session.get(WebhookMessage, message_id)
    if known is None:
        raise errors.NotFound(N_("There is no such message."))
    endpoint = find(known.endpoint_id, lock=True)
    _must_be_on(endpoint)
    found = db.session.get_one(WebhookMessage, message_id, with_for_update=True, populate_existing=True)
    if found.state == WebhookState.SENDING:
        raise errors.Refused(N_("This message is being sent at the moment."))
    found.state, found.next_at, found.give_up_at = WebhookState.PENDING, at, at + events.GIVE_UP_AFTER
    found.error = found.finished_at = None
    endpoint.retry_at = None
    return found


def listed() -> list[WebhookEndpoint]:
    """Every endpoint, those in use first."""
    return list(
        db.session.scalars(
            select(WebhookEndpoint).order_by(WebhookEndpoint.active.desc(), WebhookEndpoint.id)
        )
    )


def messages(
    *, state: str = "", before: int | None = None, limit: int = 100
) -> list[tuple[WebhookMessage, WebhookEndpoint]]:
    """Messages with their endpoint, the newest first."""
    query = select(WebhookMessage, WebhookEndpoint).join(
        WebhookEndpoint, WebhookEndpoint.id == WebhookMessage.endpoint_id
    )
    if state in set(WebhookState):
        query = query.where(WebhookMessage.state == state)
    if before is not None:
        query = query.where(WebhookMessage.id < before)
    rows = db.session.execute(query.order_by(WebhookMessage.id.desc()).limit(limit))
    return [(message, endpoint) for message, endpoint in rows]


def waiting() -> int:
    """How many messages are still to be sent."""
    return db.session.scalar(select(func.count()).select_from(WebhookMessage).where(UNSENT)) or 0
