"""The way out when Slack does not deliver: alerts by the addresses in FALLBACK_URLS, and the notice."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from incident import i18n, notices
from incident.alerting import outbox
from incident.alerting.channels import DOWN, KINDS, Order, Trouble
from incident.alerting.facts import IncidentFacts
from incident.db import db, is_sqlite, unit_of_work
from incident.errors import N_
from incident.models.alerts import UNDELIVERED, Delivery, DeliveryState
from incident.models.ground import Notice
from incident.models.incidents import Incident
from incident.settings import Settings
from incident.vocabulary import Status

ALERTS = ("page", "announce")
NOTICE = "slack"
TRIES_UNTIL_NOTICE = 2  # one lost call is the network's daily bread
LOCALES = ("zh_CN", "en")  # who reads the fallback is not known: both
SENTENCE = N_(
    "%(number)s, level %(level)s: %(kind)s. Nobody has acknowledged it yet; Slack did not deliver the alert."
)


class FallbackChannel:
    """Sends an alert or a report to every Apprise address; those that took it are not asked again."""

    def __init__(self, settings: Settings) -> None:
        self._alert_urls = [url.get_secret_value() for url in settings.fallback_urls]
        self._mail_url = settings.mail_url.get_secret_value()
        self._report_urls = [url.get_secret_value() for url in settings.report_urls]

    def deliver(self, order: Order) -> dict[str, Any]:
        """Send to the addresses that have not taken it yet; raises Trouble naming how many did not.

        A `report` goes to its own addresses; it and an `alarm` bring their words along: {title, body}.
        """
        if order.step == "alarm":
            return self._send(self._alert_urls, order, order.payload["title"], order.payload["body"])
        if order.step == "report":
            return self._send(self._report_urls, order, order.payload["title"], order.payload["body"])
        if order.step == "mail":
            return self._mail(order)
        if order.incident is None:
            raise Trouble("fault", permanent=True)
        return self._send(self._alert_urls, order, *text(order.incident))

    def _mail(self, order: Order) -> dict[str, Any]:
        """One mail to one person with the meeting's calendar entry: {to, title, body, calendar}."""
        import apprise
        from apprise.attachment import memory

        made: Any = memory.AttachMemory
        said = order.payload
        mailbox = apprise.Apprise.instantiate(self._mail_url) if self._mail_url else None
        if mailbox is None or not hasattr(mailbox, "targets"):
            raise Trouble("fallback_failed", permanent=True, count=1)
        mailbox.targets = [(False, said["to"])]
        entry = made(said["calendar"].encode(), name="meeting.ics", mimetype="text/calendar")
        if not mailbox.notify(
            title=said["title"], body=said["body"], attach=apprise.AppriseAttachment(entry)
        ):
            raise Trouble("fallback_failed", count=1)
        return {"sent": [said["to"]]}

    def _send(self, urls: list[str], order: Order, title: str, body: str) -> dict[str, Any]:
        import apprise  # takes half a second to load, and most days nobody needs it

        sent = set(order.progress.get("sent", []))
        for position, url in enumerate(urls):
            if position in sent:
                continue
            one = apprise.Apprise()
            if one.add(url) and one.notify(title=title, body=body):
                sent.add(position)
        if len(sent) < len(urls):
            left = len(urls) - len(sent)
            raise Trouble("fallback_failed", count=left, progress={"sent": sorted(sent)})
        return {"sent": sorted(sent)}


def text(incident: IncidentFacts) -> tuple[str, str]:
    """(title, body) in both languages: number, level, kind and link; no details of a sensitive one."""
    heads, lines = [], []
    for locale in LOCALES:
        kind = i18n.say(N_("Sensitive incident"), locale) if incident.sensitive else incident.kind[locale]
        heads.append(f"{incident.level.numeral} {kind}")
        lines.append(
            i18n.say(
                SENTENCE,
                locale,
                number=incident.number,
                level=incident.level.numeral,
                kind=kind,
            )
        )
    return f"{incident.number} {' / '.join(heads)}", "\n".join([*lines, incident.url])


def look(*, at: datetime, settings: Settings) -> None:
    """Write the fallback alerts that are due, and put the notice up or take it down."""
    if settings.fallback_urls:
        _enqueue(at=at, after=timedelta(seconds=settings.fallback_after_seconds))
    _notice(at=at)


def _enqueue(*, at: datetime, after: timedelta) -> None:
    """One fallback alert for each rung of the ladder with an alert that was not delivered."""
    late = and_(
        Delivery.state.in_([DeliveryState.PENDING, DeliveryState.SENDING]),
        Delivery.created_at <= at - after,
    )
    rows = db.session.execute(
        select(Incident.id, Delivery.payload)
        .join(Delivery, Delivery.incident_id == Incident.id)
        .where(
            Incident.status == Status.OPEN,
            Incident.drill.is_(False),
            Incident.acknowledged_at.is_(None),
            Delivery.step.in_(ALERTS),
            or_(Delivery.state == DeliveryState.FAILED, late),
        )
    ).all()
    wanted = {(incident_id, payload.get("rung", 0)) for incident_id, payload in rows}
    fresh = [outbox.row(id_, "fallback", at=at, key=str(rung), rung=rung) for id_, rung in sorted(wanted)]
    known = set(
        db.session.scalars(select(Delivery.key).where(Delivery.key.in_([row["key"] for row in fresh])))
    )
    fresh = [row for row in fresh if row["key"] not in known]
    if fresh:
        dialect = sqlite if is_sqlite() else postgresql
        with unit_of_work() as session:
            session.execute(dialect.insert(Delivery).on_conflict_do_nothing(index_elements=["key"]), fresh)


def _notice(*, at: datetime) -> None:
    """ "Slack does not deliver" while the alerts that have waited longest keep failing."""
    worst = _worst()
    shown = db.session.get(Notice, NOTICE, populate_existing=True)
    if worst is None:
        if shown is not None:
            with unit_of_work() as session:
                session.execute(delete(Notice).where(Notice.key == NOTICE))
        return
    if shown is not None and shown.values.get("kind") == worst.error_kind:
        return
    words = {
        short: i18n.say(KINDS[worst.error_kind].sentence, locale, **(worst.result or {}).get("values", {}))
        for short, locale in (("zh", "zh_CN"), ("en", "en"))
    }
    with unit_of_work():
        notices.put(
            NOTICE,
            N_("Alerts do not get through to Slack: %(reason)s They are tried again by themselves."),
            at=at,
            reason=words,
            kind=worst.error_kind,
        )


def _worst() -> Row[Any] | None:
    failing = and_(UNDELIVERED, Delivery.attempts >= TRIES_UNTIL_NOTICE, Delivery.error_kind.in_(DOWN))
    return db.session.execute(
        select(Delivery.error_kind, Delivery.result).where(failing).order_by(Delivery.created_at).limit(1)
    ).first()
