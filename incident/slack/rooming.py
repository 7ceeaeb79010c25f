"""What people do to channels by hand, and what becomes of it: welcomed, renamed, replaced, or noted."""

from collections.abc import Callable

from sqlalchemy import String, cast, func, select

from incident import accounts, clock, notices, recusal, timeline
from incident.alerting import effects, outbox
from incident.db import db, unit_of_work
from incident.errors import N_
from incident.models.alerts import Delivery
from incident.models.incidents import Incident, Task
from incident.slack import naming, people
from incident.slack.desk import Desk
from incident.slack.envelopes import Event
from incident.vocabulary import UNFINISHED

ACTOR = accounts.system("slack")
REMOVED, RENAMED = "slack_app", "slack_channel"  # notices


def joined(_desk: Desk, event: Event) -> None:
    """Somebody came into an incident's channel: they are told how it stands and what is wanted of them;
    whoever must stand aside is taken out again."""
    user, found = event.text("user"), _of(event.text("channel"))
    if found is None or not user:
        return
    person = people.by_slack_id(user)
    at = clock.now()
    with unit_of_work():
        if person is not None and recusal.bar(found, person):
            outbox.enqueue(found.id, "remove", at=at, person_id=person.id)
            return
        mine = select(func.count()).where(
            Task.incident_id == found.id,
            Task.assignee_id == (person.id if person else 0),
            Task.status.in_(UNFINISHED),
        )
        person_id = person.id if person else None
        tasks = db.session.scalar(mine)
        outbox.enqueue(found.id, "welcome", at=at, user=user, tasks=tasks, person_id=person_id)


def renamed(desk: Desk, event: Event) -> None:
    """A channel has another name: of an incident's it is kept; of the response channel the board says that
    the setting names one that is not there any more."""
    channel, name = event.text("channel", "id"), event.text("channel", "name")
    found, at = _of(channel), clock.now()
    with unit_of_work():
        if found is not None and name and found.channel_name != name:
            timeline.record(found.id, "channel_renamed", by=ACTOR.label, at=at, channel_name=name)
            effects.rename_channel(found.id, name)
        elif channel and channel == _response():
            wanted = desk.settings.slack_response_channel.removeprefix("#")
            if naming.is_id(wanted) or wanted == name:
                notices.clear(RENAMED)
            else:
                said = N_("The response channel is called #%(name)s now: set SLACK_RESPONSE_CHANNEL to it.")
                notices.put(RENAMED, said, at=at, name=name)


def lost(_desk: Desk, event: Event) -> None:
    """A channel was archived, deleted or closed to the app by hand; an open incident gets a new one."""
    found, at = _of(event.text("channel")), clock.now()
    if found is None or (_archived_by_us(found) and event.type.endswith("_archive")):
        return
    what = event.type.rpartition("_")[2]
    with unit_of_work():
        timeline.record(
            found.id, "channel_lost", by=ACTOR.label, at=at, what=what, channel_name=found.channel_name
        )
        if found.is_open:
            effects.replace_channel(found.id, str(found.channel_id), at=at)


def back(_desk: Desk, event: Event) -> None:
    """A channel was taken out of the archive by hand: it is noted, and where the incident went on if it has
    another by now."""
    channel, at = event.text("channel"), clock.now()
    found = _of(channel) or _formerly(channel)
    if found is not None:
        with unit_of_work():
            timeline.record(
                found.id, "channel_back", by=ACTOR.label, at=at, channel_name=found.channel_name or "-"
            )


def removed(_desk: Desk, _event: Event) -> None:
    """The app was uninstalled, or its token revoked: nothing gets out until somebody installs it again."""
    with unit_of_work():
        said = N_(
            "The app was removed from Slack, or its token was revoked: an administrator must install it "
            "again and set SLACK_BOT_TOKEN."
        )
        notices.put(REMOVED, said, at=clock.now())


def _of(channel: str) -> Incident | None:
    return db.session.scalar(select(Incident).where(Incident.channel_id == channel)) if channel else None


def _response() -> str | None:
    """The channel of the latest announcement."""
    announced = select(Incident.announcement_channel).where(Incident.announcement_channel.is_not(None))
    return db.session.scalar(announced.order_by(Incident.id.desc()).limit(1))


def _archived_by_us(incident: Incident) -> bool:
    key = f"{incident.id}:archive:{incident.channel_id}"
    return db.session.scalar(select(Delivery.id).where(Delivery.key == key)) is not None


def _formerly(channel: str) -> Incident | None:
    """The incident that the channel was of, before it was replaced."""
    said = cast(Delivery.payload, String).contains(f'"{channel}"', autoescape=True)
    query = select(Incident).join(Delivery, Delivery.incident_id == Incident.id)
    return (
        db.session.scalar(query.where(Delivery.step == "create_channel", said).limit(1)) if channel else None
    )


HEARERS: dict[str, Callable[[Desk, Event], None]] = {
    "member_joined_channel": joined,
    **dict.fromkeys(("app_uninstalled", "tokens_revoked"), removed),
    **{
        f"{kind}_{what}": hear
        for kind in ("channel", "group")
        for what, hear in (
            ("rename", renamed),
            ("archive", lost),
            ("deleted", lost),
            ("left", lost),
            ("unarchive", back),
        )
    },
}
