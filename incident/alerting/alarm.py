"""The alarm when what should have gone out has not: on every page, and by the fallback channel."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, select

from incident import i18n, notices
from incident.alerting import outbox
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.alerts import UNDELIVERED, Delivery, DeliveryState
from incident.models.ground import Notice
from incident.settings import Settings

LATE = timedelta(minutes=1)
FRESH = timedelta(seconds=30)  # the words of the notice are brought up to date no more often
NOTICE, APP = "deliveries", "slack_app"
OTHER_WAYS = ("alarm", "fallback", "mail", "report")  # these do not go to Slack
TITLE = N_("Messages to Slack are late")
SENTENCE = N_("The oldest message to Slack has been waiting since %(since)s.")
LOCALES = ("zh_CN", "en")  # who reads the fallback is not known: both


def oldest_undelivered(*, slack_only: bool = False) -> datetime | None:
    """When the oldest delivery that is due was asked for; None where nothing waits."""
    query = select(func.min(Delivery.created_at)).where(UNDELIVERED)
    return db.session.scalar(query.where(Delivery.step.not_in(OTHER_WAYS)) if slack_only else query)


def look(*, at: datetime, settings: Settings) -> None:
    """Put the notice up where the oldest delivery is older than a minute, and say it by the fallback once;
    take the notice down when nothing is late any more."""
    _app_back()
    oldest = oldest_undelivered(slack_only=True)
    shown = db.session.get(Notice, NOTICE, populate_existing=True)
    if oldest is None or at - oldest <= LATE:
        if shown is not None:
            with unit_of_work() as session:
                session.execute(delete(Notice).where(Notice.key == NOTICE))
        return
    if shown is not None and oldest - datetime.fromisoformat(shown.values["since"]) < FRESH:
        return
    with unit_of_work():
        notices.put(NOTICE, SENTENCE, at=at, since=oldest.isoformat())
        if shown is None and settings.fallback_urls:
            outbox.enqueue_rows([_alarm(oldest, at=at, settings=settings)])


def _app_back() -> None:
    """Take down that the app was removed from Slack, once something gets through again."""
    shown = db.session.get(Notice, APP, populate_existing=True)
    if shown is None:
        return
    through = Delivery.state == DeliveryState.DONE, Delivery.finished_at > shown.since
    if db.session.scalar(select(exists().where(*through, Delivery.step.not_in(OTHER_WAYS)))):
        with unit_of_work():
            notices.clear(APP)


def _alarm(oldest: datetime, *, at: datetime, settings: Settings) -> dict[str, object]:
    since = f"{oldest.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    lines = [i18n.say(SENTENCE, locale, since=since) for locale in LOCALES]
    return outbox.row(
        None,
        "alarm",
        at=at,
        key=f"{at:%Y%m%d%H%M%S}",
        title=" / ".join(i18n.say(TITLE, locale) for locale in LOCALES),
        body="\n".join([*lines, f"{settings.url}/admin/deliveries"]),
    )
